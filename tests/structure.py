"""`python -m tests.structure [FOLDER]`: the size and shape of the code as a table for docs/architecture.md.

Counts another checkout when its folder is given, so that before and after are counted alike.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("postal", "routing", "labels", "api")
MAX_PARAMETERS = 6
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of the product: its place, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """Return the folder it lies in, as a dotted name."""
        return ".".join(self.path.parts[:-1])

    @property
    def name(self) -> str:
        """Return its dotted name."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read(root: Path) -> list[Module]:
    """Return every module of the product below ``root``; migrations are records and do not count."""
    found = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "versions" not in path.parts:
                text = path.read_text(encoding="utf-8")
                found.append(Module(path.relative_to(root), text, ast.parse(text)))
    return found


def figures(modules: list[Module]) -> list[tuple[str, str]]:
    """Return what is counted and how many there are."""
    sizes = Counter(m.room for m in modules if m.path.stem != "__init__")
    largest = ", ".join(f"`{room.replace('.', '/')}/` {n}" for room, n in sizes.most_common(5))
    names = Counter(m.path.stem for m in modules if m.path.stem != "__init__")
    common = sum(n for name, n in names.items() if name in ("common", "counting", "errors", "utils", "helpers"))
    functions = [node for m in modules for node in ast.walk(m.tree) if isinstance(node, Function)]
    public = [n for m in modules if m.path.parts[0] == "postal" for n in m.tree.body if _is_public(n)]
    n_lines = sum(len(m.text.splitlines()) for m in modules)
    n_comments = sum(_comments(m.text) for m in modules)
    return [
        ("modules", f"{len(modules):,}"),
        ("lines", f"{n_lines:,}"),
        ("rooms (folders with modules)", str(len(sizes))),
        ("largest rooms, modules", largest),
        ("rooms of more than 14 modules", str(sum(n > 14 for n in sizes.values()))),
        ("modules called `common`, `counting`, `errors`, `utils` or `helpers`", str(common)),
        ("rooms inside `postal`, arrows between them", _arrows(modules)),
        ("imports from one module of `postal` to another", str(_module_arrows(modules))),
        ("public functions of `postal` that take `user_id`", str(sum("user_id" in _names(f) for f in public))),
        ("public functions of `postal` that take `now`", str(sum("now" in _names(f) for f in public))),
        (
            "public functions of `postal` with more than six parameters",
            str(sum(len(_names(f)) > MAX_PARAMETERS for f in public)),
        ),
        (
            "functions with more than six parameters",
            str(sum(len(_names(f)) > MAX_PARAMETERS for f in functions)),
        ),
        ("functions longer than 50 lines", str(sum((f.end_lineno or 0) - f.lineno >= 50 for f in functions))),
        ("largest module, lines", str(max(len(m.text.splitlines()) for m in modules))),
        ("comments in 100 lines", f"{100 * n_comments / n_lines:.1f}"),
    ]


def _is_public(node: ast.stmt) -> bool:
    return isinstance(node, Function) and not node.name.startswith("_")


def _names(function: ast.AST) -> list[str]:
    assert isinstance(function, Function)
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [a.arg for a in every if a.arg not in ("self", "cls")]


def _comments(text: str) -> int:
    """Return how many lines carry a comment that says something to a reader, not to a tool."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    said = [t.string for t in tokens if t.type == tokenize.COMMENT]
    return sum(not any(mark in line for mark in ("noqa", "type: ignore", "#!")) for line in said)


def _imports(modules: list[Module]) -> set[tuple[str, str]]:
    """Return who imports whom among all modules, wherever in the file the import stands."""
    known = {m.name for m in modules}
    found = set()
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {(module.name, n) for n in (names & known) or ({node.module} & known)}
    return {(one, other) for one, other in found if one != other}


def _module_arrows(modules: list[Module]) -> int:
    return sum(a.startswith("postal.") and b.startswith("postal.") for a, b in _imports(modules))


def _arrows(modules: list[Module]) -> str:
    """Return the rooms of `postal` and the arrows between them; before there were rooms, a module was its own."""
    arrows = set()
    rooms = {m.name.split(".")[1] for m in modules if m.name.startswith("postal.")}
    for one, other in _imports(modules):
        if one.startswith("postal.") and other.startswith("postal."):
            arrows.add((one.split(".")[1], other.split(".")[1]))
    return f"{len(rooms)}, {sum(a != b for a, b in arrows)}"


if __name__ == "__main__":
    counted = figures(read(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1])))
    print("\n".join(f"| {what} | {number} |" for what, number in counted))
