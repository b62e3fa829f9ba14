"""Four more generators of couriers' days, written before the windows were last changed; no figure was fitted to them.

They share with `replayed_days` the shape of what they return and nothing else, and nothing with each other:
*factors* multiplies the plan by the day's and the courier's factor; *jams* drives at the speed of the minute; *delays*
makes no legs at all but a delay that wanders and is caught up; *hamlets* lets the courier choose within a hamlet.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.postal.replayed_days import HOUR, Door, Replayed

Days = Callable[[int, random.Random], list[Replayed]]
Plan = list[tuple[int, int, int, int]]
Lunch = tuple[int, int]
NOON, ONE = int(11.5 * HOUR), 13 * HOUR


@dataclass(frozen=True)
class Kind:
    """One office of one generator."""

    name: str
    make: Days


def day(kind: Kind, chance: random.Random) -> list[Replayed]:
    """Return the office's next day; the number of the day is kept by the chance that is handed in."""
    number = getattr(chance, "n_days", 0)
    chance.n_days = number + 1  # type: ignore[attr-defined]
    return kind.make(number, chance)


def _planned(leave_s: int, legs: Sequence[tuple[float, float]], lunch: Lunch) -> Plan:
    at, rows, eats = float(leave_s), [], lunch[1] > lunch[0]
    for way, door in legs:
        pause = 0
        if eats and at + way >= lunch[0]:
            pause, eats = lunch[1] - lunch[0], False
        rows.append((int(at), int(at + pause + way), int(at + pause + way + door), pause))
        at += pause + way + door
    return rows


def _replayed(plan: Plan, true: dict[int, tuple[float, float]], of: tuple[int, float, int, Lunch]) -> Replayed:
    leave_s, left_s, courier, lunch = of
    doors = tuple(Door(n + 1, *row, int(true[n][0]), int(true[n][1])) for n, row in enumerate(plan))
    return Replayed(leave_s, int(left_s), lunch, doors, courier)


# --- factors: the plan, times the day, times the courier ---------------------------------------------------------


def factors(*, day_factor: tuple[float, float], late_min: float, noise: float, lunch: Lunch, n: int) -> Days:
    """Return days of a factor; stops fail or take a detour by chance."""

    def make(number: int, chance: random.Random) -> list[Replayed]:
        today = chance.uniform(*day_factor)
        return [_factor_round((today, late_min, noise), lunch, n, courier, chance) for courier in range(5)]

    return make


def _factor_round(
    law: tuple[float, float, float], lunch: Lunch, n: int, courier: int, chance: random.Random
) -> Replayed:
    today, late_min, noise = law
    slow = (0.9, 1.0, 1.15, 0.95, 1.05)[courier]
    legs = [(chance.expovariate(1 / 240) + 120, 240.0) for _ in range(chance.randint(int(n * 0.7), int(n * 1.3)))]
    plan = _planned(int(7.5 * HOUR), legs, lunch)
    at = left_s = 7.5 * HOUR + chance.uniform(0, late_min * 60)
    true, hungry = {}, lunch[1] > lunch[0]
    for k, (way, door) in enumerate(legs):
        if hungry and at > lunch[0]:
            at, hungry = at + chance.uniform(0.7, 1.2) * (lunch[1] - lunch[0]), False
        at += way * today * slow * chance.lognormvariate(0, noise / 2)
        if chance.random() < 0.05:
            at += chance.uniform(300, 1_200)
        begin = at
        at += 90 if chance.random() < 0.12 else door * slow * chance.lognormvariate(0, noise)
        true[k] = (begin, at)
    return _replayed(plan, true, (int(7.5 * HOUR), left_s, courier, lunch))


# --- jams: streets flow or stand, streets are done backwards, some doors are left for later ------------------------


