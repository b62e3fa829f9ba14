"""Judges coordinates that came with a row: used as a point, flagged, or refused with the reason. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from routing.addresses.communes import Commune, Register
from routing.types import Point, great_circle_m

# A commune's radius is that of a circle of its area: doors in long communes lie up to about twice that away.
_FAR_RADII = 2.5
_FAR_EXTRA_M = 2_000
# Beyond this many radii of every commune a point lies outside the province (or in the sea).
_OUTSIDE_RADII = 2.5
_OUTSIDE_EXTRA_M = 3_000


class Precision(StrEnum):
    """How near a point is to the door."""

    DOOR = "door"
    REMEMBERED = "remembered"
    STREET = "street"
    COMMUNE = "commune"
    NONE = "none"


class PointFlag(StrEnum):
    """What is wrong with coordinates: the first four refuse them, FAR keeps them and tells."""

    NOT_A_NUMBER = "not_a_number"
    ZERO = "zero"
    SWAPPED = "swapped"
    OUTSIDE = "outside_province"
    FAR = "far_from_commune"


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedPoint:
    """``point`` is None where nothing usable came; ``refused_because`` then says why, None for "nothing came"."""

    point: Point | None
    precision: Precision
    flag: PointFlag | None = None
    refused_because: PointFlag | None = None


_NOTHING = JudgedPoint(point=None, precision=Precision.NONE)


def judge_point(lat: float | None, lon: float | None, commune: Commune | None, register: Register) -> JudgedPoint:
    """Return what the coordinates are worth; (0, 0), swapped and out-of-province ones are refused as points."""
    if lat is None or lon is None:
        return _NOTHING
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return _refused(PointFlag.NOT_A_NUMBER)
    if lat == 0 and lon == 0:
        return _refused(PointFlag.ZERO)
    if not is_in_province(lat, lon, register):
        return _refused(PointFlag.SWAPPED if is_in_province(lon, lat, register) else PointFlag.OUTSIDE)
    point = Point(lat=lat, lon=lon)
    is_far = commune is not None and (
        great_circle_m(point, commune.point) > commune.radius_km * 1000 * _FAR_RADII + _FAR_EXTRA_M
    )
    return JudgedPoint(point=point, precision=Precision.DOOR, flag=PointFlag.FAR if is_far else None)


def is_in_province(lat: float, lon: float, register: Register) -> bool:
    """Say whether a point lies in or near one of the register's communes."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return False
    point = Point(lat=lat, lon=lon)
    return any(
        great_circle_m(point, c.point) <= c.radius_km * 1000 * _OUTSIDE_RADII + _OUTSIDE_EXTRA_M for c in register
    )


def _refused(why: PointFlag) -> JudgedPoint:
    return JudgedPoint(point=None, precision=Precision.NONE, refused_because=why)
