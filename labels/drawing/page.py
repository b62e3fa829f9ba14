"""One grid and one canvas for all papers: millimetres from the top left, the same bytes for the same data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from labels.drawing import symbols, text
from labels.drawing.pictures import ink_of
from labels.drawing.text import BODY, BOLD, LEADING, REGULAR, SMALL, TINY, Fitted

SIZES_MM: dict[str, tuple[float, float]] = {
    "100x150": (100, 150),
    "A7": (74, 105),
    "A6": (105, 148),
    "A5": (148, 210),
    "A4": (210, 297),
}
HAIR, LINE = 0.4, 0.8
_TICK = (((0.2, 0.5), (0.42, 0.75)), ((0.42, 0.75), (0.82, 0.22)))  # two strokes, in shares of the box
_AT_ORIGIN = "BT 1 0 0 1 0 0 Tm "
# Compressed pages stay binary: writing them as letters doubles the time and adds a quarter to the file.
rl_config.useA85 = 0


class Drawing:
    """Something to draw on, in millimetres from the top left of a frame ``width`` × ``height`` large."""

    width: float
    height: float

    def note_shortened(self, field: str) -> None:
        """Take note that a field's text had to be shortened; a drawing that prints does not need it."""

    def measure(self, words: str, font: str, size: float) -> float:
        """Return the width in points of a line as this drawing sets it."""
        return text.width(words, font, size)

    def fit(
        self,
        words: str,
        box: tuple[float, float],
        *,
        font: str = REGULAR,
        sizes: tuple[float, ...] = (BODY, SMALL, TINY),
        field: str = "",
    ) -> Fitted:
        """Return the text wrapped into a box of (width, height) millimetres; the largest size first, shortened last."""
        points = (box[0] * mm, box[1] * mm)
        return text.fit(words, box=points, font=font, sizes=sizes, field=field, ruler=self.measure)

    def wrap(self, words: str, font: str, size: float, wide: float) -> tuple[str, ...]:
        """Return the text in lines no wider than ``wide`` millimetres."""
        return tuple(text.wrap(words, font, size, wide * mm, ruler=self.measure))

    def write(
        self, x: float, y: float, words: str, *, font: str = REGULAR, size: float = BODY, align: str = "left"
    ) -> None:
        """Write one line with its top at ``y``; the text must be clean. ``size`` in points."""
        raise NotImplementedError

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = HAIR, dashed: bool = False) -> None:
        """Draw a line ``width`` points thick."""
        raise NotImplementedError

    def box(self, x: float, y: float, width: float, height: float, *, line: float = HAIR, fill: float = 1) -> None:
        """Draw a rectangle; ``fill`` is a grey from 0 (black) to 1 (none)."""
        raise NotImplementedError

    def barcode(self, x: float, y: float, code: str, *, height: float, bar: float = symbols.BAR_PT) -> float:
        """Draw Code 128 with its top left corner at (x, y); return its width in millimetres."""
        raise NotImplementedError

    def barcode_width(self, code: str, *, bar: float = symbols.BAR_PT) -> float:
        """Return the millimetres a barcode takes without its quiet zones."""
        return float(symbols.barcode_width(code, bar=bar) / mm)

    def qr(self, x: float, y: float, words: str, *, side: float) -> None:
        """Draw a QR code with its top left corner at (x, y), quiet zone included."""
        raise NotImplementedError

    def write_fitted(self, x: float, y: float, fitted: Fitted, *, align: str = "left") -> float:
        """Write fitted lines with their top at ``y``; return the millimetres they took."""
        if fitted.is_shortened:
            self.note_shortened(fitted.field)
        step = fitted.size * LEADING / mm
        for number, words in enumerate(fitted.lines):
            self.write(x, y + number * step, words, font=fitted.font, size=fitted.size, align=align)
        return float(len(fitted.lines) * step)

    def paragraph(
        self,
        x: float,
        y: float,
        words: str,
        width: float,
        *,
        font: str = REGULAR,
        size: float = BODY,
        max_height: float = 1000,
        field: str = "",
    ) -> float:
        """Write wrapped text, shrinking then shortening to ``max_height``; return the millimetres it took."""
        sizes = tuple(s for s in (size, BODY, SMALL, TINY) if s <= size)
        fitted = self.fit(words, (width, max_height), font=font, sizes=sizes, field=field)
        return self.write_fitted(x, y, fitted)

    def tick_box(self, x: float, y: float, side: float, *, is_ticked: bool) -> None:
        """Draw a box with its top left corner at (x, y), with a tick in it or plainly empty."""
        self.box(x, y, side, side, line=LINE)
        if is_ticked:
            for (x1, y1), (x2, y2) in _TICK:
                self.line(x + x1 * side, y + y1 * side, x + x2 * side, y + y2 * side, width=side * 0.15 * mm)

    def label(self, x: float, y: float, words: str) -> None:
        """Write a small heading of a field."""
        self.write(x, y, words, size=TINY)


