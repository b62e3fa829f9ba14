"""What every plan keeps, whatever the day looks like."""

import itertools
import threading
import time
from dataclasses import replace

import pytest

from routing import BadProblem, Limits, Point, StraightLine, Watch, Window, check, plan
from tests.routing.planning_days import HOUR, courier, office, problem, random_problem, stop
from tests.scale import record_figure, scaled

TRAVEL = StraightLine()
WORK = Limits(seconds=120, pieces=2, steps=400, cores=1)  # counted work; a first compilation on a busy machine is slow


@pytest.mark.parametrize("seed", range(scaled(25, 300)))
def test_a_random_day_keeps_every_rule_and_loses_no_stop(seed):
    day = random_problem(seed)
    made = plan(day, travel=TRAVEL, limits=WORK)
    assert check(day, made, TRAVEL) == []
    served = [v.stop_id for r in made.rounds for v in r.visits]
    assert sorted(served + [u.stop_id for u in made.unserved]) == sorted(s.stop_id for s in day.stops)
    assert made.degraded is None


def test_the_same_day_and_seed_cost_the_same_under_a_work_limit():
    for seed in range(scaled(2, 20)):
        day = random_problem(1000 + seed, most_stops=40)
        assert plan(day, travel=TRAVEL, limits=WORK).cost == plan(day, travel=TRAVEL, limits=WORK).cost


