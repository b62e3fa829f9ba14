"""Files that pretend to be tables of results, or are tables nobody should have to open; made when asked for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = f'<workbook {_MAIN} xmlns:r="{_REL}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
_BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def book(sheet: str | bytes, **parts: str | bytes) -> bytes:
    """Return a workbook whose one sheet is this XML; ``parts`` are further files, "/" written as "__"."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr("xl/workbook.xml", _BOOK)
        packed.writestr("xl/_rels/workbook.xml.rels", _RELS)
        packed.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return written.getvalue()


def sheet(rows: str) -> str:
    """Return the XML of a sheet."""
    return f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>"


def archive(*names: str, n: int = 1, content: bytes = b"x") -> bytes:
    """Return a zip of some parts, each ``n`` times under names of its own."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            for number in range(n):
                packed.writestr(f"{number or ''}{name}", content)
    return written.getvalue()


def nested(depth: int = 6) -> bytes:
    """Return a zip in a zip in a zip."""
    data = bytes(10_000_000)
    for number in range(depth):
        data = archive(f"{number}.zip", content=data)
    return data


def lying_about_its_size() -> bytes:
    """Return a workbook whose directory says that its sheet is small: it holds 60 MB."""
    made = book(b" " * 60_000_000)
    return made.replace((60_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def _damaged(data: bytes) -> bytes:
    at = data.index(b"sheet1.xml") + 30
    return data[:at] + bytes(8) + data[at + 8 :]


REFUSED: dict[str, Callable[[], bytes]] = {
    "xlsx-200-MB-packed": lambda: book(sheet(""), xl__other=bytes(200_000_000)),
    "xlsx-lying-about-its-size": lying_about_its_size,
    "xlsx-entities": lambda: book(_BOMB + sheet("<row><c><v>&b;</v></c></row>")),
    "xlsx-outside-entity": lambda: book('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sheet("&a;")),
    "xlsx-two-million-cells-in-a-row": lambda: book(sheet("<row>" + "<c><v>1</v></c>" * 2_000_000 + "</row>")),
    "xlsx-nested-deep": lambda: book("<a>" * 300_000),
    "xlsx-cut-in-half": lambda: book(sheet("<row/>"))[:300],
    "xlsx-bad-checksum": lambda: _damaged(book(sheet("<row/>" * 5_000))),
    "zip-of-macros": lambda: archive("xl/workbook.xml", "xl/vbaProject.bin"),
    "zip-of-10000-parts": lambda: archive("a", n=10_000),
    "zip-in-zip-in-zip": nested,
    "zip-of-ods": lambda: archive("content.xml", "mimetype"),
    "zip-climbing-out": lambda: archive("../../../../etc/cron.d/x"),
    "csv-one-line-of-19-MB": lambda: b"a" * 19_000_000,
    "csv-19-MB-of-commas": lambda: b"," * 19_000_000,
    "csv-one-quote-never-closed": lambda: b'"' + b"a,\n" * 3_000_000,
    "csv-of-quotes": lambda: b'"' * 5_000_000,
    "csv-of-zeros": lambda: bytes(5_000_000),
    "csv-of-line-ends": lambda: b"\r\n" * 5_000_000,
    "html-as-xls": lambda: b"<html><script>alert(1)</script><table><tr><td>1</td></tr></table></html>",
    "old-workbook-start-alone": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3_000_000),
    "gzip": lambda: b"\x1f\x8b\x08" + bytes(1_000),
}
"""What is refused with a code, by name."""
