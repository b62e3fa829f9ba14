"""Rounds ordered by hand: timed as they would be walked, costed as the solver costs them, and judged by the checker."""

import random
from dataclasses import replace

from routing import Limits, StraightLine, Window, check, hand_made, plan
from tests.routing.planning_days import HOUR, courier, eventful_problem, office, problem, stop
from tests.scale import scaled

TRAVEL = StraightLine()


def orders_of(made):
    return {one.courier_id: [visit.stop_id for visit in one.visits] for one in made.rounds}


def test_the_solvers_own_rounds_come_back_as_they_are():
    for seed in range(scaled(6, 300)):
        day = eventful_problem(seed)
        made = plan(day, travel=TRAVEL, limits=Limits(seconds=1.5, pieces=2, steps=200))
        again = hand_made(day, orders_of(made), travel=TRAVEL)
        assert again.rounds == made.rounds
        assert again.faults == ()
        own = replace(made, unserved=(), cost=again.cost)
        part = replace(day, stops=tuple(s for s in day.stops if any(s.stop_id in o for o in orders_of(made).values())))
        assert check(part, own, TRAVEL) == []


def test_any_order_is_timed_and_the_checker_finds_no_wrong_figure_in_it():
    for seed in range(scaled(20, 500)):
        day, rng = eventful_problem(seed), random.Random(seed)
        stops = [one.stop_id for one in day.stops]
        rng.shuffle(stops)
        crew = [one.courier_id for one in day.couriers]
        orders = {one: stops[i :: len(crew)] for i, one in enumerate(crew)}
        made = hand_made(day, orders, travel=TRAVEL)
        assert orders_of(made) == {one: order for one, order in orders.items() if order}
        assert not {f.code for f in made.faults} & {"times_wrong", "travel_wrong", "distance_wrong", "cost_wrong"}


def test_what_an_order_breaks_is_named():
    late = replace(stop("late"), window=Window(from_s=7 * HOUR, until_s=7 * HOUR + 60))
    far = stop("far", 16.9, 107.9, office_id="B")
    day = problem([late, far], [courier("c1", longest_s=HOUR)], [office("A"), office("B", 16.9, 107.9)])
    found = {fault.code for fault in hand_made(day, {"c1": ["far", "late"]}, travel=TRAVEL).faults}
    assert found == {"late", "other_office", "too_long"}
    assert hand_made(day, {"c1": []}, travel=TRAVEL).rounds == ()
