"""Starting from an earlier plan: its rounds are taken over, and unserved stops are inserted where they cost least."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np

from routing.planned import Plan
from routing.solving.first_plans.office_plans import Numbers
from routing.solving.piece import Piece, may_serve, unserved_penalty
from routing.solving.solution import Solution

MOST_POSITIONS = 6
"""So many of the cheapest positions on each round are checked against the rules."""


def carry_over(solution: Solution, before: Plan) -> None:
    """Give every courier the round of the earlier plan, without stops that are gone or no longer feasible."""
    at = Numbers.of(solution.problem)
    for planned in before.rounds:
        courier = at.couriers.get(planned.courier_id)
        stops = [at.stops[v.stop_id] for v in planned.visits if v.stop_id in at.stops]
        if courier is None or not stops or solution.orders[courier]:
            continue
        stops = [s for s in stops if s in solution.unserved]
        piece = solution.piece([courier], stops)
        order = list(range(len(stops)))
        if piece.order_cost(0, order) is None:
            order = _what_fits(piece)
        solution.adopt([courier], stops, piece, [order])


def _what_fits(piece: Piece) -> list[int]:
    """Return the stops in their order without those that make the round infeasible."""
    order: list[int] = []
    for stop in range(piece.n_stops):
        if piece.predecessor and piece.predecessor[stop] >= 0:
            continue
        unit = [stop]
        while piece.successor and piece.successor[unit[-1]] >= 0:
            unit.append(piece.successor[unit[-1]])
        if piece.order_cost(0, [*order, *unit]) is not None:
            order += unit
    return order


def insert_unserved(solution: Solution, wanted: Iterable[int], until: float) -> None:
    """Insert each wanted stop that is unserved where it costs least, highest penalty first.

    Stops of a fixed sequence go together. What fits nowhere, or costs more than its penalty, stays unserved. Ends at
    the monotonic time ``until``.
    """
    problem, sequence_of = solution.problem, solution.places.sequence_of
    number = Numbers.of(problem).stops
    for stop in sorted(wanted, key=lambda s: (-unserved_penalty(problem.stops[s]), s)):
        if stop not in solution.unserved or time.monotonic() >= until:
            continue
        unit = [number[s] for s in sequence_of.get(problem.stops[stop].stop_id, ())] or [stop]
        found = [_cheapest(solution, courier, unit) for courier in range(len(problem.couriers))]
        best = min((f for f in found if f is not None), default=None)
        if best is not None:
            _, courier, order = best
            piece = solution.piece([courier], order)
            solution.adopt([courier], order, piece, [list(range(len(order)))])


def _cheapest(solution: Solution, courier: int, unit: list[int]) -> tuple[int, int, list[int]] | None:
    """Return the cheapest insertion on one round: added cost, courier, and the new order; None if there is none."""
    problem = solution.problem
    if not all(may_serve(problem.couriers[courier], problem.stops[s]) for s in unit):
        return None
    order = solution.orders[courier]
    stops = [*order, *unit]
    piece = solution.piece([courier], stops)
    own, new = list(range(len(order))), list(range(len(order), len(stops)))
    travel, ends = piece.travel, piece.vehicles[0]
    path = np.array([ends.start, *own, ends.end])
    detour = travel[path[:-1], new[0]].astype(np.int64) + travel[new[-1], path[1:]] - travel[path[:-1], path[1:]]
    best: tuple[int, int, list[int]] | None = None
    for at in np.argsort(detour, kind="stable")[:MOST_POSITIONS].tolist():
        tried = [*own[:at], *new, *own[at:]]
        cost = piece.order_cost(0, tried)
        if cost is not None and (best is None or cost - solution.costs[courier] < best[0]):
            best = cost - solution.costs[courier], courier, [stops[i] for i in tried]
    return best
