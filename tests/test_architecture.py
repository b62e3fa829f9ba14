"""The house plan as a test: who may import whom, where each library lives, how large things may grow."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {"routing": set(), "labels": set(), "postal": {"routing"}, "api": {"postal", "routing", "labels"}}
HOME = {
    "flask": ("api/",),
    "click": ("api/",),
    "ortools": ("routing/solving/",),
    "numba": ("routing/solving/engines/ruin_recreate.py",),
    "geopy": ("routing/",),
    "reportlab": ("labels/",),
    "zxingcpp": ("labels/", "postal/pictures/"),
    "sqlalchemy": ("postal/",),
    "alembic": ("postal/",),
    "requests": ("routing/", "postal/outside/"),
    "dramatiq": ("postal/jobs/",),
    "zxcvbn": ("postal/access/passwords.py",),
    "pyotp": ("postal/access/factors/",),
    "webauthn": ("postal/access/factors/",),
}
MAX_LINES, MAX_FUNCTION, MAX_MODULES = 400, 50, 14
MODULES = sorted(
    path
    for package in MAY_IMPORT
    for path in (ROOT / package).rglob("*.py")
    if "migrations/versions" not in path.as_posix()
)
ROOMS = sorted({path.parent for path in MODULES} - {ROOT / "routing" / "data"})
STILL_WIDE: dict[str, int] = {}
each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
    return found


@each_module
def test_a_package_uses_only_the_packages_below_it(path):
    own = path.relative_to(ROOT).parts[0]
    others = {name.split(".")[0] for name in imports(path)} & set(MAY_IMPORT)
    assert others - {own} <= MAY_IMPORT[own]


@each_module
def test_other_packages_are_entered_by_the_front_door(path):
    own = path.relative_to(ROOT).parts[0]
    others = {name for name in imports(path) if name.split(".")[0] in set(MAY_IMPORT) - {own}}
    assert not {name for name in others if not _is_door(name)}


def _is_door(name: str) -> bool:
    """A package is entered by its own door; `postal` and `labels`, whose rooms are many, by a room's door as well."""
    package, *deeper = name.split(".")
    is_room = len(deeper) == 1 and (ROOT / package / deeper[0]).is_dir()
    return not deeper or (package in {"postal", "labels"} and is_room)


@each_module
def test_each_library_stays_in_its_own_place(path):
    where = path.relative_to(ROOT).as_posix()
    used = {name.split(".")[0] for name in imports(path)} & set(HOME)
    assert not {library for library in used if not where.startswith(HOME[library])}


@each_module
def test_functions_and_files_stay_small(path):
    functions = [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    assert not [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= MAX_FUNCTION]


@each_module
def test_only_settings_read_the_environment(path):
    where = path.relative_to(ROOT).as_posix()
    touched = {
        node.attr
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
    }
    assert where == "api/settings.py" or not touched & {"environ", "getenv", "putenv"}


@each_module
def test_only_the_outermost_package_reads_the_clock(path):
    if path.relative_to(ROOT).parts[0] == "api":
        return
    calls = {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    }
    assert not calls & {"datetime.now", "datetime.utcnow", "date.today", "time.time"}


@each_module
def test_what_one_province_is_called_is_data(path):
    """Tables and samples name places; code that did so would serve one province alone."""
    if path.is_relative_to(ROOT / "labels" / "samples"):
        return
    texts = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
    said = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [node.value for node in said if "Huế" in node.value and id(node) not in texts]


@each_module
def test_no_module_is_a_drawer_for_everything(path):
    assert path.stem not in {"utils", "util", "helpers", "common_utils", "misc"}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.relative_to(ROOT).as_posix())
def test_a_room_says_what_belongs_in_it_and_stays_small(room):
    sentence = (ast.get_docstring(tree(room / "__init__.py")) or "").split("\n\n")[0]
    assert len(sentence) > 30
    assert sentence.rstrip().endswith((".", "`"))
    n_modules = len([path for path in room.glob("*.py") if path.stem != "__init__"])
    assert n_modules <= STILL_WIDE.get(room.relative_to(ROOT).as_posix(), MAX_MODULES)


def test_no_modules_import_each_other_in_a_circle():
    """Imports for annotations and inside functions count: they tie the modules as well."""
    graph = {_name(path): _own_imports(path) - {_name(path)} for path in MODULES}
    assert not _cycle(graph)


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _own_imports(path: Path) -> set[str]:
    """Return the modules of any of our packages that a module imports, wherever in it."""
    known = {_name(p) for p in MODULES}
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & known
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            # What is not a module of its own is a name in the module that is imported from.
            found |= (names & known) | ({node.module} & known if names - known else set())
    return found


def _cycle(graph: dict[str, set[str]]) -> list[str]:
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph.get(name, ())):
            if found := visit(other, [*trail, name]):
                return found
        done.add(name)
        return []

    for name in sorted(graph):
        if found := visit(name, []):
            return found
    return []


TESTS = sorted((ROOT / "tests").rglob("*.py"))
STILL_PATCHED: dict[str, int] = {}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_tests_change_nothing_in_our_own_code(path):
    """What a test must vary is an argument or a setting; only the world outside is replaced."""
    changed = _changes(tree(path), _imported_from_us(tree(path)))
    assert len(changed) <= STILL_PATCHED.get(path.relative_to(ROOT).as_posix(), 0), changed


def _imported_from_us(module: ast.Module) -> set[str]:
    return {
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (node.module if isinstance(node, ast.ImportFrom) and node.module else alias.name).split(".")[0] in MAY_IMPORT
    }


def _changes(module: ast.Module, ours: set[str]) -> list[str]:
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            verb = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if verb in {"setattr", "delattr", "setitem", "delitem", "patch", "object"} and _is_ours(node.args, ours):
                found.append(ast.unparse(node)[:100])
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [ast.unparse(t) for t in targets if isinstance(t, ast.Attribute) and _root(t) in ours]
    return found


def _is_ours(arguments: list[ast.expr], ours: set[str]) -> bool:
    """Say whether a patch names something of ours: an imported name, or a dotted one in a string."""
    words = [a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return bool(arguments) and (
        _root(arguments[0]) in ours or any(w.split(".")[0] in MAY_IMPORT and "." in w for w in words)
    )


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
