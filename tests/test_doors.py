"""Every act has a door: what `postal` can write, a route, a page or a command leads to. Read from the code."""

import ast
import re

from api import documents
from tests.doors import ROOT, Code, Named, product


def test_every_function_that_writes_is_reached_from_a_route_a_page_or_a_command():
    code = product()
    assert len(code.writers) > 100
    assert sorted(map(str, code.writers - code.reached)) == []


def test_the_demos_day_writes_nothing_by_itself():
    """Opening a played day in a browser (`api.demo.serving`) is no part of the day: it lends out a phone's code."""
    code = product()
    mentioned = {
        found
        for module in code.modules.values()
        if module.name.startswith("api.demo") and module.name != "api.demo.serving"
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


def test_each_paper_is_offered_on_the_page_of_what_it_is_about():
    offered = {
        ast.unparse(node.args[1]).removeprefix("documents.")
        for module in product().modules.values()
        if module.name.startswith("api.pages")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "paper_links"
    }
    abouts = {id(way.about) for paper in documents.PAPERS for way in paper.ways}
    wanted = {name for name, value in vars(documents).items() if id(value) in abouts}
    assert len(wanted) == len(abouts)
    assert wanted <= offered


def test_each_view_that_changes_something_has_a_form_that_leads_to_it():
    templates = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "api" / "templates").rglob("*.html"))
    views, shown = {}, set()
    for module in product().modules.values():
        for node in ast.walk(module.tree) if module.name.startswith("api.pages") else ():
            for one in getattr(node, "decorator_list", ()):
                found = re.match(r"\w+\.(get|post)\('([^']*)'", ast.unparse(one))
                if found and found[1] == "post":
                    views[node.name] = found[2]
                elif found:
                    shown.add(found[2])  # a page whose form is sent to the page's own address names no view
    code = "".join(ast.unparse(module.tree) for module in product().modules.values())
    assert len(views) > 40
    without = {name for name in views if f".{name}'" not in templates and f"staff.{name}'" not in code}
    assert sorted(name for name in without if views[name] not in shown) == []
