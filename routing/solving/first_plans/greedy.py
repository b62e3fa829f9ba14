"""The planner of last resort: no solver, no child, seconds for thousands of stops, never a broken rule."""

from __future__ import annotations

import numpy as np

from routing.solving.merge import sequences_only
from routing.solving.piece import Orders, Piece


def greedy(piece: Piece) -> Orders:
    """Return orders built by going on to the nearest stop that still fits; what fits nowhere is left out.

    Stops that must be served today are taken first among equals; the result obeys every rule of the piece.
    """
    if piece.follows:
        return _with_sequences(piece)
    left = set(range(piece.n_stops))
    orders: Orders = [[] for _ in piece.vehicles]
    for urgent in (True, False):
        for vehicle in range(len(piece.vehicles)):
            own = [s for s in left if vehicle in piece.allowed[s] and (piece.price[s] > 15_000_000 or not urgent)]
            _extend(piece, vehicle, orders[vehicle], own)
            left -= set(orders[vehicle])
    return [_untwist(piece, v, order) for v, order in enumerate(orders)]


def _with_sequences(piece: Piece) -> Orders:
    """Plan with each sequence as one stop; rounds whose boxes turn out too full give up their last stops."""
    merged = sequences_only(piece)
    orders = greedy(merged.piece)
    for vehicle, order in enumerate(orders):
        while order and piece.order_cost(vehicle, merged.whole([order])[0]) is None:
            order.pop()
    return merged.whole(orders)


def _extend(piece: Piece, vehicle: int, order: list[int], candidates: list[int]) -> None:
    early = np.array([w[0] for w in piece.windows[piece.days[vehicle]]], dtype=np.int64)
    left = set(candidates) - set(order)
    while left:
        here = order[-1] if order else piece.vehicles[vehicle].start
        ids = np.array(sorted(left), dtype=np.int64)
        clock = piece.clock_after(vehicle, order)
        begin = np.maximum(clock + piece.travel[here, ids], early[ids])  # nearest in time: waiting counts
        for stop in ids[np.argsort(begin, kind="stable")].tolist():
            left.discard(stop)  # if it does not fit now it will not later: the clock only advances
            if piece.order_cost(vehicle, [*order, stop]) is not None:
                order.append(stop)
                break


def _untwist(piece: Piece, vehicle: int, order: list[int]) -> list[int]:
    """Reverse stretches of a round while that shortens it (2-opt)."""
    best = piece.order_cost(vehicle, order)
    improved = best is not None and len(order) <= 120
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
    v, t = piece.vehicles[vehicle], piece.travel
    before = order[i - 1] if i else v.start
    after = order[j + 1] if j + 1 < len(order) else v.end
    return int(t[before, order[i]] + t[order[j], after] - t[before, order[j]] - t[order[i], after])
