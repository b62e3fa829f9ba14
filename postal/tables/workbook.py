"""Rows of an XLSX file as texts, read as a stream from the parts of its archive.

What the sheet says of its own size is not believed: each row that stands there is read, hidden or not, and what a
program left out (row and cell references, cached values) is made up for or shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from posixpath import join, normpath
from xml.etree.ElementTree import Element, ParseError, iterparse

from postal.rules.working_days import LOCAL
from postal.tables.archive import BROKEN_ZIP, Archive, broken
from postal.tables.failures import BadFile, FileTooLarge, NotATable
from postal.tables.sheets import MAX_COLUMNS, Sheet, column_index
from routing import Message

_BROKEN = (*BROKEN_ZIP, ParseError, KeyError, TypeError, AttributeError, IndexError, OverflowError)
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Number formats without a text of their own that show days or times (ECMA-376 Part 1, 18.8.30, with the East Asian).
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
# What of a format is no pattern: texts in quotes, escaped letters, colours and conditions in brackets.
_NOT_PATTERN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
# Of one shared text or table of styles; and of one row: the widest of Excel has 16,384 cells of two or three elements.
_MAX_ELEMENTS, _MAX_ELEMENTS_IN_ROW = 300_000, 100_000
_MAX_DEPTH = 64
_LAST_SERIAL = 2_958_466  # 31 December 9999


def workbook_sheets(data: bytes) -> Iterator[Sheet]:
    """Yield the sheets of a workbook; their cells are the texts a clerk sees.

    A number without decimals loses its ".0"; a date is a local instant with its offset; a formula whose value was
    never worked out stands as the formula itself. Raises NotATable, UnsafeWorkbook, FileTooLarge.
    """
    archive = Archive(data)
    try:
        book = _Book.of(archive)
    except BadFile:
        raise
    except _BROKEN as exc:
        raise broken() from exc
    if not book.parts:
        raise NotATable(why=Message("không có trang tính nào"))
    for name, part, is_hidden in book.parts:
        sheet = Sheet(name=name, rows=iter(()), is_hidden=is_hidden)
        sheet.rows = _rows(archive, book, part, sheet)
        yield sheet


def decoded(text: str) -> str:
    """Return a text without the escapes of OOXML: "_x000D_" is a carriage return, "_x005F_" an underscore."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


# -- the parts that all sheets share ------------------------------------------------------------------