def jams(*, flowing_min: float, standing_min: float, backwards: float, later: float) -> Days:
    """Return days on roads that flow and stand in turns, each for a time of an exponential law."""

    def make(number: int, chance: random.Random) -> list[Replayed]:
        at, flows, turns = 6.0 * HOUR, True, []
        while at < 22 * HOUR:
            turns.append((at, 1.1 if flows else 0.5))
            at += chance.expovariate(1 / (60 * (flowing_min if flows else standing_min)))
            flows = not flows
        return [_jam_round(turns, backwards, later, courier, chance) for courier in range(3)]

    return make


def _jam_round(
    turns: list[tuple[float, float]], backwards: float, later: float, courier: int, chance: random.Random
) -> Replayed:
    ways = [chance.weibullvariate(1_500, 0.8) + 100 for _ in range(chance.randint(20, 40))]  # metres
    lunch = (12 * HOUR, 13 * HOUR)
    plan = _planned(8 * HOUR, [(way / 5.5, 330.0) for way in ways], lunch)
    order, n = list(range(len(ways))), 0
    while n < len(order):
        if chance.random() < backwards:
            many = chance.randint(2, 6)
            order[n : n + many] = reversed(order[n : n + many])
            n += many
        n += 1
    postponed = [one for one in order if chance.random() < later]
    order = [one for one in order if one not in postponed] + postponed
    at = left_s = 8 * HOUR + 60 * chance.weibullvariate(12, 1.2)
    true, hungry = {}, True
    for one in order:
        if hungry and at > 11.8 * HOUR:
            at, hungry = at + 60 * chance.choice((45, 60, 60, 75, 90)), False
        metres = ways[one]
        while metres > 0:  # twenty seconds at the speed of now
            at += 20
            metres -= 20 * 5.5 * next(speed for begun, speed in reversed(turns) if begun <= at)
        begin = at
        at += 30 + chance.weibullvariate(330, 1.4)
        true[one] = (begin, at)
    return _replayed(plan, true, (8 * HOUR, left_s, courier, lunch))


# --- delays: not legs but a delay behind the plan, which wanders, jumps, and is caught up --------------------------


def delays(*, level_min: float, caught_up_in_h: float, wander_min: float, n: tuple[int, int], way_min: float) -> Days:
    """Return days of a delay that is drawn to a courier's level and moved by chance, in minutes."""

    def make(number: int, chance: random.Random) -> list[Replayed]:
        rounds = []
        for courier in range(4):
            level = level_min * (courier + 0.5) / 2
            rounds.append(_delay_round((level, caught_up_in_h, wander_min), n, way_min, courier, chance))
        return rounds

    return make


def _delay_round(
    law: tuple[float, float, float], n: tuple[int, int], way_min: float, courier: int, chance: random.Random
) -> Replayed:
    level, caught_up_in_h, wander_min = law
    legs = [(60 * chance.triangular(1, 2.5 * way_min, way_min), 360.0) for _ in range(chance.randint(*n))]
    lunch = (NOON, ONE)
    plan = _planned(int(7.5 * HOUR), legs, lunch)
    late = chance.triangular(0, 25, 5)
    left_s = last = 7.5 * HOUR + 60 * late
    true, before = {}, 7.5 * HOUR
    for k, (_, start, leave, _) in enumerate(plan):
        hours = (start - before) / HOUR
        late += (level - late) * min(1.0, hours / caught_up_in_h) + chance.gauss(0, wander_min * math.sqrt(hours))
        if chance.random() < 0.25 * hours:
            late += chance.expovariate(1 / 12)
        before = start
        begin = 60 * round(max(last + 60, start + 60 * late) / 60)
        last = begin + 60 * max(1, round((leave - start) / 60 * chance.uniform(0.3, 1.5)))
        true[k] = (begin, last)
    return _replayed(plan, true, (int(7.5 * HOUR), left_s, courier, lunch))


# --- hamlets: within one the courier goes as he likes; doors are quick or slow; rain begins at some hour ------------


