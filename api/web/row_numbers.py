"""Row numbers in addresses: what no column could hold is a page that does not exist, not a fault of the database."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.routing import IntegerConverter, Map

MOST = 2**63 - 1
"""The largest that a column of ours holds (BIGINT)."""


class RowNumber(IntegerConverter):
    """A number in a path, as ``<int:…>`` reads it: up to `MOST`."""

    def __init__(self, map: Map, *arguments: Any, **options: Any) -> None:  # noqa: A002
        super().__init__(map, *arguments, **{"max": MOST, **options})


def asked_number(name: str) -> int | None:
    """Return the number an address asks for after its question mark; None where there is none that could be."""
    text = request.args.get(name, "")
    is_one = text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and int(text) <= MOST
    return int(text) if is_one else None
