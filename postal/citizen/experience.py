"""What an office's past days let expect of its rounds: pace, late starts, lunches, and how far windows missed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from postal.citizen.arrivals import (
    N_HORIZONS,
    PASSED,
    Expected,
    Habit,
    Walked,
    as_of,
    bounds_s,
    breaks,
    estimates,
    legs_walked,
    lunch_in,
    out_of_order_s,
    seen,
)

# A window is to hold so many of the true times; some fewer where half would else be wider than is of use. 75 to 90 %
# was promised.
_HOLDS, _HOLDS_MOST = 0.83, 0.97
_LEVELS = (0.83, 0.82, 0.81, 0.80, 0.79, 0.78, 0.83)
# Half of the windows, and some more for rounding, are told no wider than is of use, where that trims none much.
_TRIMMED_MOST_S, _HALF = 8_700, 0.65
# How strongly windows that held too few or too many in the past days are corrected.
_GAIN = 2.0
# What is expected of an office nobody knows yet counts as much as this many of its rounds; a day old, less. Quantiles
# of few rounds are drawn outwards, as if so many more were known.
_N_PRIOR, _N_SURE = 5, 5
_FADES = 0.93
_HOUR_S = 3_600
_GROUPS = range(N_HORIZONS), range(N_HORIZONS, PASSED + 1)
_FIRST_LOOK_S = 8 * _HOUR_S
_N_LOOKS_KEPT = 60


@dataclass(frozen=True, kw_only=True)
class Miss:
    """One look people could have had: its sort, true time minus the middle in spreads, the spread in seconds."""

    sort: int
    spreads: float
    spread_s: float


@dataclass(frozen=True, kw_only=True)
class RoundLearned:
    """Figures of one round: planned and taken seconds, how late it left, how much longer lunch was, its misses."""

    courier: int
    planned_s: float
    taken_s: float
    n_legs: int
    leg_var_s: float
    order_s: float
    late_s: float | None
    lunch_more_s: float | None
    short: tuple[float, float]
    misses: tuple[Miss, ...]


@dataclass(frozen=True, kw_only=True)
class DayLearned:
    """What the rounds of one office on one day teach.

    ``trust`` is the share that the office's own days had in what its windows were judged by: how they missed on its
    first day tells of the expectation at large, not of the office.
    """

    rounds: tuple[RoundLearned, ...]
    trust: float = 1.0


def learn(rounds: Iterable[Walked], expected: Expected) -> DayLearned:
    """Return what one day of an office teaches, judged by what was expected of it before."""
    known = (one for one in rounds if len(legs_walked(one, expected.of(one.courier).pace)) >= 3)
    return DayLearned(
        rounds=tuple(_learned(one, expected) for one in known), trust=expected.n_rounds / (expected.n_rounds + _N_PRIOR)
    )


def _learned(walked: Walked, expected: Expected) -> RoundLearned:
    legs = legs_walked(walked, expected.of(walked.courier).pace)
    planned, taken = sum(p for p, _ in legs), sum(t for _, t in legs)
    pace = taken / planned
    lunches = [lunch_in(one, walked.lunch, pace) for one in breaks(walked)]
    lunch_s = max((one for one in lunches if one is not None), default=None)
    found = list(_misses(walked, expected))
    return RoundLearned(
        courier=walked.courier,
        planned_s=planned,
        taken_s=taken,
        n_legs=len(legs),
        leg_var_s=sum((t - pace * p) ** 2 / p for p, t in legs) / (len(legs) - 1),
        order_s=out_of_order_s(walked),
        late_s=float(walked.left_s - walked.leave_s) if walked.left_s is not None else None,
        lunch_more_s=lunch_s - walked.lunch.long_s if lunch_s is not None and walked.lunch is not None else None,
        short=_short(found, expected),
        misses=tuple(found[:: max(1, -(-len(found) // _N_LOOKS_KEPT))]),
    )


def expect(days: Sequence[DayLearned], prior: Expected | None = None) -> Expected:
    """Return what to expect after these days of an office, oldest first; without any, as of offices at large."""
    prior = prior or Expected()
    known = [(_FADES**age, one) for age, day in enumerate(reversed(days)) for one in day.rounds]
    if not known:
        return prior
    n_legs = sum(weight * one.n_legs for weight, one in known)
    leg_var_s = sum(weight * one.n_legs * one.leg_var_s for weight, one in known)
    leg_var_s = (leg_var_s + 40 * prior.leg_var_s) / (n_legs + 40)
    paces = [
        _Figure(weight=w, courier=one.courier, value=one.taken_s / one.planned_s, noise=leg_var_s / one.planned_s)
        for w, one in known
    ]
    lates = [_Figure(weight=w, courier=one.courier, value=one.late_s) for w, one in known if one.late_s is not None]
    lunches = [_Figure(weight=w, courier=0, value=v) for w, one in known if (v := one.lunch_more_s) is not None]
    pace, late = _Level(paces, prior.pace, prior.pace_sd), _Level(lates, prior.late_s, prior.late_sd_s)
    orders = [_Figure(weight=w, courier=one.courier, value=one.order_s) for w, one in known]
    order = _Level(orders, prior.order_s, prior.order_s / 2)
    lunch = _Level(lunches, prior.lunch_more_s, prior.lunch_sd_s)
    found = replace(
        prior,
        pace=pace.mean,
        pace_sd=max(0.03, pace.sd),
        leg_var_s=leg_var_s,
        late_s=late.mean,
        late_sd_s=late.sd,
        lunch_more_s=lunch.mean,
        lunch_sd_s=lunch.sd,
        order_s=order.mean,
        n_rounds=sum(weight for weight, _ in known),
        habits=tuple(_habit(one, pace, late, order) for one in sorted({learned.courier for _, learned in known})),
    )
    judged = [(_FADES**age * day.trust, one) for age, day in enumerate(reversed(days)) for one in day.rounds]
    return _bounded(judged, found, prior)


@dataclass(frozen=True, kw_only=True)
class _Figure:
    """A figure of one courier's round; ``noise`` is the part of its variance that says nothing of the round."""

    weight: float
    courier: int
    value: float
    noise: float = 0.0


