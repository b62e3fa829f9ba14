"""The app's modules as one script: one request instead of thirty, which a phone far from town would wait for in turn.

Each module keeps its own scope and stays as it is written: comments and indents go, `import` reads from what the module
before told, `export` tells. Modules may not import in a circle, and export no name that changes later.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from graphlib import TopologicalSorter

_IMPORT = re.compile(r'^import (?:\* as (?P<whole>\w+)|\{(?P<names>[^}]*)\}) from "(?P<path>\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b", re.MULTILINE)
_NOT_RUN = re.compile(r"^[ \t]*//.*\n|^\n|^[ \t]+", re.MULTILINE)


def one_script(first: str, text: Callable[[str], str]) -> str:
    """Return the module ``first`` and all it imports as one module; ``text`` reads one by its path.

    Raises graphlib.CycleError for a circle, ValueError for an import or export in a form not foreseen here.
    """
    texts, waiting, needs = {}, [first], TopologicalSorter[str]()
    while waiting:
        path = waiting.pop()
        if path in texts:
            continue
        texts[path] = text(path)
        imported = [_at(path, found["path"]) for found in _IMPORT.finditer(texts[path])]
        needs.add(path, *imported)
        waiting += imported
    return "const modules = {};\n" + "".join(_scoped(path, texts[path]) for path in needs.static_order())


def _scoped(path: str, text: str) -> str:
    def read(found: re.Match[str]) -> str:
        names = found["whole"] or "{" + found["names"].replace(" as ", ": ") + "}"
        return f'const {names} = modules["{_at(path, found["path"])}"];\n'

    body = _EXPORT.sub("", _IMPORT.sub(read, text))
    if _LEFT.search(body):
        raise ValueError(f"{path}: an import or export that is not understood")
    told = ", ".join(_EXPORT.findall(text))
    return f'modules["{path}"] = (() => {{\n{_NOT_RUN.sub("", body)}return {{ {told} }};\n}})();\n'


def _at(path: str, imported: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), imported))
