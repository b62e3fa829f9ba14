"""What it does to two rounds under way when stops pass from one to the other: new times, and the rules it breaks.

Read, think, write: `asked_passing` reads, `judged_passing` walks both rounds by travel times and lets the independent
checker judge them, `postal.under_way.moves.move_stops` writes the order down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from postal.rounds import Road, Weights, road_of
from postal.under_way.moves import NewRound, chosen_stops
from postal.under_way.placing import ESTIMATE
from routing import Fault, HandMade, Point, Problem, TravelTimes, hand_made


@dataclass(frozen=True, kw_only=True)
class AskedPassing:
    """The orders of stops ahead before and after by courier, and the rest of the day they belong to."""

    problem: Problem
    before: dict[str, tuple[str, ...]]
    after: dict[str, tuple[str, ...]]
    moved: tuple[str, ...]
    giver: str
    taker: str


@dataclass(frozen=True, kw_only=True)
class JudgedPassing:
    """Both rounds walked before and after, and the rules that are broken only after."""

    asked: AskedPassing
    before: HandMade
    after: HandMade
    faults: tuple[Fault, ...]

    @property
    def fingerprint(self) -> str:
        """Return what says whether somebody saw this judgement: the orders and the faults, no times."""
        told = (sorted(self.asked.after.items()), [(fault.code, fault.who) for fault in self.faults])
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def asked_passing(
    session: Session, stop_ids: Collection[int], to: int | NewRound, *, now: datetime, weights: Weights | None = None
) -> AskedPassing:
    """Read what passing stops on is about; each goes into the cheapest gap of what the taker has ahead.

    ``to`` is the round that takes them over, or a courier who gets one. Raises NotFound, also where nobody said where
    the office is, NotUnderWay, NotSpare, NothingToMove.
    """
    stops, giver, taker = chosen_stops(session, stop_ids, to, now=now)
    moved = tuple(str(stop.consignment_id) for stop in stops)
    road = road_of(session, [giver, taker], now=now, weights=weights, also={stop.consignment_id for stop in stops})
    after = dict(road.orders)
    after[giver.courier.code] = tuple(one for one in road.orders[giver.courier.code] if one not in moved)
    for one in moved:
        after[taker.courier.code] = _put_in(road, taker.courier.code, after[taker.courier.code], one)
    return AskedPassing(
        problem=road.problem,
        before=road.orders,
        after=after,
        moved=moved,
        giver=giver.courier.code,
        taker=taker.courier.code,
    )


def judged_passing(asked: AskedPassing, *, travel: TravelTimes, fallback: TravelTimes | None = None) -> JudgedPassing:
    """Time both rounds as they are and as they would be, and let the checker judge; never asks the database."""
    before = hand_made(asked.problem, asked.before, travel=travel, fallback=fallback)
    after = hand_made(asked.problem, asked.after, travel=travel, fallback=fallback)
    known = {(fault.code, fault.who) for fault in before.faults}
    faults = tuple(fault for fault in after.faults if (fault.code, fault.who) not in known)
    return JudgedPassing(asked=asked, before=before, after=after, faults=faults)


def _put_in(road: Road, courier_code: str, order: Sequence[str], stop_id: str) -> tuple[str, ...]:
    """Return an order with a stop in its cheapest gap, which the estimate tells as well as an engine does."""
    points = {stop.stop_id: stop.point for stop in road.problem.stops}
    courier = next(one for one in road.problem.couriers if one.courier_id == courier_code)
    office = next(one.point for one in road.problem.offices if one.office_id == courier.office_id)
    along: list[Point] = [courier.start or office, *(points[one] for one in order), courier.end or office]
    seconds, _ = ESTIMATE.matrix([*along, points[stop_id]])
    new = len(along)
    more = [int(seconds[n, new]) + int(seconds[new, n + 1]) - int(seconds[n, n + 1]) for n in range(len(along) - 1)]
    at = more.index(min(more))
    return (*order[:at], stop_id, *order[at:])
