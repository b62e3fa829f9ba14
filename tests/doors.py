"""Which public functions of `postal` write, and whether a route, a page or a command leads to each: read from the code.

A function writes where it takes an act, adds, changes or deletes rows, or calls one of `postal` that does. A door is a
view with a rule, a command, or what the app does with every request; the demo is none, for it is nobody's desk. What is
reached is found by following every name of ours from the doors on; nothing is listed by hand, nothing is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Decorators by which flask, click and sqlalchemy find a function.
_ROUTES = {"get", "post", "put", "delete", "patch", "route", "before_request", "after_request", "errorhandler"}
_FOUND_BY = _ROUTES | {"allow", "allow_everybody", "command", "group", "listens_for"}
_ROW_CALLS = {"add", "add_all", "delete", "merge"}
_STATEMENTS = {"insert", "update", "delete"}


@dataclass(frozen=True)
class Named:
    """One name at the top of a module, or a method of a class there ("Runner.run_due")."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def is_public(self) -> bool:
        """Say whether no part of it begins with an underscore."""
        return not any(part.startswith("_") for part in [*self.module.split("."), *self.name.split(".")])


@dataclass
class Module:
    """One file: what it defines and what it imports, by the name it has there."""

    name: str
    path: Path
    tree: ast.Module
    defined: dict[str, list[ast.AST]] = field(default_factory=dict)
    imported: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in self.tree.body:
            for name in _names_of(node):
                self.defined.setdefault(name, []).append(node)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.imported[alias.asname or alias.name.split(".")[0]] = (
                        alias.name if alias.asname else alias.name.split(".")[0],
                        None,
                    )
            elif isinstance(node, ast.ImportFrom) and node.module:
                self.imported |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}


