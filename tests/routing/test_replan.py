"""A day that changes after it was planned: what happened is answered, and hardly a stop changes hands."""

import random
import time
from dataclasses import replace

import pytest

from routing import ClosedRoad, Limits, Point, StraightLine, Window, check, compare, keeping_hands, plan, replan
from tests.routing.planning_days import HOUR, courier, eventful_problem, office, problem, stop
from tests.scale import record_figure, scaled

TRAVEL = StraightLine()
WORK = Limits(seconds=30, pieces=12, steps=1_200, cores=1)


def town(n_stops=60, n_couriers=4, seed=3, hours=9):
    rng = random.Random(seed)
    offices = [office("A", 16.46, 107.56), office("B", 16.46, 107.62)]
    shift = Window(from_s=7 * HOUR, until_s=(7 + hours) * HOUR)
    crew = [courier(f"c{i}", "AB"[i % 2], shift=shift) for i in range(n_couriers)]
    stops = [
        stop(f"s{i}", 16.46 + rng.gauss(0, 0.02), 107.59 + rng.gauss(0, 0.03), office_id=None) for i in range(n_stops)
    ]
    return problem(stops, crew, offices)


@pytest.fixture(scope="module")
def day():
    return town(hours=4)


@pytest.fixture(scope="module")
def made(day):
    return plan(day, travel=TRAVEL, limits=WORK)


def replanned(day, before, limits=WORK):
    again = replan(day, before, travel=TRAVEL, limits=limits)
    assert check(keeping_hands(day, before), again, TRAVEL) == []
    assert not again.unserved
    return compare(before, again), again


def kinds(found, kind):
    return [c.stop_id for c in found.changes if c.kind == kind]


def test_a_day_in_which_nothing_happened_stays_as_it_was(day, made):
    found, again = replanned(day, made)
    assert kinds(found, "moved") == []
    assert again.travel_s <= made.travel_s


def test_a_new_stop_joins_a_round_and_the_others_keep_their_couriers(day, made):
    more = replace(day, stops=(*day.stops, stop("new", 16.47, 107.57, office_id=None)))
    found, _ = replanned(more, made)
    assert kinds(found, "added") == ["new"]
    assert len(kinds(found, "moved")) <= 1


def test_only_the_stops_of_a_courier_fallen_ill_change_hands(day, made):
    ill = max(made.rounds, key=lambda r: len(r.visits))
    orphans = {v.stop_id for v in ill.visits}
    found, _ = replanned(replace(day, couriers=tuple(c for c in day.couriers if c.courier_id != ill.courier_id)), made)
    moved = set(kinds(found, "moved"))
    assert orphans <= moved
    assert len(moved - orphans) <= len(orphans) // 4


def test_a_road_closed_in_the_morning_is_driven_around(day, made):
    road = ClosedRoad(one_end=Point(lat=16.40, lon=107.59), other_end=Point(lat=16.52, lon=107.59), detour_s=900)
    changed = replace(day, closed_roads=(road,))
    found, again = replanned(changed, made)
    kept = plan(keeping_hands(changed, made), travel=TRAVEL, limits=Limits(seconds=30, pieces=0, cores=1), before=made)
    assert again.cost <= kept.cost
    assert len(kinds(found, "moved")) < len(day.stops) / 2


def test_a_stop_that_is_gone_leaves_its_round_alone(day, made):
    found, _ = replanned(replace(day, stops=day.stops[1:]), made)
    assert kinds(found, "dropped") == ["s0"]
    assert kinds(found, "moved") == []


def test_a_stop_the_dispatcher_gives_to_another_goes_to_that_one(day, made):
    one = made.rounds[0].visits[0].stop_id
    other = made.rounds[1].courier_id
    stops = tuple(replace(s, locked_to=other) if s.stop_id == one else s for s in day.stops)
    found, _ = replanned(replace(day, stops=stops), made)
    assert [c.after_courier for c in found.changes if c.stop_id == one] == [other]


@pytest.mark.parametrize("seed", range(scaled(6, 60)))
def test_replanning_an_eventful_day_keeps_every_rule(seed):
    day = eventful_problem(seed)
    before = plan(day, travel=TRAVEL, limits=Limits(seconds=30, pieces=1, steps=200, cores=1))
    later = eventful_problem(seed + 1)
    changed = replace(day, closed_roads=later.closed_roads, couriers=day.couriers[1:] or day.couriers)
    again = replan(changed, before, travel=TRAVEL, limits=Limits(seconds=30, pieces=2, steps=200, cores=1))
    assert check(keeping_hands(changed, before), again, TRAVEL) == []


def test_a_large_day_is_planned_again_with_few_moves():
    day = town(scaled(200, 500), scaled(10, 24), seed=5)
    before = plan(day, travel=TRAVEL, limits=Limits(seconds=scaled(4, 20)))
    ill = before.rounds[0]
    orphans = {v.stop_id for v in ill.visits}
    crew = tuple(c for c in day.couriers if c.courier_id != ill.courier_id)
    new = tuple(stop(f"new{i}", 16.45 + i * 0.002, 107.58, office_id=None) for i in range(5))
    seconds = scaled(6, 13)
    began = time.monotonic()
    found, _ = replanned(replace(day, couriers=crew, stops=(*day.stops, *new)), before, Limits(seconds=seconds))
    record_figure(f"re-plan of {len(day.stops)} stops", round(time.monotonic() - began, 1), "s")
    others = [s for s in kinds(found, "moved") if s not in orphans]
    record_figure(f"re-plan of {len(day.stops)} stops: stops moved besides the sick courier's", len(others))
    assert len(others) <= 25
    assert set(kinds(found, "added")) == {s.stop_id for s in new}


def test_plans_are_compared_by_stop_and_by_figures(day, made):
    found = compare(made, made)
    assert (found.changes, found.n_same) == ((), 60)
    assert found.before == found.after
    first, *others = made.rounds
    late = replace(first.visits[1], start_s=first.visits[1].start_s + 900)
    shorter = replace(first, visits=(late, *first.visits[2:]))
    given = replace(others[0], visits=(*others[0].visits, first.visits[0]))
    found = compare(made, replace(made, rounds=(shorter, given, *others[1:])))
    assert {(c.stop_id, c.kind) for c in found.changes} == {
        (first.visits[0].stop_id, "moved"),
        (first.visits[1].stop_id, "retimed"),
    }
    assert found.n_same == 58
    assert found.after.n_stops == 60