class Sheet(Drawing):
    """A PDF being drawn; ``frame`` moves the origin, for several labels on one page."""

    def __init__(self, size_mm: tuple[float, float], title: str) -> None:
        text.fonts()
        self.width, self.height = size_mm
        self._page_height = size_mm[1]
        self._buffer = BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=(size_mm[0] * mm, size_mm[1] * mm), invariant=1, pageCompression=1)
        self.canvas.setTitle(title)
        self.canvas.setAuthor("Tận Nhà")
        self._dx = self._dy = 0.0
        self._shown = lru_cache(maxsize=4096)(self._show)

    def frame(self, dx: float, dy: float, width: float, height: float) -> None:
        """Draw from now on in a frame whose top left corner lies at (dx, dy) on the page."""
        self._dx, self._dy, self.width, self.height = dx, dy, width, height

    def finish(self) -> bytes:
        """Return the PDF."""
        self.canvas.save()
        return self._buffer.getvalue()

    def next_page(self) -> None:
        """Begin another page."""
        self.canvas.showPage()

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = HAIR, dashed: bool = False) -> None:
        """Draw a line."""
        self.canvas.setLineWidth(width)
        self.canvas.setDash(2, 2) if dashed else self.canvas.setDash()
        self.canvas.line(self._x(x1), self._y(y1), self._x(x2), self._y(y2))

    def box(self, x: float, y: float, width: float, height: float, *, line: float = HAIR, fill: float = 1) -> None:
        """Draw a rectangle; ``fill`` is a grey from 0 (black) to 1 (none)."""
        self.canvas.setLineWidth(line)
        self.canvas.setDash()
        self.canvas.setFillGray(fill)
        self.canvas.rect(
            self._x(x), self._y(y + height), width * mm, height * mm, stroke=int(line > 0), fill=int(fill < 1)
        )
        self.canvas.setFillGray(0)

    def write(
        self, x: float, y: float, words: str, *, font: str = REGULAR, size: float = BODY, align: str = "left"
    ) -> None:
        """Write one line with its top at ``y``; the text must be clean."""
        left = self._x(x)
        if align != "left":
            wide = text.width(words, font, size)
            left -= wide if align == "right" else wide / 2
        shown = self._shown(words, font, size)
        self.canvas.addLiteral(f"BT 1 0 0 1 {left:.3f} {self._y(y) - size * 0.95:.3f} Tm {shown}")

    def barcode(self, x: float, y: float, code: str, *, height: float, bar: float = symbols.BAR_PT) -> float:
        """Draw Code 128 with its top left corner at (x, y); return its width in millimetres."""
        left, bottom = self._x(x), self._y(y + height)
        return float(symbols.draw_barcode(self.canvas, code, left, bottom, height=height * mm, bar=bar) / mm)

    def qr(self, x: float, y: float, words: str, *, side: float) -> None:
        """Draw a QR code with its top left corner at (x, y), quiet zone included."""
        symbols.draw_qr(self.canvas, words, self._x(x), self._y(y + side), side=side * mm)

    def picture(self, x: float, y: float, width: float, height: float, picture: bytes) -> None:
        """Draw a signature as large as fits a box, in its middle, on its lower edge; nothing where none can be read."""
        ink = ink_of(picture)
        if ink is None:
            return
        scale = min(width / ink.width, height / ink.height)
        wide, high = ink.width * scale, ink.height * scale
        left, top = x + (width - wide) / 2, y + height - high
        self.canvas.drawImage(ImageReader(ink), self._x(left), self._y(top + high), wide * mm, high * mm)

    def polyline(self, points: Sequence[tuple[float, float]], *, width: float = HAIR) -> None:
        """Draw a line through points."""
        self.canvas.setLineWidth(width)
        self.canvas.setDash()
        path = self.canvas.beginPath()
        path.moveTo(self._x(points[0][0]), self._y(points[0][1]))
        for x, y in points[1:]:
            path.lineTo(self._x(x), self._y(y))
        self.canvas.drawPath(path, stroke=1, fill=0)

    def dot(self, x: float, y: float, radius: float, *, fill: float = 0) -> None:
        """Draw a filled circle."""
        self.canvas.setFillGray(fill)
        self.canvas.circle(self._x(x), self._y(y), radius * mm, stroke=int(fill > 0), fill=1)
        self.canvas.setFillGray(0)

    def _show(self, words: str, font: str, size: float) -> str:
        """Return the operators that set the line, without its place: most lines of a run of papers are the same."""
        line = self.canvas.beginText(0, 0)
        line.setFont(font, size)
        line.textOut(words)
        return str(line.getCode()).removeprefix(_AT_ORIGIN)

    def _x(self, x: float) -> float:
        return float((self._dx + x) * mm)

    def _y(self, y: float) -> float:
        return float((self._page_height - self._dy - y) * mm)


