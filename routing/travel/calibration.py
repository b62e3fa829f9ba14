"""Speeds and detours of a province from legs somebody has driven, instead of estimated ones.

A figure is replaced by the median of its legs where there are enough of them: one flat tyre moves no median. The
other figures stay estimated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from routing.addresses.communes import Commune
from routing.errors import BadTravelTimes
from routing.message import Message
from routing.travel.terrain import DETOURS, SPEEDS_KMH, Figures, kinds_of, terrain_of
from routing.travel.times import StraightLine
from routing.types import Point, great_circle_m

LEAST_LEGS = 20
"""A median of fewer legs is not trusted."""
LEAST_M = 300.0
"""On shorter ways the last metres to the door are most of the way."""
MOST_LEGS = 200_000

Legs = Mapping[tuple[Point, Point], tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One figure before and after: what it is of, by how many legs, and whether these are enough."""

    what: str
    n_legs: int
    before: float
    after: float
    is_enough: bool


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """New figures, how each came about, and the middle error of a leg's time before and after, as a fraction."""

    figures: Figures
    lines: tuple[Measured, ...]
    n_used: int
    error_before: float
    error_after: float


@dataclass(frozen=True, slots=True)
class _Leg:
    communes: tuple[str, str]
    kinds: tuple[str, str]
    straight_m: float
    seconds: int
    metres: int

    @property
    def speed_kmh(self) -> float:
        return self.metres / self.seconds * 3.6

    @property
    def detour(self) -> float:
        return self.metres / self.straight_m


def calibrate(legs: Legs, communes: Sequence[Commune], figures: Figures) -> Calibration:
    """Return the figures of a province, from measured legs. Raises BadTravelTimes without any usable leg.

    Legs below 300 m, without time, or slower or longer than any road are passed over.
    """
    used = _usable(legs, communes, figures)
    if not used:
        raise BadTravelTimes(Message("không có chặng nào từ 300 m"))
    pairs, detours, speeds = defaultdict(list), defaultdict(list), defaultdict(list)
    for leg in used:
        if leg.communes in figures.pairs or leg.communes[::-1] in figures.pairs:
            pairs[_sorted(leg.communes)].append(leg.detour)
        else:
            detours[_sorted(leg.kinds)].append(leg.detour)
        speeds[min(leg.kinds, key=figures.speed_kmh.__getitem__)].append(leg.speed_kmh)
    before_pairs = {_sorted(pair): factor for pair, factor in figures.pairs.items()}
    lines = [_measured(f"đi vòng {a}-{b}", pairs[a, b], before_pairs[a, b]) for a, b in sorted(pairs)]
    lines += [_measured(f"đi vòng {a}-{b}", detours[a, b], figures.detour[a][b]) for a, b in sorted(detours)]
    lines += [_measured(f"km/giờ {kind}", speeds[kind], figures.speed_kmh[kind]) for kind in sorted(speeds)]
    after = {line.what: line.after for line in lines}
    detour = {a: {b: after.get("đi vòng {}-{}".format(*_sorted((a, b))), figures.detour[a][b]) for b in figures.kinds}
              for a in figures.kinds}  # fmt: skip
    new = replace(
        figures,
        pairs={pair: after.get("đi vòng {}-{}".format(*pair), factor) for pair, factor in before_pairs.items()},
        detour=detour,
        speed_kmh={kind: after.get(f"km/giờ {kind}", was) for kind, was in figures.speed_kmh.items()},
    )
    return Calibration(
        figures=new,
        lines=tuple(lines),
        n_used=len(used),
        error_before=_error(legs, communes, figures),
        error_after=_error(legs, communes, new),
    )


def _usable(legs: Legs, communes: Sequence[Commune], figures: Figures) -> list[_Leg]:
    if not legs:
        return []
    chosen = list(legs.items())[:MOST_LEGS]
    terrain, kinds = terrain_of(communes, figures), kinds_of(communes, figures)
    ends = [point for pair, _ in chosen for point in pair]
    near = terrain.communes_of(np.radians([p.lat for p in ends]), np.radians([p.lon for p in ends])).tolist()
    found = []
    for number, ((a, b), (seconds, metres)) in enumerate(chosen):
        straight_m = great_circle_m(a, b)
        if straight_m < LEAST_M or seconds <= 0:
            continue
        one, other = near[2 * number], near[2 * number + 1]
        leg = _Leg((communes[one].code, communes[other].code), (kinds[one], kinds[other]), straight_m, seconds, metres)
        if SPEEDS_KMH[0] <= leg.speed_kmh <= SPEEDS_KMH[1] and DETOURS[0] <= leg.detour <= DETOURS[1]:
            found.append(leg)
    return found


def _sorted(pair: tuple[str, str]) -> tuple[str, str]:
    return (pair[0], pair[1]) if pair[0] <= pair[1] else (pair[1], pair[0])


def _measured(what: str, values: list[float], before: float) -> Measured:
    is_enough = len(values) >= LEAST_LEGS
    after = round(median(values), 3) if is_enough else before
    return Measured(what=what, n_legs=len(values), before=before, after=after, is_enough=is_enough)


def _error(legs: Legs, communes: Sequence[Commune], figures: Figures) -> float:
    """Return the middle error of the estimated time of a leg, as a fraction of the measured one."""
    source = StraightLine(terrain=terrain_of(communes, figures))
    errors = [
        abs(int(source.matrix([a, b])[0][0, 1]) - seconds) / seconds
        for (a, b), (seconds, _) in list(legs.items())[:2_000]
        if seconds > 0 and great_circle_m(a, b) >= LEAST_M
    ]
    return float(median(errors))
