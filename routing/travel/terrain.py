"""Land that is not flat: how much longer than the straight line the road between two communes is, and how fast."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.addresses.communes import Commune
from routing.errors import BadTravelTimes
from routing.message import Message

SPEEDS_KMH = (1.0, 130.0)
DETOURS = (1.0, 20.0)
ROWS = 1_024
"""Points judged at a time, so that the tables on the way stay small."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Speeds and detours by kind of area, and detours of single pairs of communes."""

    kinds: tuple[str, ...]
    communes: dict[str, tuple[str, ...]]
    speed_kmh: dict[str, float]
    detour: dict[str, dict[str, float]]
    pairs: dict[tuple[str, str], float]


@dataclass(frozen=True, kw_only=True)
class Terrain:
    """Points belong to the nearest commune; ``detour`` holds a factor for each pair of communes, both ways alike."""

    lat_rad: NDArray[np.float64]
    lon_rad: NDArray[np.float64]
    detour: NDArray[np.float64]
    speed_kmh: NDArray[np.float64]

    def communes_of(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the number of the commune of each point, given in radians."""
        nearest = [np.empty(0, dtype=np.int64)]
        for first in range(0, len(lat), ROWS):
            y, x = lat[first : first + ROWS, None], lon[first : first + ROWS, None]
            nearest.append(np.argmin((self.lat_rad - y) ** 2 + ((self.lon_rad - x) * np.cos(y)) ** 2, axis=1))
        return np.concatenate(nearest)


def terrain_of(communes: Sequence[Commune], figures: Figures | None = None) -> Terrain:
    """Return the terrain of a province, from the shipped estimate unless other figures are given.

    A commune the figures do not name is a town when it is a ward, otherwise plain. Single pairs of communes, such as
    those the lagoon parts, overrule the factors of their kinds.
    """
    figures = figures or estimated_figures()
    kind_of = [figures.kinds.index(k) for k in kinds_of(communes, figures)]
    by_kind = np.array([[figures.detour[a][b] for b in figures.kinds] for a in figures.kinds], dtype=np.float64)
    detour = by_kind[np.ix_(kind_of, kind_of)]
    number = {c.code: i for i, c in enumerate(communes)}
    for (one, other), factor in figures.pairs.items():
        if one in number and other in number:
            a, b = number[one], number[other]
            detour[a, b] = detour[b, a] = factor
    return Terrain(
        lat_rad=np.radians(np.array([c.point.lat for c in communes])),
        lon_rad=np.radians(np.array([c.point.lon for c in communes])),
        detour=detour,
        speed_kmh=np.array([figures.speed_kmh[figures.kinds[k]] for k in kind_of], dtype=np.float64),
    )


def kinds_of(communes: Sequence[Commune], figures: Figures) -> list[str]:
    """Return the kind of area of each commune."""
    named = {code: kind for kind, codes in figures.communes.items() for code in codes}
    return [named.get(c.code, "town" if c.type == "phường" else "plain") for c in communes]


def estimated_figures() -> Figures:
    """Return the shipped figures: every one an estimate until measured legs replace it."""
    figures_json = json.loads(_data("terrain.json"))
    rows = csv.DictReader(_data("detours.csv").splitlines())
    return figures_of(figures_json | {"pairs": [[r["from_code"], r["to_code"], float(r["detour"])] for r in rows]})


def read_figures(path: Path) -> Figures:
    """Return the figures of a file written by a calibration. Raises OSError, and BadTravelTimes naming the part."""
    try:
        figures_json = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as exc:
        raise BadTravelTimes(Message("tệp địa hình không phải JSON")) from exc
    return figures_of(figures_json)


def figures_of(figures_json: dict[str, Any]) -> Figures:
    """Return figures from plain values. Raises BadTravelTimes naming the part that cannot be used."""
    part = "kinds"
    try:
        kinds = tuple(str(kind) for kind in figures_json["kinds"])
        if not {"town", "plain"} <= set(kinds):
            raise ValueError(kinds)
        part = "communes"
        communes = {str(k): tuple(map(str, codes)) for k, codes in figures_json["communes"].items() if k in kinds}
        part = "speed_kmh"
        speed_kmh = {k: _within(figures_json["speed_kmh"][k], SPEEDS_KMH) for k in kinds}
        part = "detour"
        detour = {a: {b: _within(figures_json["detour"][a][b], DETOURS) for b in kinds} for a in kinds}
        part = "pairs"
        pairs = {(str(a), str(b)): _within(factor, DETOURS) for a, b, factor in figures_json.get("pairs", ())}
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise BadTravelTimes(Message("địa hình, phần {part}").filled(part=part)) from exc
    return Figures(kinds=kinds, communes=communes, speed_kmh=speed_kmh, detour=detour, pairs=pairs)


def _within(value: Any, bounds: tuple[float, float]) -> float:
    number = float(value)
    if not bounds[0] <= number <= bounds[1]:
        raise ValueError(value)
    return number


def _data(name: str) -> str:
    return resources.files("routing").joinpath(f"data/{name}").read_text(encoding="utf-8")
