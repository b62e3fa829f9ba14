"""The compiled search: costs and rules are those of the piece, to the second, whatever a day holds."""

import random
from itertools import permutations

import numpy as np
import pytest

from routing import StraightLine, Window
from routing.places import Places
from routing.solving.engines.compiled import Annealing
from routing.solving.engines.ruin_recreate import compiled
from routing.solving.first_plans.greedy import greedy
from routing.solving.merge import sequences_only
from routing.solving.solution import Solution
from tests.routing.planning_days import HOUR, courier, eventful_problem, problem, random_problem, stop
from tests.scale import scaled

TEMPERATURE = 300


class OneWayStreets:
    """Straight lines, but ten minutes more eastwards than westwards."""

    name = "one way"

    def matrix(self, points):
        seconds, metres = StraightLine().matrix(points)
        is_east = [[b.lon > a.lon for b in points] for a in points]
        return np.array(seconds) + 600 * np.array(is_east, dtype=np.int32), metres


def piece_of(day, travel=None):
    solution = Solution.empty(day, Places(day, travel or StraightLine()))
    return solution.piece(range(len(day.couriers)), range(len(day.stops)))


def seconds_apart(piece, annealing):
    """Return the difference between what the search believes its best rounds cost and what they cost."""
    cost = piece.cost(annealing.orders)
    assert cost is not None, "a rule is broken"
    return annealing.best - cost


@pytest.mark.parametrize("seed", range(scaled(60, 300)))
@pytest.mark.parametrize("made", [random_problem, eventful_problem])
def test_what_the_search_believes_is_what_its_rounds_cost(made, seed):
    merged = sequences_only(piece_of(made(seed, most_stops=40)))
    orders = greedy(merged.piece)
    before = merged.piece.cost(orders)
    annealing = Annealing(merged.piece, orders, seed)
    assert annealing.best == before
    annealing.run_counted(400, TEMPERATURE)
    assert seconds_apart(merged.piece, annealing) == 0
    assert annealing.best <= before


@pytest.mark.parametrize("seed", range(12))
def test_ways_there_and_back_may_differ(seed):
    merged = sequences_only(piece_of(eventful_problem(seed, most_stops=40), OneWayStreets()))
    assert (merged.piece.travel != merged.piece.travel.T).any()
    annealing = Annealing(merged.piece, [[] for _ in merged.piece.vehicles], seed)
    annealing.run_counted(1_000, TEMPERATURE)
    assert seconds_apart(merged.piece, annealing) == 0


@pytest.mark.parametrize("seed", range(20))
def test_from_nothing_the_search_serves_what_is_worth_serving(seed):
    merged = sequences_only(piece_of(random_problem(seed, most_stops=40)))
    annealing = Annealing(merged.piece, [[] for _ in merged.piece.vehicles], seed)
    annealing.run_counted(2_000, TEMPERATURE)
    assert seconds_apart(merged.piece, annealing) == 0
    assert annealing.best <= merged.piece.cost(greedy(merged.piece))


@pytest.mark.parametrize("seed", range(12))
def test_the_search_finds_the_shortest_round_of_a_few_stops(seed):
    rng = random.Random(seed)
    windows = [None, Window(from_s=8 * HOUR, until_s=10 * HOUR), Window(from_s=7 * HOUR, until_s=8 * HOUR)]
    stops = [
        stop(f"s{i}", 16.46 + rng.gauss(0, 0.1), 107.58 + rng.gauss(0, 0.1), window=rng.choice(windows))
        for i in range(6)
    ]
    piece = piece_of(problem(stops, [courier()]))
    costs = (piece.cost([list(some)]) for n in range(7) for some in permutations(range(6), n))
    annealing = Annealing(piece, [[]], seed)
    annealing.run_counted(1_000, TEMPERATURE)
    assert annealing.best <= min(cost for cost in costs if cost is not None)


def test_rounds_far_from_full_are_given_up():
    stops = [stop(f"s{i}", 16.56, 107.58 + 0.001 * i) for i in range(12)]
    piece = piece_of(problem(stops, [courier(f"c{i}") for i in range(6)]))
    apart = [[i, i + 6] for i in range(6)]
    annealing = Annealing(piece, apart, 1)
    annealing.run_counted(2_000, TEMPERATURE)
    assert sorted(map(len, annealing.orders)) == [0, 0, 0, 0, 0, 12]


def test_the_same_seed_and_steps_end_the_same_way():
    piece = piece_of(random_problem(7, most_stops=40))
    ends = set()
    for _ in range(3):
        annealing = Annealing(piece, greedy(piece), 5)
        annealing.run_counted(500, TEMPERATURE)
        ends.add(str(annealing.orders))
    assert len(ends) == 1


@pytest.mark.parametrize("day", [problem([]), problem([], []), problem([stop()], [])])
def test_where_nobody_or_nothing_is_to_go_the_search_is_over_at_once(day):
    piece = piece_of(day)
    annealing = Annealing(piece, [[] for _ in piece.vehicles], 1)
    annealing.run(60.0, TEMPERATURE)
    assert annealing.n_steps == 0
    assert annealing.orders == [[] for _ in piece.vehicles]


def test_a_function_whose_machine_code_cannot_be_kept_is_compiled_all_the_same():
    made = {}
    exec("def double(x):\n    return 2 * x", made)  # no file, so no place for Numba to keep the result beside
    assert compiled(made["double"])(21) == 42
