"""A solution while it is searched: every courier's order of stops, and the stops left unserved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from routing.places import Places
from routing.solving.piece import Orders, Piece, make_piece, unserved_penalty
from routing.types import Problem

Snapshot = tuple[list[list[int]], list[int], list[int], set[int]]


@dataclass
class Solution:
    """Orders by courier number, of stop numbers of ``problem``; ``costs`` are those of the orders, in seconds.

    ``version`` identifies a courier's order: a new order gets a new number, and ``restore`` brings the old one back.
    The search uses it to notice that a round has changed while a piece was being searched.
    """

    problem: Problem
    places: Places
    orders: list[list[int]]
    costs: list[int]
    version: list[int]
    unserved: set[int] = field(default_factory=set)
    n_versions: int = 0

    @classmethod
    def empty(cls, problem: Problem, places: Places) -> Solution:
        """Return the solution in which no courier drives."""
        n = len(problem.couriers)
        return cls(problem, places, [[] for _ in range(n)], [0] * n, [0] * n, set(range(len(problem.stops))))

    def piece(self, couriers: Sequence[int], stops: Sequence[int]) -> Piece:
        """Return the piece of some couriers and stops, numbered in the order given."""
        problem = self.problem
        return make_piece(
            problem, self.places, [problem.stops[i] for i in stops], [problem.couriers[c] for c in couriers]
        )

    def stops_of(self, couriers: Iterable[int]) -> list[int]:
        """Return the stops now on the rounds of some couriers."""
        return [s for c in couriers for s in self.orders[c]]

    def adopt(
        self, couriers: Sequence[int], stops: Sequence[int], piece: Piece, orders: Orders, *, allowance: int = 0
    ) -> int:
        """Accept a piece's orders if they cost less than now, plus ``allowance``; return the gain, 0 if refused.

        Nothing a child process says is trusted: the cost is computed here from the piece, and orders that break a rule
        are refused. So are those of a piece one of whose stops has meanwhile been given to another courier.
        """
        cost = piece.cost(orders)
        if cost is None or not self.unserved.union(self.stops_of(couriers)).issuperset(stops):
            return 0
        before = sum(self.costs[c] for c in couriers)
        before += sum(piece.penalty[i] for i, s in enumerate(stops) if s in self.unserved)
        if cost >= before + allowance or cost == before:
            return 0
        served = set()
        for vehicle, courier in enumerate(couriers):
            order = [stops[i] for i in orders[vehicle]]
            served.update(order)
            if order != self.orders[courier]:
                self.orders[courier] = order
                self.costs[courier] = piece.order_cost(vehicle, orders[vehicle]) or 0
                self.version[courier] = self._next_version()
        self.unserved = (self.unserved | set(stops)) - served
        return before - cost

    def replace_all(self, orders: Orders) -> int:
        """Accept new orders of all couriers if they cost less than the present ones; return the gain, 0 if refused."""
        costs = []
        for courier, order in enumerate(orders):
            if order == self.orders[courier]:
                costs.append(self.costs[courier])
                continue
            cost = self.piece([courier], order).order_cost(0, range(len(order)))
            if cost is None:
                return 0
            costs.append(cost)
        served = [s for order in orders for s in order]
        unserved = set(range(len(self.problem.stops))) - set(served)
        gain = self.cost - sum(costs) - sum(unserved_penalty(self.problem.stops[s]) for s in unserved)
        if gain <= 0 or len(set(served)) != len(served):
            return 0
        for courier, order in enumerate(orders):
            if order != self.orders[courier]:
                self.version[courier] = self._next_version()
        self.orders, self.costs, self.unserved = [list(order) for order in orders], costs, unserved
        return gain

    def _next_version(self) -> int:
        self.n_versions += 1
        return self.n_versions

    def snapshot(self) -> Snapshot:
        """Return what ``restore`` needs to bring this solution back."""
        return [list(order) for order in self.orders], list(self.costs), list(self.version), set(self.unserved)

    def restore(self, snapshot: Snapshot) -> None:
        """Return to the state in which the snapshot was taken."""
        orders, costs, version, unserved = snapshot
        self.orders, self.costs = [list(order) for order in orders], list(costs)
        self.version, self.unserved = list(version), set(unserved)

    @property
    def cost(self) -> int:
        """Return the cost of the whole solution."""
        return sum(self.costs) + sum(unserved_penalty(self.problem.stops[s]) for s in self.unserved)
