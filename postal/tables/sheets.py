"""A sheet of rows as every kind of file gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """A row whose cells cannot be told apart; ``code`` is that of the problem, ``first_cell`` what begins the row."""

    code: str
    first_cell: str

    def __repr__(self) -> str:
        return f"<Unreadable {self.code}>"


Cells = list[str] | Unreadable


@dataclass(kw_only=True)
class Sheet:
    """One sheet of a file. ``rows`` yields each row that holds something with its number as a spreadsheet shows it.

    ``name`` is empty for a file that has no sheets. ``hidden_rows`` counts hidden rows among those yielded so far.
    """

    name: str
    rows: Iterator[tuple[int, Cells]]
    is_hidden: bool = False
    is_grid: bool = True
    """Cells stand in columns of their own, as in a workbook: none can have slipped by a missing quote."""
    hidden_rows: int = 0


MAX_COLUMNS = 200
"""Cells further right stand outside of any table of ours; the last of them in a row is kept, to be named."""


class Expected(Protocol):
    """What the reader of a table knows of it: enough to tell a separator and the beginning of a row."""

    def n_known(self, cells: Sequence[str]) -> int:
        """Return how many of these cells are headers of columns we know."""

    def begins_a_row(self, cells: Sequence[str]) -> bool:
        """Return whether these cells can only be a row of their own, never the rest of a cell of several lines."""


def column_letters(index: int) -> str:
    """Return how a spreadsheet calls a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the position of a column from its letters: A is 0, AA is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
