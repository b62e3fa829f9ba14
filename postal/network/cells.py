"""Cells of a table people edit: each read by its kind, each wrong one named by table, line and column."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from postal.csv_out import unguarded
from postal.errors import PostalError
from routing import Message

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")
_N_NAMED = 20
NONE = "-"


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One cell that cannot be used, and why; the words never repeat what stands in it."""

    table: str
    line: int
    column: str
    why: Message

    @property
    def message(self) -> Message:
        """Return the place and the reason."""
        says = Message("{table}, dòng {line}, cột {column}: {why}")
        return says.filled(table=self.table, line=self.line, column=self.column, why=self.why)


class BadPlaces(PostalError):
    """Tables that cannot be used; ``wrong`` names every cell, the sentence the first of them."""

    code = "bad_places"
    says = Message("Bảng có {count} chỗ sai.\n{named}")

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        named: list[object] = [one.message for one in wrong[:_N_NAMED]]
        super().__init__(count=len(wrong), named=[*named, "…"] if len(wrong) > _N_NAMED else named)


@dataclass
class Row:
    """One line of a table, read cell by cell; what is wrong is noted and something harmless returned."""

    table: str
    line: int
    cells: dict[str, str]
    wrong: list[Wrong] = field(default_factory=list)

    def refuse(self, column: str, why: Message) -> None:
        """Note that a cell cannot be used."""
        self.wrong.append(Wrong(table=self.table, line=self.line, column=column, why=why))

    def text(self, column: str, *, most: int = 200) -> str:
        """Return a text that may be empty."""
        found = self.cells.get(column, "")
        if len(found) > most:
            self.refuse(column, Message("dài quá {limit} ký tự").filled(limit=most))
        return found[:most]

    def needed(self, column: str, *, most: int = 200) -> str:
        """Return a text that must be there."""
        found = self.text(column, most=most)
        if not found:
            self.refuse(column, Message("còn trống"))
        return found

    def one_of(self, column: str, allowed: Collection[str], why: Message) -> str:
        """Return a text that must be one of some; ``why`` says what is wrong with another."""
        found = self.needed(column)
        if found and found not in allowed:
            self.refuse(column, why)
        return found

    def number(self, column: str, low: float, high: float) -> float | None:
        """Return a number between two bounds, None for an empty cell."""
        found = self.cells.get(column, "")
        if not found:
            return None
        try:
            value = float(found.replace(",", "."))
        except ValueError:
            self.refuse(column, Message("không phải số"))
            return None
        if not low <= value <= high:
            self.refuse(column, Message("phải từ {low} đến {high}").filled(low=f"{low:g}", high=f"{high:g}"))
            return None
        return value

    def whole(self, column: str, low: int, high: int, *, default: int) -> int:
        """Return a whole number between two bounds; an empty cell means the default."""
        found = self.number(column, low, high)
        if found is None:
            return default
        if found != int(found):
            self.refuse(column, Message("phải là số nguyên"))
        return int(found)

    def many(self, column: str) -> tuple[str, ...]:
        """Return what stands between spaces, commas or semicolons; "-" for nothing."""
        return tuple(part for part in re.split(r"[\s,;]+", self.cells.get(column, "")) if part and part != NONE)

    def hours(self, column: str, *, default: tuple[int, int] | None) -> tuple[int, int] | None:
        """Return a span "07:30-17:30" in seconds from midnight; "-" means none, an empty cell the default."""
        found = self.cells.get(column, "")
        if not found:
            return default
        if found == NONE:
            return None
        span = _HOURS.fullmatch(found)
        if span is None:
            self.refuse(column, Message("viết như 07:30-17:30"))
            return default
        a, b, c, d = map(int, span.groups())
        return (a * 60 + b) * 60, (c * 60 + d) * 60


def read_rows(table: str, text: str, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the lines of a CSV (commas, semicolons or tabs; empty lines are passed over).

    Raises BadPlaces for a table without one of the columns.
    """
    text = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    header = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=header.count))
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    missing = [column for column in columns if column not in names]
    if missing:
        why = Message("thiếu cột này")
        raise BadPlaces([Wrong(table=table, line=1, column=name, why=why) for name in missing])
    reader.fieldnames = names
    for cells in reader:
        clean = {
            name: unguarded(value or "").strip() for name, value in cells.items() if isinstance(name, str) and name
        }
        if any(clean.values()):
            yield Row(table=table, line=reader.line_num, cells=clean)


def span(from_s: int | None, until_s: int | None) -> str:
    """Return seconds from midnight as a cell: "07:30-17:30", "-" for none."""
    if from_s is None or until_s is None:
        return NONE
    return "-".join(f"{second // 3600:02d}:{second // 60 % 60:02d}" for second in (from_s, until_s))
