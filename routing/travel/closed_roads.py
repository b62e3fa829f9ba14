"""Closed roads: a line drawn across them, and travel times that go round it or find no way.

A leg is taken to run along the straight line between its two points, so a leg near the closed line that would never
have used that road may be judged wrongly: draw the line as short as the closure is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.travel.times import UNREACHABLE, Table, TravelTimes
from routing.types import ClosedRoad, Point

ROWS = 256
"""Origins judged at a time, so that the tables on the way stay small."""


@dataclass(frozen=True)
class AroundClosedRoads:
    """Travel times of a source, where legs that cross a closed road take its detour or are unreachable."""

    source: TravelTimes
    roads: tuple[ClosedRoad, ...]

    @property
    def name(self) -> str:
        """Return what the plan calls the source."""
        return self.source.name

    def matrix(self, points: Sequence[Point]) -> tuple[Table, Table]:
        """Return driving seconds and metres between every pair of points. Raises EngineUnavailable."""
        seconds, metres = (np.array(table) for table in self.source.matrix(points))
        if seconds.shape != (len(points), len(points)) or metres.shape != seconds.shape:
            return seconds, metres  # the gate behind this refuses it
        places = np.array([(p.lat, p.lon) for p in points], dtype=np.float64).reshape(-1, 2)
        for road in self.roads:
            for first in range(0, len(points), ROWS):
                rows = slice(first, first + ROWS)
                crossed = _crosses(places[rows], places, road)
                if road.detour_s is None:
                    seconds[rows][crossed] = metres[rows][crossed] = UNREACHABLE
                else:
                    seconds[rows][crossed] = np.minimum(seconds[rows][crossed] + road.detour_s, UNREACHABLE)
        return seconds, metres


def around_closed_roads(source: TravelTimes, roads: tuple[ClosedRoad, ...]) -> TravelTimes:
    """Return the source itself where no road is closed, else the travel times around the closed ones."""
    return AroundClosedRoads(source, roads) if roads else source


def _crosses(origins: NDArray[np.float64], points: NDArray[np.float64], road: ClosedRoad) -> NDArray[np.bool_]:
    """Return whether the line from each origin (row) to each point (column) meets the closed line; ends count."""
    a = np.array([road.one_end.lat, road.one_end.lon])
    b = np.array([road.other_end.lat, road.other_end.lon])
    side_of_origin, side_of_point = _turn(a, b, origins)[:, None], _turn(a, b, points)[None, :]
    are_apart = side_of_origin * side_of_point <= 0
    way = points[None, :, :] - origins[:, None, :]
    to_a, to_b = a - origins, b - origins
    side_a = way[..., 0] * to_a[:, None, 1] - way[..., 1] * to_a[:, None, 0]
    side_b = way[..., 0] * to_b[:, None, 1] - way[..., 1] * to_b[:, None, 0]
    is_leg = (way != 0).any(axis=2)
    both_on_line = (side_of_origin == 0) & (side_of_point == 0)
    found: NDArray[np.bool_] = are_apart & (side_a * side_b <= 0) & is_leg & ~both_on_line
    return found


def _turn(a: NDArray[np.float64], b: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return on which side of the line from ``a`` to ``b`` each point lies, by sign."""
    sides: NDArray[np.float64] = (b[0] - a[0]) * (points[:, 1] - a[1]) - (b[1] - a[1]) * (points[:, 0] - a[0])
    return sides
