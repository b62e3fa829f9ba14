"""The checker finds whatever is wrong with a plan, planted fault by planted fault."""

import random
from dataclasses import replace

import pytest

from routing import Limits, Point, StraightLine, Unserved, Window, check, plan
from tests.routing.planning_days import HOUR, courier, eventful_problem, office, problem, random_problem, stop
from tests.scale import record_figure, scaled

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
    "shorter travel stated": (lambda m: with_round(m, travel_s=m.rounds[0].travel_s - 1), "travel_wrong"),
    "shorter way stated": (lambda m: with_round(m, travel_m=m.rounds[0].travel_m - 1), "distance_wrong"),
    "cheaper plan stated": (lambda m: replace(m, cost=0), "cost_wrong"),
    "faster plan stated": (lambda m: replace(m, travel_s=0), "travel_wrong"),
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
    n_planted, missed = 0, []
    for seed in range(scaled(12, 150)):
        day = random_problem(seed) if seed % 2 else eventful_problem(seed)
        made = plan(day, travel=TRAVEL, limits=Limits(seconds=30, pieces=1, steps=100, cores=1))
        assert check(day, made, TRAVEL) == []
        for what, broken in [*_broken_plans(made, random.Random(seed)), *_broken_rounds(made)]:
            n_planted += 1
            if not check(day, broken, TRAVEL):
                missed.append((seed, what))
    record_figure("planted faults", n_planted)
    record_figure("planted faults found by the checker", round(100 * (1 - len(missed) / n_planted), 2), "%")
    assert not missed
    assert n_planted > scaled(300, 4_000)


def _broken_rounds(made):
    for number, planned in enumerate(made.rounds):
        for what, broken in _broken(planned):
            yield what, replace(made, rounds=(*made.rounds[:number], broken, *made.rounds[number + 1 :]))


def _broken(planned):
    yield "a stop dropped", replace(planned, visits=planned.visits[1:])
    yield "left later", replace(planned, leave_at_s=planned.leave_at_s + 1)
    yield "back later", replace(planned, back_at_s=planned.back_at_s + 1)
    yield "more travel", replace(planned, travel_s=planned.travel_s + 1)
    yield "a longer way", replace(planned, travel_m=planned.travel_m + 1)
    yield "all stops twice", replace(planned, visits=planned.visits * 2)
    for i, visit in enumerate(planned.visits):
        for name in ("arrive_s", "start_s", "leave_s"):
            later = replace(visit, **{name: getattr(visit, name) + 1})
            yield f"{name} later", replace(planned, visits=(*planned.visits[:i], later, *planned.visits[i + 1 :]))


def _broken_plans(made, rng):
    yield "cheaper", replace(made, cost=made.cost - 1)
    yield "less travel", replace(made, travel_s=made.travel_s - 1)
    if made.unserved:
        yield "a stop forgotten", replace(made, unserved=made.unserved[1:])
        yield "a stop stated twice", replace(made, unserved=(*made.unserved, made.unserved[0]))
    if made.rounds:
        yield "a round forgotten", replace(made, rounds=made.rounds[1:])
        yield "a round twice", replace(made, rounds=(*made.rounds, made.rounds[0]))
        yield "a round of nobody", replace(made, rounds=(replace(made.rounds[0], courier_id="ghost"), *made.rounds[1:]))
    long = [r for r in made.rounds if len(r.visits) > 1]
    if long:
        chosen = rng.choice(long)
        a, b = rng.sample(range(len(chosen.visits)), 2)
        visits = list(chosen.visits)
        visits[a], visits[b] = (
            replace(visits[a], stop_id=visits[b].stop_id),
            replace(visits[b], stop_id=visits[a].stop_id),
        )
        swapped = replace(chosen, visits=tuple(visits))
        yield "two stops exchanged", replace(made, rounds=tuple(swapped if r is chosen else r for r in made.rounds))
    if len(made.rounds) > 1:
        first, second, *others = made.rounds
        moved = replace(second, visits=(*second.visits, first.visits[0]))
        yield "a stop moved", replace(made, rounds=(replace(first, visits=first.visits[1:]), moved, *others))
    if len({r.office_id for r in made.rounds[:2]}) == 2:  # colleagues of one office may well trade their rounds
        first, second, *others = made.rounds
        traded = (replace(first, courier_id=second.courier_id), replace(second, courier_id=first.courier_id))
        yield "couriers exchanged", replace(made, rounds=(*traded, *others))
