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
    "numba": ("routing/solving/search/ruin.py",),
    "geopy": ("routing/",),
    "reportlab": ("labels/",),
    "zxingcpp": ("labels/",),
    "sqlalchemy": ("postal/",),
    "alembic": ("postal/",),
    "requests": ("routing/", "postal/outside/"),
    "dramatiq": ("postal/jobs/",),
}
MAX_LINES, MAX_FUNCTION = 400, 50
MODULES = sorted(
    path
    for package in MAY_IMPORT
    for path in (ROOT / package).rglob("*.py")
    if "migrations/versions" not in path.as_posix()
)
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
def test_no_module_is_a_drawer_for_everything(path):
    assert path.stem not in {"utils", "util", "helpers", "common_utils", "misc"}


def test_packages_have_no_cycles_inside():
    graph = {_name(path): {i for i in _own_imports(path) if i != _name(path)} for path in MODULES}
    assert not _cycle(graph)


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _own_imports(path: Path) -> set[str]:
    known = {_name(p) for p in MODULES}
    own = path.relative_to(ROOT).parts[0]
    found = set()
    for node in tree(path).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == own:
            deeper = {f"{node.module}.{alias.name}" for alias in node.names} & known
            found |= deeper or ({node.module} & known)
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
