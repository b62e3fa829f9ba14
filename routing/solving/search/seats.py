"""Other seats for rounds: which couriers drive at all, and from which office.

Moving a few stops at a time never finds these changes, because the way there leads uphill: half a round is worth
nothing at another office. So the change is made whole, and the search that follows has to show whether it pays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from routing.solving.piece import Orders, Piece

MOST_CHECKS = 6
"""So many of the cheapest places are tried against the rules."""
OPENED = (3, 8, 16)
"""How many stops a courier who comes in anew begins with."""


@dataclass(frozen=True, slots=True)
class Seating:
    """A change: its name, the vehicle that comes in (None: none does), and the orders it leads to."""

    name: str
    vehicle: int | None
    orders: Orders


def seatings(piece: Piece, orders: Orders, home: int) -> Iterator[Seating]:
    """Yield other ways to seat the round of vehicle ``home`` and its idle neighbours; all obey the rules."""
    idle = [v for v, order in enumerate(orders) if not order]
    for vehicle in idle:
        if piece.vehicles[vehicle] == piece.vehicles[home]:  # the same seat under another name
            continue
        found = reseat(piece, orders, home, vehicle)
        if found is not None:
            yield Seating("reseat", vehicle, found)
    found = close(piece, orders, home)
    if found is not None:
        yield Seating("close", None, found)
    for vehicle in idle:
        for n in OPENED:
            found = open_up(piece, orders, vehicle, n)
            if found is not None:
                yield Seating(f"open {n}", vehicle, found)


def reseat(piece: Piece, orders: Orders, home: int, vehicle: int) -> Orders | None:
    """Return orders in which idle ``vehicle`` drives the round of ``home``; None if it may not or cannot."""
    for order in _openings(piece, orders[home], vehicle):
        if piece.order_cost(vehicle, order) is not None:
            changed = [list(o) for o in orders]
            changed[home], changed[vehicle] = [], order
            return changed
    return None


def _openings(piece: Piece, order: Sequence[int], vehicle: int) -> list[list[int]]:
    """Return the circle of a round opened where the way from and to a vehicle's ends is shortest, both directions."""
    travel, v = piece.travel, piece.vehicles[vehicle]
    found: list[tuple[int, list[int]]] = []
    for way in (np.array(order), np.array(order)[::-1]):
        after = np.roll(way, -1)
        links = travel[way, after].astype(np.int64)
        cost = int(links.sum()) - links + travel[v.start, after] + travel[way, v.end]
        for at in np.argsort(cost, kind="stable")[:MOST_CHECKS].tolist():
            found.append((int(cost[at]), np.roll(way, -at - 1).tolist()))
    return [turned for _, turned in sorted(found)[:MOST_CHECKS]]


def close(piece: Piece, orders: Orders, home: int) -> Orders | None:
    """Return orders in which the other rounds take the stops of ``home``; None if one fits nowhere."""
    changed = [[] if v == home else list(order) for v, order in enumerate(orders)]
    is_possible = all(_insert(piece, changed, stop) for stop in orders[home])
    return changed if is_possible else None


def open_up(piece: Piece, orders: Orders, vehicle: int, n: int) -> Orders | None:
    """Return orders in which idle ``vehicle`` takes the ``n`` stops nearest to its ends, or as many as it can."""
    travel, v, k = piece.travel, piece.vehicles[vehicle], piece.n_stops
    away = travel[v.start, :k].astype(np.int64) + travel[:k, v.end]
    near = [s for s in np.argsort(away, kind="stable").tolist() if vehicle in piece.allowed[s]][:n]
    changed = [[s for s in order if s not in near] for order in orders]
    order: list[int] = []
    here, left = v.start, set(near)
    while left:
        here = min(left, key=lambda stop: int(travel[here, stop]))
        left.discard(here)
        order.append(here)
    while order and piece.order_cost(vehicle, order) is None:
        if not _insert(piece, changed, order.pop()):
            return None
    changed[vehicle] = order
    return changed if order else None


def _insert(piece: Piece, orders: Orders, stop: int) -> bool:
    """Put a stop where it costs least on a round that is driven; return False if it fits nowhere tried."""
    travel = piece.travel
    places: list[tuple[int, int, int]] = []
    for v, order in enumerate(orders):
        if order and v in piece.allowed[stop]:
            path = np.array([piece.vehicles[v].start, *order, piece.vehicles[v].end])
            cost = travel[path[:-1], stop].astype(np.int64) + travel[stop, path[1:]] - travel[path[:-1], path[1:]]
            places += [(int(cost[at]), v, at) for at in np.argsort(cost, kind="stable")[:2].tolist()]
    for _, v, at in sorted(places)[:MOST_CHECKS]:
        tried = [*orders[v][:at], stop, *orders[v][at:]]
        if piece.order_cost(v, tried) is not None:
            orders[v] = tried
            return True
    return False
