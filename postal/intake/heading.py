"""Where the header of a sheet stands: below titles and blank rows, in one row or in two under merged cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise

from postal.intake.columns import Headers
from postal.tables.sheets import Cells

_ROWS_LOOKED_AT = 60
_NUMBERING = re.compile(r"\(?([0-9]{1,2})\)?", re.ASCII)
_LEAST_NUMBERED = 4

Rows = Iterator[tuple[int, Cells]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """The headers column by column; ``last`` is the row that ends them, as it stands in the file."""

    number: int
    cells: list[str]
    last: list[str]


def find_heading(rows: Rows, headers: Headers) -> tuple[list[tuple[int, Cells]], Heading | None, Rows]:
    """Return the rows above the header, the header, and the rows below it.

    Without a header among the first rows: those rows, None, and the others.
    """
    head = list(islice(rows, _ROWS_LOOKED_AT))
    for at, (number, cells) in enumerate(head):
        if not isinstance(cells, list):
            continue
        if not headers.missing(cells):
            return head[:at], Heading(number=number, cells=_trimmed(cells), last=cells), chain(head[at + 1 :], rows)
        below = head[at + 1] if at + 1 < len(head) else None
        if below is None or below[0] != number + 1 or not isinstance(below[1], list) or not headers.n_known(cells):
            continue
        both = _joined(cells, below[1])
        if headers.n_known(below[1]) and not headers.missing(both):
            return head[:at], Heading(number=below[0], cells=both, last=below[1]), chain(head[at + 2 :], rows)
    return head, None, rows


def numbers_the_columns(cells: list[str]) -> bool:
    """Return whether a row only counts the columns: (1), (2), (3), (4)."""
    found = [_NUMBERING.fullmatch(cell.strip()) for cell in cells if cell.strip()]
    if len(found) < _LEAST_NUMBERED or None in found:
        return False
    numbers = [int(match[1]) for match in found if match is not None]
    return all(later == earlier + 1 for earlier, later in pairwise(numbers))


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Return a header of two rows: what stands below, or what is merged over both."""
    width = max(len(upper), len(lower))
    upper, lower = (row + [""] * (width - len(row)) for row in (upper, lower))
    return _trimmed([low if low.strip() else high for high, low in zip(upper, lower, strict=True)])


def _trimmed(cells: list[str]) -> list[str]:
    found = list(cells)
    while found and not found[-1].strip():
        found.pop()
    return found
