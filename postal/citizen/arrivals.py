"""When the courier comes: a window from the planned round and how far it really is. Pure.

A round is a row of legs, each the work from one door to the next: the way and what is done there. What a leg takes is
its planned work × the day's pace, give or take. Pace and spread are estimated while the round goes on, from what the
office's earlier days let expect and from the legs walked today: a regression through the origin with a known prior. So
the window is wide in the morning for doors late on the round, and narrows as the courier comes nearer. Lunch is no
work: it is passed over where the plan has it, or later where scans show that the courier still walks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

# What may happen besides: a word at the gate, a stop taken out of order, lunch at another time, leaving late.
_SLACK_S, _LUNCH_SPREAD_S, _DEPARTURE_SPREAD_S = 240, 600, 480
SHORTEST_LEG_S = 60
# A leg under way is never nearly over for certain: at least this share of it is still to come.
_LEAST_LEFT = 0.4
# A break is lunch where it is so long, and so near to when lunch was planned.
_LUNCH_SHARE, _LUNCH_NEAR_S = 0.6, 2_700
_ROUND_TO_S, _NARROWEST_S = 600, 1_200
# The prior variance counts as much as this many legs walked.
_N_PRIOR_LEGS = 8


@dataclass(frozen=True, kw_only=True)
class Leg:
    """The way to one stop and the stop itself, in seconds: planned work, of which at the door; when it was done.

    ``done_s`` is a second of the local day, None where the courier still has to come.
    """

    position: int
    work_s: float
    service_s: float
    done_s: int | None = None


@dataclass(frozen=True, kw_only=True)
class Lunch:
    """When lunch is planned, in seconds of the local day."""

    from_s: int
    until_s: int

    @property
    def long_s(self) -> int:
        """Return how long it is."""
        return self.until_s - self.from_s

    def within(self, begin_s: float, end_s: float) -> float:
        """Return how much of a time is lunch."""
        return max(0.0, min(end_s, self.until_s) - max(begin_s, self.from_s))


@dataclass(frozen=True, kw_only=True)
class Walked:
    """A round as it is: legs in planned order, when it was planned to leave and when it left (None: not yet)."""

    legs: Sequence[Leg]
    leave_s: int
    left_s: int | None = None
    lunch: Lunch | None = None


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What an office's days let expect before a round begins.

    ``pace`` is what a leg takes over what was planned, ``pace_sd`` how much that differs from round to round,
    ``leg_var_s`` the variance of a leg in seconds² for each second planned. ``low`` and ``high`` bound the window, in
    spreads from the middle: quantiles of how past windows failed.
    """

    pace: float = 1.1
    pace_sd: float = 0.2
    leg_var_s: float = 220.0
    low: float = -1.5
    high: float = 1.8


@dataclass(frozen=True, kw_only=True)
class Window:
    """Between when the courier is expected, in seconds of the local day."""

    from_s: int
    until_s: int


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The middle of what is expected and its spread, in seconds."""

    at_s: float
    spread_s: float


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What today's legs tell: pace, its variance, variance of a leg for each second planned."""

    pace: float
    variance: float
    leg_var_s: float


def window(walked: Walked, position: int, *, now_s: int, expected: Expected) -> Window | None:
    """Return between when a stop's courier is expected; None for a stop that is done or not on the round."""
    found = estimate(walked, position, now_s=now_s, expected=expected)
    if found is None:
        return None
    low = max(found.at_s + expected.low * found.spread_s, now_s)
    high = max(found.at_s + expected.high * found.spread_s, low + _NARROWEST_S)
    from_s = round(low / _ROUND_TO_S) * _ROUND_TO_S
    return Window(from_s=from_s, until_s=max(round(high / _ROUND_TO_S) * _ROUND_TO_S, from_s + _NARROWEST_S))


def estimate(walked: Walked, position: int, *, now_s: int, expected: Expected) -> Estimate | None:
    """Return the middle and the spread of when the courier is at a stop's door; None where that is over."""
    wanted = next((leg for leg in walked.legs if leg.position == position), None)
    if wanted is None or wanted.done_s is not None:
        return None
    lunch = _lunch_ahead(walked, now_s)
    if _was_passed(walked.legs, wanted):
        return _turning_back(walked, wanted, now_s, lunch)
    today = pace_of(walked, expected)
    ahead = [leg for leg in walked.legs if leg.done_s is None and leg.position <= position]
    begun_s = _begun(walked)
    first_s = today.pace * ahead[0].work_s
    if begun_s is not None:  # the leg under way has taken this long already; of a slow one some is always left
        gone_s = now_s - begun_s - (lunch.within(begun_s, now_s) if lunch is not None else 0.0)
        first_s = max(first_s - gone_s, _LEAST_LEFT * first_s)
    start_s = max(now_s, walked.leave_s) if begun_s is None else now_s
    work_s = first_s + today.pace * sum(leg.work_s for leg in ahead[1:])
    at_s, crosses = _after(start_s, max(work_s - today.pace * wanted.service_s, 0.0), lunch)
    planned_s = max(work_s / today.pace, SHORTEST_LEG_S)
    variance = today.leg_var_s * planned_s + planned_s**2 * today.variance + _SLACK_S**2
    variance += _LUNCH_SPREAD_S**2 if crosses else 0
    variance += _DEPARTURE_SPREAD_S**2 if begun_s is None else 0
    return Estimate(at_s=at_s, spread_s=sqrt(variance))


