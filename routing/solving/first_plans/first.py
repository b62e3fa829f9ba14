"""First plans: every office on its own, as many at a time as there are children, greedily where a child breaks."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from routing.solving.first_plans.greedy import greedy
from routing.solving.merge import sequences_only
from routing.solving.piece import Orders, Piece
from routing.solving.processes.children import ChildBroke, Children
from routing.solving.standing import Standing
from routing.types import Limits, Problem

FIRST_SHARE = 0.3
"""The first plans of all offices may take this share of the time; everything after is improvement."""
FIRST_SECONDS_PER_STOP = 0.0003
MOST_KINDS = 4
"""Savings are computed for each kind of courier; for more kinds they take too long."""

FIRST_HEAT = 0.1
"""A share of what a round costs on average. At a tenth of it rounds once begun are not given up: a tenth more rounds,
1 to 2 % longer (20,000 stops). For the same reason this search begins with no rounds at all."""
STEPS_PER_STOP = 20
"""Where work is counted instead of time."""
FIRST_SEARCH_PER_STOP = 0.0012
"""So many seconds of search per stop: three times as many bring 0.2 %, ten times 0.4 % (offices of 200 to 600)."""


class FirstPlans:
    """Fills empty standings; ``degraded`` says what went wrong meanwhile, None if nothing did."""

    def __init__(self, children: Children, limits: Limits, stop: threading.Event) -> None:
        self._children, self._limits, self._stop = children, limits, stop
        self.degraded: str | None = None

    def fill(self, standing: Standing, parts: Sequence[Problem], deadline: float) -> None:
        """Plan each part with its own couriers; what no part holds stays left out."""
        total = max(1, sum(len(p.stops) for p in parts))
        number, crew = numbers(standing.problem)
        lock = threading.Lock()

        def solve(part: Problem) -> None:
            stops, couriers = [number[s.stop_id] for s in part.stops], [crew[c.courier_id] for c in part.couriers]
            piece = standing.piece(couriers, stops)
            share = FIRST_SHARE * self._limits.seconds * len(self._children) * len(stops) / total
            found = self._solved(piece, max(0.2, min(FIRST_SECONDS_PER_STOP * len(stops), share)), deadline)
            with lock:
                for orders in found:
                    standing.adopt(couriers, stops, piece, orders)
                if not any(standing.orders[c] for c in couriers):
                    standing.adopt(couriers, stops, piece, greedy(piece))
                at = {stop: i for i, stop in enumerate(stops)}
                begun = [[at[s] for s in standing.orders[c]] for c in couriers]
            better = self._annealed(piece, begun, max(0.05, min(FIRST_SEARCH_PER_STOP * len(stops), share)), deadline)
            if better is not None:
                with lock:
                    standing.adopt(couriers, stops, piece, better)

        with ThreadPoolExecutor(len(self._children)) as pool:
            list(pool.map(solve, sorted(parts, key=lambda p: -len(p.stops))))

    def _solved(self, piece: Piece, seconds: float, deadline: float) -> list[Orders]:
        """Return plans of a piece: by savings where couriers are alike, by insertion where that leaves stops out."""
        found = []
        if _n_kinds(piece) <= MOST_KINDS:
            found += self._built(piece, "savings", seconds, deadline)
        if not found or sum(len(order) for order in found[0]) < piece.n_stops:
            found += self._built(piece, "insertion", seconds, deadline)
        return found

    def _annealed(self, piece: Piece, orders: Orders, seconds: float, deadline: float) -> Orders | None:
        """Return what ruin and recreate makes of a first plan; None where it breaks: the plan as it is will do."""
        cost, n_rounds = piece.cost(orders), sum(map(bool, orders))
        if self._stop.is_set() or not n_rounds or cost is None:
            return None
        merged = sequences_only(piece)
        options = {"seconds": seconds, "method": "iterate", "seed": self._limits.seed}
        left = sum(piece.price) - sum(piece.price[s] for order in orders for s in order)
        options["heat"] = max(3, round(FIRST_HEAT * (cost - left) / n_rounds))
        if self._limits.pieces is not None:
            options["steps"] = STEPS_PER_STOP * piece.n_stops
        try:
            found = self._children.solve(merged.piece, merged.initial, options, deadline=deadline)
            return None if found is None else merged.whole(found)
        except (ChildBroke, IndexError):
            return None

    def _built(self, piece: Piece, method: str, seconds: float, deadline: float) -> list[Orders]:
        """Return the plan of a piece, none where its child broke twice or found nothing."""
        options = {"seconds": seconds if self._limits.pieces is None else 60.0, "method": method}
        merged = sequences_only(piece)
        for _ in range(2):  # a child that broke has been replaced: the second try tells bad luck from a bad piece
            if self._stop.is_set() or time.monotonic() >= deadline:
                return []
            try:
                orders = self._children.solve(merged.piece, None, options, deadline=deadline)
                return [] if orders is None else [merged.whole(orders)]
            except (ChildBroke, IndexError):
                self.degraded = "solver_broke" if time.monotonic() < deadline else "out_of_time"
        return []


def _n_kinds(piece: Piece) -> int:
    """Return how many kinds of courier a piece has."""
    dear = [tuple(own) for own in piece.dear] or [()] * len(piece.vehicles)
    return len(set(zip(piece.vehicles, dear, strict=True)))


def fill_greedily(standing: Standing, parts: Sequence[Problem]) -> None:
    """Plan each part without any solver."""
    number, crew = numbers(standing.problem)
    for part in parts:
        stops, couriers = [number[s.stop_id] for s in part.stops], [crew[c.courier_id] for c in part.couriers]
        piece = standing.piece(couriers, stops)
        standing.adopt(couriers, stops, piece, greedy(piece))


def numbers(problem: Problem) -> tuple[dict[str, int], dict[str, int]]:
    """Return the number of each stop and of each courier by id."""
    stops = {s.stop_id: i for i, s in enumerate(problem.stops)}
    return stops, {c.courier_id: i for i, c in enumerate(problem.couriers)}
