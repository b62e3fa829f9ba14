"""The compiled search: costs and rules are those of the piece, to the second, whatever a day holds."""

import random
import sys
from itertools import permutations

import numpy as np
import pytest

from routing import StraightLine, Window
from routing.places import Places
from routing.solving.first_plans.greedy import greedy
from routing.solving.merge import sequences_only
from routing.solving.processes import child
from routing.solving.search import ruin
from routing.solving.search.anneal import Annealing
from routing.solving.standing import Standing
from tests.routing.planning_days import HOUR, courier, eventful_problem, problem, random_problem, stop
from tests.scale import scaled

HEAT = 300


class OneWayStreets:
    """Straight lines, but ten minutes more eastwards than westwards."""

    name = "one way"

    def matrix(self, points):
        seconds, metres = StraightLine().matrix(points)
        is_east = [[b.lon > a.lon for b in points] for a in points]
        return np.array(seconds) + 600 * np.array(is_east, dtype=np.int32), metres


def piece_of(day, travel=None):
    standing = Standing.empty(day, Places(day, travel or StraightLine()))
    return standing.piece(range(len(day.couriers)), range(len(day.stops)))


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
    annealing.run_steps(400, HEAT)
    assert seconds_apart(merged.piece, annealing) == 0
    assert annealing.best <= before


@pytest.mark.parametrize("seed", range(12))
def test_ways_there_and_back_may_differ(seed):
    merged = sequences_only(piece_of(eventful_problem(seed, most_stops=40), OneWayStreets()))
    assert (merged.piece.travel != merged.piece.travel.T).any()
    annealing = Annealing(merged.piece, [[] for _ in merged.piece.vehicles], seed)
    annealing.run_steps(1_000, HEAT)
    assert seconds_apart(merged.piece, annealing) == 0


@pytest.mark.parametrize("seed", range(20))
def test_from_nothing_the_search_serves_what_is_worth_serving(seed):
    merged = sequences_only(piece_of(random_problem(seed, most_stops=40)))
    annealing = Annealing(merged.piece, [[] for _ in merged.piece.vehicles], seed)
    annealing.run_steps(2_000, HEAT)
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
    annealing.run_steps(1_000, HEAT)
    assert annealing.best <= min(cost for cost in costs if cost is not None)


def test_rounds_far_from_full_are_given_up():
    stops = [stop(f"s{i}", 16.56, 107.58 + 0.001 * i) for i in range(12)]
    piece = piece_of(problem(stops, [courier(f"c{i}") for i in range(6)]))
    apart = [[i, i + 6] for i in range(6)]
    annealing = Annealing(piece, apart, 1)
    annealing.run_steps(2_000, HEAT)
    assert sorted(map(len, annealing.orders)) == [0, 0, 0, 0, 0, 12]


def test_the_same_seed_and_steps_end_the_same_way():
    piece = piece_of(random_problem(7, most_stops=40))
    ends = set()
    for _ in range(3):
        annealing = Annealing(piece, greedy(piece), 5)
        annealing.run_steps(500, HEAT)
        ends.add(str(annealing.orders))
    assert len(ends) == 1


@pytest.mark.parametrize("day", [problem([]), problem([], []), problem([stop()], [])])
def test_where_nobody_or_nothing_is_to_go_the_search_is_over_at_once(day):
    piece = piece_of(day)
    annealing = Annealing(piece, [[] for _ in piece.vehicles], 1)
    annealing.run(60.0, HEAT)
    assert annealing.n_steps == 0
    assert annealing.orders == [[] for _ in piece.vehicles]


def test_without_numba_the_solver_searches_instead(monkeypatch):
    piece = piece_of(problem([stop(f"s{i}", 16.47 + 0.01 * i, 107.59) for i in range(6)]))
    told = {"id": 3, "piece": piece.to_json(), "initial": [[3, 0, 5, 1, 4, 2]]}
    monkeypatch.setitem(sys.modules, "routing.solving.search.anneal", None)
    for work in ({"seconds": 0.3}, {"seconds": 0.3, "steps": 5_000}):
        options = {"method": "iterate", "heat": 100, "seed": 1} | work
        reply = child.answer(told | {"options": options})
        assert piece.cost(reply["orders"]) < piece.cost([[3, 0, 5, 1, 4, 2]])


def test_a_machine_without_a_place_for_compiled_code_compiles_each_time(monkeypatch):
    asked = []

    def njit(*functions, **options):
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return functions[0] if functions else lambda function: function

    monkeypatch.setattr(ruin, "njit", njit)
    assert ruin.compiled(len) is len
    assert [bool(options.get("cache")) for options in asked] == [True, False]
