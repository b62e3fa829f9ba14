"""The same day planned again after something happened, with as few stops as possible changing their courier.

A new stop, a courier fallen ill, a closed road are changes of the problem. The search begins from the earlier plan, and
each stop that changes its courier costs extra.
"""

from __future__ import annotations

from dataclasses import replace

from routing.plan import plan
from routing.planned import Plan
from routing.travel.times import TravelTimes
from routing.types import Limits, Problem, Stop, Watch

MOVED_STOP_S = 1_200
"""The price of one stop changing its courier, in seconds of travel: twenty minutes."""


def replan(
    problem: Problem,
    before: Plan,
    *,
    travel: TravelTimes,
    fallback: TravelTimes | None = None,
    limits: Limits | None = None,
    watch: Watch | None = None,
) -> Plan:
    """Return a checked plan of the changed problem that moves few of the stops ``before`` served to other couriers.

    Stops keep the prices of their own where they have one. Raises BadProblem.
    """
    changed = keeping_hands(problem, before)
    return plan(changed, travel=travel, fallback=fallback, limits=limits, watch=watch, before=before)


def keeping_hands(problem: Problem, before: Plan) -> Problem:
    """Return the problem in which each stop names its earlier courier, if he still works, and a move has a price."""
    working = {c.courier_id for c in problem.couriers}
    had = {v.stop_id: r.courier_id for r in before.rounds for v in r.visits if r.courier_id in working}

    def known(stop: Stop) -> Stop:
        return replace(stop, courier_before=had.get(stop.stop_id, stop.courier_before))

    stops = tuple(known(s) for s in problem.stops)
    return replace(problem, stops=stops, moved_stop_s=problem.moved_stop_s or MOVED_STOP_S)
