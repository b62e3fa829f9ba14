"""Vietnamese text on paper: one embedded font, NFC, measured before it is drawn, never clipped."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
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
    normal = unicodedata.normalize("NFC", text)
    if _letters().issuperset(normal):
        return None
    return next(position for position, letter in enumerate(normal) if letter not in _letters())


@cache
def _letters() -> frozenset[str]:
    """Return every character that can be printed and seen: of both fonts, without controls and separators of lines."""
    invisible = ("Cc", "Cf", "Zl", "Zp", "Co", "Cs", "Cn")
    return frozenset(chr(point) for point in fonts() if unicodedata.category(chr(point)) not in invisible)


def clean(text: str, field: str) -> str:
    """Return the text in NFC. Raises UnprintableText naming the field and the position, never the text."""
    normal = unicodedata.normalize("NFC", text)
    position = is_printable(normal)
    if position is not None:
        raise UnprintableText(field, position)
    return normal


Ruler = Callable[[str, str, float], float]
"""Returns the width in points of a text in a font and size. Paper and thermal dots have one each: hinted type is up to
8 % wider than the font's own widths say, so a line is measured in the type it is drawn in."""


def width(text: str, font: str, size: float) -> float:
    """Return the width in points as a PDF sets it."""
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
    field: str = "",
    ruler: Ruler = width,
) -> Fitted:
    """Return the text wrapped into a box of (width, height) points: the largest size first, shortened last."""
    whole = _fit_whole(text, box, font, sizes, ruler)
    if whole is not None:
        return replace(whole, field=field)
    size = sizes[-1]
    n_lines = max(1, int((box[1] + 0.01) / (size * LEADING)))
    lines = wrap(text, font, size, box[0], ruler=ruler)[:n_lines]
    lines[-1] = _shorten(lines[-1], lambda words: ruler(words, font, size) <= box[0])
    return Fitted(lines=tuple(lines), font=font, size=size, is_shortened=True, field=field)


def _fit_whole(text: str, box: tuple[float, float], font: str, sizes: tuple[float, ...], ruler: Ruler) -> Fitted | None:
    """Return the whole text in the largest size that holds it, None where not even the smallest does."""
    for size in sizes:
        lines = wrap(text, font, size, box[0], ruler=ruler)
        if len(lines) * size * LEADING <= box[1] + 0.01:
            return Fitted(lines=tuple(lines), font=font, size=size)
    return None


def fit_address(
    text: str,
    *,
    box: tuple[float, float],
    sizes: tuple[float, ...] = (BODY, SMALL, TINY),
    field: str = "address",
    ruler: Ruler = width,
) -> Fitted:
    """Return an address wrapped into a box; what has to go are its last parts without a number.

    A house, alley or hamlet number stays wherever it is written. Raises TextTooLong where even that does not fit.
    """
    parts = [part.strip() for part in text.split(",")]
    is_shortened = False
    while True:
        left = ", ".join(parts) + (f" {_ELLIPSIS}" if is_shortened else "")
        fitted = _fit_whole(left, box, REGULAR, sizes, ruler)
        if fitted is not None:
            return replace(fitted, is_shortened=is_shortened, field=field)
        spare = [n for n, part in enumerate(parts) if not any(letter.isdigit() for letter in part)]
        if not spare or len(parts) == 1:
            raise TextTooLong(field)
        del parts[spare[-1]]
        is_shortened = True


def wrap(text: str, font: str, size: float, limit: float, *, ruler: Ruler = width) -> list[str]:
    """Return lines no wider than ``limit`` points, broken at spaces and, where a word is wider, inside it."""

    def fits(words: str) -> bool:
        return ruler(words, font, size) <= limit

    words = text.split()
    whole = " ".join(words)
    if fits(whole):  # most fields: measured once instead of once a word
        return [whole]
    lines: list[str] = []
    line = ""
    for word in words:
        wanted = f"{line} {word}" if line else word
        if fits(wanted):
            line = wanted
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, fits)
        lines += full
    return [*lines, line] if line or not lines else lines


def _pieces(word: str, fits: Callable[[str], bool]) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and not fits(piece + letter):
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]


def _shorten(line: str, fits: Callable[[str], bool]) -> str:
    while line and not fits(line + _ELLIPSIS):
        line = line[:-1].rstrip()
    return line + _ELLIPSIS
