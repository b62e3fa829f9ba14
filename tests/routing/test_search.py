"""The search's parts: merged stretches behave as their stops do, and nothing gets lost on the way."""

import random
import threading
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from routing import Limits, StraightLine, Watch, Window, check, plan
from routing.partition import partition
from routing.places import Places
from routing.solving.engines.ortools_search import construct
from routing.solving.first_plans.greedy import greedy
from routing.solving.first_plans.office_plans import FirstPlans
from routing.solving.merge import merge
from routing.solving.processes.children import Children
from routing.solving.search.improvement import Improvement
from routing.solving.search.neighbourhoods import Neighbourhoods
from routing.solving.solution import Solution
from tests.routing.planning_days import HOUR, courier, office, problem, random_problem, stop


def whole_day(seed):
    """Return a piece of a random day without boxes, and orders that obey its rules."""
    day = random_problem(seed)
    places = Places(day, StraightLine())
    solution = Solution.empty(day, places)
    piece = solution.piece(range(len(day.couriers)), range(len(day.stops)))
    piece = replace(piece, volume=[0] * piece.n_stops)
    return piece, greedy(piece)


@pytest.mark.parametrize("seed", range(40))
def test_a_merged_stretch_costs_and_fits_exactly_as_its_stops_do(seed):
    piece, orders = whole_day(seed)
    rng = random.Random(seed)
    cuts = {pair: rng.random() < 0.5 for order in orders for pair in pairwise(order)}
    merged = merge(piece, orders, lambda before, after: cuts[before, after])
    inside = sum(int(piece.travel[a, b]) for (a, b), is_cut in cuts.items() if not is_cut)
    assert merged.whole(merged.initial) == orders
    assert merged.piece.cost(merged.initial) + inside == piece.cost(orders)
    for vehicle, order in enumerate(merged.initial):
        for _ in range(20):
            mixed = rng.sample(order, len(order))
            found = merged.piece.order_cost(vehicle, mixed)
            hidden = sum(int(piece.travel[a, b]) for g in order for a, b in pairwise(merged.groups[g]))
            true = piece.order_cost(vehicle, merged.whole([mixed])[0])
            assert (found is None) == (true is None)
            assert found is None or found + hidden == true


def test_an_idle_courier_of_a_near_office_is_offered_though_nobody_of_that_office_is_out():
    near = office("B", lat=16.475, lon=107.595)
    crew = [courier("c1", "A"), courier("c2", "B")]
    day = problem([stop("s1", office_id=None)], crew, [office("A"), near])
    solution = Solution.empty(day, Places(day, StraightLine()))
    piece = solution.piece([0], [0])
    solution.adopt([0], [0], piece, [[0]])
    chosen = Neighbourhoods(solution, random.Random(1)).grow(100)
    assert chosen is not None
    assert sorted(chosen.couriers) == [0, 1]


def lone_stop():
    """Return a solution of two couriers with a stop each and a third stop that nobody serves."""
    stops = [stop("s1", 16.46, 107.57), stop("s2", 16.46, 107.60), stop("s3", 16.46, 107.585)]
    day = problem(stops, [courier("c1"), courier("c2")])
    solution = Solution.empty(day, Places(day, StraightLine()))
    solution.adopt([0], [0], solution.piece([0], [0]), [[0]])
    solution.adopt([1], [1], solution.piece([1], [1]), [[0]])
    return solution


def test_a_stop_that_two_pieces_wanted_is_served_once():
    solution = lone_stop()
    one, other = solution.piece([0], [0, 2]), solution.piece([1], [1, 2])
    assert solution.adopt([0], [0, 2], one, [[0, 1]]) > 0
    assert solution.adopt([1], [1, 2], other, [[0, 1]]) == 0
    assert sorted(s for order in solution.orders for s in order) == [0, 1, 2]


def test_a_stop_left_out_is_given_to_one_piece_at_a_time():
    neighbourhoods = Neighbourhoods(lone_stop(), random.Random(1))
    first = neighbourhoods.grow(100)
    assert first.unserved == (2,)
    neighbourhoods.claim(replace(first, couriers=()))
    assert neighbourhoods.grow(100).unserved == ()
    neighbourhoods.release(first)
    assert neighbourhoods.grow(100).unserved == (2,)


def test_what_a_newly_served_stop_is_worth_is_no_merit_of_an_operator():
    solution = lone_stop()
    search = Improvement(solution, None, Limits())
    trial = search.choose()
    chosen = trial.neighbourhood
    at = {s: i for i, s in enumerate(chosen.stops)}
    found = [[at[s] for s in solution.orders[c]] for c in chosen.couriers]
    found[0].append(at[2])
    gain = search.accept(trial, solution.piece(chosen.couriers, chosen.stops), found, 0.1)
    assert gain > 1_000
    assert not solution.unserved
    assert search.portfolio.searched_s == 0.1
    assert sum(search.portfolio.gained) == 0  # the way became longer