def pace_of(walked: Walked, expected: Expected) -> Pace:
    """Return what the legs walked so far tell of today, drawn towards what was expected while they are few."""
    legs = legs_walked(walked)
    prior_s = expected.leg_var_s / expected.pace_sd**2
    total_s = prior_s + sum(planned for planned, _ in legs)
    pace = (prior_s * expected.pace + sum(taken for _, taken in legs)) / total_s
    strays = sum((taken - pace * planned) ** 2 / planned for planned, taken in legs)
    leg_var_s = (_N_PRIOR_LEGS * expected.leg_var_s + strays) / (_N_PRIOR_LEGS + len(legs))
    return Pace(pace=pace, variance=leg_var_s / total_s, leg_var_s=leg_var_s)


def legs_walked(walked: Walked) -> list[tuple[float, float]]:
    """Return planned and true work of each leg that is over, in seconds; the one that lunch lay in is left out."""
    done = sorted((leg for leg in walked.legs if leg.done_s is not None), key=lambda leg: leg.done_s or 0)
    begins, found = [walked.left_s, *(leg.done_s for leg in done)], []
    for leg, begin_s in zip(done, begins, strict=False):
        if begin_s is not None and not _is_lunch(walked.lunch, begin_s, leg.done_s or 0):
            found.append((leg.work_s, max(0.0, float((leg.done_s or 0) - begin_s))))
    return found


def _times(walked: Walked) -> list[int]:
    """Return when it left and when each stop was done, in order."""
    done = sorted(leg.done_s for leg in walked.legs if leg.done_s is not None)
    return done if walked.left_s is None else [walked.left_s, *done]


def _begun(walked: Walked) -> float | None:
    times = _times(walked)
    return float(times[-1]) if times else None


def _is_lunch(lunch: Lunch | None, begin_s: float, end_s: float) -> bool:
    """Say whether a break between two doors is lunch: long enough, and near enough to when lunch was planned."""
    if lunch is None or end_s - begin_s < _LUNCH_SHARE * lunch.long_s:
        return False
    near = Lunch(from_s=lunch.from_s - _LUNCH_NEAR_S, until_s=lunch.until_s + _LUNCH_NEAR_S)
    return near.within(begin_s, end_s) >= _LUNCH_SHARE * lunch.long_s


def _lunch_ahead(walked: Walked, now_s: int) -> Lunch | None:
    """Return lunch as it now looks, None where it is over or there is none."""
    lunch, times = walked.lunch, _times(walked)
    if lunch is None or any(_is_lunch(lunch, begin, end) for begin, end in pairwise(times)):
        return None
    if times and times[-1] > lunch.from_s:  # scans in its midst: it begins later, if at all
        lunch = Lunch(from_s=times[-1], until_s=times[-1] + lunch.long_s)
        return lunch if times[-1] < (walked.lunch or lunch).until_s else None
    return lunch if now_s < lunch.until_s else None


def _after(start_s: float, work_s: float, lunch: Lunch | None) -> tuple[float, bool]:
    """Return when so much work is done from an instant on, and whether lunch lies between."""
    if lunch is None or start_s >= lunch.until_s or start_s + work_s <= lunch.from_s:
        return start_s + work_s, False
    return start_s + work_s + lunch.until_s - max(start_s, lunch.from_s), True


def _was_passed(legs: Sequence[Leg], wanted: Leg) -> bool:
    """Say whether the courier went on to later stops and left this one: nobody knows when he turns back."""
    return sum(1 for leg in legs if leg.done_s is not None and leg.position > wanted.position) >= 2


def _turning_back(walked: Walked, wanted: Leg, now_s: int, lunch: Lunch | None) -> Estimate:
    left_s = sum(leg.work_s for leg in walked.legs if leg.done_s is None)
    at_s, _ = _after(now_s, max(wanted.work_s, 0.4 * left_s), lunch)
    return Estimate(at_s=at_s, spread_s=max(_SLACK_S, 0.3 * left_s))
