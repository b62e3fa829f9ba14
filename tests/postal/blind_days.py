"""One more generator, written when the windows were done: the only one whose days told nothing before its first run.

Couriers carry bags. A bag is a street with doors in planned order; what a door takes hangs on how many pieces it has; a
courier's and the weather's tempo go on from day to day; rounds leave in the morning, too early, or after noon.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from tests.postal.replayed_days import HOUR, Door, Replayed

Rows = list[tuple[int, int, int, int]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One office: when rounds leave (hours), how late truly (minutes, spread), lunch (hours), how tempo wanders."""

    name: str
    leaves: float = 7.5
    late_min: tuple[float, float] = (12, 8)
    lunch: tuple[float, float] = (11.5, 13)
    tempo_sd: float = 0.08
    n_bags: tuple[int, int] = (4, 7)
    extra: float = 0.3
    swapped_bags: float = 0.0


KINDS = (
    Kind(name="bags"),
    Kind(name="bags, left too early", late_min=(-5, 6)),
    Kind(name="bags, after noon", leaves=13.25, lunch=(13.25, 13.25), n_bags=(2, 4)),
    Kind(name="bags, restless tempo", tempo_sd=0.16, extra=0.5),
    Kind(name="bags, one for another", swapped_bags=0.3),
)


def day(kind: Kind, chance: random.Random) -> list[Replayed]:
    """Return the office's next day; yesterday's tempos are kept by the chance that is handed in."""
    kept = getattr(chance, "tempos", None) or [chance.gauss(0.05, kind.tempo_sd) for _ in range(5)]
    tempos = [0.05 + 0.7 * (one - 0.05) + 0.7 * chance.gauss(0, kind.tempo_sd) for one in kept]
    chance.tempos = tempos  # type: ignore[attr-defined]
    return [_round(kind, courier, math.exp(tempos[0] + tempos[courier + 1]), chance) for courier in range(4)]


def _round(kind: Kind, courier: int, tempo: float, chance: random.Random) -> Replayed:
    bags = [_bag(chance) for _ in range(chance.randint(*kind.n_bags))]
    leave_s, lunch = int(kind.leaves * HOUR), (int(kind.lunch[0] * HOUR), int(kind.lunch[1] * HOUR))
    planned = _planned([door for bag in bags for door in bag], leave_s, lunch)
    first, firsts = 0, []
    for bag in bags:
        firsts.append(first)
        first += len(bag)
    order = list(range(len(bags)))
    for n in range(len(bags) - 1):
        if chance.random() < kind.swapped_bags:
            order[n], order[n + 1] = order[n + 1], order[n]
    at = left_s = leave_s + 60 * max(-12.0, chance.gauss(*kind.late_min))
    hungry, true = lunch[1] > lunch[0], {}
    for number in order:
        for n, (way_s, pieces) in enumerate(bags[number]):
            if hungry and at + way_s / 2 > lunch[0]:
                at, hungry = at + (lunch[1] - lunch[0]) * chance.betavariate(8, 2) * 1.2, False
            begin = at + tempo * way_s * (1 + kind.extra * chance.betavariate(1.2, 5))
            served = 60 + sum(chance.lognormvariate(math.log(105), 0.7) for _ in range(pieces))
            at = begin + tempo * (45 if chance.random() < 0.1 else served)
            true[firsts[number] + n] = (int(begin), int(at))
    doors = tuple(Door(n + 1, *row, *true[n]) for n, row in enumerate(planned))
    return Replayed(leave_s, int(left_s), lunch, doors, courier)


def _bag(chance: random.Random) -> list[tuple[float, int]]:
    """Return the doors of a street: the way there in seconds, and how many pieces the door has."""
    ways = [chance.uniform(300, 800), *(chance.gammavariate(2, 50) for _ in range(chance.randint(3, 8)))]
    return [(way, chance.choice((1, 1, 1, 1, 2, 2, 3))) for way in ways]


def _planned(doors: list[tuple[float, int]], leave_s: int, lunch: tuple[int, int]) -> Rows:
    at, eats, rows = float(leave_s), lunch[1] > lunch[0], []
    for way_s, pieces in doors:
        pause = lunch[1] - lunch[0] if eats and at + way_s > lunch[0] else 0
        eats = eats and not pause
        start = at + pause + way_s
        rows.append((int(at), int(start), int(start + 120 + 120 * pieces), pause))
        at = start + 120 + 120 * pieces
    return rows
