"""A piece: what a solver gets to see of a problem. Only checked integers, numbered from 0, in work time."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from routing.places import Places
from routing.timing import WorkDay, work_day
from routing.travel import UNREACHABLE, Table
from routing.types import Courier, Problem, Stop

MUST_TODAY_PRICE = 20_000_000
MAX_PRICE = 10_000_000

Orders = list[list[int]]
"""For each vehicle of a piece the stops it visits, in order."""


def unserved_price(stop: Stop) -> int:
    """Return what leaving a stop for another day costs, in seconds of travel."""
    return (MUST_TODAY_PRICE if stop.must_today else 0) + max(1, min(stop.lateness_per_day, MAX_PRICE))


@dataclass(frozen=True, kw_only=True)
class Vehicle:
    """A courier as the solver sees one: ends as local place numbers, shift in work time."""

    start: int
    end: int
    from_s: int
    until_s: int
    capacity: int
    fixed: int
    longest: int | None = None


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Stops 0..k-1 and vehicles; ``travel`` covers the stops first, then the ends of rounds.

    ``windows[v]`` are the stops' windows for vehicle ``v``'s kind of day, shared between vehicles of the same day.
    ``allowed`` holds the vehicles that may serve a stop; ``dear`` what a stop costs more with a vehicle.
    ``leaving`` are the buildings stops are left from, where they differ from those entered.
    """

    travel: Table
    service: list[int]
    setup: list[int]
    building: list[int]
    price: list[int]
    volume: list[int]
    collected: list[bool]
    vehicles: list[Vehicle]
    days: list[int]
    windows: list[list[tuple[int, int]]]
    allowed: list[list[int]]
    dear: list[list[int]]
    leaving: list[int] | None = None

    @property
    def n_stops(self) -> int:
        """Return the number of stops."""
        return len(self.service)

    def leg(self, a: int, b: int) -> int:
        """Return travel plus setup from place ``a`` to place ``b``."""
        if b >= len(self.service):
            return int(self.travel[a, b])
        same = a < len(self.service) and self.building[b] >= 0 and self.building[a] == self.building[b]
        return int(self.travel[a, b]) + (0 if same else self.setup[b])

    def order_cost(self, vehicle: int, order: Sequence[int]) -> int | None:
        """Return travel, fixed and unfamiliar cost of one vehicle's order, or None if it breaks a rule."""
        if not order:
            return 0
        v, windows = self.vehicles[vehicle], self.windows[self.days[vehicle]]
        travel, clock, here, cost = self.travel, v.from_s, v.start, v.fixed
        waited, slack = 0, v.until_s
        for stop in order:
            if vehicle not in self.allowed[stop]:
                return None
            cost += int(travel[here, stop])
            clock += self.leg(here, stop)
            early, late = windows[stop]
            waited += max(0, early - clock)
            clock = max(clock, early)
            if clock > late:
                return None
            slack = min(slack, waited + late - clock)
            clock, here = clock + self.service[stop], stop
        cost += int(travel[here, v.end])
        clock += int(travel[here, v.end])
        if clock > v.until_s or not self._fits(v, order):
            return None
        if v.longest is not None and clock - v.from_s - min(waited, slack) > v.longest:
            return None  # even leaving as late as possible
        return cost + sum(self.dear[vehicle][stop] for stop in order) if self.dear else cost

    def clock_after(self, vehicle: int, order: Sequence[int]) -> int:
        """Return the work time at which a vehicle leaves the last stop of a feasible order."""
        v, windows = self.vehicles[vehicle], self.windows[self.days[vehicle]]
        clock, here = v.from_s, v.start
        for stop in order:
            clock = max(clock + self.leg(here, stop), windows[stop][0]) + self.service[stop]
            here = stop
        return clock

    def _fits(self, v: Vehicle, order: Sequence[int]) -> bool:
        load = sum(self.volume[s] for s in order if not self.collected[s])
        if load > v.capacity:
            return False
        for stop in order:
            load += self.volume[stop] if self.collected[stop] else -self.volume[stop]
            if load > v.capacity:
                return False
        return True

    def cost(self, orders: Orders) -> int | None:
        """Return the cost of all orders and of the stops left out; None if any rule is broken."""
        served = [stop for order in orders for stop in order]
        if len(orders) != len(self.vehicles) or len(set(served)) != len(served):
            return None
        if any(not isinstance(s, int) or not 0 <= s < self.n_stops for s in served):
            return None
        left = set(range(self.n_stops)) - set(served)
        total = sum(self.price[s] for s in left)
        for vehicle, order in enumerate(orders):
            cost = self.order_cost(vehicle, order)
            if cost is None:
                return None
            total += cost
        return total

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the pipe to a child."""
        told = dict(self.__dict__)
        told["travel"] = base64.b64encode(np.ascontiguousarray(self.travel, dtype="<i4").tobytes()).decode()
        told["vehicles"] = [v.__dict__ for v in self.vehicles]
        return told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Piece:
        """Return the piece written by ``to_json``."""
        values = dict(told)
        flat = np.frombuffer(base64.b64decode(values["travel"]), dtype="<i4")
        side = round(len(flat) ** 0.5)
        values["travel"] = flat.reshape(side, side)
        values["vehicles"] = [Vehicle(**v) for v in values["vehicles"]]
        return cls(**values)


def make_piece(problem: Problem, places: Places, stops: Sequence[Stop], couriers: Sequence[Courier]) -> Piece:
    """Return the piece of the given stops and couriers."""
    numbers = [places.stop_at[s.stop_id] for s in stops]
    at: dict[int, int] = {}
    for courier in couriers:
        for end in places.ends(courier):
            at.setdefault(end, len(numbers) + len(at))
    travel, _ = places.tables([*numbers, *at])
    kinds: dict[WorkDay, int] = {}
    days = [kinds.setdefault(work_day(c), len(kinds)) for c in couriers]
    windows = [[day.window(s.window) for s in stops] for day in kinds]
    buildings: dict[str, int] = {}
    work = [work_day(c) for c in couriers]
    vehicles = [
        Vehicle(
            start=at[places.ends(c)[0]],
            end=at[places.ends(c)[1]],
            from_s=day.from_s,
            until_s=max(day.from_s, day.until_s),
            capacity=c.capacity_ml,
            fixed=c.fixed_cost_s,
            longest=c.longest_s,
        )
        for c, day in zip(couriers, work, strict=True)
    ]
    allowed = _allowed(stops, couriers, days, windows)
    wide = problem.unfamiliar_s > 0 and any(c.familiar for c in couriers)
    dear = [
        [problem.unfamiliar_s * (bool(c.familiar) and s.commune_code not in c.familiar) for s in stops]
        for c in couriers
    ]
    return Piece(
        travel=np.minimum(travel, UNREACHABLE),
        service=[s.service_s for s in stops],
        setup=[s.setup_s for s in stops],
        building=[buildings.setdefault(s.building, len(buildings)) if s.building else -1 for s in stops],
        price=[unserved_price(s) for s in stops],
        volume=[s.volume_ml for s in stops],
        collected=[s.kind == "collection" for s in stops],
        vehicles=vehicles,
        days=days,
        windows=windows,
        allowed=allowed,
        dear=dear if wide else [],
    )


def may_serve(courier: Courier, stop: Stop) -> bool:
    """Return whether a courier is permitted to serve a stop: lock, office and skills, not time."""
    if stop.locked_to is not None:
        return stop.locked_to == courier.courier_id
    return stop.office_id in (None, courier.office_id) and stop.skills <= courier.skills


def _allowed(
    stops: Sequence[Stop], couriers: Sequence[Courier], days: list[int], windows: list[list[tuple[int, int]]]
) -> list[list[int]]:
    return [
        [
            v
            for v, courier in enumerate(couriers)
            if may_serve(courier, stop) and windows[days[v]][i][0] <= windows[days[v]][i][1]
        ]
        for i, stop in enumerate(stops)
    ]
