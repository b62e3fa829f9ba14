"""Forms in one hand: heading, fields, tables, sums, signatures, flowing over pages; A4 and A5 on one grid.

A paper is a list of blocks. Every text in them was cleaned by the paper's data (``labels.clean_data``); the form
measures, breaks pages between blocks and between rows, and numbers the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from labels import text
from labels.page import LINE, SIZES_MM, Sheet
from labels.text import BODY, BOLD, LARGE, REGULAR, SMALL, TINY

_EDGE = {"A4": 16.0, "A5": 12.0, "A6": 8.0}
_GAP = 4.0
_FOOT = 12.0


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Pairs of (heading, value), in ``columns`` columns; an empty value stays as a dotted line to fill in by hand."""

    pairs: tuple[tuple[str, str], ...]
    columns: int = 1


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table: heading, share of the width, alignment."""

    heading: str
    share: float
    align: str = "left"


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under headings; a row is as high as its longest cell, up to ``max_lines`` lines."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    max_lines: int = 2


@dataclass(frozen=True, kw_only=True)
class Words:
    """A paragraph."""

    text: str
    is_bold: bool = False
    size: float = BODY


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading inside the form."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """Boxes to tick by hand."""

    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """Places to sign, side by side: (title, what to write, name printed under it)."""

    places: tuple[tuple[str, str, str], ...]
    height: float = 24.0


@dataclass(frozen=True, kw_only=True)
class Codes:
    """A barcode with its text at the left and a QR code at the right, either may be ""."""

    barcode: str = ""
    under: str = ""
    qr: str = ""
    qr_text: str = ""
    side: float = 26.0


Block = Fields | Table | Words | Heading | Ticks | Signatures | Codes


@dataclass(frozen=True, kw_only=True)
class Form:
    """One paper: its head, its blocks and what stands at the foot of every page.

    ``motto`` prints the national heading; ``copies`` names who keeps each copy, one copy for each.
    """

    size: str
    title: str
    number: str
    blocks: tuple[Block, ...]
    issuer: str = ""
    second: str = ""
    motto: bool = False
    copies: tuple[str, ...] = ("",)


def draw_forms(forms: Sequence[Form], title: str) -> bytes:
    """Return forms as one PDF, each beginning on a page of its own. All must have one size."""
    sheet = Sheet(SIZES_MM[forms[0].size], title)
    is_first = True
    for form in forms:
        n_pages = _Pen(None, form, "", 0).draw()
        for copy in form.copies:
            if not is_first:
                sheet.next_page()
            is_first = False
            _Pen(sheet, form, copy, n_pages).draw()
    return sheet.finish()


class _Pen:
    """Draws one copy; without a sheet it only measures how many pages there are."""

    def __init__(self, sheet: Sheet | None, form: Form, copy: str, n_pages: int) -> None:
        self._sheet, self._form, self._copy, self._n_pages = sheet, form, copy, n_pages
        self.width, self.height = SIZES_MM[form.size]
        self.edge = _EDGE[form.size]
        self.wide = self.width - 2 * self.edge
        self._y, self._page = self.edge - 2, 1

    def draw(self) -> int:
        """Draw everything; return the number of pages."""
        self._head()
        for block in self._form.blocks:
            self._block(block)
            self._y += _GAP
        self._foot()
        return self._page

    # -- frame ----------------------------------------------------------------------------------------

    def _head(self) -> None:
        form, middle = self._form, self.width / 2
        if form.motto:
            self._centre(middle, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", BOLD, SMALL)
            self._centre(middle, "Độc lập – Tự do – Hạnh phúc", BOLD, SMALL)
            self._y += 0.8
            self._rule(middle - 18, middle + 18)
            self._y += 4
        if form.issuer:
            self._fitted(form.issuer, self.edge, self.wide, size=SMALL, max_lines=2)
            self._y += 3
        self._y += 1
        fitted = text.fit(form.title, box=(self.wide * mm, 14 * mm), font=BOLD, sizes=(LARGE, 12.0, BODY))
        for line in fitted.lines:
            self._centre(middle, line, BOLD, fitted.size)
        if form.second:
            self._centre(middle, form.second, REGULAR, SMALL)
        if form.number:
            self._centre(middle, form.number, REGULAR, SMALL)
        self._y += _GAP

    def _foot(self) -> None:
        y = self.height - _FOOT + 1
        parts = [part for part in (self._copy, self._form.number) if part]
        if self._sheet:
            self._sheet.line(self.edge, y, self.width - self.edge, y, width=0.3)
            self._sheet.write(self.edge, y + 1.2, ". ".join(parts), size=TINY)
            pages = f"trang {self._page}/{self._n_pages}"
            self._sheet.write(self.width - self.edge, y + 1.2, pages, size=TINY, align="right")

    def _room(self, height: float) -> None:
        """Begin another page when ``height`` millimetres do not fit this one."""
        if self._y + height <= self.height - _FOOT:
            return
        self._foot()
        if self._sheet:
            self._sheet.next_page()
        self._page += 1
        self._y = self.edge

    # -- blocks ---------------------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        match block:
            case Fields():
                self._fields(block)
            case Table():
                self._table(block)
            case Words():
                self._paragraph(block)
            case Heading():
                self._room(14)
                self._write(self.edge, block.text, BOLD, BODY)
                self._y += 5 - _GAP + 1
            case Ticks():
                self._ticks(block)
            case Signatures():
                self._signatures(block)
            case Codes():
                self._codes(block)

    def _fields(self, block: Fields) -> None:
        wide = (self.wide - (block.columns - 1) * _GAP) / block.columns
        for start in range(0, len(block.pairs), block.columns):
            row = block.pairs[start : start + block.columns]
            values = [text.wrap(value, REGULAR, BODY, wide * mm) if value else [] for _, value in row]
            height = 3.2 + max(1, *map(len, values)) * _step(BODY) + 1.4
            self._room(height)
            for column, ((heading, _), lines) in enumerate(zip(row, values, strict=True)):
                x = self.edge + column * (wide + _GAP)
                self._put(x, self._y, heading, REGULAR, TINY)
                for number, line in enumerate(lines):
                    self._put(x, self._y + 3 + number * _step(BODY), line, REGULAR, BODY)
                if not lines and self._sheet:
                    self._sheet.line(x, self._y + 7, x + wide, self._y + 7, width=0.3, dashed=True)
            self._y += height

    def _table(self, block: Table) -> None:
        shares = sum(column.share for column in block.columns)
        lefts, wides, x = [], [], self.edge
        for column in block.columns:
            wide = self.wide * column.share / shares
            lefts.append(x)
            wides.append(wide - 2.5)
            x += wide
        self._room(16)
        self._table_head(block, lefts, wides)
        for row in block.rows:
            cells = [
                text.fit(cell, box=(wide * mm, block.max_lines * _step(TINY) * mm), sizes=(SMALL, TINY))
                for cell, wide in zip(row, wides, strict=True)
            ]
            height = max(cell.height / mm for cell in cells) + 2
            if self._y + height > self.height - _FOOT:
                self._room(height)
                self._table_head(block, lefts, wides)
            for cell, left, wide, column in zip(cells, lefts, wides, block.columns, strict=True):
                for number, line in enumerate(cell.lines):
                    at = left if column.align == "left" else left + wide
                    y = self._y + 1 + number * _step(cell.size)
                    self._put(at, y, line, REGULAR, cell.size, align=column.align)
            self._y += height
            self._rule(self.edge, self.width - self.edge, width=0.2)

    def _table_head(self, block: Table, lefts: Sequence[float], wides: Sequence[float]) -> None:
        heads = [text.wrap(c.heading, BOLD, SMALL, wide * mm) for c, wide in zip(block.columns, wides, strict=True)]
        deep = max(map(len, heads))
        for lines, left, wide, column in zip(heads, lefts, wides, block.columns, strict=True):
            at = left if column.align == "left" else left + wide
            for number, line in enumerate(lines):
                y = self._y + (deep - len(lines) + number) * _step(SMALL)
                self._put(at, y, line, BOLD, SMALL, align=column.align)
        self._y += deep * _step(SMALL) + 1
        self._rule(self.edge, self.width - self.edge, width=LINE)

    def _paragraph(self, block: Words) -> None:
        font = BOLD if block.is_bold else REGULAR
        for line in text.wrap(block.text, font, block.size, self.wide * mm):
            self._room(_step(block.size))
            self._write(self.edge, line, font, block.size)
            self._y += _step(block.size)

    def _ticks(self, block: Ticks) -> None:
        for words in block.texts:
            lines = text.wrap(words, REGULAR, BODY, (self.wide - 6) * mm)
            self._room(len(lines) * _step(BODY) + 1)
            if self._sheet:
                self._sheet.box(self.edge, self._y + 0.6, 3, 3)
            for line in lines:
                self._write(self.edge + 6, line, REGULAR, BODY)
                self._y += _step(BODY)
            self._y += 1

    def _signatures(self, block: Signatures) -> None:
        self._room(block.height + 10)
        wide = self.wide / len(block.places)
        for number, (title, hint, name) in enumerate(block.places):
            x = self.edge + wide * (number + 0.5)
            self._put(x, self._y, _one_line(title.upper(), wide, BOLD), BOLD, SMALL, align="centre")
            self._put(x, self._y + 4, _one_line(hint, wide, REGULAR), REGULAR, TINY, align="centre")
            self._put(x, self._y + block.height, _one_line(name, wide, REGULAR), REGULAR, SMALL, align="centre")
        self._y += block.height + 5

    def _codes(self, block: Codes) -> None:
        side = block.side if block.qr else 0.0
        height = max(side, 20.0 if block.barcode else 0.0)
        self._room(height + 2)
        if self._sheet and block.barcode:
            self._sheet.barcode(self.edge, self._y + 2, block.barcode, height=12)
            self._sheet.write(self.edge, self._y + 15, block.under or block.barcode, font=BOLD, size=BODY)
        if self._sheet and block.qr:
            self._sheet.qr(self.width - self.edge - side + 2, self._y - 2, block.qr, side=side)
        if block.qr_text:
            lines = text.wrap(block.qr_text, REGULAR, TINY, (self.wide - side - 2) * mm) if not block.barcode else []
            for number, line in enumerate(lines):
                self._put(self.edge, self._y + 4 + number * _step(TINY), line, REGULAR, TINY)
        self._y += height

    # -- ink ------------------------------------------------------------------------------------------

    def _put(self, x: float, y: float, words: str, font: str, size: float, *, align: str = "left") -> None:
        if self._sheet:
            self._sheet.write(x, y, words, font=font, size=size, align=align)

    def _write(self, x: float, words: str, font: str, size: float) -> None:
        self._put(x, self._y, words, font, size)

    def _centre(self, x: float, words: str, font: str, size: float) -> None:
        self._put(x, self._y, words, font, size, align="centre")
        self._y += _step(size)

    def _fitted(self, words: str, x: float, wide: float, *, size: float, max_lines: int) -> None:
        fitted = text.fit(words, box=(wide * mm, max_lines * _step(size) * mm), sizes=(size, TINY))
        for line in fitted.lines:
            self._put(x, self._y, line, REGULAR, fitted.size)
            self._y += _step(fitted.size)

    def _rule(self, left: float, right: float, *, width: float = 0.4) -> None:
        if self._sheet:
            self._sheet.line(left, self._y, right, self._y, width=width)
        self._y += 0.6


def _step(size: float) -> float:
    return float(size * text.LEADING / mm)


def _one_line(words: str, wide: float, font: str) -> str:
    fitted = text.fit(words, box=((wide - 2) * mm, SMALL * text.LEADING), font=font, sizes=(SMALL,))
    return fitted.lines[0] if fitted.lines else ""
