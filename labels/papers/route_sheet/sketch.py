"""The sketch of a round: its stops in order, without roads."""

from __future__ import annotations

import math

from reportlab.lib.units import mm

from labels.drawing import text
from labels.drawing.page import LINE, Sheet
from labels.drawing.text import REGULAR, TINY
from labels.papers.parts import Say
from labels.papers.route_sheet.data import RouteSheetData

MAP = (62.0, 52.0)
"""Width and height of the sketch in millimetres."""


def draw_sketch(paper: Sheet, sheet: RouteSheetData, x: float, y: float, say: Say) -> None:
    """Draw the round without roads: stops in order, the office as a square, north up, one scale."""
    paper.box(x, y, *MAP)
    stops = [(stop.lat, stop.lon) for stop in sheet.stops]
    office = (sheet.office_lat, sheet.office_lon)
    has_office = office[0] is not None and office[1] is not None
    points = [(float(office[0] or 0), float(office[1] or 0)), *stops] if has_office else stops
    if not points:
        return
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    squeeze = math.cos(math.radians(sum(lats) / len(lats)))
    tall, wide = max(max(lats) - min(lats), 1e-5), max((max(lons) - min(lons)) * squeeze, 1e-5)
    scale = min((MAP[0] - 8) / wide, (MAP[1] - 8) / tall)
    left, top = x + (MAP[0] - wide * scale) / 2, y + (MAP[1] - tall * scale) / 2
    placed = [(left + (lon - min(lons)) * squeeze * scale, top + (max(lats) - lat) * scale) for lat, lon in points]
    if len(placed) > 1:
        paper.polyline([*placed, placed[0]] if has_office else placed)
    first = 1 if has_office else 0
    every = max(1, len(stops) // 12)
    taken: list[tuple[float, float]] = []
    marks: list[tuple[float, float, str]] = []
    for number, (px, py) in enumerate(placed[first:], start=1):
        paper.dot(px, py, 0.7)
        is_free = all(abs(px - tx) > 3.5 or abs(py - ty) > 2.5 for tx, ty in taken)
        if is_free and (number == 1 or number % every == 0):
            taken.append((px, py))
            marks.append((px + 1, py - 3.2, str(number)))
    for left, top, words in marks:  # over the line of the round, on a white ground, or nobody reads them
        paper.blank(left - 0.2, top + 0.2, text.width(words, REGULAR, TINY) / mm + 0.4, 2.2)
        paper.write(left, top, words, size=TINY)
    _scale_bar(paper, x + 3, y + MAP[1] - 4, scale, say)
    if has_office:
        paper.box(placed[0][0] - 1.4, placed[0][1] - 1.4, 2.8, 2.8, fill=0)


def _scale_bar(paper: Sheet, x: float, y: float, mm_per_degree: float, say: Say) -> None:
    """Draw the longest round number of metres that takes at most a third of the sketch."""
    per_km = mm_per_degree / 111.2
    metres = max((m for m in (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000) if m / 1000 * per_km <= 20), default=0)
    if metres:
        long = metres / 1000 * per_km
        paper.line(x, y, x + long, y, width=LINE)
        words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
        paper.write(x + long + 1, y - 1.5, words, size=TINY)
    north = say("Bắc ↑", "North ↑") if text.is_printable("↑") is None else say("Bắc ở trên", "North is up")
    paper.write(x, y - 46.5, north, size=TINY)
