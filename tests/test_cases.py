"""Each course of events in docs/cases.md is held by tests that are there, on both databases where facts are stored."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROW = re.compile(r"^\| (B-[A-Z]\d)( †)? \|.*\| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")
CASES = [
    (case, file, name, not mark)
    for case, mark, shown in ROW.findall((TESTS.parent / "docs/cases.md").read_text(encoding="utf-8"))
    for file, name in NAMED.findall(shown)
]


@cache
def functions(file: Path) -> dict[str, frozenset[str]]:
    """Return the arguments of every function of a file, and of those it imports from another test's file."""
    found: dict[str, frozenset[str]] = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = frozenset(one.arg for one in [*node.args.args, *node.args.kwonlyargs])
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            other = TESTS.parent / f"{(node.module or '').replace('.', '/')}.py"
            theirs = functions(other) if other.is_file() else {}
            found |= {alias.asname or alias.name: theirs[alias.name] for alias in node.names if alias.name in theirs}
    return found


def asks_for(file: Path, name: str) -> set[str]:
    """Return the names of all fixtures a test asks for, and those ask for."""
    known: dict[str, frozenset[str]] = {}
    for folder in (TESTS, file.parent):
        known |= functions(folder / "conftest.py") if (folder / "conftest.py").is_file() else {}
    known |= functions(file)
    wanted, look = set(), [name]
    while look:
        more = known.get(look.pop(), frozenset()) - wanted
        wanted |= more
        look += more
    return wanted


def test_there_are_cases():
    assert len({case for case, *_ in CASES}) >= 40


@pytest.mark.parametrize(("case", "file", "name", "is_stored"), CASES)
def test_each_case_names_a_test_that_is_there_and_runs_on_both_databases(case, file, name, is_stored):
    path = TESTS / file
    assert name in functions(path), case
    assert "database_url" in asks_for(path, name) or not is_stored, case