def hamlets(*, at_will: bool, rain: float, early_lunch: bool, friday: float) -> Days:
    """Return days of an office in the country; every fifth is a Friday."""

    def make(number: int, chance: random.Random) -> list[Replayed]:
        rain_s = chance.uniform(8, 16) * HOUR if chance.random() < rain else None
        heavy = friday if number % 5 == 4 else 1.0
        staff = range(3 + number % 2)
        return [_hamlet_round(at_will, rain_s, early_lunch, heavy, courier, chance) for courier in staff]

    return make


def _hamlet_round(
    at_will: bool, rain_s: float | None, early_lunch: bool, heavy: float, courier: int, chance: random.Random
) -> Replayed:
    legs, groups = [], []
    for _ in range(chance.randint(4, 7)):
        many = chance.randint(3, 8)
        groups.append(list(range(len(legs), len(legs) + many)))
        legs += [(chance.uniform(400, 1_100) if n == 0 else chance.uniform(60, 200), 285.0) for n in range(many)]
    plan = _planned(int(7.75 * HOUR), legs, (NOON, ONE))
    order = [one for group in groups for one in (chance.sample(group, len(group)) if at_will else group)]
    eats_s = chance.uniform(10.75, 11.5) * HOUR if early_lunch else chance.uniform(11.25, 12.25) * HOUR
    at = left_s = 7.75 * HOUR + chance.gammavariate(2, 300)
    true, hungry = {}, True
    for place, one in enumerate(order):
        if hungry and at > eats_s:
            at, hungry = at + 60 * chance.uniform(60, 110), False
        wet = 1.35 if rain_s is not None and at > rain_s else 1.0
        at += legs[min(one, place) if not at_will else one][0] * wet * heavy * (1 + 0.05 * courier)
        at += abs(chance.gauss(0, 60))
        begin = at
        quick = chance.random() < 0.7
        at += max(30, chance.gauss(150, 40) if quick else chance.gauss(600, 150)) * heavy
        true[one] = (begin, at)
    return _replayed(plan, true, (int(7.75 * HOUR), left_s, courier, (NOON, ONE)))


_HALF_DAY = (NOON, NOON)
KINDS = (
    Kind("factors, 0.8 to 1.4", factors(day_factor=(0.8, 1.4), late_min=40, noise=0.6, lunch=(NOON, ONE), n=30)),
    Kind("factors, mild", factors(day_factor=(0.9, 1.15), late_min=15, noise=0.4, lunch=(NOON, ONE), n=30)),
    Kind("factors, no lunch", factors(day_factor=(0.85, 1.3), late_min=30, noise=0.6, lunch=_HALF_DAY, n=30)),
    Kind("factors, half a day", factors(day_factor=(0.8, 1.4), late_min=20, noise=0.7, lunch=_HALF_DAY, n=16)),
    Kind("jams", jams(flowing_min=60, standing_min=25, backwards=0.0, later=0.0)),
    Kind("jams, streets backwards", jams(flowing_min=90, standing_min=15, backwards=0.08, later=0.0)),
    Kind("jams, doors left for later", jams(flowing_min=90, standing_min=20, backwards=0.03, later=0.08)),
    Kind("delays, caught up", delays(level_min=10, caught_up_in_h=1.5, wander_min=10, n=(20, 40), way_min=4)),
    Kind("delays, never caught up", delays(level_min=60, caught_up_in_h=9, wander_min=12, n=(20, 40), way_min=4)),
    Kind("delays, few doors", delays(level_min=20, caught_up_in_h=4, wander_min=14, n=(8, 14), way_min=16)),
    Kind("hamlets, by the plan", hamlets(at_will=False, rain=0.0, early_lunch=False, friday=1.0)),
    Kind("hamlets, at will", hamlets(at_will=True, rain=0.0, early_lunch=False, friday=1.0)),
    Kind("hamlets, rain", hamlets(at_will=False, rain=0.4, early_lunch=False, friday=1.0)),
    Kind("hamlets, early lunch, heavy Fridays", hamlets(at_will=True, rain=0.2, early_lunch=True, friday=1.2)),
)
