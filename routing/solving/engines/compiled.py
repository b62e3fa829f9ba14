"""The compiled search on one piece: builds the arrays of `ruin_recreate` and spends the budget. Runs in a child."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.solving.engines.ruin_recreate import BEST, LENGTH, NOT_ALLOWED, evaluate, run_steps
from routing.solving.piece import Orders, Piece
from routing.solving.port import Budget
from routing.travel.times import UNREACHABLE

NEIGHBOURS = 24
"""A stop is inserted beside one of so many nearest neighbours, or on an empty round."""
CLOCK_S = 0.004
"""The clock is read, and the temperature lowered, this often."""
FINAL_TEMPERATURE = 0.01
"""The temperature at the end, as a share of that at the start."""
TEMPERATURES = 50
"""So many temperatures are used where steps are counted instead of time."""
NO_LIMIT = 2**40

Ints = NDArray[np.int64]


class CompiledSearch:
    """The port's compiled implementation."""

    def improve(self, piece: Piece, initial: Orders, budget: Budget) -> Orders:
        """Return the best orders found by simulated annealing from ``initial``."""
        annealing = Annealing(piece, initial, budget.seed)
        if budget.steps is None:
            annealing.run(budget.seconds, budget.temperature)
        else:
            annealing.run_counted(budget.steps, budget.temperature)
        return annealing.orders


class Annealing:
    """One run of ruin and recreate with simulated annealing on a piece.

    Costs and rules are those of ``Piece.cost`` but for one: deliveries and collections of a round together never exceed
    the capacity here. That is stricter than the rule, so a result is never infeasible for it.
    """

    def __init__(self, piece: Piece, initial: Orders, seed: int) -> None:
        k, m = piece.n_stops, len(piece.vehicles)
        order, rounds = np.zeros((m, k + 2), dtype=np.uint32), np.zeros((m, 3), dtype=np.int64)
        for v, stops in enumerate(initial):
            order[v, : len(stops) + 2] = k + 2 * v, *stops, k + 2 * v + 1
            rounds[v, LENGTH] = len(stops)
        surcharge, (outbound, elapsed) = _surcharge(piece), _legs(piece)
        # One table serves both directions where the way there is as long as the way back.
        inbound = outbound if np.array_equal(outbound, outbound.T) else np.ascontiguousarray(outbound.T)
        windows, stop_rows, vehicles = _windows(piece), _stops(piece), _vehicles(piece, surcharge)
        nodes, unserved = np.zeros((k + 2 * m, 8), dtype=np.int64), np.zeros(k, dtype=np.uint32)
        self._best = np.concatenate([rounds[:, LENGTH, None], order[:, 1 : k + 1]], axis=1, dtype=np.int64)
        self._state, self.n_steps = np.zeros(3, dtype=np.int64), 0
        evaluate(
            outbound, elapsed, windows, stop_rows, surcharge, vehicles, order, rounds, nodes, unserved, self._state,
            seed % 2**32,
        )  # fmt: skip
        saved_nodes, saved_rounds = np.zeros((m, k + 2, 8), dtype=np.int64), np.zeros((m, 4), dtype=np.int64)
        self._arrays = (
            inbound, outbound, elapsed, windows, stop_rows, _neighbours(piece), surcharge, vehicles, order, rounds,
            nodes, saved_nodes, saved_rounds, np.zeros_like(unserved), unserved, self._best, self._state,
        )  # fmt: skip
        self._has_work = k > 0 and m > 0

    @property
    def best(self) -> int:
        """Return the cost of the incumbent."""
        return int(self._state[BEST])

    @property
    def orders(self) -> Orders:
        """Return the orders of the incumbent."""
        return [row[1 : 1 + row[0]].tolist() for row in self._best]

    def take(self, n_steps: int, temperature: float) -> None:
        """Take some steps at one temperature, in seconds of travel."""
        run_steps(*self._arrays, temperature, n_steps)
        self.n_steps += n_steps

    def run(self, seconds: float, temperature: float) -> None:
        """Search for some seconds while the temperature falls exponentially."""
        began, n = time.monotonic(), 50
        while self._has_work and (elapsed := time.monotonic() - began) < seconds:
            self.take(n, temperature * FINAL_TEMPERATURE ** (elapsed / seconds))
            last = time.monotonic() - began - elapsed
            n = max(10, min(4 * n, int(n * CLOCK_S / max(last, 1e-6))))

    def run_counted(self, n_steps: int, temperature: float) -> None:
        """Search for some steps; repeatable, unlike a search for some seconds."""
        for part in range(TEMPERATURES if self._has_work else 0):
            n = n_steps * (part + 1) // TEMPERATURES - n_steps * part // TEMPERATURES
            self.take(n, temperature * FINAL_TEMPERATURE ** (part / TEMPERATURES))


