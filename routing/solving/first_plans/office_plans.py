"""First plans: OR-Tools plans every office on its own, as many offices at a time as there are children."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from routing.partition import PIECE_LIMIT
from routing.solving.engines.search_parameters import Construction
from routing.solving.first_plans.greedy import greedy
from routing.solving.merge import Merged, merge, sequences_only
from routing.solving.piece import Orders, Piece
from routing.solving.port import Budget
from routing.solving.processes.children import ChildBroke, Children
from routing.solving.solution import Solution
from routing.types import Limits, Problem

FIRST_SHARE = 0.3
"""The first plans of all offices may take this share of the time; the rest is for improvement."""
CONSTRUCTION_SECONDS_PER_STOP = 0.0003
MOST_KINDS = 4
"""OR-Tools computes savings for each kind of vehicle; for more kinds that takes too long."""
COUNTED_S = 60.0
"""The time limit of a construction where work is counted instead of time."""
LONGER_RETRY = 4
"""A construction that found nothing in time is tried once more with so many times the time."""

TEMPERATURE = 0.1
"""Of the first improvement, as a share of a round's mean cost. At a lower temperature rounds once opened are hardly
ever closed: 10 % more rounds, 1 to 2 % more travel (20,000 stops). For that reason it also starts with no rounds."""
STEPS_PER_STOP = 20
"""Where work is counted instead of time."""
IMPROVEMENT_SECONDS_PER_STOP = 0.0012
"""Three times as many bring 0.2 %, ten times 0.4 % (offices of 200 to 600 stops)."""


@dataclass(frozen=True)
class Office:
    """One part of the day: numbers of its couriers and stops in the whole problem, and its piece."""

    couriers: list[int]
    stops: list[int]
    piece: Piece


@dataclass(frozen=True)
class OfficePlan:
    """The orders of one office; ``degraded`` says why they may be worse than they should be, None if they are not."""

    office: Office
    orders: Orders
    degraded: str | None


class FirstPlans:
    """Plans empty solutions; ``degraded`` says what went wrong meanwhile, None if nothing did."""

    def __init__(self, children: Children, limits: Limits, stop: threading.Event) -> None:
        self._children, self._limits, self._stop = children, limits, stop
        self.degraded: str | None = None

    def fill(self, solution: Solution, parts: Sequence[Problem], deadline: float) -> None:
        """Read each part, plan it with its own couriers, and hand its orders to the solution.

        Stops that are in no part stay unserved. Ends at the monotonic ``deadline``.
        """
        largest_first = sorted(parts, key=lambda p: -len(p.stops))  # a large office begun last would be waited for
        n_stops = max(1, sum(len(p.stops) for p in parts))
        at = Numbers.of(solution.problem)
        plan = partial(self._planned, solution, at, n_stops, deadline)
        with ThreadPoolExecutor(len(self._children)) as pool:
            for made in pool.map(plan, largest_first):
                solution.adopt(made.office.couriers, made.office.stops, made.office.piece, made.orders)
                self.degraded = self.degraded or made.degraded

    def plan_on(self, solution: Solution, deadline: float) -> None:
        """Let OR-Tools improve the rounds each office has, those of an earlier plan.

        So a plan that begins from an earlier one is OR-Tools' plan too, whatever the search finds afterwards.
        """
        with ThreadPoolExecutor(len(self._children)) as pool:
            for made in pool.map(partial(self._planned_on, solution, deadline), _crews(solution)):
                solution.adopt(made.office.couriers, made.office.stops, made.office.piece, made.orders)
                self.degraded = self.degraded or made.degraded

    def _planned_on(self, solution: Solution, deadline: float, couriers: list[int]) -> OfficePlan:
        stops = solution.stops_of(couriers)
        at = {s: i for i, s in enumerate(stops)}
        office = Office(couriers, stops, solution.piece(couriers, stops))
        orders = [[at[s] for s in solution.orders[c]] for c in couriers]
        merged = merge(office.piece, orders, lambda before, stop: True)
        seconds = max(0.2, CONSTRUCTION_SECONDS_PER_STOP * len(stops))
        found, degraded = self._construct(merged, "descent", seconds, deadline)
        if found is None:
            return OfficePlan(office, orders, degraded or "out_of_time")
        return OfficePlan(office, cheapest(office.piece, [orders, found]), degraded)

    def _planned(self, solution: Solution, at: Numbers, n_stops: int, deadline: float, part: Problem) -> OfficePlan:
        """Plan one part: OR-Tools constructs, the search improves, and the cheaper of the two is kept."""
        office = read_office(solution, at, part)
        piece, n_own = office.piece, len(office.stops)
        share_s = FIRST_SHARE * self._limits.seconds * len(self._children) * n_own / n_stops
        constructed, degraded = self._constructed(piece, min(CONSTRUCTION_SECONDS_PER_STOP * n_own, share_s), deadline)
        orders = cheapest(piece, constructed)
        if not any(orders):  # OR-Tools broke, or found no round worth driving
            orders = cheapest(piece, [orders, greedy(piece)])
        improved = self._improved(piece, orders, min(IMPROVEMENT_SECONDS_PER_STOP * n_own, share_s), deadline)
        return OfficePlan(office, cheapest(piece, [orders, improved]), degraded)

    def _constructed(self, piece: Piece, seconds: float, deadline: float) -> tuple[list[Orders], str | None]:
        """Return OR-Tools' plans: by savings where vehicles are alike, by insertion where those leave stops out."""
        found: list[Orders] = []
        degraded: str | None = None
        methods: list[Construction] = ["savings", "insertion"] if _n_kinds(piece) <= MOST_KINDS else ["insertion"]
        for method in methods:
            if found and sum(map(len, found[0])) == piece.n_stops:
                break
            orders, why = self._construct(sequences_only(piece), method, max(0.2, seconds), deadline)
            found += [] if orders is None else [orders]
            degraded = why or degraded
        return found, degraded if found else degraded or "out_of_time"

    def _construct(
        self, merged: Merged, method: Construction, seconds: float, deadline: float
    ) -> tuple[Orders | None, str | None]:
        """Return one plan of OR-Tools, and what went wrong on the way to it."""
        degraded = None
        seconds = seconds if self._limits.pieces is None else COUNTED_S
        for factor in (1, LONGER_RETRY):  # the retry runs on a new child: it tells a bad piece from bad luck
            if self._stop.is_set() or time.monotonic() >= deadline:
                return None, degraded
            try:
                orders = self._children.construct(merged, method, factor * seconds, deadline=deadline)
                if orders is not None:
                    return merged.whole(orders), degraded
            except (ChildBroke, IndexError):
                degraded = "solver_broke" if time.monotonic() < deadline else "out_of_time"
        return None, degraded

    def _improved(self, piece: Piece, orders: Orders, seconds: float, deadline: float) -> Orders:
        """Return what the search makes of an office from no rounds at all; ``orders`` where it breaks."""
        cost, n_rounds = piece.cost(orders), sum(map(bool, orders))
        if self._stop.is_set() or not n_rounds or cost is None:
            return orders
        unserved = sum(piece.penalty) - sum(piece.penalty[s] for order in orders for s in order)
        budget = Budget(
            seconds=max(0.05, seconds),
            temperature=max(3, round(TEMPERATURE * (cost - unserved) / n_rounds)),
            seed=self._limits.seed,
            steps=None if self._limits.pieces is None else STEPS_PER_STOP * piece.n_stops,
        )
        merged = sequences_only(piece)
        try:
            return merged.whole(self._children.improve(merged.piece, merged.initial, budget, deadline=deadline))
        except (ChildBroke, IndexError):
            return orders


