"""The plan as it stands while it is searched: every courier's order of stops, and what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from routing.places import Places
from routing.solving.piece import Orders, Piece, make_piece, unserved_price
from routing.types import Problem

Snapshot = tuple[list[list[int]], list[int], list[int], set[int]]


@dataclass
class Standing:
    """Orders by courier number, of stop numbers of ``problem``.

    ``version`` tells a courier's orders apart: another order, another number; the same number after ``restore``.
    """

    problem: Problem
    places: Places
    orders: list[list[int]]
    costs: list[int]
    version: list[int]
    left: set[int] = field(default_factory=set)
    n_versions: int = 0

    @classmethod
    def empty(cls, problem: Problem, places: Places) -> Standing:
        """Return the standing in which nobody goes anywhere."""
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
        self, couriers: Sequence[int], stops: Sequence[int], piece: Piece, orders: Orders, *, room: int = 0
    ) -> int:
        """Take over a piece's orders if they cost less than what stands plus ``room``; return the gain, 0 if refused.

        Orders that break a rule or lie about themselves are refused here: their cost is computed from the piece. So are
        those of a piece one of whose stops has meanwhile got another courier.
        """
        cost = piece.cost(orders)
        if cost is None or not self.left.union(self.stops_of(couriers)).issuperset(stops):
            return 0
        before = sum(self.costs[c] for c in couriers)
        before += sum(piece.price[i] for i, s in enumerate(stops) if s in self.left)
        if cost >= before + room or cost == before:
            return 0
        served = set()
        for vehicle, courier in enumerate(couriers):
            order = [stops[i] for i in orders[vehicle]]
            served.update(order)
            if order != self.orders[courier]:
                self.orders[courier] = order
                self.costs[courier] = piece.order_cost(vehicle, orders[vehicle]) or 0
                self.version[courier] = self._next_version()
        self.left = (self.left | set(stops)) - served
        return before - cost

    def take(self, orders: Orders) -> int:
        """Take over orders of all couriers if they cost less than what stands; return the gain, 0 if refused."""
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
        left = set(range(len(self.problem.stops))) - set(served)
        gain = self.cost - sum(costs) - sum(unserved_price(self.problem.stops[s]) for s in left)
        if gain <= 0 or len(set(served)) != len(served):
            return 0
        for courier, order in enumerate(orders):
            if order != self.orders[courier]:
                self.version[courier] = self._next_version()
        self.orders, self.costs, self.left = [list(order) for order in orders], costs, left
        return gain

    def _next_version(self) -> int:
        self.n_versions += 1
        return self.n_versions

    def snapshot(self) -> Snapshot:
        """Return what ``restore`` needs to bring this standing back."""
        return [list(order) for order in self.orders], list(self.costs), list(self.version), set(self.left)

    def restore(self, told: Snapshot) -> None:
        """Be again as when the snapshot was taken."""
        orders, costs, version, left = told
        self.orders, self.costs = [list(order) for order in orders], list(costs)
        self.version, self.left = list(version), set(left)

    @property
    def cost(self) -> int:
        """Return the cost of the whole standing."""
        return sum(self.costs) + sum(unserved_price(self.problem.stops[s]) for s in self.left)
