"""Cells of a table people edit: each read by its kind, each wrong one named by table, line and column."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from postal.errors import PostalError

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")
_N_NAMED = 20
NONE = "-"


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One cell that cannot be used, and why; the words never repeat what stands in it."""

    table: str
    line: int
    column: str
    vi: str
    en: str

    def say(self, language: str) -> str:
        """Return the place and the reason."""
        if language == "vi":
            return f"{self.table}, dòng {self.line}, cột {self.column}: {self.vi}"
        return f"{self.table}, line {self.line}, column {self.column}: {self.en}"


class BadPlaces(PostalError):
    """Tables that cannot be used; ``wrong`` names every cell, the sentences the first of them."""

    code = "bad_places"
    vi = "Bảng có {n} chỗ sai.\n{named_vi}"
    en = "{n} cells of the tables are wrong.\n{named_en}"

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__(n=len(wrong), named_vi=_named(wrong, "vi"), named_en=_named(wrong, "en"))


def _named(wrong: Sequence[Wrong], language: str) -> str:
    lines = [one.say(language) for one in wrong[:_N_NAMED]]
    return "\n".join([*lines, "…"] if len(wrong) > _N_NAMED else lines)


@dataclass
class Row:
    """One line of a table, read cell by cell; what is wrong is noted and something harmless returned."""

    table: str
    line: int
    cells: dict[str, str]
    wrong: list[Wrong] = field(default_factory=list)

    def refuse(self, column: str, vi: str, en: str) -> None:
        """Note that a cell cannot be used."""
        self.wrong.append(Wrong(table=self.table, line=self.line, column=column, vi=vi, en=en))

    def text(self, column: str, *, most: int = 200) -> str:
        """Return a text that may be empty."""
        found = self.cells.get(column, "")
        if len(found) > most:
            self.refuse(column, f"dài quá {most} ký tự", f"longer than {most} characters")
        return found[:most]

    def needed(self, column: str, *, most: int = 200) -> str:
        """Return a text that must be there."""
        found = self.text(column, most=most)
        if not found:
            self.refuse(column, "còn trống", "is empty")
        return found

    def one_of(self, column: str, allowed: Collection[str], vi: str, en: str) -> str:
        """Return a text that must be one of some; ``vi`` and ``en`` say what is wrong with another."""
        found = self.needed(column)
        if found and found not in allowed:
            self.refuse(column, vi, en)
        return found

    def number(self, column: str, low: float, high: float) -> float | None:
        """Return a number between two bounds, None for an empty cell."""
        found = self.cells.get(column, "")
        if not found:
            return None
        try:
            value = float(found.replace(",", "."))
        except ValueError:
            self.refuse(column, "không phải số", "is no number")
            return None
        if not low <= value <= high:
            self.refuse(column, f"phải từ {low:g} đến {high:g}", f"must be from {low:g} to {high:g}")
            return None
        return value

    def whole(self, column: str, low: int, high: int, *, default: int) -> int:
        """Return a whole number between two bounds; an empty cell means the default."""
        found = self.number(column, low, high)
        if found is None:
            return default
        if found != int(found):
            self.refuse(column, "phải là số nguyên", "must be a whole number")
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
            self.refuse(column, "viết như 07:30-17:30", "is written like 07:30-17:30")
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
        vi, en = "thiếu cột này", "the column is missing"
        raise BadPlaces([Wrong(table=table, line=1, column=name, vi=vi, en=en) for name in missing])
    reader.fieldnames = names
    for cells in reader:
        clean = {name: (value or "").strip() for name, value in cells.items() if isinstance(name, str) and name}
        if any(clean.values()):
            yield Row(table=table, line=reader.line_num, cells=clean)


def span(from_s: int | None, until_s: int | None) -> str:
    """Return seconds from midnight as a cell: "07:30-17:30", "-" for none."""
    if from_s is None or until_s is None:
        return NONE
    return "-".join(f"{second // 3600:02d}:{second // 60 % 60:02d}" for second in (from_s, until_s))
