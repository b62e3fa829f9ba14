"""Rows of an XLSX file as texts, read as a stream; what could harm the house is refused before it is opened."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from postal.intake.failures import FileTooLarge, NotATable, UnsafeWorkbook
from postal.rules.working_days import LOCAL
from routing import Message

MAX_ENTRIES = 500
MAX_UNPACKED_BYTES = 64_000_000
MAX_COLUMNS = 200
ZIP_MAGIC = b"PK\x03\x04"
# Old .xls files and password-protected .xlsx files are both OLE compound files.
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK_BYTES = 1_000_000
_MACROS = ("vbaproject.bin", "macrosheets/")


def workbook_rows(data: bytes) -> Iterator[list[str]]:
    """Yield the cells of the first sheet row by row, empty rows included, as the texts a clerk sees.

    A number without decimals loses its ".0"; a date is told as a local instant with its offset.
    Raises NotATable, UnsafeWorkbook, FileTooLarge.
    """
    _inspect(data)
    # Imported here: a quarter of a second that CSV files never need.
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            if not book.worksheets:
                raise NotATable(why=Message("không có trang tính nào"))
            yield from _sheet_rows(book.worksheets[0])
        finally:
            book.close()
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, SyntaxError, OSError,
            ParseError, zipfile.BadZipFile, zlib.error) as exc:  # fmt: skip
        # openpyxl answers broken files with whatever its parser stumbled over.
        raise _broken() from exc


def _sheet_rows(sheet: Any) -> Iterator[list[str]]:
    header: list[str] = []
    for cells in sheet.iter_rows(max_row=1, max_col=MAX_COLUMNS, values_only=True):
        header = _texts(cells)
    yield header
    # A cell far below makes a million empty rows: kept as narrow as the table, they pass in a second or two.
    # The two columns more show a row that is too wide.
    empty: list[str] = []
    for cells in sheet.iter_rows(min_row=2, max_col=len(header) + 2, values_only=True):
        yield _texts(cells) if any(cells) else empty


def _texts(cells: Sequence[Any]) -> list[str]:
    found = [_text(value) for value in cells]
    while found and not found[-1]:
        found.pop()
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        # A sheet knows no offset: what stands there is the wall clock of the office.
        return value.replace(tzinfo=LOCAL).isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _inspect(data: bytes) -> None:
    """Refuse zip bombs, macros, document types and broken archives without building any tree."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename.casefold() for entry in entries}
            if len(entries) > MAX_ENTRIES:
                raise UnsafeWorkbook(why=Message("có quá nhiều phần bên trong"))
            if any(entry.flag_bits & 1 for entry in entries):
                raise NotATable(why=Message("tệp có mật khẩu"))
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise FileTooLarge
            if any(macro in name for name in names for macro in _MACROS):
                raise UnsafeWorkbook(why=Message("có macro"))
            if "xl/workbook.xml" not in names:
                raise NotATable(why=Message("tệp nén không phải bảng tính"))
            for entry in entries:
                _inspect_entry(archive, entry)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as exc:
        raise _broken() from exc


def _inspect_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse XML that declares a document type: no workbook needs one, entity bombs and XXE do."""
    if not entry.filename.casefold().endswith((".xml", ".rels")):
        return
    tail = b""
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK_BYTES):
            # Text in UTF-16 would hide the words looked for.
            if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk or b"\x00" in chunk:
                raise UnsafeWorkbook(why=Message("XML khai báo kiểu tài liệu"))
            tail = chunk[-16:]


def _broken() -> NotATable:
    return NotATable(why=Message("tệp .xlsx hỏng"))
