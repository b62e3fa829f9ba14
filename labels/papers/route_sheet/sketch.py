"""The sketch of a round: its stops in order, without roads, north up, one scale.

A dot is a known door, a ring a point that is only near it, and stops without a point are named beside it. Nothing is
written over anything: numbers take a free place around their stop, or are left out where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reportlab.lib.units import mm

from labels.drawing import text
from labels.drawing.page import LINE, Sheet
from labels.drawing.text import REGULAR, TINY
from labels.papers.route_sheet.data import RouteSheetData, SheetStopData
from labels.papers.speech import Speech

MAP = (62.0, 52.0)
"""Width and height of the sketch in millimetres."""
_EDGE, _BAND = 3.0, 5.5  # free at the sides; above and below, for north and the scale
_DOT, _OFFICE = 0.8, 1.4
_HIGH = 2.5
_KM_PER_DEGREE = 111.2
_Point = tuple[float, float]
_Rect = tuple[float, float, float, float]
_AROUND = ((1, 0), (0, -1), (-1, 0), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))


def draw_sketch(paper: Sheet, sheet: RouteSheetData, x: float, y: float, say: Speech) -> None:
    """Draw the sketch in a frame with its top left corner at (x, y)."""
    paper.box(x, y, *MAP)
    placed = [stop for stop in sheet.stops if stop.lat is not None and stop.lon is not None]
    points = [(float(stop.lat or 0), float(stop.lon or 0)) for stop in placed]
    has_office = sheet.office_lat is not None and sheet.office_lon is not None
    office = [(float(sheet.office_lat or 0), float(sheet.office_lon or 0))] if has_office else []
    if points or office:
        scale, on_paper = _placed([*office, *points], x, y)
        office_at, stops_at = on_paper[: len(office)], on_paper[len(office) :]
        walk = [*office_at, *stops_at, *office_at]
        if len(walk) > 1:
            paper.polyline(walk)
        _Marks(paper, (x, y), walk).draw(office_at, list(zip(placed, stops_at, strict=True)))
        _scale_bar(paper, x + _EDGE, y + MAP[1] - 3.2, scale)
    _legend(paper, sheet.stops, x, y, say)


def _placed(points: Sequence[_Point], x: float, y: float) -> tuple[float, list[_Point]]:
    """Return the millimetres of one degree of latitude, and where every (lat, lon) stands on the paper."""
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    squeeze = math.cos(math.radians(sum(lats) / len(lats)))
    tall, wide = max(max(lats) - min(lats), 1e-5), max((max(lons) - min(lons)) * squeeze, 1e-5)
    room = MAP[0] - 2 * _EDGE - 6, MAP[1] - 2 * _BAND - 2  # a number's width beside, half its height above
    scale = min(room[0] / wide, room[1] / tall)
    left, top = x + (MAP[0] - wide * scale) / 2, y + (MAP[1] - tall * scale) / 2
    return scale, [(left + (lon - min(lons)) * squeeze * scale, top + (max(lats) - lat) * scale) for lat, lon in points]


@dataclass
class _Marks:
    """Draws office, stops and their numbers, and remembers what is taken."""

    paper: Sheet
    corner: _Point
    walk: list[_Point]
    taken: list[_Rect] = field(default_factory=list)

    def draw(self, office: Sequence[_Point], stops: Sequence[tuple[SheetStopData, _Point]]) -> None:
        """Draw them all; the first and the last stop choose a place for their number first."""
        for px, py in office:
            self.paper.box(px - _OFFICE, py - _OFFICE, 2 * _OFFICE, 2 * _OFFICE, fill=0)
            self.taken.append((px - _OFFICE, py - _OFFICE, px + _OFFICE, py + _OFFICE))
        for stop, (px, py) in stops:
            self.paper.dot(px, py, _DOT, fill=1 if stop.where else 0)
            self.taken.append((px - _DOT, py - _DOT, px + _DOT, py + _DOT))
        for stop, at in [*stops[:1], *stops[-1:], *stops[1:-1]]:
            self._number(stop.mark, at)

    def _number(self, words: str, at: _Point) -> None:
        wide = text.width(words, REGULAR, TINY) / mm
        for gap in (0.5, 1.4, 2.4):
            for across, down in _AROUND:
                left = at[0] + across * (_DOT + gap) - wide * (1 - across) / 2
                top = at[1] + down * (_DOT + gap) - _HIGH * (1 - down) / 2
                rect = (left, top, left + wide, top + _HIGH)
                if self._is_free(rect):
                    self.taken.append(rect)
                    self.paper.write(left, top, words, size=TINY)
                    return

    def _is_free(self, rect: _Rect) -> bool:
        x, y = self.corner
        is_inside = rect[0] > x + 0.5 and rect[2] < x + MAP[0] - 0.5 and rect[1] > y + 4 and rect[3] < y + MAP[1] - 4
        return (
            is_inside
            and not any(_overlap(rect, other) for other in self.taken)
            and not any(_crosses(rect, a, b) for a, b in pairwise(self.walk))
        )


def _overlap(one: _Rect, other: _Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _crosses(rect: _Rect, a: _Point, b: _Point) -> bool:
    """Say whether the line from a to b enters a rectangle (Liang and Barsky's clipping)."""
    enters, leaves = 0.0, 1.0
    for start, way, low, high in ((a[0], b[0] - a[0], rect[0], rect[2]), (a[1], b[1] - a[1], rect[1], rect[3])):
        if way == 0:
            if not low < start < high:
                return False
            continue
        first, last = sorted(((low - start) / way, (high - start) / way))
        enters, leaves = max(enters, first), min(leaves, last)
    return enters < leaves


def _scale_bar(paper: Sheet, x: float, y: float, mm_per_degree: float) -> None:
    """Draw the longest round number of metres that takes at most a third of the sketch."""
    per_km = mm_per_degree / _KM_PER_DEGREE
    metres = max((m for m in (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000) if m / 1000 * per_km <= 20), default=0)
    if metres:
        long = metres / 1000 * per_km
        paper.line(x, y, x + long, y, width=LINE)
        words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
        paper.write(x + long + 1, y - 1.5, words, size=TINY)


def _legend(paper: Sheet, stops: Sequence[SheetStopData], x: float, y: float, say: Speech) -> None:
    """Write north above, and what a ring means and which stops have no point at all."""
    north = say("Bắc ↑") if text.is_printable("↑") is None else say("Bắc ở trên")
    paper.write(x + _EDGE, y + 0.9, north, size=TINY)
    right = x + MAP[0] - _EDGE
    nowhere = [str(stop.position) for stop in stops if stop.lat is None or stop.lon is None]
    if nowhere:
        words = say("Chưa có điểm: {stops}", stops=", ".join(nowhere))
        paper.write_fitted(right, y + 0.9, paper.fit(words, (MAP[0] - 24, 3), sizes=(TINY,)), align="right")
    if any(stop.where and stop.lat is not None for stop in stops):
        words = say("điểm gần đúng")
        left = right - text.width(words, REGULAR, TINY) / mm
        paper.dot(left - 1.6, y + MAP[1] - 3.3, _DOT, fill=1)
        paper.write(left, y + MAP[1] - 4.7, words, size=TINY)
