"""Vietnamese text on paper: one embedded font, NFC, measured before it is drawn, never clipped."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace

from labels.errors import TextTooLong, UnprintableText

REGULAR, BOLD = "TanNha", "TanNha-Bold"
FILES = {REGULAR: "Roboto-Regular.ttf", BOLD: "Roboto-Bold.ttf"}
# Five sizes in points, after which a text wraps, then shortens.
TINY, SMALL, BODY, LARGE, HUGE = 6.5, 8.0, 10.0, 14.0, 22.0
LEADING = 1.22
_ELLIPSIS = "…"


@cache
def font_bytes(name: str) -> bytes:
    """Return a font's file, read once: what draws afterwards opens nothing."""
    return (resources.files("font_roboto") / "files" / FILES[name]).read_bytes()


@cache
def fonts() -> frozenset[int]:
    """Register both fonts once and return the code points both of them can print."""
    known: list[set[int]] = []
    for name in FILES:
        font = TTFont(name, BytesIO(font_bytes(name)))
        pdfmetrics.registerFont(font)
        face: TTFontFace = font.face
        known.append(set(face.charToGlyph))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset(known[0] & known[1])


def is_printable(text: str) -> int | None:
    """Return the position of the first character that cannot be printed, in NFC; None when all can."""
    known = fonts()
    for position, letter in enumerate(unicodedata.normalize("NFC", text)):
        category = unicodedata.category(letter)
        if ord(letter) not in known or category in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs", "Cn"):
            return position
    return None


def clean(text: str, field: str) -> str:
    """Return the text in NFC. Raises UnprintableText naming the field and the position, never the text."""
    normal = unicodedata.normalize("NFC", text)
    position = is_printable(normal)
    if position is not None:
        raise UnprintableText(field, position)
    return normal


def width(text: str, font: str, size: float) -> float:
    """Return the width in points."""
    return _units(text, font) * size


@lru_cache(maxsize=65_536)
def _units(text: str, font: str) -> float:
    # Widths grow with the size, and the same words return on every label: measured once, they cost nothing.
    fonts()
    return float(pdfmetrics.stringWidth(text, font, 1000)) / 1000


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Lines that fit their box, and whether something had to be cut."""

    lines: tuple[str, ...]
    font: str
    size: float
    is_shortened: bool = False
    field: str = ""

    @property
    def height(self) -> float:
        """Return the height in points."""
        return len(self.lines) * self.size * LEADING


def fit(
    text: str,
    *,
    box: tuple[float, float],
    font: str = REGULAR,
    sizes: tuple[float, ...] = (BODY, SMALL, TINY),
    may_shorten: bool = True,
    field: str = "",
) -> Fitted:
    """Return the text wrapped into a box of (width, height) points: the largest size first, shortened last.

    Raises TextTooLong where it does not fit the smallest size and may not be shortened.
    """
    box_width, box_height = box
    for size in sizes:
        lines = wrap(text, font, size, box_width)
        if len(lines) * size * LEADING <= box_height + 0.01:
            return Fitted(lines=tuple(lines), font=font, size=size, field=field)
    if not may_shorten:
        raise TextTooLong(field)
    size = sizes[-1]
    n_lines = max(1, int((box_height + 0.01) / (size * LEADING)))
    lines = wrap(text, font, size, box_width)[:n_lines]
    lines[-1] = _shorten(lines[-1], font, size, box_width)
    return Fitted(lines=tuple(lines), font=font, size=size, is_shortened=True, field=field)


def fit_address(
    text: str, *, box: tuple[float, float], sizes: tuple[float, ...] = (BODY, SMALL, TINY), field: str = "address"
) -> Fitted:
    """Return an address wrapped into a box; what has to go are its last parts without a number.

    A house, alley or hamlet number stays wherever it is written. Raises TextTooLong where even that does not fit.
    """
    parts = [part.strip() for part in text.split(",")]
    is_shortened = False
    while True:
        kept = ", ".join(parts) + (f" {_ELLIPSIS}" if is_shortened else "")
        try:
            fitted = fit(kept, box=box, sizes=sizes, may_shorten=False, field=field)
        except TextTooLong:
            spare = [n for n, part in enumerate(parts) if not any(letter.isdigit() for letter in part)]
            if not spare or len(parts) == 1:
                raise
            del parts[spare[-1]]
            is_shortened = True
        else:
            return replace(fitted, is_shortened=is_shortened)


def wrap(text: str, font: str, size: float, limit: float) -> list[str]:
    """Return lines no wider than ``limit`` points, broken at spaces and, where a word is wider, inside it."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        wanted = f"{line} {word}" if line else word
        if width(wanted, font, size) <= limit:
            line = wanted
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, font, size, limit)
        lines += full
    return [*lines, line] if line or not lines else lines


def _pieces(word: str, font: str, size: float, limit: float) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and width(piece + letter, font, size) > limit:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]


def _shorten(line: str, font: str, size: float, limit: float) -> str:
    while line and width(line + _ELLIPSIS, font, size) > limit:
        line = line[:-1].rstrip()
    return line + _ELLIPSIS
