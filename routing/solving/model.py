"""The OR-Tools model of a piece, and the two ways it is searched. Runs only inside a child process."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from routing.solving.parameters import search_parameters
from routing.solving.piece import Orders, Piece

STRAY_PRICE = 10_000_000


class Model:
    """A piece as an OR-Tools routing model: travel is the cost, one dimension is the clock, one the load."""

    def __init__(self, piece: Piece) -> None:
        from ortools.constraint_solver import pywrapcp  # heavy: only a child pays for it

        self.piece = piece
        vehicles = piece.vehicles
        starts, ends = [v.start for v in vehicles], [v.end for v in vehicles]
        self.manager = pywrapcp.RoutingIndexManager(len(piece.travel), len(vehicles), starts, ends)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._add_costs()
        self._add_clock()
        self._add_load()
        self._add_choices()

    def _add_costs(self) -> None:
        piece, routing = self.piece, self.routing
        known: dict[tuple[int, ...], int] = {}
        for v, vehicle in enumerate(piece.vehicles):
            dear = tuple(piece.dear[v]) if piece.dear else ()
            if dear not in known:
                table = piece.travel.astype(np.int64)
                if any(dear):
                    table[:, : piece.n_stops] += np.array(dear)
                known[dear] = routing.RegisterTransitMatrix(table.tolist())
            routing.SetArcCostEvaluatorOfVehicle(known[dear], v)
            if vehicle.fixed:
                routing.SetFixedCostOfVehicle(vehicle.fixed, v)

    def _add_clock(self) -> None:
        piece, routing = self.piece, self.routing
        k = piece.n_stops
        spent = piece.travel.astype(np.int64)
        spent[:k] += np.array(piece.service, dtype=np.int64)[:, None]
        houses = np.array(piece.building, dtype=np.int64)
        same = (houses[:, None] == houses) & (houses >= 0)
        setup = np.tile(np.array(piece.setup, dtype=np.int64), (len(piece.travel), 1))
        setup[:k][same] = 0
        spent[:, :k] += setup
        horizon = max(v.until_s for v in piece.vehicles)
        routing.AddDimension(routing.RegisterTransitMatrix(spent.tolist()), horizon, horizon, False, "clock")
        clock = routing.GetDimensionOrDie("clock")
        for v, vehicle in enumerate(piece.vehicles):
            clock.CumulVar(routing.Start(v)).SetRange(vehicle.from_s, vehicle.until_s)
            clock.CumulVar(routing.End(v)).SetRange(vehicle.from_s, vehicle.until_s)
            if vehicle.longest is not None:
                clock.SetSpanUpperBoundForVehicle(vehicle.longest, v)
        for stop in range(k):
            # Couriers with different lunches see different windows: what suits all who may come is safe for each.
            kinds = {piece.days[v] for v in piece.allowed[stop]}
            early = max((piece.windows[d][stop][0] for d in kinds), default=0)
            late = min((piece.windows[d][stop][1] for d in kinds), default=horizon)
            if early <= late and (early > 0 or late < horizon):
                clock.CumulVar(self.manager.NodeToIndex(stop)).SetRange(early, late)
            elif early > late:
                routing.VehicleVar(self.manager.NodeToIndex(stop)).SetValue(-1)

    def _add_load(self) -> None:
        piece, routing = self.piece, self.routing
        capacities = [v.capacity for v in piece.vehicles]
        if sum(piece.volume) <= min(capacities):
            return
        # Deliveries and collections together: never more than what really lies in the box at any instant.
        volume = piece.volume + [0] * (len(piece.travel) - piece.n_stops)
        load = routing.RegisterUnaryTransitVector(volume)
        routing.AddDimensionWithVehicleCapacity(load, 0, capacities, True, "load")

    def _add_choices(self) -> None:
        piece, routing = self.piece, self.routing
        everyone = len(piece.vehicles)
        for stop in range(piece.n_stops):
            index = self.manager.NodeToIndex(stop)
            routing.AddDisjunction([index], piece.price[stop])
            if not piece.allowed[stop]:
                routing.VehicleVar(index).SetValue(-1)
            elif len(piece.allowed[stop]) < everyone:
                routing.VehicleVar(index).SetValues([-1, *piece.allowed[stop]])  # -1: left out

    def solve(self, initial: Orders | None, options: dict[str, Any]) -> Orders | None:
        """Return the best orders found within the options' seconds or solution limit; None without any."""
        parameters = search_parameters(options)
        if parameters.use_iterated_local_search and initial is not None:
            self._start_from(initial, parameters)
        self.routing.CloseModelWithParameters(parameters)
        if parameters.use_iterated_local_search:
            answer = self.routing.SolveWithIteratedLocalSearch(parameters)
        elif initial is None:
            answer = self.routing.SolveWithParameters(parameters)
        else:
            start = self.routing.ReadAssignmentFromRoutes(initial, True)
            answer = self.routing.SolveFromAssignmentWithParameters(start, parameters)
        return None if answer is None else self._orders(answer)

    def _start_from(self, initial: Orders, parameters: Any) -> None:
        """Make iterated search begin with ``initial``.

        It takes no assignment, only a first-solution strategy: so the strategy is told to follow the given orders.
        The callback is asked while the first solution is built and never again.
        """
        from ortools.constraint_solver import routing_enums_pb2 as enums  # heavy: only a child pays for it

        routing = self.routing
        after: dict[int, int] = {}
        for v, order in enumerate(initial):
            path = [routing.Start(v), *(self.manager.NodeToIndex(stop) for stop in order), routing.End(v)]
            after.update(pairwise(path))
        parameters.first_solution_strategy = enums.FirstSolutionStrategy.EVALUATOR_STRATEGY
        self._follow = lambda a, b: 0 if after.get(a) == b else STRAY_PRICE  # kept: the solver holds no reference
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
