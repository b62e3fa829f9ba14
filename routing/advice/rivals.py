"""With whom a stop that was left out competed: the one stop whose place it could take, and what that would cost."""

from __future__ import annotations

from typing import Any

from routing.advice.reasons import Case, reason_of
from routing.advice.remedies import insertion
from routing.solving.piece import unserved_price

NEAREST = 3
"""So many of the nearest rounds are looked at."""
MOST_RIVALS = 8
"""So many stops of a round, the nearest ones, are taken off it by turns."""
MOST_DEARER_S = 86_400
"""Beyond a day it is the rival's promise that counts, not the way."""


def _away(case: Case, number: int) -> float:
    here, there = case.stops[0].point, case.standing.problem.stops[number].point
    return abs(here.lat - there.lat) + abs(here.lon - there.lon)


def rival_of(case: Case) -> dict[str, Any]:
    """Return ``rival_stop_id``, ``rival_courier_id`` and ``rival_dearer_s``; {} where no single stop could give way.

    ``rival_dearer_s`` is how much more the plan would cost with this stop in its rival's place, the price of leaving
    the rival out included: by so much the competition was lost. It is missing where the rival's promise decided.
    Stops of sequences and locked stops do not give way.
    """
    standing = case.standing
    problem, best = standing.problem, None
    for courier in case.near(reason_of(case)[1])[:NEAREST]:
        order = standing.orders[courier]
        near = sorted(order, key=lambda s: _away(case, s))[:MOST_RIVALS]
        for number in near:
            case.require_time()
            stop = problem.stops[number]
            if stop.stop_id in standing.places.sequence_of or stop.locked_to is not None:
                continue
            others = [problem.stops[s] for s in order if s != number]
            found = insertion(standing, others, case.stops, problem.couriers[courier], cost_now=standing.costs[courier])
            if found is None:
                continue
            dearer = found.extra + unserved_price(stop) - case.price
            if best is None or dearer < best[0]:
                best = dearer, stop.stop_id, problem.couriers[courier].courier_id
    if best is None:
        return {}
    told: dict[str, Any] = {"rival_stop_id": best[1], "rival_courier_id": best[2]}
    return told | {"rival_dearer_s": best[0]} if 0 <= best[0] <= MOST_DEARER_S else told
