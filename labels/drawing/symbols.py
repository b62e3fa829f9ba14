"""Codes that decode: Code 128 in whole printer dots, QR as merged squares."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from math import isqrt

import zxingcpp
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfgen.canvas import Canvas

DOT_PT = 72 / 203
"""One dot of a 203 dpi thermal printer, in points; three of them make the thinnest bar."""
BAR_PT = 3 * DOT_PT


@lru_cache(maxsize=65_536)
def _bars(code: str) -> tuple[int, str]:
    """Return the width in units of the thinnest bar, and every bar as a PDF rectangle one unit high."""
    units, runs = _runs(code)
    return units, " ".join(f"{left} 0 {wide} 1 re" for left, wide in runs) + " f"


def is_code128(code: str) -> bool:
    """Say whether Code 128 can carry this text: ASCII only. What it cannot carry it would leave out in silence."""
    return bool(code) and all(" " <= letter <= "~" for letter in code)


def bars(code: str) -> tuple[tuple[int, int], ...]:
    """Return (left, width) of every bar, in units of the thinnest."""
    return _runs(code)[1]


def barcode_units(code: str) -> int:
    """Return the symbol's width without its quiet zones, in units of the thinnest bar."""
    return _runs(code)[0]


@lru_cache(maxsize=4096)
def _runs(code: str) -> tuple[int, tuple[tuple[int, int], ...]]:
    if not is_code128(code):
        raise ValueError("Code 128 carries ASCII only")
    symbol = Code128(code, barWidth=1, barHeight=1, quiet=0, humanReadable=0)
    symbol.validate()
    symbol.encode()
    symbol.decompose()
    left, found = 0, []
    # reportlab writes bars as upper case letters and gaps as lower case, A = 1 unit.
    for position, letter in enumerate(symbol.decomposed):
        units = ord(letter.upper()) - ord("A") + 1
        if position % 2 == 0:
            found.append((left, units))
        left += units
    return left, tuple(found)


def barcode_width(code: str, *, bar: float = BAR_PT) -> float:
    """Return the symbol's width without its quiet zones, in points."""
    return _bars(code)[0] * bar


def draw_barcode(canvas: Canvas, code: str, x: float, y: float, *, height: float, bar: float = BAR_PT) -> float:
    """Draw Code 128 with its lower left corner at (x, y); return its width. Leave 10 bars free on both sides."""
    units, rectangles = _bars(code)
    _draw(canvas, rectangles, x, y, bar, height)
    return units * bar


def _draw(canvas: Canvas, rectangles: str, x: float, y: float, wide: float, high: float) -> None:
    # Whole numbers under one scale: the page stays small, and drawing costs one string instead of hundreds.
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(wide, high)
    canvas.addLiteral(rectangles)
    canvas.restoreState()


def qr_matrix(text: str) -> tuple[bytes, ...]:
    """Return the modules of a QR code, row by row, without quiet zone; 1 is dark."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = symbol.to_image(scale=1, add_quiet_zones=False)
    dots = memoryview(picture).tobytes().translate(_DARK)  # type: ignore[arg-type] # its stubs do not tell
    side = isqrt(len(dots))
    return tuple(dots[at : at + side] for at in range(0, len(dots), side))


_DARK = bytes([1]) + bytes(255)
"""A picture's black is 0; a code's dark is 1."""


def _squares(text: str) -> tuple[int, str]:
    """Return the size in modules, and every dark run as a PDF rectangle one module high, quiet zone of 4 included."""
    matrix = qr_matrix(text)
    n_modules = len(matrix)
    runs = [
        _rectangle(run.start() + 4, n_modules - row + 3, run.end() - run.start())
        for row, line in enumerate(matrix)
        for run in re.finditer(b"\x01+", line)
    ]
    return n_modules, " ".join(runs) + " f"


@cache
def _rectangle(left: int, bottom: int, wide: int) -> str:
    return f"{left} {bottom} {wide} 1 re"


def draw_qr(canvas: Canvas, text: str, x: float, y: float, *, side: float) -> None:
    """Draw a QR code in a square of ``side`` points, at least four modules of quiet zone inside it."""
    n_modules, runs = _squares(text)
    module = whole_dots(side / (n_modules + 8))
    rest = (side - module * (n_modules + 8)) / 2
    _draw(canvas, runs, x + rest, y + rest, module, module)


def whole_dots(module: float) -> float:
    """Return the module in whole dots of 203 dpi, as thermal printers need it.

    Below four dots too much would be lost: so dense a code is for sheets from an office printer, and stays as it is.
    """
    dots = int(module / DOT_PT + 0.001)
    return dots * DOT_PT if dots >= 4 else module
