"""A file as it came in, turned into one row of texts after another; whatever is wrong with a row stays that row's."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from postal.intake.columns import ResultIn, fields_of_header, n_recognised
from postal.intake.failures import MAX_FILE_BYTES, MAX_ROWS, EmptyFile, FileTooLarge, LegacyEncoding, NotATable
from postal.intake.problems import Problem, refusal
from postal.intake.workbook import OLE_MAGIC, ZIP_MAGIC, workbook_rows
from routing import Message

MAX_CELL = 20_000
_SEPARATORS = (",", ";", "\t")
# A quoted cell may hold line breaks; one that runs on for longer was never closed.
_MAX_LINES_PER_ROW = 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenRow:
    """A row whose cells cannot be told apart. ``dossier_code`` is the first cell where it could be read."""

    dossier_code: str
    problems: tuple[Problem, ...]

    def __repr__(self) -> str:
        return "<BrokenRow>"


def read_rows(
    filename: str, data: bytes | Path, *, aliases: Mapping[str, str] | None = None
) -> Iterator[tuple[int, ResultIn | BrokenRow]]:
    """Yield each row with its number as a spreadsheet shows it: the header is row 1, empty rows are passed over.

    What the file is, is told from its content: ``filename`` is anybody's word and only kept out of the way.
    Raises BadFile (EmptyFile, FileTooLarge, LegacyEncoding, NotATable, UnsafeWorkbook, ColumnMissing, ColumnTwice)
    before the first row, or in its midst where only reading shows the damage.
    """
    content = content_of(data)
    rows = _numbered(workbook_rows(content)) if content.startswith(ZIP_MAGIC) else _csv_rows(content, aliases)
    header_row = next(rows, None)
    if header_row is None or isinstance(header_row[1], BrokenRow):
        raise EmptyFile
    fields = fields_of_header(header_row[1], aliases)
    n_rows = 0
    for number, cells in rows:
        n_rows += 1
        if n_rows > MAX_ROWS:
            raise FileTooLarge
        yield number, cells if isinstance(cells, BrokenRow) else _row(cells, fields)
    if not n_rows:
        raise EmptyFile


def content_of(data: bytes | Path) -> bytes:
    """Return the bytes of a file within the limit. Raises EmptyFile, FileTooLarge, NotATable."""
    if isinstance(data, Path):
        if data.stat().st_size > MAX_FILE_BYTES:
            raise FileTooLarge
        data = data.read_bytes()
    if len(data) > MAX_FILE_BYTES:
        raise FileTooLarge
    if not data.strip():
        raise EmptyFile
    if data.startswith(OLE_MAGIC):
        raise NotATable(why=Message("tệp .xls cũ hoặc tệp có mật khẩu"))
    return data


def _row(cells: Sequence[str], fields: Sequence[str | None]) -> ResultIn | BrokenRow:
    extra = [cell for cell in cells[len(fields) :] if cell.strip()]
    if extra:
        return _broken(cells, fields, refusal("", "cells_too_many"))
    if any(len(cell) > MAX_CELL for cell in cells):
        return _broken(cells, fields, refusal("", "cell_too_large", limit=MAX_CELL))
    values = {field: cell for field, cell in zip(fields, cells, strict=False) if field is not None}
    for name in ("dossier_code", "office", "finished_at", "recipient", "address"):
        values.setdefault(name, "")
    return ResultIn(**values)


def _broken(cells: Sequence[str], fields: Sequence[str | None], problem: Problem) -> BrokenRow:
    position = fields.index("dossier_code")
    code = cells[position].strip() if position < len(cells) else ""
    return BrokenRow(dossier_code=code if len(code) <= 80 else "", problems=(problem,))


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | BrokenRow]]:
    for number, cells in enumerate(rows, start=1):
        if any(cell.strip() for cell in cells):
            if number > MAX_ROWS + 1:
                raise FileTooLarge
            yield number, cells


# -- CSV ----------------------------------------------------------------------------------------------


def _csv_rows(data: bytes, aliases: Mapping[str, str] | None) -> Iterator[tuple[int, list[str] | BrokenRow]]:
    lines = _text(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    separator = None
    if lines[0].strip().casefold().startswith("sep=") and len(lines[0].strip()) == 5:
        separator = lines.pop(0).strip()[-1]
    while lines and not lines[0].strip(" ,;\t"):
        lines.pop(0)
    if not lines:
        raise EmptyFile
    separator = separator or _separator(lines[0], aliases)
    yield from _Records(lines, separator)


def _text(data: bytes) -> str:
    """Return the text of a CSV file. Raises LegacyEncoding, NotATable."""
    try:
        if data.startswith(_UTF16):
            return data.decode("utf-16")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        if b"\x00" in data[:4096]:
            raise NotATable(why=Message("không phải văn bản")) from exc
        raise LegacyEncoding from exc
    if "\x00" in text[:4096]:
        raise NotATable(why=Message("không phải văn bản"))
    return text


def _separator(header: str, aliases: Mapping[str, str] | None) -> str:
    """Return the separator under which most of the headers are known."""
    return max(
        _SEPARATORS, key=lambda s: (n_recognised(next(csv.reader([header], delimiter=s)), aliases), header.count(s))
    )


class _QuoteOpen(Exception):
    """A quoted cell ran into what must be another row."""


class _Records:
    """Rows of a CSV text. A quote that was never closed costs its own row and not the ones below it."""

    def __init__(self, lines: Sequence[str], separator: str) -> None:
        self._lines, self._separator = lines, separator
        self._at = self._n_taken = 0
        self._n_cells = 0

    def __iter__(self) -> Iterator[tuple[int, list[str] | BrokenRow]]:
        number = 0
        while self._at < len(self._lines):
            number += 1
            first = self._at
            self._n_taken = 0
            try:
                cells = next(csv.reader(_Taker(self), delimiter=self._separator))
            except (_QuoteOpen, csv.Error) as exc:
                self._at = first + 1
                yield number, self._unreadable(self._lines[first], exc)
                continue
            self._n_cells = self._n_cells or len(cells)
            if any(cell.strip() for cell in cells):
                yield number, cells

    def take(self) -> str:
        """Return the next line for the row being read."""
        if self._at >= len(self._lines):
            raise _QuoteOpen if self._n_taken else StopIteration
        line = self._lines[self._at]
        looks_like_a_row = self._n_cells > 1 and line.count(self._separator) >= self._n_cells - 1
        if self._n_taken and (looks_like_a_row or self._n_taken >= _MAX_LINES_PER_ROW):
            raise _QuoteOpen
        self._at += 1
        self._n_taken += 1
        return line + "\n"

    def _unreadable(self, line: str, exc: Exception) -> BrokenRow:
        first = line.split(self._separator, 1)[0].strip(' "')
        is_quote = isinstance(exc, _QuoteOpen)
        problem = refusal("", "quote_not_closed") if is_quote else refusal("", "cell_too_large", limit=MAX_CELL)
        return BrokenRow(dossier_code=first if len(first) <= 80 else "", problems=(problem,))


class _Taker:
    """The lines of one row, asked for by the CSV reader as it needs them."""

    def __init__(self, records: _Records) -> None:
        self._records = records

    def __iter__(self) -> _Taker:
        return self

    def __next__(self) -> str:
        return self._records.take()
