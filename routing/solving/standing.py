"""The plan as it stands while it is searched: every courier's order of stops, and what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from routing.places import Places
from routing.solving.piece import Orders, Piece, make_piece, unserved_price
from routing.types import Problem


@dataclass
class Standing:
    """Orders by courier number, of stop numbers of ``problem``; ``version`` counts a courier's changes."""

    problem: Problem
    places: Places
    orders: list[list[int]]
    costs: list[int]
    version: list[int]
    left: set[int] = field(default_factory=set)

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

    def adopt(self, couriers: Sequence[int], stops: Sequence[int], piece: Piece, orders: Orders) -> int:
        """Take over a piece's orders if they cost less than what stands; return the gain, 0 if refused.

        Orders that break a rule or lie about themselves are refused here: their cost is computed from the piece.
        """
        cost = piece.cost(orders)
        if cost is None:
            return 0
        before = sum(self.costs[c] for c in couriers)
        before += sum(piece.price[i] for i, s in enumerate(stops) if s in self.left)
        if cost >= before:
            return 0
        served = set()
        for vehicle, courier in enumerate(couriers):
            order = [stops[i] for i in orders[vehicle]]
            served.update(order)
            if order != self.orders[courier]:
                self.orders[courier] = order
                self.costs[courier] = piece.order_cost(vehicle, orders[vehicle]) or 0
                self.version[courier] += 1
        self.left = (self.left | set(stops)) - served
        return before - cost

    @property
    def cost(self) -> int:
        """Return the cost of the whole standing."""
        return sum(self.costs) + sum(unserved_price(self.problem.stops[s]) for s in self.left)
