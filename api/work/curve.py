"""The curve of a search: how much travel was left after how many seconds, in a number of points that stays small."""

from __future__ import annotations

from routing import Progress

MOST = 48
Point = tuple[float, int]
"""Seconds since the start, and seconds of travel then."""


class Curve:
    """Collects a search's gains. Where they are too many every second one is let go, never the first or the last."""

    def __init__(self) -> None:
        self._points: list[Point] = []

    def add(self, line: Progress) -> None:
        """Take in one line of the search."""
        self._points.append((round(line.seconds, 1), line.travel_s))
        if len(self._points) > MOST:
            self._points = [*self._points[:-1:2], self._points[-1]]

    @property
    def points(self) -> list[Point]:
        """Return the points so far, in the order of time."""
        return list(self._points)


def drawn(points: list[Point], *, until_s: float, wide: int, high: int) -> str:
    """Return the points of an SVG polyline of this size: time to the right, travel upwards; "" for fewer than two."""
    if len(points) < 2 or until_s <= 0:
        return ""
    least, most = min(y for _, y in points), max(y for _, y in points)
    spread = (most - least) or 1

    def at(seconds: float, travel_s: int) -> str:
        return f"{min(seconds / until_s, 1) * wide:.1f},{high - (travel_s - least) / spread * high:.1f}"

    return " ".join(at(*point) for point in points)
