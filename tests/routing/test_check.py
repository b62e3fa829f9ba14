"""The checker finds whatever is wrong with a plan, planted fault by planted fault."""

from dataclasses import replace

import pytest

from routing import Limits, Point, StraightLine, Unserved, Window, check, plan
from tests.routing.planning_days import HOUR, courier, office, problem, random_problem, stop
from tests.scale import scaled

TRAVEL = StraightLine()


@pytest.fixture(scope="module")
def day():
    stops = [stop(f"s{i}", 16.44 + i * 0.004, 107.57 + (i % 4) * 0.01, volume_ml=300) for i in range(12)]
    stops[3] = replace(stops[3], window=Window(from_s=8 * HOUR, until_s=9 * HOUR))
    crew = [courier("c1"), courier("c2"), courier("b1", "B")]
    return problem(stops, crew, [office("A"), office("B", 16.5, 107.6)])


@pytest.fixture(scope="module")
def made(day):
    planned = plan(day, travel=TRAVEL, limits=Limits(seconds=1.5))
    assert check(day, planned, TRAVEL) == []
    return planned


def with_round(made, **changes):
    first = made.rounds[0]
    return replace(made, rounds=(replace(first, **changes), *made.rounds[1:]))


def codes(day, made):
    return {fault.code for fault in check(day, made, TRAVEL)}


FAULTS = {
    "dropped stop": (lambda m: with_round(m, visits=m.rounds[0].visits[1:]), "stop_missing"),
    "doubled stop": (lambda m: with_round(m, visits=(*m.rounds[0].visits, m.rounds[0].visits[0])), "stop_twice"),
    "served and unserved": (
        lambda m: replace(m, unserved=(Unserved(stop_id="s1", reason="no_room"),)),
        "stop_twice",
    ),
    "invented stop": (lambda m: replace(m, unserved=(Unserved(stop_id="ghost", reason="no_room"),)), "unknown_stop"),
    "invented courier": (lambda m: with_round(m, courier_id="ghost"), "unknown_courier"),
    "one courier twice": (lambda m: replace(m, rounds=(*m.rounds, replace(m.rounds[0], visits=()))), "courier_twice"),
    "another office": (lambda m: with_round(m, office_id="B"), "wrong_office"),
    "a courier of another office": (lambda m: with_round(m, courier_id="b1", office_id="B"), "other_office"),
    "swapped order": (lambda m: with_round(m, visits=m.rounds[0].visits[::-1]), "times_wrong"),
    "left too early": (lambda m: with_round(m, leave_at_s=6 * HOUR), "outside_shift"),
    "back earlier than possible": (lambda m: with_round(m, back_at_s=m.rounds[0].back_at_s - 1), "times_wrong"),
    "shorter travel told": (lambda m: with_round(m, travel_s=m.rounds[0].travel_s - 1), "travel_wrong"),
    "shorter way told": (lambda m: with_round(m, travel_m=m.rounds[0].travel_m - 1), "distance_wrong"),
    "cheaper plan told": (lambda m: replace(m, cost=0), "cost_wrong"),
    "faster plan told": (lambda m: replace(m, travel_s=0), "travel_wrong"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(day, made, name):
    plant, code = FAULTS[name]
    assert code in codes(day, plant(made))


CHANGED_DAYS = {
    "overloaded": lambda d: replace(d, couriers=tuple(replace(c, capacity_ml=299) for c in d.couriers)),
    "outside_shift": lambda d: replace(
        d, couriers=tuple(replace(c, shift=Window(from_s=7 * HOUR, until_s=7 * HOUR + 900)) for c in d.couriers)
    ),
    "late": lambda d: replace(
        d, stops=tuple(replace(s, window=Window(from_s=7 * HOUR, until_s=7 * HOUR + 1)) for s in d.stops)
    ),
    "skill_missing": lambda d: replace(d, stops=tuple(replace(s, skills=frozenset({"id"})) for s in d.stops)),
    "locked_elsewhere": lambda d: replace(d, stops=tuple(replace(s, locked_to="b1") for s in d.stops)),
    "commune_closed": lambda d: replace(d, closed_communes=frozenset({"19753"})),
    "times_wrong": lambda d: replace(
        d, couriers=tuple(replace(c, lunch=Window(from_s=7 * HOUR + 600, until_s=8 * HOUR)) for c in d.couriers)
    ),
    "travel_wrong": lambda d: replace(d, stops=tuple(replace(s, point=Point(lat=16.6, lon=107.6)) for s in d.stops)),
}


@pytest.mark.parametrize("code", CHANGED_DAYS)
def test_a_plan_for_another_day_is_found_out(day, made, code):
    assert code in codes(CHANGED_DAYS[code](day), made)


def test_a_random_change_of_a_random_plan_is_always_found():
    for seed in range(scaled(12, 150)):
        day = random_problem(seed)
        made = plan(day, travel=TRAVEL, limits=Limits(seconds=30, pieces=1, solutions=5))
        for number, planned in enumerate(made.rounds):
            for broken in _broken(planned):
                rounds = (*made.rounds[:number], broken, *made.rounds[number + 1 :])
                assert check(day, replace(made, rounds=rounds), TRAVEL)


def _broken(planned):
    yield replace(planned, visits=planned.visits[1:])
    yield replace(planned, leave_at_s=planned.leave_at_s + 1)
    yield replace(planned, back_at_s=planned.back_at_s + 1)
    yield replace(planned, travel_s=planned.travel_s + 1)
    for i, visit in enumerate(planned.visits):
        later = replace(visit, start_s=visit.start_s + 1)
        yield replace(planned, visits=(*planned.visits[:i], later, *planned.visits[i + 1 :]))
