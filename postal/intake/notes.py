"""What is said of a file as a whole: what of it was not read as results, and what was read that nobody may expect.

Notes name rows, sheets and headers by their places and names, never the contents of cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from postal.tables import MAX_COLUMNS, column_letters
from routing import Message

_MOST_NAMED = 10
_MAX_NAME = 40

NOTES: dict[str, Message] = {
    "sheets_read": Message("Đã đọc bảng kết quả ở {n} trang tính: {names}."),
    "sheet_not_read": Message(
        "Trang tính {name} không đọc: không có dòng tiêu đề với đủ các cột bắt buộc (thiếu {columns})."
    ),
    "column_twice": Message("Trang tính {name} không đọc: cột {columns} có hai lần trong dòng tiêu đề."),
    "hidden_sheet_read": Message("Trang tính {name} đang ẩn; các dòng của trang này vẫn được đọc."),
    "hidden_rows_read": Message("{n} dòng đang ẩn{where}; vẫn được đọc."),
    "rows_above_header": Message("Dòng {rows}{where} nằm trên dòng tiêu đề: không đọc như kết quả."),
    "header_rows_again": Message("Dòng {rows}{where} lặp lại dòng tiêu đề hoặc đánh số cột: không đọc như kết quả."),
    "columns_not_used": Message("Cột không dùng{where}: {names}."),
    "cells_outside": Message("Ô nằm ngoài các cột có tiêu đề{where}, không đọc: {names}."),
}
_WHERE = Message(" ở trang tính {name}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """One thing to know of a file; ``code`` never changes."""

    code: str
    message: Message

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with the intake."""
        return {"code": self.code, "message": self.message.as_json()}


def note(code: str, *, sheet: str = "", **facts: object) -> Note:
    """Return a note; ``sheet`` is where, unless the file has only one sheet."""
    where = {"name": quoted(sheet), "where": _WHERE.filled(name=quoted(sheet)) if sheet else ""}
    return Note(code=code, message=NOTES[code].filled(**(where | facts)))


def quoted(name: str) -> str:
    """Return a name short enough for a sentence, in quotes."""
    plain = " ".join(name.split())
    return f"“{plain[:_MAX_NAME]}{'…' if len(plain) > _MAX_NAME else ''}”"


def listed(names: Sequence[str]) -> str:
    """Return the first names of a list and how many more there are."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" … (+{more})" if more > 0 else "")


def row_ranges(numbers: Sequence[int]) -> str:
    """Return row numbers in few words: 1, 2, 3 and 7 are "1-3, 7"."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return listed([str(a) if a == b else f"{a}-{b}" for a, b in ranges])


def cell_name(column: int, row: int) -> str:
    """Return how a spreadsheet calls a cell: the first is A1; one beyond all columns we look at is "…5"."""
    return f"…{row}" if column >= MAX_COLUMNS else f"{column_letters(column)}{row}"