class _Level:
    """A figure's level at an office and with each of its couriers, who differ: one-way analysis with a known prior."""

    def __init__(self, figures: Sequence[_Figure], prior_mean: float, prior_sd: float) -> None:
        half = prior_sd**2 / 2
        n = sum(one.weight for one in figures)
        self.mean = (sum(one.weight * one.value for one in figures) + _N_PRIOR * prior_mean) / (n + _N_PRIOR)
        self._couriers = {one: self._mean_of(figures, one) for one in {figure.courier for figure in figures}}
        strays = sum(f.weight * ((f.value - self._couriers[f.courier][1]) ** 2 - f.noise) for f in figures)
        degrees = max(0.0, n - len(self._couriers))
        self._within = max(0.1 * half, (max(0.0, strays) + _N_PRIOR * half) / (degrees + _N_PRIOR))
        apart = sum(n_of * (mean - self.mean) ** 2 for n_of, mean in self._couriers.values())
        apart = (apart + _N_PRIOR * 2 * half) / (n + _N_PRIOR)
        self._between = max(0.1 * half, apart - self._within)
        self.sd = sqrt(self._within + self._between)

    @staticmethod
    def _mean_of(figures: Sequence[_Figure], courier: int) -> tuple[float, float]:
        mine = [one for one in figures if one.courier == courier]
        n = sum(one.weight for one in mine)
        return n, sum(one.weight * one.value for one in mine) / n

    def of(self, courier: int) -> tuple[float, float]:
        """Return mean and spread of a courier's next round."""
        if courier not in self._couriers:
            return self.mean, self.sd
        n, mean = self._couriers[courier]
        own = n * self._between / (n * self._between + self._within)
        return self.mean + own * (mean - self.mean), sqrt(self._within + self._between * (1 - own))


def _habit(courier: int, pace: _Level, late: _Level, order: _Level) -> Habit:
    (own_pace, pace_sd), (late_s, late_sd_s) = pace.of(courier), late.of(courier)
    return Habit(
        courier=courier,
        pace=own_pace,
        pace_sd=max(0.03, pace_sd),
        late_s=late_s,
        late_sd_s=late_sd_s,
        order_s=max(0.0, order.of(courier)[0]),
    )


_Look = tuple[float, Miss]


