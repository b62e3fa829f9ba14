"""Forms in one hand: heading, fields, tables, sums, signatures, flowing over pages; A4 and A5 on one grid.

A paper is a list of blocks. The form measures them, breaks pages between blocks and between rows, and numbers the
pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportlab.lib.units import mm

from labels.drawing import text
from labels.drawing.blocks import Block, Codes, Fields, Form, Heading, Signatures, Table, Ticks, Words
from labels.drawing.page import LINE, SIZES_MM, Sheet
from labels.drawing.text import BODY, BOLD, LARGE, REGULAR, SMALL, TINY

_EDGE = {"A4": 16.0, "A5": 12.0, "A6": 8.0}
_GAP = 4.0
# Millimetres between blocks and steps of type smaller: where a card must stay on its one page it is set closer.
_CLOSER = ((_GAP, 0), (2.0, 0), (2.0, 1), (1.2, 2))
_FOOT = 12.0
_FOLD = 5.0
_SMALLER = (BODY, SMALL, TINY)
_CELL = 2.5  # between two columns; the last one ends with the line under it


Stroke = Callable[[Sheet], object]
"""Puts one thing on a page."""


def draw_forms(forms: Sequence[Form], title: str) -> bytes:
    """Return forms as one PDF, each beginning on a page of its own. All must have one size."""
    sheet = Sheet(SIZES_MM[forms[0].size], title)
    is_first = True
    for form in forms:
        # Laid out once, drawn as often as there are copies: they differ in nothing but their feet.
        pages = _lay_out(form)
        for copy in form.copies:
            for number, strokes in enumerate(pages, start=1):
                if not is_first:
                    sheet.next_page()
                is_first = False
                for stroke in strokes:
                    stroke(sheet)
                _foot(sheet, form, copy, f"{form.page} {number}/{len(pages)}")
    return sheet.finish()


def _lay_out(form: Form) -> list[list[Stroke]]:
    """Return the pages of a form: at ease or, where that spares its second page, as closely as it may be set."""
    at_ease = _Pen(form, 0).pages()
    for closeness in range(1, form.closer + 1) if len(at_ease) > 1 else ():
        closer = _Pen(form, closeness).pages()
        if len(closer) == 1:
            return closer
    return at_ease


def _foot(sheet: Sheet, form: Form, copy: str, page: str) -> None:
    edge = _EDGE[form.size]
    y, right = sheet.height - _FOOT + 1, sheet.width - edge
    sheet.line(edge, y, right, y, width=0.3)
    sheet.write(edge, y + 1.2, ". ".join(part for part in (copy, form.number) if part), size=TINY)
    sheet.write(right, y + 1.2, page, size=TINY, align="right")
    if form.size == "A5":  # folded once it lies in the envelope or pouch of an A6 label
        for left in (0.0, sheet.width - _FOLD):
            sheet.line(left, sheet.height / 2, left + _FOLD, sheet.height / 2, width=0.3)


class _Pen:
    """Lays out one form: what it puts on each page, without the feet."""

    def __init__(self, form: Form, closeness: int) -> None:
        self._form = form
        self.gap, self._smaller = _CLOSER[closeness]
        self.width, self.height = SIZES_MM[form.size]
        self.edge = _EDGE[form.size]
        self.wide = self.width - 2 * self.edge
        self._y = self.edge - 2
        self._pages: list[list[Stroke]] = [[]]

    def pages(self) -> list[list[Stroke]]:
        """Return the strokes of each page."""
        self._head()
        for block in self._form.blocks:
            self._block(block)
            self._y += self.gap
        return self._pages

    # -- frame ----------------------------------------------------------------------------------------

    def _head(self) -> None:
        form = self._form
        beside, top = self._mark()
        wide = self.wide - beside
        middle = self.edge + wide / 2
        if form.motto:
            self._centre(middle, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", BOLD, SMALL)
            self._centre(middle, "Độc lập – Tự do – Hạnh phúc", BOLD, SMALL)
            self._y += 0.8
            self._rule(middle - 18, middle + 18)
            self._y += 4
        if form.issuer:
            self._fitted(form.issuer, self.edge, wide, size=SMALL, max_lines=2)
            self._y += 3
        self._y += 1
        fitted = text.fit(form.title, box=(wide * mm, 14 * mm), font=BOLD, sizes=(LARGE, 12.0, BODY))
        for line in fitted.lines:
            self._centre(middle, line, BOLD, fitted.size)
        for words in filter(None, (form.second, form.number)):
            self._centre(middle, words, REGULAR, SMALL)
        self._y = max(self._y, top) + self.gap

    def _mark(self) -> tuple[float, float]:
        """Draw the square code beside the head; return what it takes of the width and where it ends."""
        mark = self._form.mark
        if mark is None:
            return 0.0, 0.0
        left, top = self.width - self.edge - mark.side + 2, self._y - 2
        below = top + mark.side
        self._ink(lambda sheet: sheet.qr(left, top, mark.qr, side=mark.side))
        for line in text.wrap(mark.text, REGULAR, TINY, (mark.side - 2) * mm):
            self._put(left + mark.side / 2, below, line, REGULAR, TINY, align="centre")
            below += _step(TINY)
        return mark.side, below

    def _room(self, height: float) -> None:
        """Begin another page when ``height`` millimetres do not fit this one."""
        if self._y + height > self.height - _FOOT:
            self._pages.append([])
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
            size = self._size(BODY)
            values = [self._lines(value, wide, size) for _, value in row]
            height = 3.2 + max(1, *map(len, values)) * _step(size) + 1.4
            self._room(height)
            for column, ((heading, _), lines) in enumerate(zip(row, values, strict=True)):
                x = self.edge + column * (wide + _GAP)
                self._put(x, self._y, heading, REGULAR, TINY)
                for number, line in enumerate(lines):
                    self._put(x, self._y + 3 + number * _step(size), line, REGULAR, size)
                if not lines:
                    self._line(x, x + wide, self._y + 7, width=0.3, dashed=True)
            self._y += height

    def _lines(self, value: str | tuple[str, ...], wide: float, size: float) -> list[str]:
        parts = (value,) if isinstance(value, str) else value
        return [line for part in parts if part for line in text.wrap(part, REGULAR, size, wide * mm)]

    def _table(self, block: Table) -> None:
        shares = sum(column.share for column in block.columns)
        lefts: list[float] = []
        wides: list[float] = []
        x = self.edge
        for column in block.columns:
            wide = self.wide * column.share / shares
            lefts.append(x)
            wides.append(wide - _CELL if len(wides) < len(block.columns) - 1 else wide)
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
        font, size = BOLD if block.is_bold else REGULAR, self._size(block.size)
        at = self.edge if block.align == "left" else self.width - self.edge
        for line in text.wrap(block.text, font, size, self.wide * mm):
            self._room(_step(size))
            self._put(at, self._y, line, font, size, align=block.align)
            self._y += _step(size)

    def _ticks(self, block: Ticks) -> None:
        size = self._size(block.size)
        side = size * 0.28
        for words in block.texts:
            lines = text.wrap(words, REGULAR, size, (self.wide - side - 2) * mm)
            self._room(len(lines) * _step(size) + 0.8)
            self._box(self._y + 0.5, side)
            for line in lines:
                self._write(self.edge + side + 2, line, REGULAR, size)
                self._y += _step(size)
            self._y += 0.8

    def _signatures(self, block: Signatures) -> None:
        self._room(block.height + 10)
        wide = self.wide / len(block.places)
        for number, place in enumerate(block.places):
            x = self.edge + wide * (number + 0.5)
            self._put(x, self._y, _one_line(place.title.upper(), wide, BOLD), BOLD, SMALL, align="centre")
            self._put(x, self._y + 4, _one_line(place.hint, wide, REGULAR), REGULAR, TINY, align="centre")
            if place.picture:
                self._picture(x - wide / 2 + 4, self._y + 7, wide - 8, block.height - 7.6, place.picture)
            self._put(x, self._y + block.height, _one_line(place.name, wide, REGULAR), REGULAR, SMALL, align="centre")
        self._y += block.height + 5

    def _codes(self, block: Codes) -> None:
        self._room(block.side + 2)
        y, left = self._y, self.width - self.edge - block.side + 2
        self._ink(lambda sheet: sheet.barcode(self.edge, y + 2, block.barcode, height=12))
        self._put(self.edge, y + 15, block.under, BOLD, BODY)
        self._ink(lambda sheet: sheet.qr(left, y - 2, block.qr, side=block.side))
        self._y += block.side - 3

    # -- ink ------------------------------------------------------------------------------------------

    def _size(self, size: float) -> float:
        """Return a size of type, smaller where the form is set closer."""
        return _SMALLER[min(_SMALLER.index(size) + self._smaller, len(_SMALLER) - 1)] if size in _SMALLER else size

    def _ink(self, stroke: Stroke) -> None:
        self._pages[-1].append(stroke)

    def _put(self, x: float, y: float, words: str, font: str, size: float, *, align: str = "left") -> None:
        self._ink(lambda sheet: sheet.write(x, y, words, font=font, size=size, align=align))

    def _picture(self, x: float, y: float, width: float, height: float, picture: bytes) -> None:
        self._ink(lambda sheet: sheet.picture(x, y, width, height, picture))

    def _line(self, left: float, right: float, y: float, *, width: float, dashed: bool = False) -> None:
        self._ink(lambda sheet: sheet.line(left, y, right, y, width=width, dashed=dashed))

    def _box(self, y: float, side: float) -> None:
        self._ink(lambda sheet: sheet.box(self.edge, y, side, side))

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
        self._line(left, right, self._y, width=width)
        self._y += 0.6


def _step(size: float) -> float:
    return float(size * text.LEADING / mm)


def _one_line(words: str, wide: float, font: str) -> str:
    fitted = text.fit(words, box=((wide - 2) * mm, SMALL * text.LEADING), font=font, sizes=(SMALL,))
    return fitted.lines[0] if fitted.lines else ""
