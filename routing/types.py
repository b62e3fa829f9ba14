"""Plain values every part of planning shares, and the straight-line distance between two points."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A place on the earth in degrees (WGS 84); always built by keyword, so the two never swap unseen."""

    lat: float
    lon: float


def great_circle_m(a: Point, b: Point) -> float:
    """Return the straight-line distance in metres over a sphere of 6,371 km."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half_lat = sin((lat_b - lat_a) / 2)
    half_lon = sin(radians(b.lon - a.lon) / 2)
    chord = half_lat * half_lat + cos(lat_a) * cos(lat_b) * half_lon * half_lon
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))
