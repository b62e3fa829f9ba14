"""When the courier comes: a window from the planned round and how far it really is. Pure.

A round is a row of legs, each the work from one door to the next: the way and what is done there. What a leg takes is
its planned work × the day's pace, give or take. Pace and spread are estimated while the round goes on, from what the
office's earlier days let expect and from the legs walked today: a regression through the origin with a known prior. So
the window is wide in the morning for doors late on the round, and narrows as the courier comes nearer. Lunch is no
work: windows are reckoned without it, and told around it. In which order doors come is known no better than couriers
keep to it: what is planned next to the door done last comes next, and the more a courier strays from the plan's order,
the more a door is expected in the midst of what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from postal.citizen.arrivals.expected import Expected, Pace, pace_of
from postal.citizen.arrivals.walked import Leg, Lunch, Walked, as_of, breaks, lunch_in, out_of_order_s, worked_at

# What may happen besides: a word at the gate.
_SLACK_S = 240
SHORTEST_LEG_S = 60
# A leg under way is never nearly over for certain: at least this share of it is still to come; so with a late start.
_LEAST_LEFT, _LEAST_LATE = 0.4, 0.5
_ROUND_TO_S, _NARROWEST_S = 600, 1_200
# What was expected of the order counts as much as this many legs walked.
_N_ORDER_LEGS = 3
# Windows miss in ways of their own near, further and far, by the work still ahead; before so many legs are walked; and
# for a door that was passed over.
_HORIZONS_S = (2_700, 9_000)
_N_EARLY_LEGS = 3
# A window is of use up to this width.
USEFUL_S = 5_400
# What of a window lies beyond lunch is left off up to this share of it.
_LITTLE = 0.2
# Going back to a door that was passed over is put off as if it were so much further; nobody knows until when.
_BACK, _BACK_SPREAD = 1.5, 0.25
# After so many doors further on it is put off for a good part of what is left of the round.
_N_PUT_OFF, _PUT_OFF = 3, 0.6
# How much being out of order takes from what the plan's order tells: all of it where doors are done at random, for then
# they are a third of the round from their place.
_ORDER_TELLS = 3.4
# How windows of earlier hours came true tells how wide today's are to be: beside what is expected, which counts as much
# as so many doors, and more for each round it was learned from; a look counts as much as so many doors at most.
_N_EXPECTED_DOORS, _N_DOORS_A_ROUND, _N_DOORS_A_LOOK = 6, 2, 3
# From so many rounds on, what past days taught is not asked again.
_N_KNOWN_ROUNDS = 20
# The mean square of misses, in halves of a window, where windows hold what they are to; one counts no more than so.
_SQUARE, _MOST_SQUARE = 0.5, 6.0
_FIRST_LOOK_S, _A_LOOK_S = 8 * 3_600, 3_600
N_HORIZONS = len(_HORIZONS_S) + 1
PASSED = 2 * N_HORIZONS


@dataclass(frozen=True, kw_only=True)
class Window:
    """Between when the courier is expected, in seconds of the local day."""

    from_s: int
    until_s: int


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The middle of what is expected and its spread, in seconds; ``sort`` of look counts through the bounds.

    ``worked_s`` is a second of the day without lunch, if that is still to come.
    """

    worked_s: float
    spread_s: float
    sort: int


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A round as it looks at one second of its day, with what follows for all of its stops.

    ``begun_s`` is when the leg under way began, None before the round left; ``lunch`` what is still to come of it.
    """

    walked: Walked
    now_s: int
    expected: Expected
    today: Pace
    order_s: float
    begun_s: float | None
    lunch: Lunch | None


def seen(walked: Walked, *, now_s: int, expected: Expected) -> Seen:
    """Return how a round looks now, from what was expected of it and what is done."""
    own = expected.of(walked.courier)
    return Seen(
        walked=walked,
        now_s=now_s,
        expected=own,
        today=pace_of(walked, own),
        order_s=out_of_order_s(walked, own.order_s, _N_ORDER_LEGS),
        begun_s=_begun(walked),
        lunch=_lunch_ahead(walked, now_s, own),
    )


def window(look: Seen, position: int) -> Window | None:
    """Return between when a stop's courier is expected; None for a stop that is done or not on the round."""
    found = estimates(look, only=position).get(position)
    return _told(look, found, _stretch(look)) if found is not None else None


