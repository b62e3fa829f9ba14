"""Made-up days of couriers, planned and as they went. Shares nothing with the planner or the windows.

A courier's town is a row of hamlets with doors in them. The plan knows a speed and a time at the door; the day has its
own: rain, traffic by the hour, doors that take long, calls, wrong turns, breaks, stops taken out of order or put off.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

HOUR = 3_600


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How days of one sort go."""

    name: str
    n_stops: tuple[int, int] = (18, 45)
    hamlets: int = 6
    metres: float = 2_500
    planned_speed: float = 6.0
    planned_door_s: int = 300
    door_bias: float = 1.0
    door_spread: float = 0.55  # sigma of the lognormal
    day_spread: float = 0.10
    office_bias: float = 1.0
    rush: float = 0.25
    delay_chance: float = 0.03
    delay_s: tuple[int, int] = (300, 1_500)
    swap_chance: float = 0.08
    put_off_chance: float = 0.02
    lunch_drift_s: int = 600  # how far lunch strays from its hour
    late_start_s: float = 420
    lunch_longer_s: int = 0
    ferry_s: int = 0  # how far apart boats leave; a boat lies before every other hamlet
    couriers: tuple[float, ...] = ()  # how slow each of the office's couriers is; none: alike


KINDS = (
    Kind(name="town"),
    Kind(name="dense city", n_stops=(40, 65), hamlets=4, metres=900, planned_door_s=210),
    Kind(name="lagoon", n_stops=(12, 26), hamlets=6, metres=4_000, ferry_s=2_400),
    Kind(name="late start", late_start_s=1_500),
    Kind(name="slow courier", couriers=(1.4, 1.0, 1.05, 0.95)),
    Kind(name="fast courier", couriers=(0.7, 1.0, 1.05, 0.95)),
    Kind(name="long at the door", door_bias=1.6),
    Kind(name="traffic peaks", rush=0.9),
    Kind(name="long lunch", lunch_longer_s=2_700, lunch_drift_s=1_200),
    Kind(name="slow office", office_bias=1.2, door_bias=1.1),
    Kind(name="quick office", office_bias=0.85, door_bias=0.9, n_stops=(25, 50)),
    Kind(
        name="mountains", n_stops=(10, 20), hamlets=5, metres=9_000, planned_speed=8.0, day_spread=0.14, door_spread=0.7
    ),
    Kind(name="rainy season", day_spread=0.16, delay_chance=0.05, rush=0.35),
    Kind(name="own order", swap_chance=0.25, put_off_chance=0.05),
)


@dataclass(frozen=True)
class Door:
    """One stop: planned and true seconds of the day. ``lunch_s`` is planned before it; ``true_leave_s`` is its scan."""

    position: int
    from_s: int
    start_s: int
    leave_s: int
    lunch_s: int
    true_start_s: int
    true_leave_s: int


@dataclass(frozen=True)
class Replayed:
    """One courier's day; ``lunch`` are the hours of the contract."""

    leave_s: int
    true_leave_s: int
    lunch: tuple[int, int]
    doors: tuple[Door, ...]
    courier: int = 0


def day(kind: Kind, chance: random.Random) -> list[Replayed]:
    """Return one office's day: three to six couriers in one weather."""
    weather = math.exp(chance.gauss(0, kind.day_spread * 0.7))
    staff = kind.couriers or (1.0,) * chance.randint(3, 6)
    return [_round(kind, (n, weather * bias), chance) for n, bias in enumerate(staff)]


def _round(kind: Kind, who: tuple[int, float], chance: random.Random) -> Replayed:
    courier, weather = who
    places = _places(kind, chance)
    leave_s = int(7.5 * HOUR + chance.choice((0, 900, 1_800)))
    lunch_s = 2 * HOUR if leave_s < 8 * HOUR else HOUR
    planned = _planned(kind, places, leave_s, lunch_s)
    walker = weather * kind.office_bias * math.exp(chance.gauss(0, kind.day_spread * 0.7))
    order = _order(kind, len(places), chance)
    left_s = leave_s + int(chance.expovariate(1 / kind.late_start_s))
    true = _walk(kind, places, order, (left_s, lunch_s), walker, chance)
    doors = tuple(Door(i + 1, *planned[i], *true[i]) for i in range(len(places)))
    return Replayed(leave_s, left_s, (int(11.5 * HOUR), int(11.5 * HOUR) + lunch_s), doors, courier)


def _places(kind: Kind, chance: random.Random) -> list[tuple[float, float]]:
    """Return the way before each door in metres, and how heavy the door is (of several pieces, more)."""
    n = chance.randint(*kind.n_stops)
    found = []
    for i in range(n):
        is_new = i % max(1, n // kind.hamlets) == 0
        way = kind.metres * chance.uniform(0.6, 1.6) if is_new else chance.expovariate(1 / 280) + 40
        found.append((way, 1.0 if chance.random() < 0.85 else chance.uniform(1.3, 2.2)))
    return found


def _planned(
    kind: Kind, places: list[tuple[float, float]], leave_s: int, lunch_s: int
) -> list[tuple[int, int, int, int]]:
    at, ate, found = float(leave_s), False, []
    for way, heavy in places:
        lunch = 0
        if not ate and at > 11.5 * HOUR:
            lunch, ate = lunch_s, True
        begun = at
        start = at + lunch + way / kind.planned_speed + (kind.ferry_s / 3 if _has_boat(kind, way) else 0)
        at = start + kind.planned_door_s * heavy
        found.append((int(begun), int(start), int(at), lunch))
    return found


def _has_boat(kind: Kind, way: float) -> bool:
    return bool(kind.ferry_s) and way > kind.metres


def _order(kind: Kind, n: int, chance: random.Random) -> list[int]:
    order = list(range(n))
    for i in range(n - 1):
        if chance.random() < kind.swap_chance:
            j = min(n - 1, i + chance.randint(1, 3))
            order[i], order[j] = order[j], order[i]
    for one in [i for i in range(n) if chance.random() < kind.put_off_chance]:
        order.remove(one)
        order.insert(min(n - 1, one + chance.randint(5, 15)), one)
    return order


def _walk(kind, places, order, begun, walker, chance) -> dict[int, tuple[int, int]]:
    (left_s, lunch), ate, true = begun, False, {}
    at = float(left_s)
    lunch_at = 11.5 * HOUR + chance.gauss(0, kind.lunch_drift_s)
    before = -1
    for one in order:
        way, heavy = places[one]
        way *= 1.0 + 0.15 * min(4, abs(one - before - 1))
        before = one
        if not ate and at > lunch_at:
            at += max(0.5 * HOUR, lunch + kind.lunch_longer_s + chance.gauss(0, kind.lunch_drift_s))
            ate = True
        hour = at / HOUR
        traffic = 1 + kind.rush * (math.exp(-((hour - 8) ** 2)) + math.exp(-((hour - 16.8) ** 2)))
        at += way / kind.planned_speed * traffic * walker * math.exp(chance.gauss(0, 0.2))
        if chance.random() < kind.delay_chance:
            at += chance.uniform(*kind.delay_s)
        if _has_boat(kind, places[one][0]):
            at += kind.ferry_s - at % kind.ferry_s
        start = at
        mean = kind.planned_door_s * heavy * kind.door_bias * walker
        at += mean * math.exp(chance.gauss(-(kind.door_spread**2) / 2, kind.door_spread))
        true[one] = (int(start), int(at))
    return true
