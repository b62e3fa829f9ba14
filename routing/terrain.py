"""Land that is not flat: how much longer than the straight line the road between two communes is, and how fast."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from routing.communes import Commune

ROWS = 1_024
"""Points judged at a time, so that the tables on the way stay small."""


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


def terrain_of(communes: Sequence[Commune]) -> Terrain:
    """Return the estimated terrain of a province.

    ``data/terrain.json`` gives kinds of area and the factor for each pair of kinds; a commune it does not name is a
    town when it is a ward, otherwise plain. ``data/detours.csv`` overrules that for single pairs of communes, such as
    those the lagoon parts. Every figure is an estimate until measured legs replace it.
    """
    told = json.loads(_data("terrain.json"))
    kinds: list[str] = list(told["kinds"])
    named = {code: kind for kind, codes in told["communes"].items() for code in codes}
    kind_of = [kinds.index(named.get(c.code, "town" if c.type == "phường" else "plain")) for c in communes]
    by_kind = np.array([[told["detour"][a][b] for b in kinds] for a in kinds], dtype=np.float64)
    detour = by_kind[np.ix_(kind_of, kind_of)]
    number = {c.code: i for i, c in enumerate(communes)}
    for row in csv.DictReader(_data("detours.csv").splitlines()):
        if row["from_code"] in number and row["to_code"] in number:
            a, b = number[row["from_code"]], number[row["to_code"]]
            detour[a, b] = detour[b, a] = float(row["detour"])
    return Terrain(
        lat_rad=np.radians(np.array([c.point.lat for c in communes])),
        lon_rad=np.radians(np.array([c.point.lon for c in communes])),
        detour=detour,
        speed_kmh=np.array([told["speed_kmh"][kinds[k]] for k in kind_of], dtype=np.float64),
    )


def _data(name: str) -> str:
    return resources.files("routing").joinpath(f"data/{name}").read_text(encoding="utf-8")