def windows(look: Seen) -> dict[int, Window]:
    """Return the window of every stop of a round that is still to come, by its position."""
    stretch = _stretch(look)
    return {position: _told(look, one, stretch) for position, one in estimates(look).items()}


def bounds_s(sort: int, spread_s: float, expected: Expected) -> tuple[float, float]:
    """Return how far the window of a sort of look reaches from its middle to both sides, in seconds of work.

    One that is a little wider than is of use is told no wider; one that is much wider is told as it is.
    """
    low, high = (bound * spread_s for bound in expected.bounds[sort])
    if USEFUL_S < high - low <= expected.trimmed_s[sort >= N_HORIZONS]:
        low, high = (side * USEFUL_S / (high - low) for side in (low, high))
    return low, high


def _stretch(look: Seen) -> float:
    """Return how much wider windows are told than their bounds say, by how those of earlier hours came true today.

    Past days calibrate an office's windows; while it has few, the doors of the round itself do.
    """
    own = look.expected
    if own.n_rounds >= _N_KNOWN_ROUNDS:
        return 1.0
    n = total = _N_EXPECTED_DOORS + _N_DOORS_A_ROUND * own.n_rounds
    for at_s in range(_FIRST_LOOK_S, look.now_s, _A_LOOK_S):
        squares = _squares(seen(as_of(look.walked, at_s), now_s=at_s, expected=own), look.walked)
        if squares:
            weight = min(_N_DOORS_A_LOOK, len(squares))
            n += weight
            total += weight * sum(squares) / len(squares) / _SQUARE
    return sqrt(total / n)


def _squares(earlier: Seen, walked: Walked) -> list[float]:
    """Return how far an earlier look's windows were from the doors done since: squares, in halves of a window."""
    found, expected = [], estimates(earlier)
    for leg in walked.legs:
        one = expected.get(leg.position)
        if one is None or leg.done_s is None:
            continue
        true_s = leg.done_s - leg.service_s
        if earlier.lunch is not None and true_s > earlier.lunch.until_s:
            true_s -= earlier.lunch.long_s
        low, high = earlier.expected.bounds[one.sort]
        off = (true_s - one.worked_s) / one.spread_s - (low + high) / 2
        found.append(min(_MOST_SQUARE, (2 * off / (high - low)) ** 2))
    return found


def _told(look: Seen, one: Estimate, stretch: float) -> Window:
    low, high = bounds_s(one.sort, stretch * one.spread_s, look.expected)
    low_s, high_s = one.worked_s + low, one.worked_s + high
    if look.lunch is not None:
        low_s, high_s = _around_lunch(low_s, high_s, look.now_s, look.lunch)
    low_s = max(low_s, look.now_s)
    high_s = max(high_s, low_s + _NARROWEST_S)
    from_s = round(low_s / _ROUND_TO_S) * _ROUND_TO_S
    return Window(from_s=from_s, until_s=max(round(high_s / _ROUND_TO_S) * _ROUND_TO_S, from_s + _NARROWEST_S))


def _around_lunch(low_s: float, high_s: float, now_s: int, lunch: Lunch) -> tuple[float, float]:
    """Return a window of work by the clock; of one that lies on one side of lunch but for a little, that side."""
    little_s = _LITTLE * (high_s - low_s)
    if now_s < lunch.from_s and high_s <= lunch.from_s + little_s:
        return low_s, high_s
    if now_s < lunch.from_s and low_s < lunch.from_s - little_s:
        return low_s, high_s + lunch.long_s
    return low_s + lunch.long_s, high_s + lunch.long_s


