"""CSV that people open in a spreadsheet: no cell of it runs as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula, full-width signs and the white space
# before one included (OWASP, "CSV injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARD = "'"


def write_csv(out: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table with its header; texts that a spreadsheet would calculate are written as text."""
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])


def guarded(text: str) -> str:
    """Return the text, behind an apostrophe where a spreadsheet would calculate it; a sign alone is no formula."""
    return _GUARD + text if len(text) > 1 and text.startswith(_FORMULA_STARTS) else text


def unguarded(text: str) -> str:
    """Return a cell of a file that ``write_csv`` wrote as it was before."""
    return text[1:] if text.startswith(_GUARD) and text[1:].startswith(_FORMULA_STARTS) else text