@dataclass(kw_only=True)
class _Book:
    """The sheets (name, part, is hidden), the shared texts, and what is needed to tell a date from a number."""

    parts: list[tuple[str, str, bool]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    date_styles: frozenset[int] = frozenset()
    first_day: datetime = datetime(1899, 12, 30, tzinfo=LOCAL)

    @classmethod
    def of(cls, archive: Archive) -> _Book:
        main = next((target for kind, _, target in _relations(archive, "") if kind == "officeDocument"), "")
        main = main if archive.has(main) else "xl/workbook.xml"
        book = cls()
        targets, others = book._relate(archive, main)
        for element in _elements(archive, main, ("sheet", "workbookPr")):
            if _local(element.tag) == "sheet":
                book._add_sheet(element, targets)
            elif element.get("date1904") in ("1", "true"):
                book.first_day = datetime(1904, 1, 1, tzinfo=LOCAL)
        if archive.has(others.get("sharedStrings", "")):
            book.texts = [decoded(_text_of(e)) for e in _elements(archive, others["sharedStrings"], ("si",))]
        if archive.has(others.get("styles", "")):
            book.date_styles = _date_styles(archive, others["styles"])
        return book

    def _relate(self, archive: Archive, main: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return the parts of the worksheets by their keys, and the other parts by their kinds."""
        targets, others = {}, {}
        for kind, key, target in _relations(archive, main):
            if kind == "worksheet":
                targets[key] = target
            else:
                others[kind] = target
        return targets, others

    def _add_sheet(self, element: Element, targets: dict[str, str]) -> None:
        key = next((v for k, v in element.attrib.items() if _local(k) == "id" and k != "id"), "")
        if key in targets:
            is_hidden = element.get("state", "visible") != "visible"
            self.parts.append((element.get("name", ""), targets[key], is_hidden))


def _relations(archive: Archive, part: str) -> Iterator[tuple[str, str, str]]:
    """Yield kind, key and target part of what a part refers to."""
    folder, _, name = part.rpartition("/")
    relations = join(folder, "_rels", f"{name}.rels")
    if not archive.has(relations):
        return
    for element in _elements(archive, relations, ("Relationship",)):
        target = element.get("Target", "")
        path = target if target.startswith("/") else normpath(join(folder, target))
        yield element.get("Type", "").rsplit("/", 1)[-1], element.get("Id", ""), path


def _date_styles(archive: Archive, part: str) -> frozenset[int]:
    """Return the positions of the cell styles that show a number as a day or a time."""
    own: dict[str, str] = {}
    styles: list[str] = []
    for element in _elements(archive, part, ("numFmt", "cellXfs")):
        if _local(element.tag) == "numFmt":
            own[element.get("numFmtId", "")] = element.get("formatCode", "")
        else:
            styles = [xf.get("numFmtId", "0") for xf in element]
    return frozenset(n for n, key in enumerate(styles) if _shows_a_date(key, own))


def _shows_a_date(key: str, own: dict[str, str]) -> bool:
    if key in own:
        pattern = _NOT_PATTERN.sub("", own[key].split(";")[0])
        return re.search("[dmyhs]", pattern, re.IGNORECASE) is not None
    return key.isdigit() and int(key) in _DATE_FORMATS


# -- one sheet ----------------------------------------------------------------------------------------


def _rows(archive: Archive, book: _Book, part: str, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for row in _elements(archive, part, ("row",), most=_MAX_ELEMENTS_IN_ROW):
            number = int(row.get("r") or number + 1)
            cells = _cells(row, book)
            if not any(cell.strip() for cell in cells):
                continue
            if row.get("hidden") in ("1", "true"):
                sheet.hidden_rows += 1
            yield number, cells
    except BadFile:
        raise
    except _BROKEN as exc:
        raise broken() from exc


def _cells(row: Element, book: _Book) -> list[str]:
    found: list[str] = []
    at = -1
    for cell in row:
        reference = _CELL.fullmatch(cell.get("r") or "")
        at = column_index(reference[1]) if reference else at + 1
        text = _value(cell, book)
        if not text:
            continue
        if at >= MAX_COLUMNS:
            found += [""] * (MAX_COLUMNS + 1 - len(found))
            found[MAX_COLUMNS] = text
            continue
        found += [""] * (at + 1 - len(found))
        found[at] = text
    return found


def _value(cell: Element, book: _Book) -> str:
    parts = {_local(child.tag): child for child in cell}
    if "is" in parts:
        return decoded(_text_of(parts["is"]))
    kind, value = cell.get("t", "n"), (parts["v"].text or "") if "v" in parts else ""
    if value:
        return _shown(kind, value, cell, book)
    if "f" in parts and kind != "str":
        return f"={parts['f'].text or ''}"  # saved by a program that works out no formulas: the value is not there
    return ""


def _shown(kind: str, value: str, cell: Element, book: _Book) -> str:
    if kind == "s":
        return book.texts[int(value)]
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "n":
        return _number(value, int(cell.get("s") or 0) in book.date_styles, book.first_day)
    return decoded(value)


def _number(text: str, is_date: bool, first_day: datetime) -> str:
    value = float(text)
    if is_date and 0 <= value < _LAST_SERIAL:
        return _instant(value, first_day)
    if value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else text
    return repr(value)


def _instant(serial: float, first_day: datetime) -> str:
    """Return how a day (with its offset: a sheet's clock is the office's) or a time of day reads."""
    days = serial + 1 if 1 <= serial < 60 and first_day.year == 1899 else serial  # Excel's 29 February 1900
    moment = first_day + timedelta(seconds=round(days * 86_400))
    return moment.time().isoformat() if serial < 1 else moment.isoformat(timespec="seconds")


# -- XML ----------------------------------------------------------------------------------------------


def _elements(archive: Archive, part: str, names: tuple[str, ...], *, most: int = _MAX_ELEMENTS) -> Iterator[Element]:
    """Yield the elements with these names one by one. Raises FileTooLarge, NotATable where they lie too deep.

    What was yielded or is not asked for is let go at once, so that no tree grows, whatever the part holds.
    """
    above: list[Element] = []
    n_wanted = n_inside = 0
    with archive.open(part) as source:
        # Document types were refused with the archive: no entity can grow or reach outside.
        for event, element in iterparse(source, events=("start", "end")):  # noqa: S314
            is_wanted = _local(element.tag) in names
            if event == "start":
                above.append(element)
                n_wanted += is_wanted
                n_inside = n_inside + 1 if n_wanted else 0
                if n_inside > most:
                    raise FileTooLarge
                if len(above) > _MAX_DEPTH:
                    raise broken()
                continue
            above.pop()
            n_wanted -= is_wanted
            if n_wanted:
                continue
            if is_wanted:
                yield element
            n_inside = 0
            if above:
                above[-1].clear()


def _text_of(element: Element) -> str:
    """Return the text of a shared or inline string: its runs, without the readings of East Asian letters."""
    texts = []
    for child in element:
        name = _local(child.tag)
        if name == "t":
            texts.append(child.text or "")
        elif name == "r":
            texts += [t.text or "" for t in child if _local(t.tag) == "t"]
    return "".join(texts)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