def test_a_piece_of_long_rounds_holds_few_of_them():
    rng = random.Random(3)
    stops = [stop(f"s{i}", 16.46 + rng.uniform(0, 0.01), 107.58 + rng.uniform(0, 0.01)) for i in range(900)]
    day = problem(stops, [courier(f"c{i}") for i in range(9)])
    solution = Solution.empty(day, Places(day, StraightLine()))
    solution.orders = [list(range(c, 900, 9)) for c in range(9)]
    solution.unserved = set()
    for seed in range(20):
        chosen = Neighbourhoods(solution, random.Random(seed)).grow(100)
        assert chosen is not None
        assert 600 <= len(chosen.stops) <= 800
        assert len(chosen.near) == 100


def test_a_search_with_nothing_left_to_try_ends_before_its_time():
    stops = [stop("s1", 16.46, 107.57), stop("s2", 16.46, 107.60)]
    day = problem(stops, [courier("c1"), courier("c2")])
    made = plan(day, travel=StraightLine(), limits=Limits(seconds=60, pieces=10_000, steps=100))
    assert made.seconds < 40
    assert not made.unserved


def test_first_plans_leave_no_stop_out_that_insertion_can_place():
    rng = random.Random(2)
    stops = []
    for i in range(30):
        opens = 25_200 + rng.randrange(8) * 3_600
        window = Window(from_s=opens, until_s=opens + 1_800)
        place = 16.46 + rng.uniform(-0.03, 0.03), 107.58 + rng.uniform(-0.03, 0.03)
        stops.append(replace(stop(f"s{i}", *place), window=window))
    day = problem(stops, [courier(f"c{i}") for i in range(8)])
    solution = Solution.empty(day, Places(day, StraightLine()))
    piece = solution.piece(range(8), range(30))
    by_insertion = construct(piece, [], "insertion", 60)
    with Children(1, 1536) as children:
        FirstPlans(children, Limits(pieces=0), threading.Event()).fill(solution, [day], time.monotonic() + 60)
    assert solution.cost <= piece.cost(by_insertion)
    assert len(solution.unserved) <= 30 - sum(len(order) for order in by_insertion)


def test_a_plan_stopped_at_any_moment_is_sound_and_holds_every_stop():
    rng = random.Random(3)
    stops = [stop(f"s{i}", 16.46 + rng.uniform(-0.05, 0.05), 107.58 + rng.uniform(-0.05, 0.05)) for i in range(80)]
    day = problem(stops, [courier(f"c{i}") for i in range(3)])
    stopping = threading.Event()
    threading.Timer(1.5, stopping.set).start()
    began = time.monotonic()
    made = plan(day, travel=StraightLine(), limits=Limits(seconds=60), watch=Watch(stop=stopping))
    assert time.monotonic() - began < 30
    assert check(day, made, StraightLine()) == []
    assert sum(len(r.visits) for r in made.rounds) == 80


class OnlyConstruction(Children):
    """Children that improve nothing."""

    def improve(self, piece, initial, budget, *, deadline=None):
        return initial


def first_plan(day, kind):
    """Return the cost of a day's first plan and how many couriers drive."""
    solution = Solution.empty(day, Places(day, StraightLine()))
    limits = Limits(seconds=60, pieces=0)
    with kind(2, limits.memory_mb) as children:
        FirstPlans(children, limits, threading.Event()).fill(solution, partition(day), time.monotonic() + 60)
    assert not solution.unserved
    return solution.cost, sum(map(bool, solution.orders))


def test_an_office_begins_with_fewer_and_fuller_rounds_than_the_solver_builds():
    rng = random.Random(4)
    villages = [(16.46 + rng.gauss(0, 0.03), 107.58 + rng.gauss(0, 0.03)) for _ in range(4)]
    halves = Window(from_s=7 * HOUR, until_s=10 * HOUR), Window(from_s=12 * HOUR, until_s=16 * HOUR)
    stops = []
    for i in range(400):
        lat, lon = villages[i % 4]
        place = lat + rng.gauss(0, 0.008), lon + rng.gauss(0, 0.008)
        stops.append(stop(f"s{i}", *place, window=rng.choice(halves) if i % 7 == 0 else None))
    day = problem(stops, [courier(f"c{i}") for i in range(12)])
    fewer, usual = first_plan(day, Children), first_plan(day, OnlyConstruction)
    assert fewer[0] < usual[0]
    assert fewer[1] < usual[1]