class Code:
    """The product, read once: every name, what it mentions, what writes, what the doors reach."""

    def __init__(self, root: Path = ROOT) -> None:
        self.modules = {module.name: module for module in _read(root)}

    @cached_property
    def functions(self) -> dict[Named, Function]:
        """Return every function at the top of a module of `postal`, and every method of a class there."""
        found: dict[Named, Function] = {}
        for module in self.modules.values():
            if module.name.split(".")[0] != "postal":
                continue
            for node in module.tree.body:
                if isinstance(node, Function):
                    found[Named(module.name, node.name)] = node
                elif isinstance(node, ast.ClassDef):
                    methods = (one for one in node.body if isinstance(one, Function))
                    found |= {Named(module.name, f"{node.name}.{one.name}"): one for one in methods}
        return found

    @cached_property
    def writers(self) -> set[Named]:
        """Return the public functions that write."""
        writing = {named for named, node in self.functions.items() if self._writes_itself(named, node)}
        calls = {named: self._called(named.module, node) for named, node in self.functions.items()}
        while True:
            more = {named for named, called in calls.items() if named not in writing and called & writing}
            if not more:
                return {named for named in writing if named.is_public}
            writing |= more

    @cached_property
    def reached(self) -> set[Named]:
        """Return every function of `postal` that a door leads to."""
        seen: set[Named] = set()
        attributes: set[str] = set()
        waiting = list(self._doors())
        while waiting:
            named = waiting.pop()
            if named in seen:
                continue
            seen.add(named)
            module = self.modules[named.module]
            for node in module.defined[named.name]:
                waiting += self._mentioned(module.name, node)
                attributes |= {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
        methods = {
            named
            for named in self.functions
            if "." in named.name
            and Named(named.module, named.name.split(".")[0]) in seen
            and named.name.split(".")[1] in attributes | {"__call__", "__enter__"}
        }
        return seen | methods

    @cached_property
    def acts(self) -> set[Named]:
        """Return the writers that pages, routes and commands call by name: what somebody does.

        The rest is what follows from them inside, such as what becomes of a job whose worker dies.
        """
        by_api = {
            found
            for module in self.modules.values()
            if module.name.startswith("api") and not module.name.startswith("api.demo")
            for found in self._mentioned(module.name, module.tree)
        }
        return self.writers & by_api

    @cached_property
    def columns(self) -> set[str]:
        """Return the name of every column there is."""
        return {
            node.target.id
            for module in self.modules.values()
            if module.name.startswith("postal.models.")
            for node in ast.walk(module.tree)
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }

    def _doors(self) -> Iterator[Named]:
        for module in self.modules.values():
            if module.name.startswith("api.demo"):
                continue
            for node in ast.walk(module.tree):
                if isinstance(node, Function) and any(_decorator(one) in _FOUND_BY for one in node.decorator_list):
                    top = next(name for name, nodes in module.defined.items() for one in nodes if _holds(one, node))
                    yield Named(module.name, top)
        yield Named("api.app", "create_app")

    def _writes_itself(self, named: Named, node: Function) -> bool:
        return _takes_act(node) or any(self._is_write(self.modules[named.module], one) for one in ast.walk(node))

    def _is_write(self, module: Module, node: ast.AST) -> bool:
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr in _ROW_CALLS:
                return ast.unparse(called.value).endswith("session")
            if isinstance(called, ast.Name) and called.id in _STATEMENTS:
                return module.imported.get(called.id, ("", None))[0].startswith("sqlalchemy")
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            return any(_is_column(one, self.columns) for target in targets for one in ast.walk(target))
        return False

    def _called(self, module: str, node: ast.AST) -> set[Named]:
        calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
        return {found for call in calls if (found := self._named(module, call)) is not None}

    def _mentioned(self, module: str, node: ast.AST) -> Iterator[Named]:
        for one in ast.walk(node):
            if isinstance(one, ast.Name | ast.Attribute):
                found = self._named(module, one)
                if found is not None:
                    yield found
                if isinstance(one, ast.Name) and one.id == "__path__":  # reads every module of its room by itself
                    for name, other in self.modules.items():
                        if name.startswith(f"{module}."):
                            yield from (Named(name, top) for top in other.defined)

    def _named(self, module: str, node: ast.AST) -> Named | None:
        """Return the name of ours that an expression is, followed through imports and doors of rooms."""
        found = self._meaning(module, node)
        return found if isinstance(found, Named) else None

    def _meaning(self, module: str, node: ast.AST) -> Named | str | None:
        if isinstance(node, ast.Name):
            return self._look_up(module, node.id)
        if isinstance(node, ast.Attribute):
            base = self._meaning(module, node.value)
            if isinstance(base, str):
                return self._look_up(base, node.attr)
        return None

    def _look_up(self, module: str, name: str) -> Named | str | None:
        """Return what a name means in a module: something defined, a module (as text), or nothing of ours."""
        here = self.modules.get(module)
        if here is None:
            return None
        if name in here.defined:
            return Named(module, name)
        if name in here.imported:
            source, attribute = here.imported[name]
            if attribute is None:
                return source if source in self.modules else None
            if f"{source}.{attribute}" in self.modules and attribute not in getattr(
                self.modules.get(source), "defined", ()
            ):
                return f"{source}.{attribute}"
            return self._look_up(source, attribute) if (source, attribute) != (module, name) else None
        return f"{module}.{name}" if f"{module}.{name}" in self.modules else None


@cache
def product() -> Code:
    """Return the product's code, read once a run."""
    return Code()


def _read(root: Path) -> Iterator[Module]:
    for package in ("api", "postal"):
        for path in sorted((root / package).rglob("*.py")):
            if "versions" in path.parts:
                continue
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield Module(name, path, ast.parse(path.read_text(encoding="utf-8")))


def _names_of(node: ast.stmt) -> list[str]:
    if isinstance(node, Function | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    if isinstance(node, ast.For | ast.If | ast.With | ast.Try | ast.Expr):
        # What a module does while it is read, such as opening an address for each paper, belongs to all of its names.
        return [f"<{type(node).__name__}:{node.lineno}>"]
    return []


def _decorator(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _takes_act(node: Function) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return any(one.annotation is not None and ast.unparse(one.annotation) == "Act" for one in arguments)


def _holds(outer: ast.AST, inner: ast.AST) -> bool:
    return any(one is inner for one in ast.walk(outer))


def _is_column(node: ast.AST, columns: set[str]) -> bool:
    if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Store):
        return False
    return node.attr in columns and not (isinstance(node.value, ast.Name) and node.value.id == "self")
