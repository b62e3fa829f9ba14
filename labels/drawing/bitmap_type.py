"""Type as a thermal printer's dots: every glyph drawn once, measured in the dots it takes.

Pillow hints glyphs to whole dots, so that a line of small type is several per cent wider or narrower than the font's
own widths say. Lines are therefore measured and drawn from the same glyphs, without kerning.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from labels.drawing import text

Dots = NDArray[np.bool_]


@dataclass(frozen=True)
class Glyph:
    """One letter: its dots, where they stand from the pen (right and down are positive), how far the pen moves."""

    dots: Dots
    left: int
    top: int
    advance: int

    @property
    def right(self) -> int:
        """Return where its dots end, from the pen."""
        return self.left + int(self.dots.shape[1])


class BitmapType:
    """A font in one size of whole pixels."""

    def __init__(self, font: str, pixels: int) -> None:
        # From memory: a size asked for the first time must not open a file while a label is drawn.
        file = BytesIO(text.font_bytes(font))
        self._face = ImageFont.truetype(file, pixels, layout_engine=ImageFont.Layout.BASIC)
        self._glyphs: dict[str, Glyph] = {}

    def glyph(self, letter: str) -> Glyph:
        """Return a letter's glyph."""
        found = self._glyphs.get(letter)
        if found is None:
            found = self._glyphs[letter] = self._draw(letter)
        return found

    def span(self, words: str) -> tuple[int, int]:
        """Return where a line's dots may begin and end, from the pen: overhanging letters count, so do spaces."""
        first, last, pen = 0, 0, 0
        for letter in words:
            glyph = self.glyph(letter)
            first, last = min(first, pen + glyph.left), max(last, pen + glyph.right)
            pen += glyph.advance
        return first, max(last, pen)

    def line(self, words: str) -> tuple[Dots, int]:
        """Return a line's dots, from its first black column, and how far above the baseline they begin."""
        first, last = self.span(words)
        glyphs = [self.glyph(letter) for letter in words]
        top = min((glyph.top for glyph in glyphs), default=0)
        bottom = max((glyph.top + glyph.dots.shape[0] for glyph in glyphs), default=0)
        dots = np.zeros((bottom - top, last - first), dtype=np.bool_)
        pen = -first
        for glyph in glyphs:
            high, wide = glyph.dots.shape
            down, across = glyph.top - top, pen + glyph.left
            dots[down : down + high, across : across + wide] |= glyph.dots
            pen += glyph.advance
        return dots, -top

    def _draw(self, letter: str) -> Glyph:
        left, top, right, bottom = (int(edge) for edge in self._face.getbbox(letter, mode="1", anchor="ls"))
        picture = Image.new("1", (max(0, right - left), max(0, bottom - top)))
        pen = ImageDraw.Draw(picture)
        pen.fontmode = "1"
        pen.text((-left, -top), letter, font=self._face, fill=1, anchor="ls")
        advance = round(self._face.getlength(letter, mode="1"))
        return Glyph(dots=np.asarray(picture, dtype=np.bool_), left=left, top=top, advance=advance)


@cache
def bitmap_type(font: str, pixels: int) -> BitmapType:
    """Return a font in a size of whole pixels, made once."""
    return BitmapType(font, pixels)


@lru_cache(maxsize=1024)
def line_of(words: str, font: str, pixels: int) -> tuple[Dots, int]:
    """Return `BitmapType.line`; senders, offices and headings return on every label, and are drawn once."""
    return bitmap_type(font, pixels).line(words)


def pixels_of(size: float, dpi: int) -> int:
    """Return the whole pixels nearest to a size in points."""
    return round(size * dpi / 72)


@lru_cache(maxsize=65_536)
def bitmap_width(words: str, font: str, size: float, dpi: int) -> float:
    """Return the width in points of a line of dots, one dot more than it takes: its start is rounded to a dot."""
    first, last = bitmap_type(font, pixels_of(size, dpi)).span(words)
    return (last - first + 1) * 72 / dpi
