"""The compiled search on one piece: its arrays, and its time. Runs only inside a child process."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.solving.piece import Orders, Piece
from routing.solving.search.ruin import LEAST, LENGTH, NOT_ALLOWED, begin, search
from routing.travel.times import UNREACHABLE

NEAR = 24
"""A stop is put back beside one of so many neighbours, or on an empty round."""
CLOCK_S = 0.004
"""The clock is looked at, and the heat falls, this often."""
COOL = 0.01
"""The heat at the end, as a share of the heat at the beginning."""
PARTS = 50
"""In so many parts the heat falls where steps are counted."""
NO_LIMIT = 2**40

Ints = NDArray[np.int64]


class Annealing:
    """Ruin and recreate on a piece from where it stands: better steps are kept, and worse ones as the heat allows.

    Costs are those of ``Piece.cost``, and so are the rules, but for one: deliveries and collections of a round together
    never exceed the courier's box here, which is safe.
    """

    def __init__(self, piece: Piece, initial: Orders, seed: int) -> None:
        k, m = piece.n_stops, len(piece.vehicles)
        order, rounds = np.zeros((m, k + 2), dtype=np.uint32), np.zeros((m, 3), dtype=np.int64)
        for v, stops in enumerate(initial):
            order[v, : len(stops) + 2] = k + 2 * v, *stops, k + 2 * v + 1
            rounds[v, LENGTH] = len(stops)
        dear, (out_of, spent) = _dear(piece), _roads(piece)
        into = out_of if np.array_equal(out_of, out_of.T) else np.ascontiguousarray(out_of.T)
        opens, doors, crew = _opens(piece), _doors(piece), _crew(piece, dear)
        place, left = np.zeros((k + 2 * m, 8), dtype=np.int64), np.zeros(k, dtype=np.uint32)
        self._best = np.concatenate([rounds[:, LENGTH, None], order[:, 1 : k + 1]], axis=1, dtype=np.int64)
        self._state, self.n_steps = np.zeros(3, dtype=np.int64), 0
        begin(out_of, spent, opens, doors, dear, crew, order, rounds, place, left, self._state, seed % 2**32)
        kept, were = np.zeros((m, k + 2, 8), dtype=np.int64), np.zeros((m, 4), dtype=np.int64)
        told = into, out_of, spent, opens, doors, _near(piece), dear, crew, order, rounds, place
        self._arrays = *told, kept, were, np.zeros_like(left), left, self._best, self._state
        self._has_work = k > 0 and m > 0

    @property
    def best(self) -> int:
        """Return the least cost so far."""
        return int(self._state[LEAST])

    @property
    def orders(self) -> Orders:
        """Return the best orders so far."""
        return [row[1 : 1 + row[0]].tolist() for row in self._best]

    def take(self, n_steps: int, heat: float) -> None:
        """Take some steps at one heat, in seconds of travel."""
        search(*self._arrays, heat, n_steps)
        self.n_steps += n_steps

    def run(self, seconds: float, heat: float) -> None:
        """Search for some seconds while it cools."""
        began, n = time.monotonic(), 50
        while self._has_work and (took := time.monotonic() - began) < seconds:
            self.take(n, heat * COOL ** (took / seconds))
            last = time.monotonic() - began - took
            n = max(10, min(4 * n, int(n * CLOCK_S / max(last, 1e-6))))

    def run_steps(self, n_steps: int, heat: float) -> None:
        """Search for some steps while it cools: the same piece, orders, seed and steps end the same way."""
        for part in range(PARTS if self._has_work else 0):
            self.take(n_steps * (part + 1) // PARTS - n_steps * part // PARTS, heat * COOL ** (part / PARTS))


def compile_now() -> None:
    """Have all that is compiled ready on this machine, so that the first plan need not wait for it."""
    none = np.zeros((0, 0), dtype=np.int32)
    lists: dict[str, list[Any]] = {f.name: [] for f in fields(Piece) if f.name not in ("travel", "leaving")}
    annealing = Annealing(Piece(travel=none, **lists), [], 1)
    annealing.take(0, 1.0)


def _roads(piece: Piece) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return travel and time spent between all nodes: the stops, and each courier's start and end."""
    ends = [place for v in piece.vehicles for place in (v.start, v.end)]
    nodes = np.array([*range(piece.n_stops), *ends], dtype=np.intp)
    at = np.ix_(nodes, nodes)
    return piece.travel.astype(np.int32)[at], piece.spent()[at].astype(np.int32)


def _opens(piece: Piece) -> Ints:
    return np.array(piece.windows, dtype=np.int64).reshape(len(piece.windows), piece.n_stops, 2)


def _doors(piece: Piece) -> Ints:
    opens = _opens(piece)
    early, late = opens[:, :, 0].min(axis=0, initial=NO_LIMIT), opens[:, :, 1].max(axis=0, initial=0)
    away = piece.travel[sorted({v.start for v in piece.vehicles}), : piece.n_stops].min(axis=0, initial=UNREACHABLE)
    return np.stack([_ints(piece.price), _ints(piece.volume), away, early, late - early], axis=1)


def _near(piece: Piece) -> NDArray[np.uint32]:
    """Return each stop's neighbours, nearest first; there and back counts, where the way differs."""
    k = piece.n_stops
    n = min(NEAR, k - 1)
    if n < 1:
        return np.zeros((k, 0), dtype=np.uint32)
    both = piece.travel[:k, :k].astype(np.int64) + piece.travel[:k, :k].T
    np.fill_diagonal(both, NO_LIMIT)
    some = np.argpartition(both, n - 1, axis=1)[:, :n]
    in_order = np.argsort(np.take_along_axis(both, some, axis=1), axis=1, kind="stable")
    return np.ascontiguousarray(np.take_along_axis(some, in_order, axis=1), dtype=np.uint32)


def _dear(piece: Piece) -> Ints:
    m, k = len(piece.vehicles), piece.n_stops
    dear = np.array(piece.dear, dtype=np.int64).reshape(m, k) if piece.dear else np.zeros((m, k), dtype=np.int64)
    for stop, who in enumerate(piece.allowed):
        if len(who) < m:
            others = np.ones(m, dtype=np.bool_)
            others[who] = False
            dear[others, stop] = NOT_ALLOWED
    return np.ascontiguousarray(dear.T)


def _crew(piece: Piece, dear: Ints) -> Ints:
    kinds: dict[Any, int] = {}
    rows = []
    for number, (v, day) in enumerate(zip(piece.vehicles, piece.days, strict=True)):
        longest = NO_LIMIT if v.longest is None else v.longest
        kind = kinds.setdefault((v, day, v.start, v.end, dear[:, number].tobytes()), len(kinds))
        rows.append((v.from_s, v.until_s, v.fixed, v.capacity, longest, v.fair_until, v.fair_price, day, kind))
    return np.array(rows, dtype=np.int64).reshape(len(rows), 9)


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)
