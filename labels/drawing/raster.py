"""The same drawing in whole dots of a thermal printer: black or nothing, bars and modules in whole dots."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from labels.drawing import symbols, text
from labels.drawing.page import HAIR, Drawing
from labels.drawing.text import BODY, REGULAR

MM_PER_INCH = 25.4
BAR_DOTS = {203: 3, 300: 4}
"""Dots of the thinnest bar: 0.375 mm at 203 dpi, 0.339 mm at 300 dpi."""


class Raster(Drawing):
    """A picture of one label, one bit a dot."""

    def __init__(self, size_mm: tuple[float, float], *, dpi: int) -> None:
        text.fonts()
        self.width, self.height = size_mm
        self.dpi = dpi
        self.picture = Image.new("1", (self._dots(size_mm[0]), self._dots(size_mm[1])), 255)
        self._pen = ImageDraw.Draw(self.picture)
        self._pen.fontmode = "1"

    def write(
        self, x: float, y: float, words: str, *, font: str = REGULAR, size: float = BODY, align: str = "left"
    ) -> None:
        """Write one line; dots are set or not, never grey."""
        anchor = {"left": "ls", "right": "rs", "centre": "ms"}[align]
        baseline = self._dots(y) + round(size * 0.95 * self.dpi / 72)
        face = _face(font, round(size * self.dpi / 72))
        self._pen.text((self._dots(x), baseline), words, font=face, fill=0, anchor=anchor)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = HAIR, dashed: bool = False) -> None:
        """Draw a line at least one dot thick; dashes are not needed on a label."""
        ends = (self._dots(x1), self._dots(y1), self._dots(x2), self._dots(y2))
        self._pen.line(ends, fill=0, width=max(1, round(width * self.dpi / 72)))

    def box(self, x: float, y: float, width: float, height: float, *, line: float = HAIR, fill: float = 1) -> None:
        """Draw a rectangle, filled black where the grey is darker than half."""
        corners = (self._dots(x), self._dots(y), self._dots(x + width), self._dots(y + height))
        wide = max(1, round(line * self.dpi / 72))
        self._pen.rectangle(corners, outline=0, width=wide, fill=0 if fill < 0.5 else None)

    def barcode(self, x: float, y: float, code: str, *, height: float, bar: float = symbols.BAR_PT) -> float:
        """Draw Code 128; ``bar`` is rounded to whole dots."""
        dots, top, bottom, left = self._bar(bar), self._dots(y), self._dots(y + height), self._dots(x)
        for start, width in symbols.bars(code):
            first = left + start * dots
            self._pen.rectangle((first, top, first + width * dots - 1, bottom), fill=0)
        return self.barcode_width(code, bar=bar)

    def barcode_width(self, code: str, *, bar: float = symbols.BAR_PT) -> float:
        """Return the millimetres a barcode takes in whole dots."""
        return symbols.barcode_units(code) * self._bar(bar) * MM_PER_INCH / self.dpi

    def qr(self, x: float, y: float, words: str, *, side: float) -> None:
        """Draw a QR code with modules of whole dots, in the middle of its square."""
        matrix = symbols.qr_matrix(words)
        n_modules = len(matrix)
        dots = self._dots(side) // (n_modules + 8)
        rest = (self._dots(side) - n_modules * dots) // 2
        left, top = self._dots(x) + rest, self._dots(y) + rest
        for row, line in enumerate(matrix):
            for column, module in enumerate(line):
                if module:
                    corner = (left + column * dots, top + row * dots)
                    self._pen.rectangle((*corner, corner[0] + dots - 1, corner[1] + dots - 1), fill=0)

    def _bar(self, bar: float) -> int:
        share = bar / symbols.BAR_PT
        return max(1, int(BAR_DOTS[self.dpi] * share + 0.01))

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self.dpi / MM_PER_INCH)


@lru_cache(maxsize=64)
def _face(font: str, pixels: int) -> ImageFont.FreeTypeFont:
    # From memory: a size asked for the first time must not open a file while a label is drawn.
    return ImageFont.truetype(BytesIO(text.font_bytes(font)), pixels, layout_engine=ImageFont.Layout.BASIC)
