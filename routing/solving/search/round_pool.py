"""Recombination: every good round found so far, and the best plan that can be put together from them.

Searches from different starts are good in different parts of a province. Choosing among all their rounds (set
partitioning, solved by CP-SAT in a child) takes the best of each part.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from routing.places import Places
from routing.solving.engines.set_partitioning import Partitioning
from routing.solving.piece import Orders, Piece, unserved_penalty
from routing.solving.processes.children import Children
from routing.solving.solution import Solution
from routing.types import Problem

MOST_ROUNDS = 30_000
"""The pool holds at most so many; the oldest go first. Models of this size take CP-SAT a few seconds."""


@dataclass(frozen=True, slots=True)
class KnownRound:
    """An order of stops, its cost, and the kind of courier who drove it."""

    kind: int
    order: tuple[int, ...]
    cost: int


class RoundPool:
    """The cheapest known order of each set of stops for each kind of courier; filled by several threads."""

    def __init__(self, problem: Problem, places: Places) -> None:
        self._problem = problem
        self._kind = _kinds(problem, places)
        self._known: dict[tuple[int, frozenset[int]], KnownRound] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def note(self, couriers: Sequence[int], stops: Sequence[int], piece: Piece, orders: Orders) -> None:
        """Remember the feasible rounds of a piece; none of a reply that cannot be a solution."""
        if len(orders) != len(couriers) or any(len(set(order)) != len(order) for order in orders):
            return
        for vehicle, courier in enumerate(couriers):
            cost = piece.order_cost(vehicle, orders[vehicle])
            if orders[vehicle] and cost is not None:
                self._add(self._kind[courier], tuple(stops[i] for i in orders[vehicle]), cost)

    def note_all(self, solution: Solution) -> None:
        """Remember every round of a solution."""
        for courier, order in enumerate(solution.orders):
            if order:
                self._add(self._kind[courier], tuple(order), solution.costs[courier])

    def _add(self, kind: int, order: tuple[int, ...], cost: int) -> None:
        # Only the cheapest order of a set of stops can be in the best plan.
        key = kind, frozenset(order)
        with self._lock:
            known = self._known.get(key)
            if known is None or cost < known.cost:
                self._known[key] = KnownRound(kind, order, cost)
            if len(self._known) > MOST_ROUNDS:
                del self._known[next(iter(self._known))]

    def recombine(self, solution: Solution, children: Children, seconds: float, deadline: float) -> int:
        """Give a solution the best choice of known rounds; return the gain, 0 if there is no better one.

        A reply that is no choice changes nothing. Raises ChildBroke.
        """
        self.note_all(solution)
        with self._lock:
            rounds = list(self._known.values())
        driven = {(self._kind[c], frozenset(order)) for c, order in enumerate(solution.orders) if order}
        partitioning = Partitioning(
            rounds=[(r.kind, r.cost, list(r.order)) for r in rounds],
            n_vehicles=self._n_vehicles(),
            penalties=[(s, unserved_penalty(self._problem.stops[s])) for s in solution.unserved],
            incumbent=[i for i, r in enumerate(rounds) if (r.kind, frozenset(r.order)) in driven],
            seconds=seconds,
        )
        chosen = children.choose(partitioning, deadline=deadline)
        return self._take(solution, [rounds[i] for i in chosen if 0 <= i < len(rounds)])

    def _n_vehicles(self) -> list[int]:
        """Return how many couriers there are of each kind."""
        counts = [0] * (1 + max(self._kind, default=-1))
        for kind in self._kind:
            counts[kind] += 1
        return counts

    def _take(self, solution: Solution, chosen: list[KnownRound]) -> int:
        """Give the chosen rounds to couriers; a round stays with the courier who drives it where that is possible."""
        orders: list[list[int]] = [[] for _ in solution.orders]
        unassigned = []
        driver = {(self._kind[c], tuple(order)): c for c, order in enumerate(solution.orders) if order}
        for known in chosen:
            courier = driver.pop((known.kind, known.order), None)
            if courier is None:
                unassigned.append(known)
            else:
                orders[courier] = list(known.order)
        for known in unassigned:
            courier = next((c for c, k in enumerate(self._kind) if k == known.kind and not orders[c]), None)
            if courier is None:
                return 0
            orders[courier] = list(known.order)
        return solution.replace_all(orders)


def _kinds(problem: Problem, places: Places) -> list[int]:
    """Return a number for each courier; couriers with the same number may drive each other's rounds at one cost."""
    # A courier named by a stop is a kind of his own: others may not drive his round, or not at the same cost.
    named = {s.locked_to for s in problem.stops}
    if problem.moved_stop_s:
        named |= {s.courier_before for s in problem.stops}
    numbers: dict[Any, int] = {}
    kinds = []
    for c in problem.couriers:
        rules = (c.office_id, places.ends(c), c.shift, c.lunch, c.capacity_ml, c.skills, c.familiar, c.fixed_cost_s)
        own = c.courier_id if c.courier_id in named else ""
        kinds.append(numbers.setdefault((*rules, c.longest_s, c.has_left, own), len(numbers)))
    return kinds
