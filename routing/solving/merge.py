"""Stretches of rounds whose order is fixed, merged into single stops, so that a search sees only what may move.

A stretch served in its order and started at t ≤ late ends at duration + max(t, early). A single stop behaves the same
way, so the merged piece is exact: no order becomes feasible or infeasible, and costs differ by a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from routing.solving.piece import Orders, Piece


@dataclass(frozen=True)
class Merged:
    """A smaller piece; ``groups`` are the stops of the whole that each of its stops stands for, in order."""

    piece: Piece
    groups: list[list[int]]
    initial: Orders

    def whole(self, orders: Orders) -> Orders:
        """Return orders of the smaller piece as orders of the whole. Raises IndexError for stops it does not have."""
        if any(group < 0 for order in orders for group in order):  # Python would count from the end
            raise IndexError("negative stop")
        return [[stop for group in order for stop in self.groups[group]] for order in orders]


def merge(piece: Piece, orders: Orders, cut: Callable[[int, int], bool]) -> Merged:
    """Return the piece with every round cut where ``cut(before, stop)`` is true; what is not cut is merged.

    Stops on no round stay single; fixed sequences are merged wherever they are.
    """
    predecessor = piece.predecessor or [-1] * piece.n_stops
    groups: list[list[int]] = []
    drivers: list[int] = []
    initial: Orders = []
    for vehicle, order in enumerate(orders):
        initial.append([])
        for position, stop in enumerate(order):
            if position == 0 or (predecessor[stop] < 0 and cut(order[position - 1], stop)):
                initial[-1].append(len(groups))
                groups.append([])
                drivers.append(vehicle)
            groups[-1].append(stop)
    on_rounds = {stop for order in orders for stop in order}
    singles = [
        _sequence_from(piece, stop) for stop in range(piece.n_stops) if stop not in on_rounds and predecessor[stop] < 0
    ]
    groups += singles
    drivers += [-1] * len(singles)
    return Merged(_smaller(piece, groups, drivers), groups, initial)


def sequences_only(piece: Piece) -> Merged:
    """Return the piece with only its fixed sequences merged, and no stop on a round."""
    return merge(piece, [[] for _ in piece.vehicles], lambda before, stop: True)


def _sequence_from(piece: Piece, stop: int) -> list[int]:
    """Return the fixed sequence that begins with a stop: the stop alone if it is in none."""
    group = [stop]
    while piece.successor and piece.successor[group[-1]] >= 0:
        group.append(piece.successor[group[-1]])
    return group


def _smaller(piece: Piece, groups: list[list[int]], drivers: list[int]) -> Piece:
    n_ends = len(piece.travel) - piece.n_stops
    ends = range(piece.n_stops, piece.n_stops + n_ends)
    # A merged stop is entered at its first stop and left from its last.
    leave = np.array([g[-1] for g in groups] + list(ends), dtype=np.int64)
    enter = np.array([g[0] for g in groups] + list(ends), dtype=np.int64)
    service = [piece.service[g[0]] for g in groups]
    windows = [[own[g[0]] for g in groups] for own in piece.windows]
    allowed = [piece.allowed[g[0]] for g in groups]
    for number, (group, driver) in enumerate(zip(groups, drivers, strict=True)):
        if len(group) > 1:
            # Windows are in work time, so only vehicles with the driver's work time may serve the stretch.
            both = set.intersection(*(set(piece.allowed[s]) for s in group))
            days = [piece.days[v] for v in sorted(both)]
            day = piece.days[driver] if driver >= 0 else max(days, key=days.count, default=0)
            service[number], early, late = stretch(piece, group, day)
            for own in windows:
                own[number] = (early, late)
            allowed[number] = sorted(v for v in both if piece.days[v] == day and early <= late)
    fewer = piece.n_stops - len(groups)
    return replace(
        piece,
        vehicles=[replace(v, start=v.start - fewer, end=v.end - fewer) for v in piece.vehicles],
        travel=piece.travel[np.ix_(leave, enter)],
        service=service,
        setup=[piece.setup[g[0]] for g in groups],
        building=[piece.building[g[0]] for g in groups],
        leaving=[piece.building[g[-1]] for g in groups],
        penalty=[sum(piece.penalty[s] for s in g) for g in groups],
        volume=[sum(piece.volume[s] for s in g) for g in groups],
        collected=[piece.collected[g[0]] for g in groups],
        windows=windows,
        allowed=allowed,
        surcharge=[[sum(own[s] for s in g) for g in groups] for own in piece.surcharge],
        predecessor=[],
        successor=[],
    )


def stretch(piece: Piece, group: Sequence[int], day: int) -> tuple[int, int, int]:
    """Return duration, earliest and latest start of stops served one after the other on one kind of day."""
    windows = piece.windows[day]
    duration = piece.service[group[0]]
    early, late = windows[group[0]]
    for before, stop in pairwise(group):
        # Shift the window of each stop back to the start of the stretch, and intersect.
        reached = duration + piece.leg(before, stop)
        early, late = max(early, windows[stop][0] - reached), min(late, windows[stop][1] - reached)
        duration = reached + piece.service[stop]
        if early > late:  # waiting on the way cannot be avoided: it is part of the duration
            duration, early = duration + early - late, late
    return duration, early, late
