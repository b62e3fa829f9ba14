"""The zip archive of a workbook: what could do harm is refused before any of it is read."""

from __future__ import annotations

import io
import zipfile
import zlib

from postal.tables.failures import FileTooLarge, NotATable, UnsafeWorkbook
from routing import Message

MAX_ENTRIES = 500
MAX_UNPACKED_BYTES = 64_000_000
ZIP_MAGIC = b"PK\x03\x04"
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)
_CHUNK_BYTES = 1_000_000
_MACROS = ("vbaproject.bin", "macrosheets/")
# A part of the archive → what the file is.
_OTHERS: dict[str, Message] = {
    "xl/workbook.bin": Message("bảng tính nhị phân .xlsb"),
    "word/document.xml": Message("văn bản Word"),
    "ppt/presentation.xml": Message("bản trình chiếu"),
    "content.xml": Message("bảng tính hoặc văn bản OpenDocument (.ods, .odt)"),
}


def broken() -> NotATable:
    """Return the refusal of a workbook whose insides do not fit together."""
    return NotATable(why=Message("tệp .xlsx hỏng"))


class Archive:
    """The parts of a workbook by their names, in any case and with either slash.

    Opening it refuses bombs, macros, document types, passwords and what is no workbook, without building any tree.
    Raises NotATable, UnsafeWorkbook, FileTooLarge.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._names = {_plain(entry.filename): entry.filename for entry in self._zip.infolist()}
            self._inspect()
        except BROKEN_ZIP as exc:
            raise broken() from exc

    def has(self, name: str) -> bool:
        """Return whether the archive has a part."""
        return _plain(name) in self._names

    def open(self, name: str) -> io.BufferedIOBase:
        """Open a part for reading. Raises KeyError."""
        return self._zip.open(self._names[_plain(name)])  # type: ignore[return-value]

    def _inspect(self) -> None:
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise UnsafeWorkbook(why=Message("có quá nhiều phần bên trong"))
        if any(entry.flag_bits & 1 for entry in entries):
            raise NotATable(why=Message("tệp có mật khẩu"))
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
            raise FileTooLarge
        if any(macro in name for name in self._names for macro in _MACROS):
            raise UnsafeWorkbook(why=Message("có macro"))
        if not any(name.endswith("workbook.xml") for name in self._names):
            raise self._other()
        for entry in entries:
            if _plain(entry.filename).endswith((".xml", ".rels")):
                self._refuse_document_types(entry)

    def _other(self) -> NotATable:
        for part, why in _OTHERS.items():
            if part in self._names:
                return NotATable(why=why)
        return NotATable(why=Message("tệp nén không phải bảng tính"))

    def _refuse_document_types(self, entry: zipfile.ZipInfo) -> None:
        """Refuse XML that declares a document type: no workbook needs one, entity bombs and XXE do."""
        tail = b""
        with self._zip.open(entry) as part:
            while chunk := part.read(_CHUNK_BYTES):
                # Text in UTF-16 would hide the words looked for.
                if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk or b"\x00" in chunk:
                    raise UnsafeWorkbook(why=Message("XML khai báo kiểu tài liệu"))
                tail = chunk[-16:]


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
