"""Areas of communes for maps without borders: what lies nearer to a commune's centre than to any other's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from routing import Commune, Point

Ring = tuple[Point, ...]

_N_CORNERS = 32
_KM_PER_DEGREE = 111.195
_WIDER = 1.15
"""A commune's radius reaches its farthest door; a little more closes the gaps between neighbours."""

_Flat = tuple[float, float]


@lru_cache(maxsize=4)
def cells(communes: tuple[Commune, ...]) -> dict[str, Ring]:
    """Return the area of each commune by its code: a polygon, no two of which overlap."""
    squeeze = math.cos(math.radians(sum(c.point.lat for c in communes) / len(communes)))
    flat = {c.code: (c.point.lon * squeeze * _KM_PER_DEGREE, c.point.lat * _KM_PER_DEGREE) for c in communes}
    made = {}
    for commune in communes:
        ring = _disc(flat[commune.code], commune.radius_km * _WIDER)
        for other, centre in flat.items():
            if other != commune.code and centre != flat[commune.code]:
                ring = _nearer(ring, flat[commune.code], centre)
        made[commune.code] = tuple(Point(lat=y / _KM_PER_DEGREE, lon=x / (squeeze * _KM_PER_DEGREE)) for x, y in ring)
    return made


def _disc(centre: _Flat, radius: float) -> list[_Flat]:
    turns = [2 * math.pi * n / _N_CORNERS for n in range(_N_CORNERS)]
    return [(centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)) for turn in turns]


def _nearer(ring: Sequence[_Flat], own: _Flat, other: _Flat) -> list[_Flat]:
    """Return what of a polygon lies nearer to one point than to another: it is cut along the line between the two."""
    way = (other[0] - own[0], other[1] - own[1])
    middle = ((own[0] + other[0]) / 2, (own[1] + other[1]) / 2)

    def beyond(at: _Flat) -> float:
        return (at[0] - middle[0]) * way[0] + (at[1] - middle[1]) * way[1]

    kept: list[_Flat] = []
    for here, following in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        a, b = beyond(here), beyond(following)
        if a <= 0:
            kept.append(here)
        if (a <= 0) != (b <= 0):
            share = a / (a - b)
            kept.append((here[0] + share * (following[0] - here[0]), here[1] + share * (following[1] - here[1])))
    return kept
