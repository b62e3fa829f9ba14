"""Rows of an old workbook (.xls, Excel 97 to 2003) as texts."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from postal.rules.working_days import LOCAL
from postal.tables.failures import FileTooLarge, NotATable
from postal.tables.sheets import Sheet
from routing import Message

# Old .xls files and password-protected .xlsx files are both OLE compound files.
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_OLD_BYTES = 20_000_000
"""Old workbooks are read into memory as a whole, many times their size; 65,536 rows of results have 15 MB."""
_BROKEN = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, AssertionError, LookupError,
    UnicodeError, OSError, EOFError, ArithmeticError, MemoryError, RecursionError, NotImplementedError, struct.error,
)  # fmt: skip


def old_workbook_sheets(data: bytes) -> Iterator[Sheet]:
    """Yield the sheets of an old workbook. Raises NotATable, FileTooLarge."""
    if len(data) > MAX_OLD_BYTES:
        raise FileTooLarge
    # Imported here: only files of this kind need it.
    import xlrd
    from xlrd.biffh import XLRDError
    from xlrd.compdoc import CompDocError
    from xlrd.formula import FormulaError

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True, ragged_rows=True)
        names = book.sheet_names()
    except XLRDError as exc:
        raise _why_not(str(exc)) from exc
    except (*_BROKEN, CompDocError, FormulaError) as exc:
        raise broken_old() from exc
    for number, name in enumerate(names):
        try:
            sheet = book.sheet_by_index(number)
        except (*_BROKEN, XLRDError, CompDocError, FormulaError) as exc:
            raise broken_old() from exc
        yield Sheet(name=name, rows=_rows(sheet, book.datemode), is_hidden=sheet.visibility != 0)
        book.unload_sheet(number)


def broken_old() -> NotATable:
    """Return the refusal of an old workbook whose insides do not fit together."""
    return NotATable(why=Message("tệp .xls hỏng"))


def _rows(sheet: Any, datemode: Any) -> Iterator[tuple[int, list[str]]]:
    for number in range(sheet.nrows):
        try:
            cells = [_text(cell, datemode) for cell in sheet.row(number)]
        except _BROKEN as exc:
            raise broken_old() from exc
        if any(cell.strip() for cell in cells):
            yield number + 1, cells


def _text(cell: Any, datemode: Any) -> str:
    import xlrd

    value = cell.value
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, "#N/A"))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _instant(value, datemode)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return ""


def _instant(serial: float, datemode: Any) -> str:
    """Return how a day (with its offset: a sheet's clock is the office's) or a time of day reads."""
    import xlrd

    try:
        moment: datetime = xlrd.xldate_as_datetime(serial, datemode)
    except _BROKEN:
        return repr(serial)
    return moment.time().isoformat() if serial < 1 else moment.replace(tzinfo=LOCAL).isoformat(timespec="seconds")


def _why_not(message: str) -> NotATable:
    if "encrypted" in message:
        return NotATable(why=Message("tệp .xls có mật khẩu"))
    if "find workbook" in message:
        return NotATable(why=Message("tệp có mật khẩu hoặc tài liệu Office cũ khác (.doc, .ppt)"))
    return broken_old()
