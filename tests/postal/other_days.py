"""Three more generators of couriers' days, for checking: no figure was fitted to them.

They were looked at while the way of learning was changed.

They share with `replayed_days` the shape of what they return and nothing else: *minutes* counts in whole minutes, with
a pace that drifts from door to door and rare long halts; *streets* walks a plane, by the courier's own way, with works
on the roads from one day on; *buildings* goes from gate to gate, where a whole building may be shut and scans come
together.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.postal.replayed_days import HOUR, Door, Replayed

MINUTE = 60
_LUNCH = (int(11.5 * HOUR), int(13 * HOUR))
Rows = list[tuple[int, int, int, int]]


@dataclass(frozen=True)
class Kind:
    """One office of one generator; ``number`` says how far the days have come."""

    name: str
    make: Callable[[int, random.Random], list[Replayed]]


def day(kind: Kind, chance: random.Random) -> list[Replayed]:
    """Return the office's next day; the number of the day is kept by the chance that is handed in."""
    number = getattr(chance, "n_days", 0)
    chance.n_days = number + 1  # type: ignore[attr-defined]
    return kind.make(number, chance)


def _put(leave_s: int, left_s: int, planned: Rows, true: dict[int, tuple[int, int]], courier: int) -> Replayed:
    doors = tuple(Door(n + 1, *row, *true[n]) for n, row in enumerate(planned))
    return Replayed(leave_s, left_s, _LUNCH, doors, courier)


def _plan(leave_s: int, works: list[tuple[float, float]]) -> Rows:
    """Return planned rows of (way, door) in seconds, lunch where it comes."""
    at, has_eaten, rows = float(leave_s), False, []
    for way, door in works:
        lunch = 0
        if not has_eaten and at + way > _LUNCH[0]:
            lunch, has_eaten = _LUNCH[1] - _LUNCH[0], True
        rows.append((int(at), int(at + lunch + way), int(at + lunch + way + door), lunch))
        at += lunch + way + door
    return rows


# --- minutes -----------------------------------------------------------------------------------------------------


def _minutes(n_doors: tuple[int, int], drift: float, tail: float) -> Callable[[int, random.Random], list[Replayed]]:
    def make(number: int, chance: random.Random) -> list[Replayed]:
        return [_minute_round(n_doors, drift, tail, courier, chance) for courier in range(4)]

    return make


def _minute_round(n_doors: tuple[int, int], drift: float, tail: float, courier: int, chance: random.Random) -> Replayed:
    n = chance.randint(*n_doors)
    ways = [chance.choice((1, 1, 2, 2, 3, 4, 7, 12)) for _ in range(n)]
    planned = _plan(8 * HOUR, [(way * MINUTE, 5 * MINUTE) for way in ways])
    pace, at, has_eaten, true = 0.15 * (courier - 1.5), 8 * HOUR // MINUTE + chance.choice((0, 0, 3, 5, 10)), False, {}
    left = at
    for k, way in enumerate(ways):
        pace = 0.93 * pace + chance.gauss(0, drift)
        if not has_eaten and at >= _LUNCH[0] / MINUTE - 10:
            at, has_eaten = at + chance.choice((70, 80, 90, 90, 100, 120)), True
        halt = min(150.0, 4 * chance.paretovariate(1.1)) if chance.random() < tail else 0.0
        begin = at + round(way * math.exp(pace) + halt)
        # nobody at home, handed over, a talk, papers to be looked through
        at = begin + max(1, round(chance.choice((1, 3, 4, 5, 5, 6, 8, 14)) * math.exp(pace)))
        true[k] = (begin * MINUTE, at * MINUTE)
    return _put(8 * HOUR, left * MINUTE, planned, true, courier)


# --- streets -----------------------------------------------------------------------------------------------------


def _streets(side_m: float, whim: float, turn: float) -> Callable[[int, random.Random], list[Replayed]]:
    def make(number: int, chance: random.Random) -> list[Replayed]:
        slower = turn if number >= 20 else 1.0  # new works on the main road from one day on
        storm = chance.uniform(9, 15) * HOUR if chance.random() < 0.2 else None
        staff = [(0, 1.0), (1, 0.85), (2, 1.2)]
        return [_street_round(side_m, whim, (courier, slow * slower, storm), chance) for courier, slow in staff]

    return make


