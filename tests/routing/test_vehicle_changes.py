"""Vehicle changes, recombination and threshold acceptance: no rule broken, nothing lost, never a worse end."""

import random
import time

import pytest

from routing import Limits, StraightLine, Watch, check, plan
from routing.places import Places
from routing.solving.first_plans.office_plans import fill_greedily
from routing.solving.piece import unserved_penalty
from routing.solving.processes.children import Children
from routing.solving.search.acceptance import PATIENCE, THRESHOLD, ThresholdAcceptance
from routing.solving.search.round_pool import RoundPool
from routing.solving.search.vehicle_changes import vehicle_changes
from routing.solving.solution import Solution
from tests.routing.planning_days import courier, office, problem, random_problem, stop


def greedy_solution(day):
    solution = Solution.empty(day, Places(day, StraightLine()))
    fill_greedily(solution, [day])
    return solution


def whole_piece(solution):
    day = solution.problem
    return solution.piece(range(len(day.couriers)), range(len(day.stops)))


@pytest.mark.parametrize("seed", range(30))
def test_every_vehicle_change_obeys_the_rules_and_serves_the_same_stops(seed):
    solution = greedy_solution(random_problem(seed))
    piece = whole_piece(solution)
    served = sorted(s for order in solution.orders for s in order)
    for vehicle, order in enumerate(solution.orders):
        for change in vehicle_changes(piece, solution.orders, vehicle) if order else ():
            assert piece.cost(change.orders) is not None, change.name
            assert sorted(s for o in change.orders for s in o) == served


def test_a_round_is_reassigned_to_the_office_beside_it():
    far, near = office("A", lat=16.30, lon=107.50), office("B", lat=16.47, lon=107.59)
    stops = [stop(f"s{i}", office_id=None, lat=16.47 + i / 1000, lon=107.591) for i in range(5)]
    day = problem(stops, [courier("c1", "A"), courier("c2", "B")], [far, near])
    solution = Solution.empty(day, Places(day, StraightLine()))
    piece = whole_piece(solution)
    solution.adopt([0, 1], range(5), piece, [[0, 1, 2, 3, 4], []])
    reassigned = next(c for c in vehicle_changes(piece, solution.orders, 0) if c.name == "reassign")
    assert reassigned.orders[0] == []
    assert piece.cost(reassigned.orders) < solution.cost / 2


def test_a_round_is_not_reassigned_to_an_identical_vehicle():
    day = problem([stop("s1"), stop("s2")], [courier("c1"), courier("c2")])
    solution = Solution.empty(day, Places(day, StraightLine()))
    piece = whole_piece(solution)
    assert "reassign" not in [c.name for c in vehicle_changes(piece, [[0, 1], []], 0)]


@pytest.fixture(scope="module")
def children():
    with Children(1, 1_536) as made:
        yield made


def test_the_pool_puts_the_best_halves_of_two_days_together(children):
    stops = [stop(f"w{i}", lat=16.44, lon=107.50 + i / 100) for i in range(4)]
    stops += [stop(f"e{i}", lat=16.50, lon=107.60 + i / 100) for i in range(4)]
    day = problem(stops, [courier("c1", "A"), courier("c2", "A")], [office("A")])
    solution = Solution.empty(day, Places(day, StraightLine()))
    piece = whole_piece(solution)
    pool = RoundPool(day, solution.places)
    good_west, good_east, bad_west, bad_east = [3, 2, 1, 0], [4, 5, 6, 7], [0, 3, 1, 2], [4, 7, 5, 6]
    solution.adopt([0, 1], range(8), piece, [bad_west, good_east])
    pool.note([0, 1], range(8), piece, [bad_east, good_west])
    before = solution.cost
    gain = pool.recombine(solution, children, 60.0, time.monotonic() + 120)
    assert gain == before - solution.cost > 0
    assert {frozenset(o) for o in solution.orders} == {frozenset(good_west), frozenset(good_east)}
    assert solution.cost == piece.cost(solution.orders)


@pytest.mark.parametrize("seed", range(12))
def test_recombining_never_costs_more_and_keeps_every_rule(seed, children):
    rng = random.Random(seed)
    day = random_problem(seed)
    solution = greedy_solution(day)
    piece = whole_piece(solution)
    pool = RoundPool(day, solution.places)
    for order_number, order in enumerate(solution.orders):
        for n in range(len(order)):
            part = sorted(order[:n], key=lambda _: rng.random())
            orders = [part if v == order_number else [] for v in range(len(solution.orders))]
            pool.note(range(len(orders)), range(len(day.stops)), piece, orders)
    before = solution.cost
    gain = pool.recombine(solution, children, 60.0, time.monotonic() + 120)
    assert solution.cost == before - gain <= before
    left = sum(unserved_penalty(day.stops[s]) for s in solution.unserved)
    assert sum(solution.costs) + left == solution.cost == piece.cost(solution.orders)


def test_a_choice_nobody_can_drive_changes_nothing():
    day = problem([stop("s1"), stop("s2")], [courier("c1", "A")], [office("A")])
    solution = Solution.empty(day, Places(day, StraightLine()))
    solution.adopt([0], [0, 1], whole_piece(solution), [[0]])
    orders, cost = [list(o) for o in solution.orders], solution.cost
    pool = RoundPool(day, solution.places)

    class Liar:
        def choose(self, partitioning, *, deadline=None):
            return [0, 0, 99, -1]

    assert pool.recombine(solution, Liar(), 1.0, time.monotonic() + 5) == 0
    assert (solution.orders, solution.cost) == (orders, cost)


def test_a_little_worse_is_accepted_for_a_while_before_the_incumbent_returns():
    solution = greedy_solution(random_problem(3))
    best, cost = [list(o) for o in solution.orders], solution.cost
    acceptance = ThresholdAcceptance(solution)
    assert acceptance.allowance() == round(cost * (1 + THRESHOLD)) - cost
    longest = max(range(len(best)), key=lambda c: len(best[c]))
    solution.unserved |= set(solution.orders[longest])
    solution.costs[longest] = 0
    solution.orders[longest] = []
    went_back = [acceptance.note_trial(is_vehicle_change=n == 0) for n in range(PATIENCE + 1)]
    assert went_back == [False] * PATIENCE + [True]
    assert (solution.orders, solution.cost) == (best, cost)


def test_a_search_that_stalled_starts_again_and_ends_in_a_checked_plan_no_worse():
    day = random_problem(5)
    seen = []
    made = plan(
        day,
        travel=StraightLine(),
        limits=Limits(seconds=4.0, cores=2),
        watch=Watch(on_progress=lambda p: seen.append((p.n_unserved, p.travel_s))),
    )
    assert check(day, made, StraightLine()) == []
    assert made.travel_s == seen[-1][1] or len(made.unserved) <= seen[-1][0]
