"""Other seats, the pool of rounds, and wandering: no rule broken, nothing lost, never a worse end."""

import random
import threading
import time

import pytest

from routing import Limits, StraightLine, check, plan
from routing.places import Places
from routing.solving.first_plans.first import fill_greedily
from routing.solving.piece import unserved_price
from routing.solving.processes.children import Children
from routing.solving.search.pool import RoundPool
from routing.solving.search.seats import seatings
from routing.solving.search.wander import PATIENCE, THETA, Wandering
from routing.solving.standing import Standing
from tests.routing.planning_days import courier, office, problem, random_problem, stop


def greedy_standing(day):
    standing = Standing.empty(day, Places(day, StraightLine()))
    fill_greedily(standing, [day])
    return standing


def whole_piece(standing):
    day = standing.problem
    return standing.piece(range(len(day.couriers)), range(len(day.stops)))


@pytest.mark.parametrize("seed", range(30))
def test_every_other_seating_obeys_the_rules_and_serves_the_same_stops(seed):
    standing = greedy_standing(random_problem(seed))
    piece = whole_piece(standing)
    served = sorted(s for order in standing.orders for s in order)
    for home, order in enumerate(standing.orders):
        for seating in seatings(piece, standing.orders, home) if order else ():
            assert piece.cost(seating.orders) is not None, seating.name
            assert sorted(s for o in seating.orders for s in o) == served


def test_a_round_finds_its_seat_at_the_office_beside_it():
    far, near = office("A", lat=16.30, lon=107.50), office("B", lat=16.47, lon=107.59)
    stops = [stop(f"s{i}", office_id=None, lat=16.47 + i / 1000, lon=107.591) for i in range(5)]
    day = problem(stops, [courier("c1", "A"), courier("c2", "B")], [far, near])
    standing = Standing.empty(day, Places(day, StraightLine()))
    piece = whole_piece(standing)
    standing.adopt([0, 1], range(5), piece, [[0, 1, 2, 3, 4], []])
    reseated = next(s for s in seatings(piece, standing.orders, 0) if s.name == "reseat")
    assert reseated.orders[0] == []
    assert piece.cost(reseated.orders) < standing.cost / 2


def test_a_round_is_not_given_the_same_seat_under_another_name():
    day = problem([stop("s1"), stop("s2")], [courier("c1"), courier("c2")])
    standing = Standing.empty(day, Places(day, StraightLine()))
    piece = whole_piece(standing)
    assert "reseat" not in [s.name for s in seatings(piece, [[0, 1], []], 0)]


@pytest.fixture(scope="module")
def children():
    with Children(1, 1_536) as made:
        yield made


def test_the_pool_puts_the_best_halves_of_two_days_together(children):
    stops = [stop(f"w{i}", lat=16.44, lon=107.50 + i / 100) for i in range(4)]
    stops += [stop(f"e{i}", lat=16.50, lon=107.60 + i / 100) for i in range(4)]
    day = problem(stops, [courier("c1", "A"), courier("c2", "A")], [office("A")])
    standing = Standing.empty(day, Places(day, StraightLine()))
    piece = whole_piece(standing)
    pool = RoundPool(day, standing.places)
    good_west, good_east, bad_west, bad_east = [3, 2, 1, 0], [4, 5, 6, 7], [0, 3, 1, 2], [4, 7, 5, 6]
    standing.adopt([0, 1], range(8), piece, [bad_west, good_east])
    pool.note([0, 1], range(8), piece, [bad_east, good_west])
    before = standing.cost
    gain = pool.recombine(standing, children, 2.0, time.monotonic() + 10)
    assert gain == before - standing.cost > 0
    assert {frozenset(o) for o in standing.orders} == {frozenset(good_west), frozenset(good_east)}
    assert standing.cost == piece.cost(standing.orders)


@pytest.mark.parametrize("seed", range(12))
def test_recombining_never_costs_more_and_keeps_every_rule(seed, children):
    rng = random.Random(seed)
    day = random_problem(seed)
    standing = greedy_standing(day)
    piece = whole_piece(standing)
    pool = RoundPool(day, standing.places)
    for order_number, order in enumerate(standing.orders):
        for n in range(len(order)):
            part = sorted(order[:n], key=lambda _: rng.random())
            orders = [part if v == order_number else [] for v in range(len(standing.orders))]
            pool.note(range(len(orders)), range(len(day.stops)), piece, orders)
    before = standing.cost
    gain = pool.recombine(standing, children, 2.0, time.monotonic() + 10)
    assert standing.cost == before - gain <= before
    left = sum(unserved_price(day.stops[s]) for s in standing.left)
    assert sum(standing.costs) + left == standing.cost == piece.cost(standing.orders)


def test_a_choice_nobody_can_drive_changes_nothing():
    day = problem([stop("s1"), stop("s2")], [courier("c1", "A")], [office("A")])
    standing = Standing.empty(day, Places(day, StraightLine()))
    standing.adopt([0], [0, 1], whole_piece(standing), [[0]])
    orders, cost = [list(o) for o in standing.orders], standing.cost
    pool = RoundPool(day, standing.places)

    class Liar:
        def choose(self, told, *, deadline=None):
            return [0, 0, 99, -1]

    assert pool.recombine(standing, Liar(), 1.0, time.monotonic() + 5) == 0
    assert (standing.orders, standing.cost) == (orders, cost)


def test_wandering_allows_a_little_uphill_and_comes_back_to_the_best():
    standing = greedy_standing(random_problem(3))
    best, cost = [list(o) for o in standing.orders], standing.cost
    wandering = Wandering(standing)
    assert wandering.room() == round(cost * (1 + THETA)) - cost
    longest = max(range(len(best)), key=lambda c: len(best[c]))
    standing.left |= set(standing.orders[longest])
    standing.costs[longest] = 0
    standing.orders[longest] = []
    went_back = [wandering.after(is_change=n == 0) for n in range(PATIENCE + 1)]
    assert went_back == [False] * PATIENCE + [True]
    assert (standing.orders, standing.cost) == (best, cost)


def test_a_search_that_ran_dry_starts_again_and_ends_in_a_checked_plan_no_worse():
    day = random_problem(5)
    seen = []
    made = plan(
        day,
        travel=StraightLine(),
        limits=Limits(seconds=4.0, cores=2),
        on_progress=lambda p: seen.append((p.n_unserved, p.travel_s)),
        stop=threading.Event(),
    )
    assert check(day, made, StraightLine()) == []
    assert made.degraded is None
    assert made.travel_s == seen[-1][1] or len(made.unserved) <= seen[-1][0]