def compile_now() -> None:
    """Compile everything for this machine, so that the first plan need not wait for it."""
    travel = np.zeros((0, 0), dtype=np.int32)
    lists: dict[str, list[Any]] = {f.name: [] for f in fields(Piece) if f.name not in ("travel", "leaving")}
    annealing = Annealing(Piece(travel=travel, **lists), [], 1)
    annealing.take(0, 1.0)


def _legs(piece: Piece) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return travel and elapsed time between all nodes: the stops, and each vehicle's start and end."""
    ends = [place for v in piece.vehicles for place in (v.start, v.end)]
    nodes = np.array([*range(piece.n_stops), *ends], dtype=np.intp)
    at = np.ix_(nodes, nodes)
    return piece.travel.astype(np.int32)[at], piece.elapsed()[at].astype(np.int32)


def _windows(piece: Piece) -> Ints:
    return np.array(piece.windows, dtype=np.int64).reshape(len(piece.windows), piece.n_stops, 2)


def _stops(piece: Piece) -> Ints:
    windows = _windows(piece)
    early, late = windows[:, :, 0].min(axis=0, initial=NO_LIMIT), windows[:, :, 1].max(axis=0, initial=0)
    depots = sorted({v.start for v in piece.vehicles})
    depot = piece.travel[depots, : piece.n_stops].min(axis=0, initial=UNREACHABLE)
    return np.stack([_ints(piece.penalty), _ints(piece.volume), depot, early, late - early], axis=1)


def _neighbours(piece: Piece) -> NDArray[np.uint32]:
    """Return each stop's neighbours, nearest first by the sum of the way there and the way back."""
    k = piece.n_stops
    n = min(NEIGHBOURS, k - 1)
    if n < 1:
        return np.zeros((k, 0), dtype=np.uint32)
    both = piece.travel[:k, :k].astype(np.int64) + piece.travel[:k, :k].T
    np.fill_diagonal(both, NO_LIMIT)
    nearest = np.argpartition(both, n - 1, axis=1)[:, :n]
    in_order = np.argsort(np.take_along_axis(both, nearest, axis=1), axis=1, kind="stable")
    return np.ascontiguousarray(np.take_along_axis(nearest, in_order, axis=1), dtype=np.uint32)


def _surcharge(piece: Piece) -> Ints:
    """Return the surcharge of each stop (row) with each vehicle (column), NOT_ALLOWED where it may not come."""
    m, k = len(piece.vehicles), piece.n_stops
    rows = np.array(piece.surcharge, dtype=np.int64).reshape(m, k) if piece.surcharge else np.zeros((m, k), np.int64)
    for stop, allowed in enumerate(piece.allowed):
        if len(allowed) < m:
            others = np.ones(m, dtype=np.bool_)
            others[allowed] = False
            rows[others, stop] = NOT_ALLOWED
    return np.ascontiguousarray(rows.T)


def _vehicles(piece: Piece, surcharge: Ints) -> Ints:
    """Return a row for each vehicle; those that differ in nothing get the same KIND."""
    kinds: dict[Any, int] = {}
    rows = []
    for number, (v, day) in enumerate(zip(piece.vehicles, piece.days, strict=True)):
        longest = NO_LIMIT if v.longest is None else v.longest
        kind = kinds.setdefault((v, day, v.start, v.end, surcharge[:, number].tobytes()), len(kinds))
        rows.append((v.from_s, v.until_s, v.fixed, v.capacity, longest, v.fair_until, v.fair_price, day, kind))
    return np.array(rows, dtype=np.int64).reshape(len(rows), 9)


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)