def estimates(look: Seen, *, only: int | None = None) -> dict[int, Estimate]:
    """Return the middle and the spread of when the courier is at each door that is still to come, by its position.

    With ``only`` a position: of that door alone.
    """
    walked, today, found = look.walked, look.today, {}
    ahead, passed = _ahead(walked)
    left_s = sum(leg.work_s for leg in ahead)
    start_s, before_s = _working_from(look), 0.0
    late_s = look.expected.late_sd_s if look.begun_s is None else 0.0
    order_s = min(look.order_s, left_s / 3)
    follows = max(0.0, 1 - (_ORDER_TELLS * look.order_s / sum(leg.work_s for leg in walked.legs)) ** 2)
    is_early = sum(1 for leg in walked.legs if leg.done_s is not None) < _N_EARLY_LEGS
    for n, leg in enumerate(ahead):
        before_s += _first_s(look, leg) if n == 0 else leg.work_s
        if only is not None and leg.position != only:
            continue
        work_s = follows * before_s + (1 - follows) * left_s / 2
        at_s = start_s + max(today.pace * (work_s - leg.service_s), 0.0)
        planned_s = max(work_s, SHORTEST_LEG_S)
        variance = today.leg_var_s * planned_s + planned_s**2 * today.variance + _SLACK_S**2 + order_s**2 + late_s**2
        is_after_lunch = look.lunch is not None and at_s > look.lunch.from_s
        variance += look.expected.lunch_sd_s**2 if is_after_lunch or _may_be_at_lunch(look) else 0
        sort = sum(1 for one in _HORIZONS_S if planned_s > one) + (0 if is_early else N_HORIZONS)
        if leg.position in passed:
            variance, sort = variance + (_BACK_SPREAD * left_s) ** 2, PASSED
        found[leg.position] = Estimate(worked_s=at_s, spread_s=sqrt(variance), sort=sort)
    return found


def _first_s(look: Seen, leg: Leg) -> float:
    """Return how much of the leg under way is still to come, as planned work; of a slow one some is always left."""
    if look.begun_s is None:
        return leg.work_s
    gone_s = worked_at(look.now_s, look.lunch) - worked_at(look.begun_s, look.lunch)
    return max(leg.work_s - gone_s / look.today.pace, _LEAST_LEFT * leg.work_s)


def _ahead(walked: Walked) -> tuple[list[Leg], set[int]]:
    """Return the legs still to come in the order now expected, and the positions of those that were passed over.

    A courier goes on from the door he did last: to what is near it in the plan, rather forwards than back.
    """
    begins, so_far = {}, 0.0
    for leg in walked.legs:
        begins[leg.position] = so_far
        so_far += leg.work_s
    last = max((leg for leg in walked.legs if leg.done_s is not None), key=lambda leg: leg.done_s or 0, default=None)
    left = [leg for leg in walked.legs if leg.done_s is None]
    if last is None:
        return left, set()
    here = begins[last.position]
    left_s = sum(leg.work_s for leg in left)
    done = [begins[leg.position] for leg in walked.legs if leg.done_s is not None]

    def apart(leg: Leg) -> float:
        begin = begins[leg.position]
        if begin >= here:
            return begin - here
        put_off_s = _PUT_OFF * left_s if sum(one > begin for one in done) >= _N_PUT_OFF else 0.0
        return max(_BACK * (here - begin), put_off_s)

    return sorted(left, key=apart), {leg.position for leg in left if begins[leg.position] < here}


def _working_from(look: Seen) -> float:
    """Return from when on what is still to do is worked at: now, or when a round that has not left leaves.

    In seconds of work: at lunch, as long as it lasts, when it began.
    """
    late_s = look.expected.late_s
    from_s = float(look.now_s)
    if look.begun_s is None:
        from_s = max(look.walked.leave_s + late_s, look.now_s + _LEAST_LATE * max(0.0, late_s))
    return worked_at(from_s, look.lunch)


def _begun(walked: Walked) -> float | None:
    done = [leg.done_s for leg in walked.legs if leg.done_s is not None]
    return float(max(done)) if done else walked.left_s


def _lunch_ahead(walked: Walked, now_s: int, expected: Expected) -> Lunch | None:
    """Return lunch as it now looks, None where it is over or there is none."""
    lunch, found = walked.lunch, breaks(walked)
    if lunch is None or not lunch.long_s or any(lunch_in(one, lunch, expected.pace) is not None for one in found):
        return None
    until_s = lunch.until_s + int(expected.lunch_more_s)
    last_s = found[-1].end_s if found else 0
    if last_s > lunch.from_s:  # scans in its midst: it begins later, if at all
        long_s = until_s - lunch.from_s
        return Lunch(from_s=last_s, until_s=last_s + long_s) if last_s < lunch.until_s else None
    return Lunch(from_s=lunch.from_s, until_s=until_s) if now_s < until_s else None


def _may_be_at_lunch(look: Seen) -> bool:
    """Say whether lunch should be over, and no door since shows that it is."""
    planned = look.walked.lunch
    if planned is None or look.lunch is not None:
        return False
    return look.now_s >= planned.until_s and (look.begun_s or 0) <= planned.from_s
