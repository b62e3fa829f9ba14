"""A sketch of rounds as SVG: dots and lines from points, no map tiles and no network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import escape

from api.words import ngettext as _n

_WIDTH, _HEIGHT, _EDGE = 960, 520, 16
_N_TONES = 8


def draw_rounds(rounds: Sequence[Mapping[str, Any]]) -> str:
    """Return an SVG with each round as a line through its stops, offices as squares; "" without points.

    ``rounds`` are the cards of the page: each with ``number``, ``home`` and ``stops`` with ``at``.
    """
    lines = [(r, _points(r)) for r in rounds if r["stops"]]
    everything = [point for _, points in lines for point in points]
    if not everything:
        return ""
    place = _Fit(everything)
    said = _n("Sơ đồ {n} chuyến phát, không theo đường thật", n=len(lines))
    drawn = [_round(i, r, [place(p) for p in points]) for i, (r, points) in enumerate(lines)]
    return (
        f'<svg class="sketch" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(said)}">' + "".join(drawn) + "</svg>"
    )


Place = tuple[float, float]


def _points(card: Mapping[str, Any]) -> list[Place]:
    told = [card["home"], *(stop.at for stop in card["stops"]), card["home"]]
    pairs = [text.split(",") for text in told if text]
    return [(float(lat), float(lon)) for lat, lon in pairs]


class _Fit:
    """Fits latitudes and longitudes into the box, north up, both axes at one scale."""

    def __init__(self, points: Sequence[Place]) -> None:
        lats, lons = [p[0] for p in points], [p[1] for p in points]
        self._squeeze = math.cos(math.radians(sum(lats) / len(lats)))
        self._south, self._west = min(lats), min(lons)
        height = max(max(lats) - self._south, 1e-6)
        width = max((max(lons) - self._west) * self._squeeze, 1e-6)
        self._scale = min((_WIDTH - 2 * _EDGE) / width, (_HEIGHT - 2 * _EDGE) / height)
        self._left = (_WIDTH - width * self._scale) / 2
        self._top = (_HEIGHT - height * self._scale) / 2
        self._height = height

    def __call__(self, point: Place) -> Place:
        lat, lon = point
        x = self._left + (lon - self._west) * self._squeeze * self._scale
        y = self._top + (self._height - (lat - self._south)) * self._scale
        return x, y


def _round(index: int, card: Mapping[str, Any], places: Sequence[Place]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in places[1:-1])
    x, y = places[0]
    said = _n("Chuyến {number}, {n} điểm", number=card["number"], n=card["n_stops"])
    return (
        f'<g class="tone-{index % _N_TONES}"><title>{escape(said)}</title>'
        f'<polyline points="{path}"/>{dots}'
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/></g>'
    )
