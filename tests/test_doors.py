"""Every act has a door: what `postal` can write, a route, a page or a command leads to. Read from the code."""

import ast

from tests.doors import Code, Named, product


def test_every_function_that_writes_is_reached_from_a_route_a_page_or_a_command():
    code = product()
    assert len(code.writers) > 100
    assert sorted(map(str, code.writers - code.reached)) == []


def test_the_demo_writes_nothing_by_itself():
    code = product()
    mentioned = {
        found
        for module in code.modules.values()
        if module.name.startswith("api.demo")
        for found in code._mentioned(module.name, module.tree)
    }
    assert mentioned & code.functions.keys(), "the demo reads, or this test sees nothing"
    assert sorted(map(str, mentioned & code.writers)) == []


def test_a_function_without_a_door_is_found():
    """Negative control: a use case nobody calls, a writer behind a helper, and one that only the demo uses."""
    code = Code()
    module = code.modules["postal.custody.tokens"]
    lost = ast.parse(
        "def forget_all(session):\n    for item in session:\n        item.token_hash = None\n"
        "def _quietly(session):\n    session.delete(session)\n"
        "def by_a_helper(session):\n    _quietly(session)\n"
        "def only_reads(session):\n    return session.get(1)\n"
    )
    for node in lost.body:
        module.defined[node.name] = [node]
        module.tree.body.append(node)
    left = code.writers - code.reached
    assert {one.name for one in left} == {"forget_all", "by_a_helper"}
    assert Named("postal.custody.tokens", "revoke_token") in code.reached