def _street_round(side_m: float, whim: float, of: tuple[int, float, float | None], chance: random.Random) -> Replayed:
    courier, slow, storm = of
    doors = [(chance.triangular(0, side_m), chance.triangular(0, side_m)) for _ in range(chance.randint(15, 35))]
    order = _nearest(doors, lambda: 1.0)
    spots = [doors[n] for n in order]
    legs = [(_apart(a, b) / 5.0 + 45, 270.0) for a, b in zip([(0.0, 0.0), *spots], spots, strict=False)]
    planned = _plan(int(7.75 * HOUR), legs)
    left_s = int(7.75 * HOUR + max(-600, chance.gauss(360, 400)))
    at, place, has_eaten, true = float(left_s), (0.0, 0.0), False, {}
    for n in _nearest(spots, lambda: chance.lognormvariate(0, whim)):
        if not has_eaten and at > _LUNCH[0]:
            at, has_eaten = at + chance.triangular(3_000, 8_400, 5_400), True
        if storm is not None and at > storm:
            at, storm = at + chance.uniform(900, 3_000), None
        hour = at / HOUR
        crowd = 1 + (0.5 if 10.5 < hour < 11.5 or hour > 16 else 0.0)
        at += (_apart(place, spots[n]) / 5.0 * crowd + 45) * slow
        begin, place = at, spots[n]
        at += slow * chance.gammavariate(2.2, 270 / 2.2)
        true[n] = (int(begin), int(at))
    return _put(int(7.75 * HOUR), left_s, planned, true, courier)


def _apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _nearest(spots: list[tuple[float, float]], mood: Callable[[], float]) -> list[int]:
    left, place, order = set(range(len(spots))), (0.0, 0.0), []
    while left:
        n = min(sorted(left), key=lambda one: _apart(place, spots[one]) * mood())
        left.remove(n)
        order.append(n)
        place = spots[n]
    return order


# --- buildings ---------------------------------------------------------------------------------------------------


def _buildings(shut: float, tired: float, together: float) -> Callable[[int, random.Random], list[Replayed]]:
    def make(number: int, chance: random.Random) -> list[Replayed]:
        meeting_s = 2_400 if number % 5 == 0 else 0
        return [
            _building_round((shut, tired, together), meeting_s, courier, chance) for courier in range(2 + number % 3)
        ]

    return make


def _building_round(
    habits: tuple[float, float, float], meeting_s: int, courier: int, chance: random.Random
) -> Replayed:
    shut, tired, together = habits
    gates = [(chance.uniform(120, 900), chance.randint(1, 7)) for _ in range(chance.randint(6, 13))]
    works = [(way if n == 0 else 40.0, 200.0) for way, n_doors in gates for n in range(n_doors)]
    leave_s = int(7.5 * HOUR)
    planned = _plan(leave_s, works)
    left_s = leave_s + meeting_s + int(chance.uniform(0, 600))
    at, k, true, has_eaten = float(left_s), 0, {}, chance.random() < 0.1
    for way, n_doors in gates:
        if not has_eaten and at > _LUNCH[0] - 900:
            at, has_eaten = at + chance.choice((3_600, 5_400, 7_200)), True
        at += way * chance.uniform(0.8, 1.5) + (5_400 if chance.random() < 0.004 else chance.expovariate(1 / 120))
        is_shut, begins = chance.random() < shut, []
        for _ in range(n_doors):
            at += 20 if is_shut else 40 * chance.uniform(0.6, 1.6)
            begins.append(at)
            weary = 1 + tired * (at - left_s) / (8 * HOUR)
            at += 25 if is_shut else weary * 200 * chance.weibullvariate(1.1, 1.3)
            true[k + len(begins) - 1] = (int(begins[-1]), int(at))
        if chance.random() < together:  # scanned at the gate, one after the other, when the building is done
            for n, begin in enumerate(begins):
                true[k + n] = (int(begin), int(at) + 15 * n)
        k += n_doors
    return _put(leave_s, left_s, planned, true, courier)


KINDS: tuple[Any, ...] = (
    Kind("minutes, steady", _minutes((20, 40), 0.03, 0.01)),
    Kind("minutes, drifting pace", _minutes((20, 40), 0.10, 0.02)),
    Kind("minutes, long halts", _minutes((15, 30), 0.04, 0.08)),
    Kind("streets, by the plan", _streets(4_000, 0.1, 1.0)),
    Kind("streets, by whim", _streets(4_000, 0.5, 1.0)),
    Kind("streets, roads works from day 20", _streets(5_000, 0.1, 1.3)),
    Kind("buildings, open", _buildings(0.05, 0.2, 0.0)),
    Kind("buildings, shut and tired", _buildings(0.25, 0.5, 0.0)),
    Kind("buildings, scanned together", _buildings(0.1, 0.2, 0.6)),
)
