"""The planner of last resort: nearest feasible stop first. No solver, no child, seconds for thousands of stops."""

from __future__ import annotations

import numpy as np

from routing.solving.merge import sequences_only
from routing.solving.piece import Orders, Piece

URGENT = 15_000_000
"""A penalty above this is that of a stop that must be served today: others have at most 10,000,000."""
LONGEST_2_OPT = 120
"""2-opt grows with the square of a round's stops."""


def greedy(piece: Piece) -> Orders:
    """Return feasible orders: each vehicle goes on to the nearest stop that still fits; what fits nowhere is left out.

    Stops that must be served today are placed before all others.
    """
    if piece.predecessor:
        return _with_sequences(piece)
    unserved = set(range(piece.n_stops))
    orders: Orders = [[] for _ in piece.vehicles]
    for urgent in (True, False):
        for vehicle in range(len(piece.vehicles)):
            own = [s for s in unserved if vehicle in piece.allowed[s] and (piece.penalty[s] > URGENT or not urgent)]
            _extend(piece, vehicle, orders[vehicle], own)
            unserved -= set(orders[vehicle])
    return [_two_opt(piece, v, order) for v, order in enumerate(orders)]


def _with_sequences(piece: Piece) -> Orders:
    """Plan with each fixed sequence merged into one stop.

    A merged stop hides how the load changes inside it, so rounds that turn out infeasible give up their last stops.
    """
    merged = sequences_only(piece)
    orders = greedy(merged.piece)
    for vehicle, order in enumerate(orders):
        while order and piece.order_cost(vehicle, merged.whole([order])[0]) is None:
            order.pop()
    return merged.whole(orders)


def _extend(piece: Piece, vehicle: int, order: list[int], candidates: list[int]) -> None:
    early = np.array([w[0] for w in piece.windows[piece.days[vehicle]]], dtype=np.int64)
    remaining = set(candidates) - set(order)
    while remaining:
        here = order[-1] if order else piece.vehicles[vehicle].start
        ids = np.array(sorted(remaining), dtype=np.int64)
        clock = piece.clock_after(vehicle, order)
        begin = np.maximum(clock + piece.travel[here, ids], early[ids])  # nearest in time: waiting counts
        for stop in ids[np.argsort(begin, kind="stable")].tolist():
            remaining.discard(stop)  # what does not fit now never will: the clock only advances
            if piece.order_cost(vehicle, [*order, stop]) is not None:
                order.append(stop)
                break


def _two_opt(piece: Piece, vehicle: int, order: list[int]) -> list[int]:
    """Reverse stretches of a round while that shortens it."""
    best = piece.order_cost(vehicle, order)
    improved = best is not None and len(order) <= LONGEST_2_OPT
    while improved:
        improved = False
        for i in range(len(order) - 1):
            for j in range(i + 1, len(order)):
                if _gain(piece, vehicle, order, i, j) <= 0:
                    continue
                turned = order[:i] + order[i : j + 1][::-1] + order[j + 1 :]
                cost = piece.order_cost(vehicle, turned)
                if cost is not None and best is not None and cost < best:
                    order, best, improved = turned, cost, True
    return order


def _gain(piece: Piece, vehicle: int, order: list[int], i: int, j: int) -> int:
    """Return the travel saved by reversing positions ``i`` to ``j``; inside, both directions are taken to be equal."""
    v, t = piece.vehicles[vehicle], piece.travel
    before = order[i - 1] if i else v.start
    after = order[j + 1] if j + 1 < len(order) else v.end
    return int(t[before, order[i]] + t[order[j], after] - t[before, order[j]] - t[order[i], after])
