"""What an office's past days let expect of its rounds: pace, spread, and how far windows missed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import fmean, pvariance

from postal.citizen.arrivals import Expected, Walked, estimate, legs_walked

# A window is to hold so many of the true times: the middle of what was promised, 75 to 90 %.
_HOLDS = 0.83
# What is expected of an office nobody knows yet counts as much as this many rounds, or looks at windows.
_N_PRIOR_ROUNDS, _N_PRIOR_LOOKS = 6, 120
_HOUR_S = 3_600
_FIRST_LOOK_S = 8 * _HOUR_S
_N_LOOKS_KEPT = 400


@dataclass(frozen=True, kw_only=True)
class DayLearned:
    """Figures of one office's rounds on one day: planned and taken seconds of each round, leg variance, misses.

    ``misses`` are true times minus the middle, in spreads, at the looks people could have had.
    """

    rounds: tuple[tuple[float, float], ...]
    leg_var_s: float
    n_legs: int
    misses: tuple[float, ...]


def learn(rounds: Iterable[Walked], expected: Expected) -> DayLearned:
    """Return what one day of an office teaches, judged by what was expected of it before."""
    sums, strays, misses = [], [], []
    for walked in rounds:
        legs = legs_walked(walked)
        if len(legs) < 3:
            continue
        planned, taken = sum(p for p, _ in legs), sum(t for _, t in legs)
        pace = taken / planned
        sums.append((planned, taken))
        strays += [(t - pace * p) ** 2 / p for p, t in legs]
        misses += _misses(walked, expected)
    step = max(1, len(misses) // _N_LOOKS_KEPT)
    return DayLearned(
        rounds=tuple(sums),
        leg_var_s=fmean(strays) if strays else expected.leg_var_s,
        n_legs=len(strays),
        misses=tuple(round(one, 2) for one in misses[::step]),
    )


def expect(days: Sequence[DayLearned], prior: Expected | None = None) -> Expected:
    """Return what to expect after these days of an office; without any, what is expected of offices at large."""
    prior = prior or Expected()
    paces = [taken / planned for day in days for planned, taken in day.rounds]
    n_legs = sum(day.n_legs for day in days)
    if not paces:
        return prior
    weight = len(paces) / (len(paces) + _N_PRIOR_ROUNDS)
    pace = weight * fmean(paces) + (1 - weight) * prior.pace
    between = pvariance(paces, pace)
    pace_sd = sqrt(weight * between + (1 - weight) * prior.pace_sd**2)
    mine = sum(day.leg_var_s * day.n_legs for day in days) / n_legs
    share = n_legs / (n_legs + 40)
    looks = [miss for day in days for miss in day.misses]
    low, high = _bounds(looks, prior)
    return replace(
        prior,
        pace=pace,
        pace_sd=max(0.03, pace_sd),
        leg_var_s=share * mine + (1 - share) * prior.leg_var_s,
        low=low,
        high=high,
    )


def _bounds(looks: Sequence[float], prior: Expected) -> tuple[float, float]:
    """Return the shortest bounds that hold what is wanted of these misses, drawn towards the prior's while few."""
    if len(looks) < 20:
        return prior.low, prior.high
    ordered = sorted(looks)
    n_held = min(len(ordered) - 1, round(_HOLDS * len(ordered)))
    starts = range(len(ordered) - n_held)
    first = min(starts, key=lambda n: ordered[n + n_held] - ordered[n])
    weight = len(looks) / (len(looks) + _N_PRIOR_LOOKS)
    low = weight * ordered[first] + (1 - weight) * prior.low
    high = weight * ordered[first + n_held] + (1 - weight) * prior.high
    return min(low, -0.3), max(high, 0.3)


def _misses(walked: Walked, expected: Expected) -> list[float]:
    """Return how far each stop's true time was from the middle, at 08:00 and at each hour until it came."""
    found = []
    for leg in walked.legs:
        if leg.done_s is None:
            continue
        true_s = leg.done_s - leg.service_s
        for now_s in range(_FIRST_LOOK_S, int(true_s), _HOUR_S):
            seen = as_seen(walked, now_s)
            middle = estimate(seen, leg.position, now_s=now_s, expected=expected)
            if middle is not None:
                found.append((true_s - middle.at_s) / middle.spread_s)
    return found


def as_seen(walked: Walked, now_s: int) -> Walked:
    """Return a round as it was known at an earlier second of its day."""
    legs = [leg if leg.done_s is None or leg.done_s <= now_s else replace(leg, done_s=None) for leg in walked.legs]
    left_s = walked.left_s if walked.left_s is not None and walked.left_s <= now_s else None
    return replace(walked, legs=legs, left_s=left_s)
