"""Travel times between points: the port every source fulfils, the straight-line estimate, and the gate of integers."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from routing.errors import BadTravelTimes
from routing.message import Message
from routing.travel.terrain import Terrain
from routing.types import EARTH_RADIUS_M, Point

UNREACHABLE = 10_000_000
"""Seconds and metres of a pair without a road: longer than any day, so no round can hold it."""

Table = NDArray[np.int32]


class TravelTimes(Protocol):
    """A source of travel times; ``name`` is shown on the plan."""

    @property
    def name(self) -> str:
        """Return what the plan calls this source."""
        ...

    def matrix(self, points: Sequence[Point]) -> tuple[Table, Table]:
        """Return driving seconds and metres between every pair of points.

        Row is origin, column is destination, in the order of ``points``; a pair with no road holds UNREACHABLE.
        Raises EngineUnavailable.
        """
        ...


def checked_table(table: object, n: int) -> Table:
    """Return ``table`` as n × n integers from 0 to UNREACHABLE with a zero diagonal. Raises BadTravelTimes."""
    try:
        square = np.asarray(table)
    except ValueError as exc:
        raise BadTravelTimes(Message("các dòng dài khác nhau")) from exc
    if square.shape != (n, n):
        raise BadTravelTimes(Message("cỡ bảng {shape}, cần {wanted}").filled(shape=square.shape, wanted=(n, n)))
    if square.dtype.kind not in "iu":
        raise BadTravelTimes(Message("giá trị kiểu {type}, cần số nguyên").filled(type=square.dtype))
    if square.size and (square.min() < 0 or square.max() > UNREACHABLE):
        bad = np.argwhere((square < 0) | (square > UNREACHABLE))
        says = Message("dòng {line}, cột {column} ngoài khoảng cho phép")
        raise BadTravelTimes(says.filled(line=bad[0][0], column=bad[0][1]))
    clean = square.astype(np.int32)
    np.fill_diagonal(clean, 0)
    return clean


@dataclass(frozen=True, kw_only=True)
class StraightLine:
    """Great circle × detour / speed: symmetric, whole seconds, needs no map and no network."""

    detour: float = 1.35
    speed_kmh: float = 28.0
    terrain: Terrain | None = None
    name: str = field(default="straight line", init=False)

    def matrix(self, points: Sequence[Point]) -> tuple[Table, Table]:
        """Return driving seconds and metres between every pair of points."""
        lat = np.radians(np.array([p.lat for p in points], dtype=np.float64))
        lon = np.radians(np.array([p.lon for p in points], dtype=np.float64))
        km = _great_circles_km(lat, lon)
        if self.terrain is None:
            metres = _whole(km * (self.detour * 1000))
            km *= self.detour / self.speed_kmh * 3600
            return _whole(km), metres
        commune = self.terrain.communes_of(lat, lon)
        road = km * self.terrain.detour[commune[:, None], commune]
        slower = np.minimum(self.terrain.speed_kmh[commune][:, None], self.terrain.speed_kmh[commune])
        return _whole(road / slower * 3600), _whole(road * 1000)


def _great_circles_km(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances between all points given in radians.

    Half the chord is the sine of half the angle, as in the haversine formula and as exact for points that are near;
    a chord costs no sines, and tables are what a large day asks for most.
    """
    chord = np.zeros((len(lat), len(lat)))
    for axis in (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)):
        apart = axis[:, None] - axis
        apart *= apart
        chord += apart
    np.sqrt(chord, out=chord)
    chord *= 0.5
    np.minimum(chord, 1.0, out=chord)  # opposite ends of the earth, a rounding too far apart
    np.arcsin(chord, out=chord)
    chord *= 2 * (EARTH_RADIUS_M / 1000)
    return chord


def _whole(values: NDArray[np.float64]) -> Table:
    """Return whole numbers up to UNREACHABLE; the values given are spent."""
    np.minimum(values, UNREACHABLE, out=values)
    return np.rint(values, out=values).astype(np.int32)


@dataclass(frozen=True, kw_only=True)
class FileMatrix:
    """Measured legs from a CSV of ``from_lat,from_lon,to_lat,to_lon,seconds,metres``; other pairs are estimated."""

    legs: dict[tuple[Point, Point], tuple[int, int]]
    otherwise: StraightLine = field(default_factory=StraightLine)
    name: str = field(default="file", init=False)

    @classmethod
    def read(cls, path: Path, *, otherwise: StraightLine | None = None) -> FileMatrix:
        """Read the legs of a file. Raises OSError, and BadTravelTimes naming the line."""
        legs = {}
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                try:
                    a = Point(lat=float(row["from_lat"]), lon=float(row["from_lon"]))
                    b = Point(lat=float(row["to_lat"]), lon=float(row["to_lon"]))
                    legs[a, b] = int(row["seconds"]), int(row["metres"])
                except (KeyError, TypeError, ValueError) as exc:
                    raise BadTravelTimes(Message("dòng {line} của tệp chặng").filled(line=number)) from exc
        return cls(legs=legs, otherwise=otherwise or StraightLine())

    def matrix(self, points: Sequence[Point]) -> tuple[Table, Table]:
        """Return driving seconds and metres: the file's legs where it has them."""
        seconds, metres = self.otherwise.matrix(points)
        index: dict[Point, list[int]] = {}
        for i, point in enumerate(points):
            index.setdefault(point, []).append(i)
        for (a, b), (leg_s, leg_m) in self.legs.items():
            for i in index.get(a, ()):
                for j in index.get(b, ()):
                    seconds[i, j], metres[i, j] = leg_s, leg_m
        return checked_table(seconds, len(points)), checked_table(metres, len(points))
