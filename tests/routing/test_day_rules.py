"""What a real day needs beyond stops and shifts: each rule in the plan, and a plan that breaks it found out."""

from dataclasses import replace
from itertools import permutations

import pytest

from routing import BadProblem, ClosedRoad, Limits, Point, StraightLine, Window, check, plan
from tests.routing.planning_days import HOUR, courier, eventful_problem, office, problem, stop
from tests.scale import scaled

TRAVEL = StraightLine()
WORK = Limits(seconds=30, pieces=3, steps=600, cores=1)


def planned(day, **how):
    made = plan(day, travel=TRAVEL, limits=WORK, **how)
    assert check(day, made, TRAVEL) == []
    return made


def order(made):
    return [v.stop_id for r in made.rounds for v in r.visits]


def who(made):
    return {v.stop_id: r.courier_id for r in made.rounds for v in r.visits}


@pytest.mark.parametrize("seed", range(scaled(20, 300)))
def test_an_eventful_day_keeps_every_rule_and_loses_no_stop(seed):
    day = eventful_problem(seed)
    made = planned(day)
    assert sorted(order(made) + [u.stop_id for u in made.unserved]) == sorted(s.stop_id for s in day.stops)


LINE = [stop(f"s{i}", 16.47 + i * 0.01) for i in range(5)]


@pytest.mark.parametrize("sequence", list(permutations(("s1", "s2", "s3")))[1:])
def test_a_fixed_sequence_is_driven_in_its_order_without_a_stop_between(sequence):
    made = order(planned(problem(LINE, sequences=(sequence,))))
    at = made.index(sequence[0])
    assert tuple(made[at : at + 3]) == sequence
    assert len(made) == 5


def test_a_sequence_that_does_not_fit_is_left_out_whole():
    short = courier(shift=Window(from_s=7 * HOUR, until_s=7 * HOUR + 1500))
    made = planned(problem(LINE, [short], sequences=(("s4", "s3"),)))
    assert {"s3", "s4"}.isdisjoint(order(made))
    assert order(made)


def test_a_torn_sequence_is_found_out():
    made = planned(problem(LINE))
    day = problem(LINE, sequences=((order(made)[0], order(made)[2]),))
    assert "sequence_torn" in {f.code for f in check(day, made, TRAVEL)}


def test_a_sequence_of_stops_locked_to_two_couriers_is_served_by_neither():
    stops = [replace(LINE[0], locked_to="c1"), replace(LINE[1], locked_to="c2"), LINE[2]]
    made = planned(problem(stops, [courier("c1"), courier("c2")], sequences=(("s0", "s1"),)))
    assert order(made) == ["s2"]


NORTH, SOUTH = stop("north", 16.50, 107.58), stop("south", 16.44, 107.58)
BRIDGE = {"one_end": Point(lat=16.48, lon=107.4), "other_end": Point(lat=16.48, lon=107.8)}


def test_a_closed_road_without_a_way_round_cuts_off_what_lies_behind():
    made = planned(problem([NORTH, SOUTH], closed_roads=(ClosedRoad(**BRIDGE),)))
    assert order(made) == ["south"]
    assert [(u.stop_id, u.reason) for u in made.unserved] == [("north", "unreachable")]


def test_a_detour_around_a_closed_road_is_driven_both_ways():
    open_day = planned(problem([NORTH, SOUTH]))
    closed = planned(problem([NORTH, SOUTH], closed_roads=(ClosedRoad(**BRIDGE, detour_s=600),)))
    assert closed.travel_s == open_day.travel_s + 2 * 600


def test_a_plan_over_a_closed_road_is_found_out():
    made = planned(problem([NORTH, SOUTH]))
    day = problem([NORTH, SOUTH], closed_roads=(ClosedRoad(**BRIDGE),))
    assert {"travel_wrong", "outside_shift"} <= {f.code for f in check(day, made, TRAVEL)}


def test_fair_loads_share_out_what_one_courier_could_do():
    crew = [courier("c1"), courier("c2")]
    stops = [stop(f"s{i}", 16.47 + i * 0.002, service_s=1500) for i in range(8)]
    one = planned(problem(stops, crew))
    two = planned(problem(stops, crew, fair_load=5, fair_round_s=2 * HOUR))
    assert len(one.rounds) == 1
    assert len(two.rounds) == 2
    latest = max(r.back_at_s for r in two.rounds)
    assert latest < one.rounds[0].back_at_s - HOUR


def test_lunch_is_no_load():
    lunch = Window(from_s=8 * HOUR, until_s=9 * HOUR)
    stops = [stop(f"s{i}", 16.47, service_s=1500) for i in range(4)]
    day = problem(stops, [courier(lunch=lunch)], fair_load=5, fair_round_s=2 * HOUR + 1800)
    assert planned(day).cost == planned(replace(day, fair_load=0)).cost


def test_what_lies_at_the_office_cannot_reach_a_courier_who_has_left():
    stops = [stop("parcel"), stop("call", 16.475, kind="collection"), stop("carried", 16.48, locked_to="c1")]
    made = planned(problem(stops, [courier("c1", has_left=True)]))
    assert sorted(order(made)) == ["call", "carried"]


def test_a_delivery_given_to_a_courier_who_has_left_is_found_out():
    made = planned(problem([stop()]))
    assert "left_without_it" in {f.code for f in check(problem([stop()], [courier(has_left=True)]), made, TRAVEL)}


def test_a_stop_changes_its_courier_only_where_that_is_worth_the_price():
    homes = [office("A", 16.40), office("B", 16.52)]
    crew = [courier("a", "A"), courier("b", "B")]
    stops = [stop("near b", 16.53, office_id=None, courier_before="a"), stop("near a", 16.41, office_id=None)]
    assert who(planned(problem(stops, crew, homes)))["near b"] == "b"
    assert who(planned(problem(stops, crew, homes, moved_stop_s=3 * HOUR)))["near b"] == "a"


def test_a_plan_made_before_is_taken_over_and_only_what_is_new_is_added():
    day = problem(LINE[:4])
    before = planned(day)
    again = plan(problem(LINE), travel=TRAVEL, limits=Limits(seconds=30, pieces=0, cores=1), before=before)
    assert [s for s in order(again) if s != "s4"] == order(before)
    assert "s4" in order(again)


BAD_DAYS = {
    "a sequence of unknown stops": {"sequences": (("s1", "ghost"),)},
    "a stop in two sequences": {"sequences": (("s1", "s2"), ("s2", "s3"))},
    "a negative price of moving": {"moved_stop_s": -1},
    "a load price of 2^62": {"fair_load": 2**62},
    "a fair round that is not a number": {"fair_round_s": float("nan")},
    "a closed road nowhere": {
        "closed_roads": (ClosedRoad(one_end=Point(lat=0, lon=0), other_end=Point(lat=1, lon=1)),)
    },
    "a detour that saves time": {"closed_roads": (ClosedRoad(**BRIDGE, detour_s=-5),)},
}


@pytest.mark.parametrize("name", BAD_DAYS)
def test_a_rule_that_cannot_be_kept_is_refused(name):
    with pytest.raises(BadProblem):
        plan(problem(LINE, **BAD_DAYS[name]), travel=TRAVEL, limits=WORK)
