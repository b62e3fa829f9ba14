"""Every good round ever found, and the best day that can be put together from them.

Searches from different starts end differently well in different corners of a province. Choosing among all their rounds
(set partitioning, solved by CP-SAT in a child) takes the best of each corner.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from routing.places import Places
from routing.solving.piece import Orders, Piece, unserved_price
from routing.solving.processes.children import ChildBroke, Children
from routing.solving.standing import Standing
from routing.types import Problem

MOST_ROUNDS = 30_000
"""Kept at most; the oldest go first. Models of this size take CP-SAT a few seconds."""


@dataclass(frozen=True, slots=True)
class KnownRound:
    """An order of stops, what it costs, and the kind of courier that drove it."""

    kind: int
    order: tuple[int, ...]
    cost: int


class RoundPool:
    """The best known order of each set of stops for each kind of courier; filled by several threads."""

    def __init__(self, problem: Problem, places: Places) -> None:
        self._problem = problem
        self._kind = _kinds(problem, places)
        self._known: dict[tuple[int, frozenset[int]], KnownRound] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def note(self, couriers: Sequence[int], stops: Sequence[int], piece: Piece, orders: Orders) -> None:
        """Remember the rounds of a piece; those that break a rule are not, nor any of an answer that cannot be one."""
        if len(orders) != len(couriers) or any(len(set(order)) != len(order) for order in orders):
            return
        for vehicle, courier in enumerate(couriers):
            cost = piece.order_cost(vehicle, orders[vehicle])
            if orders[vehicle] and cost is not None:
                self._keep(self._kind[courier], tuple(stops[i] for i in orders[vehicle]), cost)

    def note_all(self, standing: Standing) -> None:
        """Remember every round of a standing."""
        for courier, order in enumerate(standing.orders):
            if order:
                self._keep(self._kind[courier], tuple(order), standing.costs[courier])

    def _keep(self, kind: int, order: tuple[int, ...], cost: int) -> None:
        key = kind, frozenset(order)
        with self._lock:
            known = self._known.get(key)
            if known is None or cost < known.cost:
                self._known[key] = KnownRound(kind, order, cost)
            if len(self._known) > MOST_ROUNDS:
                del self._known[next(iter(self._known))]

    def recombine(self, standing: Standing, children: Children, seconds: float, deadline: float) -> int:
        """Let a standing take the best choice of known rounds; return the gain, 0 if there is no better one.

        A child that breaks or answers wrongly changes nothing.
        """
        self.note_all(standing)
        with self._lock:
            rounds = list(self._known.values())
        driven = {(self._kind[c], frozenset(order)) for c, order in enumerate(standing.orders) if order}
        told = {
            "rounds": [[r.kind, r.cost, list(r.order)] for r in rounds],
            "crew": self._crew(),
            "left": {str(s): unserved_price(self._problem.stops[s]) for s in standing.left},
            "now": [i for i, r in enumerate(rounds) if (r.kind, frozenset(r.order)) in driven],
            "seconds": seconds,
        }
        try:
            chosen = children.choose(told, deadline=deadline)
        except ChildBroke:
            return 0
        return self._take(standing, [rounds[i] for i in chosen if 0 <= i < len(rounds)])

    def _crew(self) -> list[int]:
        crew = [0] * (1 + max(self._kind, default=-1))
        for kind in self._kind:
            crew[kind] += 1
        return crew

    def _take(self, standing: Standing, chosen: list[KnownRound]) -> int:
        """Give the chosen rounds to couriers, each staying with who drives it already where possible."""
        orders: list[list[int]] = [[] for _ in standing.orders]
        waiting = []
        driver = {(self._kind[c], tuple(order)): c for c, order in enumerate(standing.orders) if order}
        for known in chosen:
            courier = driver.pop((known.kind, known.order), None)
            if courier is None:
                waiting.append(known)
            else:
                orders[courier] = list(known.order)
        for known in waiting:
            courier = next((c for c, k in enumerate(self._kind) if k == known.kind and not orders[c]), None)
            if courier is None:
                return 0
            orders[courier] = list(known.order)
        return standing.take(orders)


def _kinds(problem: Problem, places: Places) -> list[int]:
    """Return a number for each courier; couriers with the same number may drive each other's rounds at one cost."""
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