def _bounded(known: Sequence[tuple[float, RoundLearned]], expected: Expected, prior: Expected) -> Expected:
    """Return what is expected with the bounds of each sort of look, drawn towards the prior's while rounds are few.

    They hold as much as is wanted where windows are then of use, else somewhat less; what past windows held too little
    is added.
    """
    looks = [(weight, miss) for weight, one in known for miss in one.misses]
    n_rounds = sum(weight for weight, _ in known)
    if n_rounds == 0:
        return expected
    own = n_rounds / (n_rounds + _N_PRIOR)
    bounds, trimmed_s = list(prior.bounds), []
    for group, sorts in enumerate(_GROUPS):
        mine = [(weight, miss) for weight, miss in looks if miss.sort in sorts]
        short = _GAIN * own * sum(weight * one.short[group] for weight, one in known) / n_rounds
        for level in _LEVELS:
            asked = min(level * (1 + 1 / (n_rounds + _N_SURE)) + short, _HOLDS_MOST)
            for n in sorts:
                bounds[n] = _shortest(mine, n, asked, prior.bounds[n], own)
            widest_s = _half_are_below(mine, bounds)
            if widest_s <= _TRIMMED_MOST_S:
                break
        # Where no window would be of use, what it holds comes first: the last level is the first again.
        trimmed_s.append(widest_s if widest_s <= _TRIMMED_MOST_S else 0.0)
    return replace(expected, bounds=tuple(bounds), trimmed_s=(trimmed_s[0], trimmed_s[1]))


def _short(looks: Sequence[Miss], expected: Expected) -> tuple[float, float]:
    """Return how much less than was wanted the bounds held, as the round begins and once it is under way."""
    found = []
    for sorts in _GROUPS:
        mine = [one for one in looks if one.sort in sorts]
        reach = [bounds_s(one.sort, one.spread_s, expected) for one in mine]
        held = sum(low <= one.spreads * one.spread_s <= high for one, (low, high) in zip(mine, reach, strict=True))
        found.append(_HOLDS - held / len(mine) if mine else 0.0)
    return found[0], found[1]


def _shortest(
    looks: Sequence[_Look], sort: int, level: float, before: tuple[float, float], own: float
) -> tuple[float, float]:
    """Return the shortest bounds that hold a share of the misses, mixed with those of before."""
    ordered = sorted((miss.spreads, weight) for weight, miss in looks if miss.sort == sort)
    if len(ordered) < 20:
        return before
    wanted, held, last = level * sum(weight for _, weight in ordered), 0.0, 0
    best = (ordered[0][0], ordered[-1][0])
    for low, weight in ordered:
        while held < wanted and last < len(ordered):
            held += ordered[last][1]
            last += 1
        if held < wanted:
            break
        if ordered[last - 1][0] - low < best[1] - best[0]:
            best = (low, ordered[last - 1][0])
        held -= weight
    return own * best[0] + (1 - own) * before[0], own * best[1] + (1 - own) * before[1]


def _half_are_below(looks: Sequence[_Look], bounds: Sequence[tuple[float, float]]) -> float:
    """Return the width, in seconds, that half of the windows of these looks stay below."""
    wide = sorted((bounds[miss.sort][1] - bounds[miss.sort][0]) * miss.spread_s for _, miss in looks)
    return wide[int(_HALF * len(wide))] if wide else 0.0


def _misses(walked: Walked, expected: Expected) -> Iterator[Miss]:
    """Yield how far each stop's true time was from the middle, at 08:00 and at each hour until it came."""
    true = {leg.position: leg.done_s - leg.service_s for leg in walked.legs if leg.done_s is not None}
    eaten_s = _eaten_s(walked, expected.of(walked.courier).pace)
    for now_s in range(_FIRST_LOOK_S, int(max(true.values(), default=0)), _HOUR_S):
        look = seen(as_of(walked, now_s), now_s=now_s, expected=expected)
        lunch_s = look.lunch.long_s if look.lunch is not None else 0
        for position, found in estimates(look).items():
            if true.get(position, 0) > now_s:
                off_s = true[position] - (lunch_s if true[position] > eaten_s else 0) - found.worked_s
                yield Miss(sort=found.sort, spreads=round(off_s / found.spread_s, 2), spread_s=round(found.spread_s))


def _eaten_s(walked: Walked, pace: float) -> int:
    """Return from when on doors are after lunch: the scan it followed, else when it was planned to end."""
    found = (one.begin_s for one in breaks(walked) if lunch_in(one, walked.lunch, pace) is not None)
    return next(found, walked.lunch.until_s if walked.lunch is not None else 0)
