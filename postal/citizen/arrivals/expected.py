"""What is expected of a round before it begins, and what its own legs then tell of the day's pace. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from math import sqrt

from postal.citizen.arrivals.walked import Walked, legs_walked

# The prior variance counts as much as this many legs walked.
_N_PRIOR_LEGS = 3
# A leg tells of the pace no more than this many spreads, and half as much after so much more work: one long talk is no
# slow day, and rain may have begun since.
_CLIP, _HALF_LIFE_S = 2.5, 10_800
# Each sort of look in its order: near, further, far as the round begins; the same under way; passed over.
_BOUNDS = ((-0.68, 1.48), (-0.82, 1.4), (-0.82, 1.28), (-1.25, 1.85), (-1.35, 1.5), (-1.25, 1.55), (-1.65, 1.7))


@dataclass(frozen=True, kw_only=True)
class Habit:
    """What is expected of one courier, where it differs from the office."""

    courier: int
    pace: float
    pace_sd: float
    late_s: float
    late_sd_s: float
    order_s: float


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What an office's days let expect before a round begins.

    ``pace`` is what a leg takes over what was planned, ``pace_sd`` how much that differs from round to round,
    ``leg_var_s`` the variance of a leg in seconds² for each second planned; ``late_s`` how long after its planned hour
    a round leaves, ``lunch_more_s`` how much longer lunch is than planned, each with its spread; ``order_s`` how far
    doors are from their planned place, in work. ``bounds`` bound the window of each sort of look, in spreads from the
    middle: near, further and far as the round begins, the same once it is under way, and passed over. They are
    quantiles of how past windows missed. ``trimmed_s`` is up to which width a window is told as wide as is of use, as
    the round begins and once it is under way; ``n_rounds`` how many rounds all this was learned from.
    """

    pace: float = 1.08
    pace_sd: float = 0.25
    leg_var_s: float = 240.0
    late_s: float = 300.0
    late_sd_s: float = 500.0
    lunch_more_s: float = 0.0
    lunch_sd_s: float = 900.0
    order_s: float = 400.0
    bounds: tuple[tuple[float, float], ...] = _BOUNDS
    trimmed_s: tuple[float, float] = (7_800.0, 7_800.0)
    n_rounds: float = 0.0
    habits: tuple[Habit, ...] = ()

    def of(self, courier: int) -> Expected:
        """Return what to expect of one courier's round."""
        found = next((one for one in self.habits if one.courier == courier), None)
        if found is None:
            return self
        own = {field.name: getattr(found, field.name) for field in fields(Habit) if field.name != "courier"}
        return replace(self, habits=(), **own)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What today's legs tell: pace, its variance, variance of a leg for each second planned."""

    pace: float
    variance: float
    leg_var_s: float


def pace_of(walked: Walked, expected: Expected) -> Pace:
    """Return what the legs walked so far tell of today, drawn towards what was expected while they are few."""
    legs = legs_walked(walked, expected.pace)
    prior_s = expected.leg_var_s / expected.pace_sd**2
    since_s = 0.0
    total_s, taken_s, strays = prior_s, prior_s * expected.pace, 0.0
    for planned, taken in reversed(legs):
        weight = 0.5 ** (since_s / _HALF_LIFE_S)
        off = _CLIP * sqrt(expected.leg_var_s * planned + (planned * expected.pace_sd) ** 2)
        middle = expected.pace * planned
        total_s += weight * planned
        taken_s += weight * min(max(taken, middle - off), middle + off)
        since_s += planned
    pace = taken_s / total_s
    strays = sum((taken - pace * planned) ** 2 / planned for planned, taken in legs)
    leg_var_s = (_N_PRIOR_LEGS * expected.leg_var_s + strays) / (_N_PRIOR_LEGS + len(legs))
    return Pace(pace=pace, variance=leg_var_s / total_s, leg_var_s=leg_var_s)
