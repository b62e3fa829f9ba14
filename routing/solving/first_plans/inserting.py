"""Starting from a plan that exists: its rounds are taken over, and what is left over is put where it costs least."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np

from routing.solving.first_plans.first import numbers
from routing.solving.piece import Piece, may_serve, unserved_price
from routing.solving.standing import Standing
from routing.types import Plan

MOST_PLACES = 6
"""So many of the cheapest places on each round are tried against the rules."""


def carry_over(standing: Standing, before: Plan) -> None:
    """Let every courier drive the round he had, without the stops that are gone or that he can no longer make."""
    number, crew = numbers(standing.problem)
    for planned in before.rounds:
        courier = crew.get(planned.courier_id)
        stops = [number[v.stop_id] for v in planned.visits if v.stop_id in number]
        if courier is None or not stops or standing.orders[courier]:
            continue
        stops = [s for s in stops if s in standing.left]
        piece = standing.piece([courier], stops)
        order = list(range(len(stops)))
        if piece.order_cost(0, order) is None:
            order = _what_fits(piece)
        standing.adopt([courier], stops, piece, [order])


def _what_fits(piece: Piece) -> list[int]:
    """Return the stops in their order, but those left out with which the round breaks a rule."""
    order: list[int] = []
    for stop in range(piece.n_stops):
        if piece.follows and piece.follows[stop] >= 0:
            continue
        unit = [stop]
        while piece.leads and piece.leads[unit[-1]] >= 0:
            unit.append(piece.leads[unit[-1]])
        if piece.order_cost(0, [*order, *unit]) is not None:
            order += unit
    return order


def insert_left(standing: Standing, wanted: Iterable[int], until: float) -> None:
    """Put each wanted stop that is left out on the round where it costs least, the dearest first.

    Stops of a sequence go together. What fits nowhere, or costs more than leaving it out, stays left out. Ends at the
    monotonic time ``until``.
    """
    problem, sequence_of = standing.problem, standing.places.sequence_of
    number, _ = numbers(problem)
    for stop in sorted(wanted, key=lambda s: (-unserved_price(problem.stops[s]), s)):
        if stop not in standing.left or time.monotonic() >= until:
            continue
        unit = [number[s] for s in sequence_of.get(problem.stops[stop].stop_id, ())] or [stop]
        found = [_cheapest(standing, courier, unit) for courier in range(len(problem.couriers))]
        best = min((f for f in found if f is not None), default=None)
        if best is not None:
            _, courier, order = best
            piece = standing.piece([courier], order)
            standing.adopt([courier], order, piece, [list(range(len(order)))])


def _cheapest(standing: Standing, courier: int, unit: list[int]) -> tuple[int, int, list[int]] | None:
    """Return the extra cost, the courier, and the order with the stops where they cost least; None if nowhere."""
    problem = standing.problem
    if not all(may_serve(problem.couriers[courier], problem.stops[s]) for s in unit):
        return None
    order = standing.orders[courier]
    stops = [*order, *unit]
    piece = standing.piece([courier], stops)
    own, new = list(range(len(order))), list(range(len(order), len(stops)))
    travel, ends = piece.travel, piece.vehicles[0]
    path = np.array([ends.start, *own, ends.end])
    longer = travel[path[:-1], new[0]].astype(np.int64) + travel[new[-1], path[1:]] - travel[path[:-1], path[1:]]
    best: tuple[int, int, list[int]] | None = None
    for at in np.argsort(longer, kind="stable")[:MOST_PLACES].tolist():
        tried = [*own[:at], *new, *own[at:]]
        cost = piece.order_cost(0, tried)
        if cost is not None and (best is None or cost - standing.costs[courier] < best[0]):
            best = cost - standing.costs[courier], courier, [stops[i] for i in tried]
    return best