@dataclass(frozen=True)
class Numbers:
    """The number of each stop and of each courier of a problem, by id."""

    stops: dict[str, int]
    couriers: dict[str, int]

    @classmethod
    def of(cls, problem: Problem) -> Numbers:
        """Return the numbers of a problem."""
        couriers = {c.courier_id: i for i, c in enumerate(problem.couriers)}
        return cls({s.stop_id: i for i, s in enumerate(problem.stops)}, couriers)


def read_office(solution: Solution, at: Numbers, part: Problem) -> Office:
    """Return a part of the solution's problem with the numbers of the whole."""
    stops, couriers = [at.stops[s.stop_id] for s in part.stops], [at.couriers[c.courier_id] for c in part.couriers]
    return Office(couriers, stops, solution.piece(couriers, stops))


def cheapest(piece: Piece, candidates: Sequence[Orders]) -> Orders:
    """Return the candidate of the least cost; no rounds at all where every candidate is infeasible or costs more."""
    best: Orders = [[] for _ in piece.vehicles]
    least = sum(piece.penalty)
    for orders in candidates:
        cost = piece.cost(orders)
        if cost is not None and cost < least:
            best, least = orders, cost
    return best


def fill_greedily(solution: Solution, parts: Sequence[Problem]) -> None:
    """Plan each part without any solver."""
    at = Numbers.of(solution.problem)
    for part in parts:
        office = read_office(solution, at, part)
        solution.adopt(office.couriers, office.stops, office.piece, greedy(office.piece))


def _crews(solution: Solution) -> list[list[int]]:
    """Return the couriers who drive, office by office, no more together than a first plan holds stops."""
    crews: list[list[int]] = []
    n_stops, office = 0, ""
    driving = [c for c, order in enumerate(solution.orders) if order]
    for courier in sorted(driving, key=lambda c: solution.problem.couriers[c].office_id):
        n_stops += len(solution.orders[courier])
        home = solution.problem.couriers[courier].office_id
        if not crews or home != office or n_stops > PIECE_LIMIT:
            crews.append([])
            n_stops, office = len(solution.orders[courier]), home
        crews[-1].append(courier)
    return crews


def _n_kinds(piece: Piece) -> int:
    """Return how many kinds of vehicle a piece has."""
    surcharges = [tuple(own) for own in piece.surcharge] or [()] * len(piece.vehicles)
    return len(set(zip(piece.vehicles, surcharges, strict=True)))
