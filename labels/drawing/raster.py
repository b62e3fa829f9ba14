"""The same drawing in whole dots of a thermal printer: black or nothing, bars and modules in whole dots."""

from __future__ import annotations

import numpy as np

from labels.drawing import symbols, text
from labels.drawing.bitmap_type import Dots, bitmap_width, line_of, pixels_of
from labels.drawing.page import HAIR, Drawing
from labels.drawing.text import BODY, REGULAR

MM_PER_INCH = 25.4
BAR_DOTS = {203: 3, 300: 4}
"""Dots of the thinnest bar: 0.375 mm at 203 dpi, 0.339 mm at 300 dpi."""


def ruler_of(dpi: int) -> text.Ruler:
    """Return the ruler of a printer's dots."""
    return lambda words, font, size: bitmap_width(words, font, size, dpi)


class Raster(Drawing):
    """A picture of one label, true where a dot is black. ``base`` is what is there before, and stays as it is."""

    def __init__(self, size_mm: tuple[float, float], *, dpi: int, base: Dots | None = None) -> None:
        self.width, self.height = size_mm
        self.dpi = dpi
        shape = (self._dots(size_mm[1]), self._dots(size_mm[0]))
        self.dots: Dots = np.zeros(shape, dtype=np.bool_) if base is None else base.copy()

    def measure(self, words: str, font: str, size: float) -> float:
        """Return the width in points of a line in this printer's dots."""
        return bitmap_width(words, font, size, self.dpi)

    def write(
        self, x: float, y: float, words: str, *, font: str = REGULAR, size: float = BODY, align: str = "left"
    ) -> None:
        """Write one line; dots are set or not, never grey."""
        drawn, above = line_of(words, font, pixels_of(size, self.dpi))
        high, wide = drawn.shape
        left = self._dots(x) - round(wide * {"left": 0.0, "centre": 0.5, "right": 1.0}[align])
        top = self._dots(y) + round(size * 0.95 * self.dpi / 72) - above
        self.dots[top : top + high, left : left + wide] |= drawn

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = HAIR, dashed: bool = False) -> None:
        """Draw a level or upright line at least one dot thick, or a slanting one; dashes are not needed on a label."""
        thick = max(1, round(width * self.dpi / 72))
        left, right = sorted((self._dots(x1), self._dots(x2)))
        top, bottom = sorted((self._dots(y1), self._dots(y2)))
        if left == right or top == bottom:
            self._fill(left, top, max(right, left + thick), max(bottom, top + thick))
            return
        n_steps = max(right - left, bottom - top)
        for step in range(n_steps + 1):
            across, down = (self._dots(a + (b - a) * step / n_steps) for a, b in ((x1, x2), (y1, y2)))
            self._fill(across, down, across + thick, down + thick)

    def box(self, x: float, y: float, width: float, height: float, *, line: float = HAIR, fill: float = 1) -> None:
        """Draw a rectangle, filled black where the grey is darker than half."""
        left, top, right, bottom = self._dots(x), self._dots(y), self._dots(x + width), self._dots(y + height)
        if fill < 0.5:
            self._fill(left, top, right + 1, bottom + 1)
            return
        thick = max(1, round(line * self.dpi / 72))
        for edge in (
            (left, top, right + 1, top + thick),
            (left, bottom + 1 - thick, right + 1, bottom + 1),
            (left, top, left + thick, bottom + 1),
            (right + 1 - thick, top, right + 1, bottom + 1),
        ):
            self._fill(*edge)

    def barcode(self, x: float, y: float, code: str, *, height: float, bar: float = symbols.BAR_PT) -> float:
        """Draw Code 128; ``bar`` is rounded to whole dots."""
        dots, top, bottom, left = self._bar(bar), self._dots(y), self._dots(y + height), self._dots(x)
        row = np.zeros(symbols.barcode_units(code), dtype=np.bool_)
        for start, width in symbols.bars(code):
            row[start : start + width] = True
        self.dots[top : bottom + 1, left : left + row.size * dots] |= row.repeat(dots)
        return self.barcode_width(code, bar=bar)

    def barcode_width(self, code: str, *, bar: float = symbols.BAR_PT) -> float:
        """Return the millimetres a barcode takes in whole dots."""
        return symbols.barcode_units(code) * self._bar(bar) * MM_PER_INCH / self.dpi

    def qr(self, x: float, y: float, words: str, *, side: float) -> None:
        """Draw a QR code with modules of whole dots, in the middle of its square."""
        matrix = symbols.qr_matrix(words)
        n_modules = len(matrix)
        dots = self._dots(side) // (n_modules + 8)
        modules = np.frombuffer(b"".join(matrix), dtype=np.bool_).reshape(n_modules, n_modules)
        rest = (self._dots(side) - n_modules * dots) // 2
        left, top = self._dots(x) + rest, self._dots(y) + rest
        self.dots[top : top + n_modules * dots, left : left + n_modules * dots] |= _enlarged(modules, dots)

    def _fill(self, left: int, top: int, right: int, bottom: int) -> None:
        """Blacken the dots from (left, top) up to and without (right, bottom)."""
        self.dots[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True

    def _bar(self, bar: float) -> int:
        share = bar / symbols.BAR_PT
        return max(1, int(BAR_DOTS[self.dpi] * share + 0.01))

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self.dpi / MM_PER_INCH)


def _enlarged(modules: Dots, dots: int) -> Dots:
    return modules.repeat(dots, axis=0).repeat(dots, axis=1)
