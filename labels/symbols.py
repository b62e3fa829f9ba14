"""Codes that decode: Code 128 in whole printer dots, QR as merged squares."""

from __future__ import annotations

from functools import cache, lru_cache

import segno
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfgen.canvas import Canvas

DOT_PT = 72 / 203
"""One dot of a 203 dpi thermal printer, in points; three of them make the thinnest bar."""
BAR_PT = 3 * DOT_PT


@cache
def _bars(code: str, bar: float) -> tuple[float, tuple[tuple[float, float], ...]]:
    """Return the total width and (left, width) of every bar, in points."""
    symbol = Code128(code, barWidth=bar, barHeight=10, quiet=0, humanReadable=0)
    symbol.validate()
    symbol.encode()
    symbol.decompose()
    left, bars = 0.0, []
    for position, units in enumerate(_units(symbol.decomposed)):
        if position % 2 == 0:
            bars.append((left, units * bar))
        left += units * bar
    return left, tuple(bars)


def _units(decomposed: str) -> list[int]:
    # reportlab writes bars as upper case letters and gaps as lower case, A = 1 unit.
    return [ord(letter.upper()) - ord("A") + 1 for letter in decomposed]


def barcode_width(code: str, *, bar: float = BAR_PT) -> float:
    """Return the symbol's width without its quiet zones, in points."""
    return _bars(code, bar)[0]


def draw_barcode(canvas: Canvas, code: str, x: float, y: float, *, height: float, bar: float = BAR_PT) -> float:
    """Draw Code 128 with its lower left corner at (x, y); return its width. Leave 10 bars free on both sides."""
    total, bars = _bars(code, bar)
    path = canvas.beginPath()
    for left, wide in bars:
        path.rect(x + left, y, wide, height)
    canvas.drawPath(path, stroke=0, fill=1)
    return total


@lru_cache(maxsize=4096)
def _squares(text: str) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Return the size in modules and every dark run as (column, row from the top, length)."""
    # One mask for all: choosing the best of eight costs seven more drawings and changes nothing a reader sees.
    matrix = segno.make_qr(text, error="m", mask=2, boost_error=False).matrix
    runs = []
    for row, line in enumerate(matrix):
        start = None
        for column, module in enumerate([*line, 0]):
            if module and start is None:
                start = column
            elif not module and start is not None:
                runs.append((start, row, column - start))
                start = None
    return len(matrix), tuple(runs)


def draw_qr(canvas: Canvas, text: str, x: float, y: float, *, side: float) -> None:
    """Draw a QR code in a square of ``side`` points, four modules of quiet zone inside it."""
    n_modules, runs = _squares(text)
    module = side / (n_modules + 8)
    path = canvas.beginPath()
    for column, row, length in runs:
        path.rect(x + (column + 4) * module, y + side - (row + 5) * module, length * module, module)
    canvas.drawPath(path, stroke=0, fill=1)
