"""The bound on a day's travel lies below the best plan of days small enough to try every plan, and not far below."""

import random
from itertools import pairwise, permutations
from statistics import mean

import pytest

from benchmarks.days.bound import bound_s
from benchmarks.days.judge import leg_s


def make_day(seed):
    rng = random.Random(seed)
    n_stops, n_offices = rng.randint(1, 6), rng.randint(1, 3)

    def place():
        return {"lat": rng.uniform(16.3, 16.6), "lon": rng.uniform(107.4, 107.8)}

    offices = [{"code": str(i), **place()} for i in range(n_offices)]
    # a shift that holds two or three stops: the bound has to count the rounds a day needs
    stops = [{"id": i, **place(), "service_s": rng.randint(0, 9_000)} for i in range(n_stops)]
    return {"shift_s": 28_800, "speed_kmh": 28, "detour": 1.35, "offices": offices, "stops": stops}


def best_travel_s(day):
    """Return the travel of the best plan: the shortest round of every set of stops, and the best division into sets."""
    stops, offices = day["stops"], day["offices"]
    shortest, service = {}, {}
    for chosen in range(1, 1 << len(stops)):
        visits = [s for i, s in enumerate(stops) if chosen >> i & 1]
        service[chosen] = sum(s["service_s"] for s in visits)
        shortest[chosen] = min(
            leg_s(office, order[0], day)
            + sum(leg_s(a, b, day) for a, b in pairwise(order))
            + leg_s(order[-1], office, day)
            for office in offices
            for order in permutations(visits)
        )
    best = {0: 0}
    for all_of in range(1, 1 << len(stops)):
        first = all_of & -all_of
        parts = [part for part in shortest if part & all_of == part and part & first]
        fitting = [p for p in parts if service[p] + shortest[p] <= day["shift_s"] and all_of ^ p in best]
        best |= {all_of: min(shortest[p] + best[all_of ^ p] for p in fitting)} if fitting else {}
    return best.get((1 << len(stops)) - 1)


@pytest.fixture(scope="module")
def days():
    found = [(day, best_travel_s(day)) for day in map(make_day, range(60))]
    return [(day, best) for day, best in found if best is not None]


def test_no_plan_drives_less(days):
    assert len(days) > 50
    for day, best in days:
        assert bound_s(day, best, 60) <= best + 1e-6


def test_prices_bring_it_near_the_best_plan(days):
    first = mean(bound_s(day, best, 1) / best for day, best in days)
    last = mean(bound_s(day, best, 150) / best for day, best in days)
    assert first < last
    assert last > 0.85
