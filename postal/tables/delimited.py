"""Rows of a CSV text. A quote that was never closed costs its own row and none of those below it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice

from postal.tables.failures import MAX_ROWS, EmptyFile, FileTooLarge, LegacyEncoding, NotATable
from postal.tables.sheets import Cells, Expected, Sheet, Unreadable
from routing import Message

_SEPARATORS = (",", ";", "\t", "|")
# A quoted cell may hold line breaks; one that runs on for longer was never closed.
_MAX_LINES_PER_ROW = 100
# Rows of ten lines each: millions of short lines would fill the memory before the first is read.
_MAX_LINES = 10 * MAX_ROWS
# A lost zero byte spoils its cell; in what is no text there are many.
_FEW_ZEROS = 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# The header stands among the first rows, and no header is longer than this: what is longer is not looked at.
_ROWS_LOOKED_AT, _LINES_LOOKED_AT, _MAX_HEADER_LINE = 60, 300, 20_000


def csv_sheet(data: bytes, expected: Expected) -> Sheet:
    """Return the one sheet of a CSV file. Raises EmptyFile, FileTooLarge, LegacyEncoding, NotATable."""
    text = text_of(data).replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > _MAX_LINES:
        raise FileTooLarge
    lines = text.split("\n")
    separator = None
    first = lines[0].strip()
    if first.casefold().startswith("sep=") and len(first) == 5:
        # Excel takes this line as a setting and shows the next one as row 1.
        separator = first[-1]
        lines.pop(0)
    if not any(line.strip(" ,;\t|") for line in lines):
        raise EmptyFile
    separator = separator or _separator(lines, expected)
    return Sheet(name="", rows=iter(_Records(lines, separator, expected)), is_grid=False)


def text_of(data: bytes) -> str:
    """Return the text of a CSV file. Raises LegacyEncoding, NotATable."""
    try:
        if data.startswith(_UTF16):
            return data.decode("utf-16")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        if b"\x00" in data[:4096]:
            raise NotATable(why=Message("không phải văn bản")) from exc
        raise LegacyEncoding from exc
    if text[:4096].count("\x00") > _FEW_ZEROS:
        raise NotATable(why=Message("không phải văn bản"))
    return text


def _separator(lines: Sequence[str], expected: Expected) -> str:
    """Return the separator under which most headers are known in one of the first rows."""
    head = [line if len(line) <= _MAX_HEADER_LINE else "" for line in lines[:_LINES_LOOKED_AT]]

    def found(separator: str) -> tuple[int, int]:
        rows = islice(_Records(head, separator, expected), _ROWS_LOOKED_AT)
        n_known = max((expected.n_known(cells) for _, cells in rows if isinstance(cells, list)), default=0)
        return n_known, sum(line.count(separator) for line in head)

    return max(_SEPARATORS, key=found)


class _QuoteOpen(Exception):
    """A quoted cell ran into what must be another row, or to the end of the file."""


class _Records:
    """The rows of a text, each a line or, where a quoted cell holds line breaks, several."""

    def __init__(self, lines: Sequence[str], separator: str, expected: Expected) -> None:
        self._lines, self._separator, self._expected = lines, separator, expected
        self._at = self._n_taken = 0

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        number = 0
        while self._at < len(self._lines):
            number += 1
            cells = self._next()
            if isinstance(cells, Unreadable) or any(cell.strip() for cell in cells):
                yield number, cells

    def take(self) -> str:
        """Return the next line of the row being read. Raises _QuoteOpen where the row cannot go on."""
        if self._at >= len(self._lines):
            raise _QuoteOpen if self._n_taken else StopIteration
        line = self._lines[self._at]
        if self._n_taken and (self._n_taken >= _MAX_LINES_PER_ROW or self._begins_a_row(line)):
            raise _QuoteOpen
        self._at += 1
        self._n_taken += 1
        return line + "\n"

    def _next(self) -> Cells:
        first, line = self._at, self._lines[self._at]
        if '"' not in line:
            self._at += 1
            return line.split(self._separator)
        self._n_taken = 0
        try:
            # Strict: what follows a closing quote is a separator, or the quote closed nothing.
            return next(csv.reader(_Taker(self), delimiter=self._separator, strict=True))
        except (_QuoteOpen, csv.Error) as exc:
            self._at = first + 1
            return self._repaired(line, exc)

    def _repaired(self, line: str, exc: Exception) -> Cells:
        """Return what a row is worth whose quotes do not fit: "Quán "Hoa" số 5" on one line can still be read."""
        is_too_long = not isinstance(exc, _QuoteOpen) and "field limit" in str(exc)
        if line.count('"') % 2 == 0 and not is_too_long:
            return next(csv.reader([line], delimiter=self._separator))
        first_cell = line[:200].split(self._separator, 1)[0].strip(' "')
        return Unreadable(code="cell_too_large" if is_too_long else "quote_not_closed", first_cell=first_cell)

    def _begins_a_row(self, line: str) -> bool:
        cells = [cell.strip(' "') for cell in line.split(self._separator)]
        return self._expected.begins_a_row(cells)


class _Taker:
    """The lines of one row, asked for by the CSV reader as it needs them."""

    def __init__(self, records: _Records) -> None:
        self._records = records

    def __iter__(self) -> _Taker:
        return self

    def __next__(self) -> str:
        return self._records.take()
