"""Rounds as a person orders them: timed as they would be walked, and judged by the checker alone.

The solver only ever holds rounds that obey every rule; a dispatcher may know better, so here an order is timed whatever
it breaks, and what it breaks is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from routing.check import Fault, check, legs, round_cost, walk_on_the_clock
from routing.errors import BadTravelTimes, EngineUnavailable
from routing.planned import Plan, PlannedRound
from routing.timing import Door, walk, work_day
from routing.travel.closed_roads import around_closed_roads
from routing.travel.times import StraightLine, TravelTimes
from routing.types import Courier, Problem, Stop


@dataclass(frozen=True, kw_only=True, slots=True)
class HandMade:
    """Rounds in the orders that were asked for, their cost in seconds of travel, and every rule they break."""

    rounds: tuple[PlannedRound, ...]
    cost: int
    faults: tuple[Fault, ...]


def hand_made(
    problem: Problem,
    orders: Mapping[str, Sequence[str]],
    *,
    travel: TravelTimes,
    fallback: TravelTimes | None = None,
) -> HandMade:
    """Return the rounds of some couriers with their stops in the orders given, as the checker finds them.

    ``orders`` maps couriers of the problem to stops of it; a courier without stops gets no round. Where ``travel``
    fails, ``fallback`` takes its place. Raises KeyError for a courier or stop the problem does not have.
    """
    try:
        return _made(problem, orders, travel)
    except (EngineUnavailable, BadTravelTimes):
        return _made(problem, orders, fallback or StraightLine())


def _made(problem: Problem, orders: Mapping[str, Sequence[str]], travel: TravelTimes) -> HandMade:
    known = {stop.stop_id: stop for stop in problem.stops}
    couriers = {courier.courier_id: courier for courier in problem.couriers}
    own = tuple(known[stop_id] for order in orders.values() for stop_id in order)
    part = replace(problem, stops=own, couriers=tuple(couriers[one] for one in orders))
    around = around_closed_roads(travel, problem.closed_roads)
    rounds, cost = [], 0
    for one, order in orders.items():
        if order:
            stops = [known[stop_id] for stop_id in order]
            rounds.append(_walked(part, couriers[one], stops, around))
            cost += round_cost(part, rounds[-1], couriers[one], stops)
    made = Plan(
        rounds=tuple(rounds),
        unserved=(),
        travel_s=sum(one.travel_s for one in rounds),
        cost=cost,
        travel_source=travel.name,
        degraded=None,
        seconds=0.0,
    )
    return HandMade(rounds=made.rounds, cost=cost, faults=tuple(check(part, made, travel)))


def _walked(problem: Problem, courier: Courier, stops: Sequence[Stop], travel: TravelTimes) -> PlannedRound:
    """Return a round that leaves as the solver would let it leave; where its order breaks a rule, with the shift."""
    office = next(one.point for one in problem.offices if one.office_id == courier.office_id)
    along = [courier.start or office, *(stop.point for stop in stops), courier.end or office]
    legs_s, legs_m = legs(along, travel)
    day, before = work_day(courier), ["", *(stop.building for stop in stops)]
    doors = [
        Door(s.stop_id, 0 if s.building and s.building == last else s.setup_s, s.service_s, day.window(s.window))
        for s, last in zip(stops, before, strict=False)
    ]
    obeying = walk(day, doors, legs_s, is_short=courier.longest_s is not None)
    leave_at_s = obeying.leave_at_s if obeying else courier.shift.from_s
    found = walk_on_the_clock(courier, leave_at_s, stops, legs_s)
    return PlannedRound(
        courier_id=courier.courier_id,
        office_id=courier.office_id,
        leave_at_s=leave_at_s,
        back_at_s=found.back_at_s,
        travel_s=sum(legs_s),
        travel_m=sum(legs_m),
        visits=found.visits,
    )
