"""Where a stop goes in the round that takes it over: in the cheapest gap, without moving any other stop's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from postal.access.act import Act
from postal.models import DeliveryRound, RoundStop
from postal.rules.lifecycle import State
from postal.rules.working_days import local_seconds
from routing import Point, StraightLine

# Nothing asks an engine over the network inside a transaction; which gap is cheapest the estimate tells as well.
ESTIMATE = StraightLine()
_OPEN = frozenset({State.ON_ROUND, State.ON_COLLECTION_ROUND})


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A place between two stops of a round: when the stop could begin, and what it costs in seconds and metres."""

    start_s: int
    more_s: int
    more_m: int


def take_over_stop(act: Act, stop: RoundStop, taker: DeliveryRound) -> RoundStop:
    """Give a stop a place on the round that takes it over, and mark it passed on where it was.

    The stop gets a position of its own behind all others, so that every number on a printed sheet stays true; its
    planned time lies in the cheapest gap of what is still open, and no other stop's time changes. A stop that comes
    back to its first round takes its old position again. Flushes nothing; ``taker``'s stops are read before
    (`postal.rounds.stops_of`).
    """
    gap = cheapest_gap(stop, taker, now=act.now)
    stays_s = stop.leave_s - stop.start_s
    found = next((one for one in taker.stops if one.consignment_id == stop.consignment_id), None)
    if found is None:
        last = max((one.position for one in taker.stops), default=0)
        found = RoundStop(round_id=taker.id, position=last + 1, consignment=stop.consignment)
        taker.stops.append(found)
    found.arrive_s = found.start_s = gap.start_s
    found.leave_s = gap.start_s + stays_s
    found.passed_on_at = None
    stop.passed_on_at = act.now
    taker.travel_s += gap.more_s
    taker.travel_m += gap.more_m
    taker.back_at_s += gap.more_s + stays_s
    return found


def cheapest_gap(stop: RoundStop, taker: DeliveryRound, *, now: datetime) -> Gap:
    """Return where among a round's open stops this one costs the least travel, behind now."""
    now_s = local_seconds(now)
    ahead = [one for one in taker.stops if _is_open(one) and one.consignment_id != stop.consignment_id]
    ahead.sort(key=lambda one: (one.start_s, one.position))
    office = _point(taker.office.lat, taker.office.lon)
    here = _point(stop.consignment.lat, stop.consignment.lon) or office
    points = [_point(one.consignment.lat, one.consignment.lon) or office for one in ahead]
    known = [point for point in (*points, office, here) if point is not None]
    if here is None or len(known) < len(points) + 2:
        end_s = max([now_s, *(one.leave_s for one in ahead)])
        return Gap(start_s=end_s, more_s=0, more_m=0)
    seconds, metres = ESTIMATE.matrix(known)
    end, new = len(points), len(points) + 1
    best: Gap | None = None
    # Before the first open stop he comes from where he is, which nobody knows: the way there is what it adds.
    for n in range(len(points) + 1):
        before, after = n - 1, n if n < len(points) else end
        to_new = int(seconds[before, new]) if n else int(seconds[new, after])
        on_s, on_m = int(seconds[new, after]), int(metres[new, after])
        direct_s, direct_m = (int(seconds[before, after]), int(metres[before, after])) if n else (0, 0)
        more_m = (int(metres[before, new]) if n else on_m) + on_m - direct_m
        leaves_s = ahead[before].leave_s if n else now_s
        gap = Gap(start_s=max(leaves_s, now_s) + (to_new if n else 0), more_s=to_new + on_s - direct_s, more_m=more_m)
        if best is None or gap.more_s < best.more_s:
            best = gap
    assert best is not None
    return best


def _is_open(stop: RoundStop) -> bool:
    return stop.passed_on_at is None and any(item.state in _OPEN for item in stop.consignment.items)


def _point(lat: float | None, lon: float | None) -> Point | None:
    return Point(lat=lat, lon=lon) if lat is not None and lon is not None else None
