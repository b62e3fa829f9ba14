"""The courier's modules as one script: each in its own scope, in the order they need each other."""

from graphlib import CycleError

import pytest

from api.pages.courier.script import one_script


def made(**modules):
    texts = {f"{name.replace('__', '/')}.js": text for name, text in modules.items()}
    return one_script("a/first.js", texts.__getitem__)


def test_a_module_stands_after_what_it_imports_and_reads_it_from_there():
    script = made(
        a__first='import * as all from "./second.js";\nimport { two as b, three } from "../third.js";\nall.one(b);\n',
        a__second='import { three } from "../third.js";\nexport const one = (n) => n + three;\n',
        third="// What it is.\nexport function two() {\n  return 2; // stays\n}\n\nexport class three {}\n",
    )
    parts = [script.index(f'modules["{name}.js"] = ') for name in ("third", "a/second", "a/first")]
    assert parts == sorted(parts)
    assert 'const all = modules["a/second.js"];' in script
    assert 'const { two: b, three } = modules["third.js"];' in script
    assert "return { two, three };" in script
    assert "What it is" not in script
    assert "return 2; // stays" in script
    assert script.count('modules["third.js"] = ') == 1


def test_modules_in_a_circle_are_refused():
    with pytest.raises(CycleError):
        made(a__first='import { b } from "./second.js";\n', a__second='import * as a from "./first.js";\n')


@pytest.mark.parametrize(
    "line",
    [
        'import first from "./second.js";\n',
        'import "./second.js";\n',
        "export let n = 0;\n",
        "export default 1;\n",
        "export { a };\n",
        'export * from "./second.js";\n',
        'import {\n  a,\n} from "package";\n',
    ],
)
def test_a_form_that_is_not_understood_is_refused_not_lost(line):
    with pytest.raises(ValueError, match="not understood"):
        made(a__first=line, a__second="")