def test_a_small_day_is_planned_as_well_as_every_order_tried():
    stops = [stop(f"s{i}", 16.46 + 0.01 * (i % 3), 107.58 + 0.013 * (i // 3)) for i in range(6)]
    day = problem(stops)
    made = plan(day, travel=TRAVEL, limits=WORK)
    table, _ = TRAVEL.matrix([office().point, *(s.point for s in stops)])
    best = min(
        sum(int(table[a, b]) for a, b in itertools.pairwise((0, *order, 0)))
        for order in itertools.permutations(range(1, 7))
    )
    assert made.travel_s == best


def test_one_more_courier_never_leaves_more_unserved():
    for seed in range(scaled(3, 30)):
        day = replace(random_problem(seed, most_stops=6), unfamiliar_s=0)
        more = replace(day, couriers=(*day.couriers, replace(day.couriers[0], courier_id="extra")))
        few, many = (plan(d, travel=TRAVEL, limits=WORK) for d in (day, more))
        assert many.cost <= few.cost


def test_a_stop_that_must_go_today_goes_before_those_that_may_wait():
    short = courier(shift=Window(from_s=7 * HOUR, until_s=7 * HOUR + 1500))
    stops = [stop(f"s{i}", 16.47 + i * 0.001) for i in range(6)]
    stops.append(stop("urgent", 16.478, must_today=True))
    made = plan(problem(stops, [short]), travel=TRAVEL, limits=WORK)
    assert "urgent" in [v.stop_id for r in made.rounds for v in r.visits]
    assert made.unserved


def test_lunch_falls_between_visits():
    lunch = Window(from_s=8 * HOUR, until_s=9 * HOUR)
    stops = [stop(f"s{i}", 16.47 + i * 0.001, service_s=900) for i in range(8)]
    day = problem(stops, [courier(lunch=lunch)])
    made = plan(day, travel=TRAVEL, limits=WORK)
    assert not check(day, made, TRAVEL)
    starts = [v.start_s for v in made.rounds[0].visits]
    assert len(starts) == 8
    assert not [s for s in starts if 8 * HOUR <= s < 9 * HOUR]


def test_two_doors_of_one_building_pay_its_setup_once():
    far = [stop("far", 16.50, setup_s=0)]
    doors = [stop(f"d{i}", 16.47, 107.59, setup_s=600, building="tower") for i in range(3)]
    made = plan(problem(doors + far), travel=TRAVEL, limits=WORK)
    visits = [v for v in made.rounds[0].visits if v.stop_id != "far"]
    assert sorted(v.start_s - v.arrive_s for v in visits) == [0, 0, 600]


def test_a_collection_rides_in_the_same_round_as_deliveries():
    made = plan(problem([stop("d"), stop("c", 16.475, kind="collection")]), travel=TRAVEL, limits=WORK)
    assert {v.stop_id for v in made.rounds[0].visits} == {"d", "c"}
    assert len(made.rounds) == 1


def test_a_familiar_courier_is_preferred_when_beats_have_a_price():
    crew = [courier("stranger"), courier("own", familiar=frozenset({"19753"}))]
    crew[0] = replace(crew[0], familiar=frozenset({"other"}))
    made = plan(problem([stop()], crew, unfamiliar_s=600), travel=TRAVEL, limits=WORK)
    assert [r.courier_id for r in made.rounds] == ["own"]


def test_stopping_keeps_the_best_plan_so_far():
    stops = [stop(f"s{i}", 16.4 + (i * 37 % 100) / 1000, 107.5 + (i * 61 % 100) / 1000) for i in range(120)]
    day = problem(stops, [courier(f"c{i}") for i in range(6)])
    stopping = threading.Event()
    threading.Timer(2.0, stopping.set).start()
    began = time.monotonic()
    made = plan(day, travel=TRAVEL, limits=Limits(seconds=60), watch=Watch(stop=stopping))
    assert time.monotonic() - began < 40  # long before the limit, however busy the machine is
    assert not check(day, made, TRAVEL)
    assert not made.unserved


def test_progress_only_improves():
    stops = [stop(f"s{i}", 16.4 + (i * 37 % 100) / 1000, 107.5 + (i * 61 % 100) / 1000) for i in range(80)]
    lines = []
    plan(
        problem(stops, [courier(f"c{i}") for i in range(4)]),
        travel=TRAVEL,
        limits=Limits(seconds=3),
        watch=Watch(on_progress=lines.append),
    )
    travels = [line.travel_s for line in lines]
    assert travels == sorted(travels, reverse=True)


def test_six_hundred_stops_are_planned_in_thirty_seconds():
    offices = [office(f"O{i}", 16.40 + 0.03 * (i % 5), 107.50 + 0.04 * (i // 5)) for i in range(10)]
    crew = [courier(f"c{i}", f"O{i % 10}") for i in range(30)]
    stops = [
        stop(f"s{i}", 16.38 + (i * 7919 % 1000) / 5500, 107.48 + (i * 104729 % 1000) / 6000, office_id=f"O{i % 10}")
        for i in range(600)
    ]
    day = problem(stops, crew, offices)
    began = time.monotonic()
    made = plan(day, travel=TRAVEL, limits=Limits(seconds=scaled(8, 20)))
    record_figure("plan of 600 stops", round(time.monotonic() - began, 1), "s")
    assert time.monotonic() - began < 30
    assert not check(day, made, TRAVEL)
    assert not made.unserved


@pytest.mark.parametrize(
    ("day", "what"),
    [
        (problem([stop(), stop()]), "điểm s1"),
        (problem([stop(office_id="nowhere")]), "điểm s1"),
        (problem([stop()], [courier(), courier()]), "bưu tá c1"),
        (problem([stop()], [courier(office_id="nowhere")]), "bưu tá c1"),
        (problem([stop()], [courier(capacity_ml=-1)]), "bưu tá c1"),
        (problem([stop()], [courier(shift=Window(from_s=9, until_s=8))]), "bưu tá c1"),
        (problem([stop()], [courier(start=Point(lat=float("nan"), lon=1))]), "bưu tá c1"),
        (problem([stop()], offices=[office(lat=91.0)]), "bưu cục A"),
    ],
)
def test_a_day_that_contradicts_itself_is_refused_by_name(day, what):
    with pytest.raises(BadProblem) as refused:
        plan(day, travel=TRAVEL, limits=WORK)
    assert str(refused.value.what) == what
