"""One module for each kind of counted list; a module put here is a list on pages and in the API, without another word.

Each module names its `postal.counting.kinds.ListKind` LIST. How pieces are scanned and a count ends is not here:
`postal.counting.scanning`.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from postal.counting.kinds import ListKind


def all_lists() -> dict[str, ListKind]:
    """Return every kind of counted list by its name, in the order of their modules' names."""
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    kinds: list[ListKind] = [module.LIST for module in modules]
    return {kind.name: kind for kind in kinds}
