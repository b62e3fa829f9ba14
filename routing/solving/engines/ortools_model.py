"""A piece as a model of OR-Tools' routing library. Runs only inside a child process."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.solving.piece import Orders, Piece
from routing.travel.times import UNREACHABLE

Table = NDArray[np.int64]

OTHER_ARC_COST = 10_000_000
"""Cost of an arc that is not in the initial orders, while the first solution is built."""
NEVER = 2**63 - 1
"""The solver's infinity."""


class Model:
    """A piece as an OR-Tools routing model: travel is the cost, one dimension is the clock, one the load."""

    def __init__(self, piece: Piece, initial: Orders | None = None) -> None:
        from ortools.constraint_solver import pywrapcp  # slow to import: only a child pays for it

        self.piece, self.initial = piece, initial
        vehicles = piece.vehicles
        starts, ends = [v.start for v in vehicles], [v.end for v in vehicles]
        self.manager = pywrapcp.RoutingIndexManager(len(piece.travel), len(vehicles), starts, ends)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._add_costs()
        self._add_clock()
        self._add_load()
        self._add_choices(initial)

    def _add_costs(self) -> None:
        piece, routing = self.piece, self.routing
        known: dict[tuple[int, ...], int] = {}
        for v, vehicle in enumerate(piece.vehicles):
            surcharge = tuple(piece.surcharge[v]) if piece.surcharge else ()
            if surcharge not in known:  # vehicles with the same surcharges share one matrix
                table = piece.travel.astype(np.int64)
                if any(surcharge):
                    table[:, : piece.n_stops] += np.array(surcharge)
                known[surcharge] = routing.RegisterTransitMatrix(table.tolist())
            routing.SetArcCostEvaluatorOfVehicle(known[surcharge], v)
            if vehicle.fixed:
                routing.SetFixedCostOfVehicle(vehicle.fixed, v)

    def _add_clock(self) -> None:
        piece, routing = self.piece, self.routing
        first = min(v.from_s for v in piece.vehicles)
        last = max(v.until_s for v in piece.vehicles)
        bounds = [self._bounds(stop, first, last) for stop in range(piece.n_stops)]
        # Each stop's clock begins when it opens. So no window is closed on both sides, which would bring OR-Tools' slow
        # filter of paths: it copies the travel times for every path it looks at.
        opens = np.zeros(len(piece.travel), dtype=np.int64)
        opens[: piece.n_stops] = [low for low, _ in bounds]
        transit = self._register(self.piece.elapsed() + opens[:, None] - opens)
        routing.AddDimension(transit, last - first, NEVER, False, "clock")
        clock = routing.GetDimensionOrDie("clock")
        for v, vehicle in enumerate(piece.vehicles):
            clock.CumulVar(routing.Start(v)).SetMin(vehicle.from_s - first)
            clock.CumulVar(routing.End(v)).SetMax(vehicle.until_s - first)
            if vehicle.longest is not None:
                clock.SetSpanUpperBoundForVehicle(vehicle.longest, v)
            if vehicle.fair_price:
                clock.SetCumulVarSoftUpperBound(routing.End(v), max(0, vehicle.fair_until - first), vehicle.fair_price)
        for stop, (low, high) in enumerate(bounds):
            if low > high:
                routing.VehicleVar(self.manager.NodeToIndex(stop)).SetValue(-1)
            elif high < NEVER:
                clock.CumulVar(self.manager.NodeToIndex(stop)).SetMax(high - low)

    def _bounds(self, stop: int, first: int, last: int) -> tuple[int, int]:
        """Return when a stop's service may start, after ``first``; an end the shifts imply anyway is left open.

        Couriers with different lunches see different windows: what suits all who may come is safe for each.
        """
        piece = self.piece
        kinds = {piece.days[v] for v in piece.allowed[stop]}
        early = max((piece.windows[d][stop][0] for d in kinds), default=first)
        late = min((piece.windows[d][stop][1] for d in kinds), default=last)
        if early > late:
            return 1, 0
        soonest = min((piece.vehicles[v].from_s for v in piece.allowed[stop]), default=first)
        latest = max((piece.vehicles[v].until_s for v in piece.allowed[stop]), default=last)
        return 0 if early <= soonest else early - first, NEVER if late >= latest else late - first

    def _register(self, elapsed: Table) -> int:
        """Return the number of the transit callback.

        A bound on the length of rounds brings the slow filter of paths, which copies the callback for each of them. A
        registered matrix is copied whole, so there a bound method of an array, slower to call, is twice as fast.
        """
        if all(v.longest is None for v in self.piece.vehicles):
            return int(self.routing.RegisterTransitMatrix(elapsed.tolist()))
        nodes = [self.manager.IndexToNode(i) for i in range(self.manager.GetNumberOfIndices())]
        # Stored, because the solver holds no reference.
        self._by_index = np.ascontiguousarray(elapsed[np.ix_(nodes, nodes)])
        return int(self.routing.RegisterTransitCallback(self._by_index.item))

    def _add_load(self) -> None:
        piece, routing = self.piece, self.routing
        capacities = [v.capacity for v in piece.vehicles]
        if sum(piece.volume) <= min(capacities):
            return
        # Deliveries and collections are added up: an upper bound of the load at any moment, hence safe.
        volume = piece.volume + [0] * (len(piece.travel) - piece.n_stops)
        load = routing.RegisterUnaryTransitVector(volume)
        routing.AddDimensionWithVehicleCapacity(load, 0, capacities, True, "load")

    def _add_choices(self, initial: Orders | None) -> None:
        piece, routing = self.piece, self.routing
        everyone = len(piece.vehicles)
        are_all_due = initial is not None and self._are_all_due(initial)
        for stop in range(piece.n_stops):
            index = self.manager.NodeToIndex(stop)
            if not are_all_due:
                routing.AddDisjunction([index], piece.penalty[stop])
            if not piece.allowed[stop]:
                routing.VehicleVar(index).SetValue(-1)
            elif len(piece.allowed[stop]) < everyone:
                routing.VehicleVar(index).SetValues([-1, *piece.allowed[stop]])  # -1: left out

    def _are_all_due(self, initial: Orders) -> bool:
        """Return whether every stop is served already and none is worth leaving out.

        Then no stop needs the choice of being left out, which costs a third of the search's speed.
        """
        piece = self.piece
        if not piece.n_stops or sum(len(order) for order in initial) < piece.n_stops:
            return False
        if any(v.fair_price for v in piece.vehicles):  # a stop's own time counts then too
            return False
        legs = np.where(piece.travel < UNREACHABLE, piece.travel, 0)
        highest = 2 * int(legs.max(initial=0)) + max(v.fixed for v in piece.vehicles)
        highest += max((max(own) for own in piece.surcharge), default=0)
        return min(piece.penalty) > highest

    def solve(self, parameters: Any) -> Orders | None:
        """Return the best orders found, from the initial orders where there are any; None without any."""
        self.routing.CloseModelWithParameters(parameters)
        if self.initial is None:
            answer = self.routing.SolveWithParameters(parameters)
        else:
            start = self.routing.ReadAssignmentFromRoutes(self.initial, True)
            answer = self.routing.SolveFromAssignmentWithParameters(start, parameters)
        return None if answer is None else self._orders(answer)

    def iterate(self, parameters: Any) -> Orders | None:
        """Return the best orders found by iterated search; None without any."""
        if self.initial is not None:
            self._start_from(self.initial, parameters)
        self.routing.CloseModelWithParameters(parameters)
        answer = self.routing.SolveWithIteratedLocalSearch(parameters)
        return None if answer is None else self._orders(answer)

    def _start_from(self, initial: Orders, parameters: Any) -> None:
        """Make iterated search begin with ``initial``.

        It accepts no assignment, only a first-solution strategy, so the strategy's arc costs make it follow the given
        orders. The callback is called while the first solution is built and never again.
        """
        from ortools.constraint_solver import routing_enums_pb2 as enums

        routing = self.routing
        after: dict[int, int] = {}
        for v, order in enumerate(initial):
            path = [routing.Start(v), *(self.manager.NodeToIndex(stop) for stop in order), routing.End(v)]
            after.update(pairwise(path))
        parameters.first_solution_strategy = enums.FirstSolutionStrategy.EVALUATOR_STRATEGY
        # Stored, because the solver holds no reference.
        self._follow = lambda a, b: 0 if after.get(a) == b else OTHER_ARC_COST
        routing.SetFirstSolutionEvaluator(self._follow)

    def _orders(self, answer: Any) -> Orders:
        routing, manager = self.routing, self.manager
        orders: Orders = []
        for v in range(len(self.piece.vehicles)):
            index, order = answer.Value(routing.NextVar(routing.Start(v))), []
            while not routing.IsEnd(index):
                order.append(int(manager.IndexToNode(index)))
                index = answer.Value(routing.NextVar(index))
            orders.append(order)
        return orders
