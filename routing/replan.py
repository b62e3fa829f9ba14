"""The same day anew: something happened, and as few stops as possible should change hands.

A new stop, a courier fallen ill, a closed road are changes of the problem; the plan that stands is where the search
begins, and every stop that changes its courier costs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from routing.plan import plan
from routing.travel.times import TravelTimes
from routing.types import Limits, Plan, Problem, Progress, Stop

MOVED_STOP_S = 1_200
"""What a stop's change of courier has to save at least, in seconds of travel: twenty minutes."""


def replan(
    problem: Problem,
    before: Plan,
    *,
    travel: TravelTimes,
    fallback: TravelTimes | None = None,
    limits: Limits | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Plan:
    """Return a checked plan of the changed problem that moves few of the stops ``before`` served to other couriers.

    Stops keep the prices of their own where they have one. Raises BadProblem.
    """
    changed = keeping_hands(problem, before)
    return plan(
        changed, travel=travel, fallback=fallback, limits=limits, on_progress=on_progress, stop=stop, before=before
    )


def keeping_hands(problem: Problem, before: Plan) -> Problem:
    """Return the problem in which each stop knows the courier who had it, where he still works, and moving costs."""
    working = {c.courier_id for c in problem.couriers}
    had = {v.stop_id: r.courier_id for r in before.rounds for v in r.visits if r.courier_id in working}

    def known(stop: Stop) -> Stop:
        return replace(stop, courier_before=had.get(stop.stop_id, stop.courier_before))

    stops = tuple(known(s) for s in problem.stops)
    return replace(problem, stops=stops, moved_stop_s=problem.moved_stop_s or MOVED_STOP_S)
