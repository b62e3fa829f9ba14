"""Vehicle changes: another vehicle drives a round, a round is closed, or an idle vehicle gets a new one.

Moving a few stops at a time hardly ever finds these: half a round is worth nothing at another office, so every way
there passes through worse solutions. The change is made as a whole; the search that follows shows whether it pays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from routing.solving.piece import Orders, Piece

MOST_CHECKS = 6
"""So many of the cheapest possibilities are checked against the rules."""
NEW_ROUND_STOPS = (3, 8, 16)
"""The lengths tried for a new round."""


@dataclass(frozen=True, slots=True)
class VehicleChange:
    """A change: its name, the vehicle that gets a round (None where none does), and the orders it leads to."""

    name: str
    vehicle: int | None
    orders: Orders


def vehicle_changes(piece: Piece, orders: Orders, vehicle: int) -> Iterator[VehicleChange]:
    """Yield feasible changes of the round of ``vehicle`` and of the idle vehicles of the piece."""
    idle = [v for v, order in enumerate(orders) if not order]
    for other in idle:
        if piece.vehicles[other] == piece.vehicles[vehicle]:  # nothing would change but the name
            continue
        found = reassign(piece, orders, vehicle, other)
        if found is not None:
            yield VehicleChange("reassign", other, found)
    found = close_round(piece, orders, vehicle)
    if found is not None:
        yield VehicleChange("close", None, found)
    for other in idle:
        for n in NEW_ROUND_STOPS:
            found = open_round(piece, orders, other, n)
            if found is not None:
                yield VehicleChange(f"open {n}", other, found)


def reassign(piece: Piece, orders: Orders, vehicle: int, other: int) -> Orders | None:
    """Return orders in which idle ``other`` drives the round of ``vehicle``; None where that is infeasible."""
    for order in _rotations(piece, orders[vehicle], other):
        if piece.order_cost(other, order) is not None:
            changed = [list(o) for o in orders]
            changed[vehicle], changed[other] = [], order
            return changed
    return None


def _rotations(piece: Piece, order: Sequence[int], vehicle: int) -> list[list[int]]:
    """Return a round, seen as a circle, opened where the ways from and to a vehicle's ends are shortest.

    Both directions are tried; the cheapest come first.
    """
    travel, v = piece.travel, piece.vehicles[vehicle]
    found: list[tuple[int, list[int]]] = []
    for way in (np.array(order), np.array(order)[::-1]):
        after = np.roll(way, -1)
        links = travel[way, after].astype(np.int64)
        cost = int(links.sum()) - links + travel[v.start, after] + travel[way, v.end]
        for at in np.argsort(cost, kind="stable")[:MOST_CHECKS].tolist():
            found.append((int(cost[at]), np.roll(way, -at - 1).tolist()))
    return [rotated for _, rotated in sorted(found)[:MOST_CHECKS]]


def close_round(piece: Piece, orders: Orders, vehicle: int) -> Orders | None:
    """Return orders in which the other rounds take the stops of ``vehicle``; None if one fits nowhere."""
    changed = [[] if v == vehicle else list(order) for v, order in enumerate(orders)]
    is_possible = all(_insert(piece, changed, stop) for stop in orders[vehicle])
    return changed if is_possible else None


def open_round(piece: Piece, orders: Orders, vehicle: int, n: int) -> Orders | None:
    """Return orders in which idle ``vehicle`` takes the ``n`` stops nearest to its ends, or as many as it can."""
    travel, v, k = piece.travel, piece.vehicles[vehicle], piece.n_stops
    away = travel[v.start, :k].astype(np.int64) + travel[:k, v.end]
    near = [s for s in np.argsort(away, kind="stable").tolist() if vehicle in piece.allowed[s]][:n]
    changed = [[s for s in order if s not in near] for order in orders]
    order: list[int] = []
    here, remaining = v.start, set(near)
    while remaining:
        here = min(remaining, key=lambda stop: int(travel[here, stop]))
        remaining.discard(here)
        order.append(here)
    while order and piece.order_cost(vehicle, order) is None:  # give the last stops back until it is feasible
        if not _insert(piece, changed, order.pop()):
            return None
    changed[vehicle] = order
    return changed if order else None


def _insert(piece: Piece, orders: Orders, stop: int) -> bool:
    """Insert a stop where it costs least on a round in use; return False if it fits at none of the positions tried."""
    travel = piece.travel
    positions: list[tuple[int, int, int]] = []
    for v, order in enumerate(orders):
        if order and v in piece.allowed[stop]:
            path = np.array([piece.vehicles[v].start, *order, piece.vehicles[v].end])
            cost = travel[path[:-1], stop].astype(np.int64) + travel[stop, path[1:]] - travel[path[:-1], path[1:]]
            positions += [(int(cost[at]), v, at) for at in np.argsort(cost, kind="stable")[:2].tolist()]
    for _, v, at in sorted(positions)[:MOST_CHECKS]:
        changed = [*orders[v][:at], stop, *orders[v][at:]]
        if piece.order_cost(v, changed) is not None:
            orders[v] = changed
            return True
    return False
