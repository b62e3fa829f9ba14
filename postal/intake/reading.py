"""A file as it came in, turned into one row of texts after another; whatever is wrong with a row stays that row's.

Nothing is passed over in silence: what of a file is not read as results is named in a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from postal.cells.problems import Problem, refusal
from postal.intake.columns import REQUIRED, ColumnMissing, ColumnTwice, Headers, ResultIn
from postal.intake.heading import Heading, find_heading, numbers_the_columns
from postal.intake.notes import Note, cell_name, listed, note, quoted, row_ranges
from postal.tables import MAX_CELL, MAX_ROWS, BadFile, EmptyFile, FileTooLarge, Sheet, Unreadable, content_of, sheets_of

# What lists carry for the reader's eye: nobody misses them.
_COUNTERS = frozenset({"stt", "tt", "so_tt", "so_thu_tu"})


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenRow:
    """A row whose cells cannot be told apart. ``dossier_code`` is the first cell where it could be read."""

    dossier_code: str
    problems: tuple[Problem, ...]

    def __repr__(self) -> str:
        return "<BrokenRow>"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRow:
    """A row of a file: its number as a spreadsheet shows it, its sheet where the file has several, and what it says."""

    number: int
    sheet: str
    row: ResultIn | BrokenRow


class FileRows:
    """The rows of a file, read once, in order; ``notes`` is complete when the last row was read."""

    def __init__(self, rows: Iterator[FileRow], notes: list[Note]) -> None:
        self._rows, self.notes = rows, notes

    def __iter__(self) -> Iterator[FileRow]:
        return self._rows


def read_rows(
    filename: str,
    data: bytes | Path,
    *,
    aliases: Mapping[str, str] | None = None,
    needed: Sequence[str] = REQUIRED,
) -> FileRows:
    """Return the rows of every sheet that holds a table of results, however far down its header stands.

    A table is one that has the columns ``needed``; fields of columns that it lacks are empty.

    What the file is, is told from its content: ``filename`` is anybody's word and only kept out of the way.
    Reading raises BadFile (EmptyFile, FileTooLarge, LegacyEncoding, NotATable, UnsafeWorkbook, ColumnMissing,
    ColumnTwice) before the first row, or in its midst where only reading shows the damage.
    """
    reader = _Reader(Headers(aliases, needed=needed))
    return FileRows(reader.rows(content_of(data)), reader.notes)


@dataclass
class _Reader:
    """Reads the sheets of one file and notes what of them is no result."""

    headers: Headers
    notes: list[Note] = field(default_factory=list)
    n_rows: int = 0
    _unread: list[tuple[int, BadFile, Note]] = field(default_factory=list)
    _read: list[str] = field(default_factory=list)

    def rows(self, content: bytes) -> Iterator[FileRow]:
        for sheet in sheets_of(content, self.headers):
            yield from self._sheet(sheet)
        if not self._read:
            # The sheet that looks most like a table is the one to complain of.
            raise max(self._unread, key=lambda one: one[0])[1] if self._unread else EmptyFile
        self.notes[:0] = [unread for _, _, unread in self._unread]
        if len(self._read) > 1:
            names = listed([quoted(name) for name in self._read])
            self.notes.insert(0, note("sheets_read", n=len(self._read), names=names))
        if not self.n_rows:
            raise EmptyFile

    def _sheet(self, sheet: Sheet) -> Iterator[FileRow]:
        above, heading, rest = find_heading(sheet.rows, self.headers)
        if heading is None:
            self._note_unread(sheet, [cells for _, cells in above if isinstance(cells, list)])
            return
        try:
            fields = self.headers.fields(heading.cells)
        except ColumnTwice as exc:
            twice = note("column_twice", sheet=sheet.name, columns=exc.facts["columns"])
            self._unread.append((len(REQUIRED), exc, twice))
            return
        self._read.append(sheet.name)
        yield from _Table(sheet, heading, fields, self).rows([number for number, _ in above], rest)

    def _note_unread(self, sheet: Sheet, rows: Sequence[list[str]]) -> None:
        if not rows:
            return
        best = max(rows, key=self.headers.n_known)
        missing = ", ".join(self.headers.missing(best))
        unread = note("sheet_not_read", sheet=sheet.name, columns=missing)
        self._unread.append((self.headers.n_known(best), ColumnMissing(columns=missing), unread))

    def count(self) -> None:
        """Count a row. Raises FileTooLarge."""
        self.n_rows += 1
        if self.n_rows > MAX_ROWS:
            raise FileTooLarge


class _Table:
    """One sheet's table of results."""

    def __init__(self, sheet: Sheet, heading: Heading, fields: list[str | None], reader: _Reader) -> None:
        self._sheet, self._heading, self._fields, self._reader = sheet, heading, fields, reader
        self._again: list[int] = []
        self._outside: list[str] = []
        self._has_cells = [False] * len(fields)

    def rows(self, above: Sequence[int], rest: Iterator[tuple[int, list[str] | Unreadable]]) -> Iterator[FileRow]:
        """Yield the rows below the header; ``above`` are the numbers of those that stand above it."""
        is_first = True
        for number, cells in rest:
            if isinstance(cells, list) and (cells == self._heading.last or (is_first and numbers_the_columns(cells))):
                self._again.append(number)
                continue
            is_first = False
            row = self._broken(cells) if isinstance(cells, Unreadable) else self._row(number, cells)
            if row is not None:
                self._reader.count()
                yield FileRow(number=number, sheet=self._sheet.name, row=row)
        self._note(above)

    def _row(self, number: int, cells: list[str]) -> ResultIn | BrokenRow | None:
        n = len(self._fields)
        if len(cells) > n and any(cell.strip() for cell in cells[n:]):
            if not self._sheet.is_grid:
                return self._refused(cells, refusal("", "cells_too_many"))
            self._outside += [cell_name(at, number) for at, cell in enumerate(cells[n:], start=n) if cell.strip()]
        cells = cells[:n]
        if not any(cell.strip() for cell in cells):
            return None
        if any(len(cell) > MAX_CELL for cell in cells):
            return self._refused(cells, refusal("", "cell_too_large", limit=MAX_CELL))
        values = {}
        for at, (name, cell) in enumerate(zip(self._fields, cells, strict=False)):
            if name is not None:
                values[name] = cell
            elif cell:
                self._has_cells[at] = True
        for name in ("dossier_code", "office", "finished_at", "recipient", "address"):
            values.setdefault(name, "")
        return ResultIn(**values)

    def _broken(self, row: Unreadable) -> BrokenRow:
        facts = {"limit": MAX_CELL} if row.code == "cell_too_large" else {}
        code = row.first_cell.strip()
        return BrokenRow(dossier_code=code if len(code) <= 80 else "", problems=(refusal("", row.code, **facts),))

    def _refused(self, cells: Sequence[str], problem: Problem) -> BrokenRow:
        position = self._fields.index("dossier_code")
        code = cells[position].strip() if position < len(cells) else ""
        return BrokenRow(dossier_code=code if len(code) <= 80 else "", problems=(problem,))

    def _note(self, above: Sequence[int]) -> None:
        name, notes = self._sheet.name, self._reader.notes
        if self._sheet.is_hidden:
            notes.append(note("hidden_sheet_read", sheet=name))
        if self._sheet.hidden_rows:
            notes.append(note("hidden_rows_read", sheet=name, n=self._sheet.hidden_rows))
        if above:
            notes.append(note("rows_above_header", sheet=name, rows=row_ranges(above)))
        if self._again:
            notes.append(note("header_rows_again", sheet=name, rows=row_ranges(self._again)))
        headers = zip(self._heading.cells, self._reader.headers.columns(self._heading.cells), strict=True)
        unused = [
            quoted(text) if text.strip() else cell_name(at, self._heading.number)
            for at, (text, column) in enumerate(headers)
            if self._has_cells[at] and column not in _COUNTERS
        ]
        if unused:
            notes.append(note("columns_not_used", sheet=name, names=listed(unused)))
        if self._outside:
            notes.append(note("cells_outside", sheet=name, names=listed(self._outside)))
