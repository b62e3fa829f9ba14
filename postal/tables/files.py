"""What a file is, told from its content: the sheets of a table, or a refusal that names the kind of file it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from postal.tables.archive import ZIP_MAGIC
from postal.tables.delimited import csv_sheet, text_of
from postal.tables.failures import MAX_FILE_BYTES, BadFile, EmptyFile, FileTooLarge, NotATable
from postal.tables.oldbook import OLE_MAGIC, old_workbook_sheets
from postal.tables.sheets import Expected, Sheet
from postal.tables.workbook import workbook_sheets
from routing import Message

_HEAD = 4_096
_HTML = ("<html", "<!doctype html", "<table", "<body", "<head", "<meta", "<style", "<div")
# The beginning of the file → what it is.
_OTHERS: tuple[tuple[bytes, Message], ...] = (
    (b"%PDF", Message("tệp PDF")),
    (b"{\\rtf", Message("tệp văn bản RTF")),
    (b"\x89PNG", Message("tệp ảnh")),
    (b"\xff\xd8\xff", Message("tệp ảnh")),
    (b"GIF8", Message("tệp ảnh")),
    (b"Rar!", Message("tệp nén RAR")),
    (b"7z\xbc\xaf", Message("tệp nén 7z")),
    (b"\x1f\x8b", Message("tệp nén gzip")),
)
_WEB_PAGE = Message("trang web (HTML), dù có thể mang tên .xls; mở bằng Excel rồi chọn Lưu thành Excel Workbook")
_XML_SHEET = Message("bảng tính XML 2003, dù có thể mang tên .xls; mở bằng Excel rồi chọn Lưu thành Excel Workbook")


def content_of(data: bytes | Path) -> bytes:
    """Return the bytes of a file within the limit. Raises EmptyFile, FileTooLarge."""
    if isinstance(data, Path):
        if data.stat().st_size > MAX_FILE_BYTES:
            raise FileTooLarge
        data = data.read_bytes()
    if len(data) > MAX_FILE_BYTES:
        raise FileTooLarge
    if not data.strip():
        raise EmptyFile
    return data


def sheets_of(data: bytes, expected: Expected) -> Iterator[Sheet]:
    """Yield the sheets of a file in their order; each is read before the next is asked for.

    The file's name is anybody's word and means nothing. Raises BadFile and its kin, also in the midst of a sheet
    where only reading shows the damage.
    """
    if data.startswith(ZIP_MAGIC):
        yield from workbook_sheets(data)
    elif data.startswith(OLE_MAGIC):
        yield from old_workbook_sheets(data)
    else:
        _refuse_others(data)
        yield csv_sheet(data, expected)


def _refuse_others(data: bytes) -> None:
    """Raise NotATable naming the kind of file where it is a known other one."""
    for magic, why in _OTHERS:
        if data.startswith(magic):
            raise NotATable(why=why)
    head = _text_head(data).lstrip("\ufeff \t\r\n").casefold()
    if head.startswith("mime-version:"):
        raise NotATable(why=_WEB_PAGE)
    if not head.startswith("<"):
        return
    if "urn:schemas-microsoft-com:office:spreadsheet" in head and "<html" not in head:
        raise NotATable(why=_XML_SHEET)
    if any(tag in head for tag in _HTML):
        raise NotATable(why=_WEB_PAGE)
    if head.startswith("<?xml"):
        raise NotATable(why=Message("tệp XML"))


def _text_head(data: bytes) -> str:
    try:
        return text_of(data[:_HEAD] if len(data) > _HEAD else data)
    except BadFile:
        # Another encoding, or a letter cut in two by the end of the head: the tags are plain all the same.
        return data[:_HEAD].replace(b"\x00", b"").decode("ascii", "ignore")
