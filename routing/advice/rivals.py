"""Which stop an unserved stop competed with: the one whose place it could take, and what that would cost."""

from __future__ import annotations

from routing.advice.reasons import Case, reason_of
from routing.advice.remedies import insertion
from routing.remedy import Rival
from routing.solving.piece import unserved_penalty

NEAREST = 3
"""So many of the nearest rounds are looked at."""
MOST_RIVALS = 8
"""So many of a round's stops, the nearest ones, are taken off it in turn."""
MOST_DEARER_S = 86_400
"""Beyond a day it is the rival's promise that counts, not the way."""


def _away(case: Case, number: int) -> float:
    here, there = case.stops[0].point, case.solution.problem.stops[number].point
    return abs(here.lat - there.lat) + abs(here.lon - there.lon)


def rival_of(case: Case) -> Rival | None:
    """Return the one stop whose place the case could take at the least cost; None where there is none.

    ``dearer_s`` includes the penalty for leaving the rival unserved. Stops of sequences and locked stops do not give
    way.
    """
    solution = case.solution
    problem, best = solution.problem, None
    for courier in case.near(reason_of(case)[1])[:NEAREST]:
        order = solution.orders[courier]
        near = sorted(order, key=lambda s: _away(case, s))[:MOST_RIVALS]
        for number in near:
            case.require_time()
            stop = problem.stops[number]
            if stop.stop_id in solution.places.sequence_of or stop.locked_to is not None:
                continue
            others = [problem.stops[s] for s in order if s != number]
            found = insertion(solution, others, case.stops, problem.couriers[courier], cost_now=solution.costs[courier])
            if found is None:
                continue
            dearer = found.extra + unserved_penalty(stop) - case.penalty
            if best is None or dearer < best[0]:
                best = dearer, stop.stop_id, problem.couriers[courier].courier_id
    if best is None:
        return None
    dearer_s, stop_id, courier_id = best
    is_figure = 0 <= dearer_s <= MOST_DEARER_S
    return Rival(stop_id=stop_id, courier_id=courier_id, dearer_s=dearer_s if is_figure else None)