class Zoomed(Drawing):
    """Another drawing seen larger: one design for two sizes. Bars grow by whole dots only."""

    def __init__(self, inner: Drawing, factor: float, *, bar_factor: float) -> None:
        self._inner, self._factor, self._bar_factor = inner, factor, bar_factor
        self.width, self.height = inner.width / factor, inner.height / factor

    def note_shortened(self, field: str) -> None:
        """Pass it on."""
        self._inner.note_shortened(field)

    def measure(self, words: str, font: str, size: float) -> float:
        """Return the width in points of this frame."""
        return self._inner.measure(words, font, size * self._factor) / self._factor

    def write(
        self, x: float, y: float, words: str, *, font: str = REGULAR, size: float = BODY, align: str = "left"
    ) -> None:
        """Write one line, larger."""
        factor = self._factor
        self._inner.write(x * factor, y * factor, words, font=font, size=size * factor, align=align)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = HAIR, dashed: bool = False) -> None:
        """Draw a line, longer but not thicker."""
        factor = self._factor
        self._inner.line(x1 * factor, y1 * factor, x2 * factor, y2 * factor, width=width, dashed=dashed)

    def box(self, x: float, y: float, width: float, height: float, *, line: float = HAIR, fill: float = 1) -> None:
        """Draw a rectangle, larger."""
        factor = self._factor
        self._inner.box(x * factor, y * factor, width * factor, height * factor, line=line, fill=fill)

    def barcode(self, x: float, y: float, code: str, *, height: float, bar: float = symbols.BAR_PT) -> float:
        """Draw Code 128 with bars of more dots."""
        factor = self._factor
        wide = self._inner.barcode(x * factor, y * factor, code, height=height * factor, bar=bar * self._bar_factor)
        return wide / factor

    def barcode_width(self, code: str, *, bar: float = symbols.BAR_PT) -> float:
        """Return the width in millimetres of this frame."""
        return self._inner.barcode_width(code, bar=bar * self._bar_factor) / self._factor

    def qr(self, x: float, y: float, words: str, *, side: float) -> None:
        """Draw a QR code, larger."""
        self._inner.qr(x * self._factor, y * self._factor, words, side=side * self._factor)


class Probe(Drawing):
    """A drawing without ink that only remembers which fields had to be shortened, measured as they will be drawn."""

    def __init__(self, size_mm: tuple[float, float], ruler: text.Ruler = text.width) -> None:
        self.width, self.height = size_mm
        self.shortened: list[str] = []
        self._ruler = ruler

    def measure(self, words: str, font: str, size: float) -> float:
        """Return the width in points by the ruler given."""
        return self._ruler(words, font, size)

    def note_shortened(self, field: str) -> None:
        """Remember the field."""
        self.shortened.append(field)

    def write(
        self, x: float, y: float, words: str, *, font: str = REGULAR, size: float = BODY, align: str = "left"
    ) -> None:
        """Write nothing."""

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = HAIR, dashed: bool = False) -> None:
        """Draw nothing."""

    def box(self, x: float, y: float, width: float, height: float, *, line: float = HAIR, fill: float = 1) -> None:
        """Draw nothing."""

    def barcode(self, x: float, y: float, code: str, *, height: float, bar: float = symbols.BAR_PT) -> float:
        """Draw nothing, as wide as it would be."""
        return self.barcode_width(code, bar=bar)

    def qr(self, x: float, y: float, words: str, *, side: float) -> None:
        """Draw nothing."""


__all__ = ["BOLD", "HAIR", "LINE", "REGULAR", "SIZES_MM", "Drawing", "Probe", "Sheet", "Zoomed"]
