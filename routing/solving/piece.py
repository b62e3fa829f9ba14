"""A piece: the part of a problem one search sees. Only checked integers, numbered from 0, times in work time.

``Piece.order_cost`` is the one place on the solver's side that knows every rule; no search's own figures are trusted.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.places import Places
from routing.timing import WorkDay, work_day
from routing.travel.times import UNREACHABLE, Table
from routing.types import Courier, Problem, Stop

MUST_TODAY_PENALTY = 20_000_000
MAX_PENALTY = 10_000_000

Orders = list[list[int]]
"""For each vehicle of a piece the stops it visits, in order."""


def unserved_penalty(stop: Stop) -> int:
    """Return the penalty for leaving a stop for another day, in seconds of travel."""
    return (MUST_TODAY_PENALTY if stop.must_today else 0) + max(1, min(stop.lateness_per_day, MAX_PENALTY))


@dataclass(frozen=True, kw_only=True)
class Vehicle:
    """A courier as a vehicle: ends as place numbers of the piece, shift in work time, prices in seconds of travel."""

    start: int
    end: int
    from_s: int
    until_s: int
    capacity: int
    fixed: int
    longest: int | None = None
    fair_until: int = 0
    fair_price: int = 0


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Stops 0..k-1 and vehicles; ``travel`` covers the stops first, then the ends of rounds. Prices in seconds.

    ``penalty`` is the price of leaving a stop unserved; ``surcharge[v]`` what each stop costs more with vehicle ``v``,
    empty where nothing does. ``windows[days[v]]`` are the stops' windows for vehicle ``v``: vehicles with the same work
    time share them. ``allowed`` holds the vehicles that may serve a stop. ``leaving`` are the buildings stops are left
    from, where they differ from those entered. ``predecessor`` and ``successor`` name the stop that must come directly
    before and after a stop of a fixed sequence, -1 for none; both are empty without sequences.
    """

    travel: Table
    service: list[int]
    setup: list[int]
    building: list[int]
    penalty: list[int]
    volume: list[int]
    collected: list[bool]
    vehicles: list[Vehicle]
    days: list[int]
    windows: list[list[tuple[int, int]]]
    allowed: list[list[int]]
    surcharge: list[list[int]]
    leaving: list[int] | None = None
    predecessor: list[int] = field(default_factory=list)
    successor: list[int] = field(default_factory=list)

    @property
    def n_stops(self) -> int:
        """Return the number of stops."""
        return len(self.service)

    def leg(self, a: int, b: int) -> int:
        """Return travel plus setup from place ``a`` to place ``b``."""
        if b >= len(self.service):
            return int(self.travel[a, b])
        same = a < len(self.service) and self.building[b] >= 0 and self.building[a] == self.building[b]
        return int(self.travel[a, b]) + (0 if same else self.setup[b])  # one building: its set-up is paid once

    def elapsed(self) -> NDArray[np.int64]:
        """Return the time from the start of one service to the earliest start of the next, for every pair of places."""
        k = self.n_stops
        elapsed = self.travel.astype(np.int64)
        elapsed[:k] += np.array(self.service, dtype=np.int64)[:, None]
        # Set-up is paid where a building is entered, so it belongs to the leg and not to the stop.
        houses = np.array(self.building, dtype=np.int64)
        left = houses if self.leaving is None else np.array(self.leaving, dtype=np.int64)
        same = (left[:, None] == houses) & (houses >= 0)
        setup = np.tile(np.array(self.setup, dtype=np.int64), (len(self.travel), 1))
        setup[:k][same] = 0
        elapsed[:, :k] += setup
        return elapsed

    def order_cost(self, vehicle: int, order: Sequence[int]) -> int | None:
        """Return travel and every other cost of one vehicle's order, or None if it breaks a rule.

        The vehicle leaves as early as it can. ``waited`` is the waiting so far, ``slack`` how much later it could have
        left without missing a window: the shorter of the two is not counted as time away.
        """
        if not order:
            return 0
        if self.predecessor and not self._keeps_sequences(order):
            return None
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
            return None
        if v.fair_price:
            cost += v.fair_price * max(0, clock - v.fair_until)
        return cost + sum(self.surcharge[vehicle][stop] for stop in order) if self.surcharge else cost

    def clock_after(self, vehicle: int, order: Sequence[int]) -> int:
        """Return the work time at which a vehicle leaves the last stop of a feasible order."""
        v, windows = self.vehicles[vehicle], self.windows[self.days[vehicle]]
        clock, here = v.from_s, v.start
        for stop in order:
            clock = max(clock + self.leg(here, stop), windows[stop][0]) + self.service[stop]
            here = stop
        return clock

    def _keeps_sequences(self, order: Sequence[int]) -> bool:
        before = [-1, *order[:-1]]
        after = [*order[1:], -1]
        return all(
            self.predecessor[stop] in (-1, before[at]) and self.successor[stop] in (-1, after[at])
            for at, stop in enumerate(order)
        )

    def _fits(self, v: Vehicle, order: Sequence[int]) -> bool:
        # Deliveries fill the box at the start and leave it one by one; collections come in on the way.
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
        total = sum(self.penalty[s] for s in left)
        for vehicle, order in enumerate(orders):
            cost = self.order_cost(vehicle, order)
            if cost is None:
                return None
            total += cost
        return total

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the pipe to a child."""
        values = dict(self.__dict__)
        values["travel"] = base64.b64encode(np.ascontiguousarray(self.travel, dtype="<i4").tobytes()).decode()
        values["vehicles"] = [v.__dict__ for v in self.vehicles]
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Piece:
        """Return the piece written by ``to_json``."""
        values = dict(values)
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
    # Windows are converted into work time once for each kind of day, not once for each courier.
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
            fair_until=day.from_s + problem.fair_round_s,
            fair_price=problem.fair_load,
        )
        for c, day in zip(couriers, work, strict=True)
    ]
    allowed = _allowed(stops, couriers, days, windows)
    predecessor, successor = _sequences(places, stops, allowed)
    return Piece(
        travel=np.minimum(travel, UNREACHABLE),
        service=[s.service_s for s in stops],
        setup=[s.setup_s for s in stops],
        building=[buildings.setdefault(s.building, len(buildings)) if s.building else -1 for s in stops],
        penalty=[unserved_penalty(s) for s in stops],
        volume=[s.volume_ml for s in stops],
        collected=[s.kind == "collection" for s in stops],
        vehicles=vehicles,
        days=days,
        windows=windows,
        allowed=allowed,
        surcharge=_surcharges(problem, stops, couriers),
        predecessor=predecessor,
        successor=successor,
    )


def may_serve(courier: Courier, stop: Stop) -> bool:
    """Return whether a courier is permitted to serve a stop: lock, office and skills, not time."""
    if stop.locked_to is not None:
        return stop.locked_to == courier.courier_id
    if courier.has_left and stop.kind == "delivery":  # it lies at the office
        return False
    return stop.office_id in (None, courier.office_id) and stop.skills <= courier.skills


def _surcharges(problem: Problem, stops: Sequence[Stop], couriers: Sequence[Courier]) -> list[list[int]]:
    """Return what each stop costs more with each courier: outside the beat, or moved; [] where nothing does."""
    has_beats = problem.unfamiliar_s > 0 and any(c.familiar for c in couriers)
    has_moves = problem.moved_stop_s > 0 and any(s.courier_before is not None for s in stops)
    if not has_beats and not has_moves:
        return []
    return [
        [
            problem.unfamiliar_s * (bool(c.familiar) and s.commune_code not in c.familiar)
            + problem.moved_stop_s * (s.courier_before not in (None, c.courier_id))
            for s in stops
        ]
        for c in couriers
    ]


def _sequences(places: Places, stops: Sequence[Stop], allowed: list[list[int]]) -> tuple[list[int], list[int]]:
    """Return which stop each must directly follow and lead to.

    Nobody may serve a part of a sequence whose other stops the piece does not hold.
    """
    if not places.sequence_of:
        return [], []
    number = {s.stop_id: i for i, s in enumerate(stops)}
    predecessor, successor = [-1] * len(stops), [-1] * len(stops)
    for i, stop in enumerate(stops):
        sequence = places.sequence_of.get(stop.stop_id, ())
        if not sequence:
            continue
        if any(s not in number for s in sequence):  # part of the sequence is elsewhere: nobody may serve this part
            allowed[i] = []
            continue
        at = sequence.index(stop.stop_id)
        predecessor[i] = number[sequence[at - 1]] if at else -1
        successor[i] = number[sequence[at + 1]] if at + 1 < len(sequence) else -1
    return predecessor, successor


def _allowed(
    stops: Sequence[Stop], couriers: Sequence[Courier], days: list[int], windows: list[list[tuple[int, int]]]
) -> list[list[int]]:
    permitted: dict[tuple[object, ...], list[int]] = {}
    allowed = []
    for i, stop in enumerate(stops):
        kind = stop.locked_to, stop.kind, stop.office_id, stop.skills  # all that `may_serve` depends on
        if kind not in permitted:
            permitted[kind] = [v for v, courier in enumerate(couriers) if may_serve(courier, stop)]
        shut = {day for day, own in enumerate(windows) if own[i][0] > own[i][1]}
        allowed.append([v for v in permitted[kind] if days[v] not in shut])
    return allowed
