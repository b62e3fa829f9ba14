"""Whatever breaks, a checked plan comes back within the limit and two seconds, and says that it is degraded."""

import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from routing import (
    UNREACHABLE,
    BadProblem,
    ClosedRoad,
    EngineUnavailable,
    Limits,
    Point,
    StraightLine,
    Window,
    check,
    plan,
)
from tests.routing.planning_days import courier, office, problem, stop
from tests.scale import scaled

TRAVEL = StraightLine()
SECONDS = 1.5
LIMITS = Limits(seconds=SECONDS, cores=1)
COUNTED = Limits(seconds=60, pieces=1, steps=100, cores=1)
"""For plans that must not be degraded: on a busy machine three seconds may not be enough to start a child."""
NAN = float("nan")


def day(**changes):
    stops = [stop(f"s{i}", 16.44 + i * 0.004, 107.57 + (i % 4) * 0.01) for i in range(15)]
    return replace(problem(stops, [courier("c1"), courier("c2")]), **changes)


def with_stop(**changes):
    whole = day()
    return replace(whole, stops=(replace(whole.stops[0], **changes), *whole.stops[1:]))


def planned_in_time(whole, *, travel=TRAVEL, limits=LIMITS):
    began = time.monotonic()
    made = plan(whole, travel=travel, limits=limits)
    assert time.monotonic() - began < limits.seconds + scaled(10, 2)  # the promise is 2; short runs share their cores
    found = [v.stop_id for r in made.rounds for v in r.visits] + [u.stop_id for u in made.unserved]
    assert sorted(found) == sorted(s.stop_id for s in whole.stops)
    assert check(whole, made, TRAVEL if made.degraded else travel) == []
    return made


BAD_STOPS = {
    "not a number": {"point": Point(lat=NAN, lon=107.5)},
    "infinite": {"point": Point(lat=float("inf"), lon=107.5)},
    "latitude 91": {"point": Point(lat=91.0, lon=107.5)},
    "longitude -181": {"point": Point(lat=16.0, lon=-181.0)},
    "zero zero": {"point": Point(lat=0.0, lon=0.0)},
    "negative service": {"service_s": -1},
    "service of 2^62": {"service_s": 2**62},
    "service not whole": {"service_s": 0.5},
    "service not a number": {"service_s": NAN},
    "negative setup": {"setup_s": -5},
    "negative volume": {"volume_ml": -1},
    "volume of 2^62": {"volume_ml": 2**62},
    "negative lateness": {"lateness_per_day": -1},
    "window of 2^62": {"window": Window(from_s=0, until_s=2**62)},
    "negative window": {"window": Window(from_s=-1, until_s=9)},
    "inverted window": {"window": Window(from_s=61_200, until_s=28_800)},
    "unknown kind": {"kind": "ransom"},
}


@pytest.mark.parametrize("name", BAD_STOPS)
def test_a_bad_stop_is_left_out_by_name_and_the_others_are_served(name):
    made = planned_in_time(with_stop(**BAD_STOPS[name]), limits=COUNTED)
    assert [(u.stop_id, u.reason) for u in made.unserved] in (
        [("s0", "bad_data")],
        [("s0", "window_impossible")],
    )
    assert made.degraded is None


DAYS = {
    "no couriers": lambda: day(couriers=()),
    "no stops": lambda: day(stops=()),
    "no offices, no couriers, no stops": lambda: day(offices=(), couriers=(), stops=()),
    "all windows inverted": lambda: replace(
        day(), stops=tuple(replace(s, window=Window(from_s=9, until_s=8)) for s in day().stops)
    ),
    "all windows in the night": lambda: replace(
        day(), stops=tuple(replace(s, window=Window(from_s=0, until_s=8)) for s in day().stops)
    ),
    "a shift of no length": lambda: day(couriers=(courier(shift=Window(from_s=9_000, until_s=9_000)),)),
    "a shift that is all lunch": lambda: day(couriers=(courier(lunch=Window(from_s=0, until_s=86_400)),)),
    "no capacity": lambda: replace(
        day(couriers=(courier(capacity_ml=0),)), stops=tuple(replace(s, volume_ml=1) for s in day().stops)
    ),
    "all stops at one point": lambda: replace(
        day(), stops=tuple(replace(s, point=Point(lat=16.46, lon=107.58)) for s in day().stops)
    ),
    "all stops in another country": lambda: replace(
        day(), stops=tuple(replace(s, point=Point(lat=48.0, lon=2.0)) for s in day().stops)
    ),
    "a sequence of everything, in a shift of minutes": lambda: replace(
        day(couriers=(courier(shift=Window(from_s=25_200, until_s=25_800)),)),
        sequences=(tuple(s.stop_id for s in day().stops),),
    ),
    "every road closed": lambda: replace(
        day(),
        closed_roads=tuple(
            ClosedRoad(one_end=Point(lat=lat, lon=107.0), other_end=Point(lat=lat, lon=108.0))
            for lat in (16.4395 + i * 0.002 for i in range(30))
        ),
    ),
    "everybody on the road": lambda: day(couriers=(courier("c1", has_left=True), courier("c2", has_left=True))),
    "everything locked to nobody": lambda: replace(
        day(), stops=tuple(replace(s, locked_to="ghost") for s in day().stops)
    ),
    "every commune closed": lambda: day(closed_communes=frozenset({"19753"})),
    "service longer than the shift": lambda: replace(
        day(), stops=tuple(replace(s, service_s=80_000) for s in day().stops)
    ),
}


@pytest.mark.parametrize("name", DAYS)
def test_an_impossible_day_ends_in_a_plan_with_every_reason(name):
    whole = DAYS[name]()
    made = planned_in_time(whole)
    assert all(u.reason != "not_planned" for u in made.unserved)
    n_possible = {"all stops at one point": 15, "every road closed": 1}  # one door is the office's own
    assert len(made.unserved) == len(whole.stops) - n_possible.get(name, 0)


def test_a_stop_nobody_can_help_in_time_is_reported_in_time():
    stops = [stop(f"s{i}", 16.40 + i * 0.004, 107.5 + (i % 7) * 0.02, service_s=900) for i in range(60)]
    whole = problem(stops, [courier(f"c{i}") for i in range(3)], sequences=(tuple(s.stop_id for s in stops),))
    made = planned_in_time(whole)
    assert {u.reason for u in made.unserved} == {"too_far"}
    assert all(u.remedy.first.kind in ("not_tried", "split_sequence") for u in made.unserved)


class Broken:
    """Travel times that answer whatever a function makes of the right answer."""

    name = "broken"

    def __init__(self, answer):
        self.answer = answer

    def matrix(self, points):
        return self.answer(TRAVEL.matrix(points))


def spoil(value):
    def change(tables):
        seconds = tables[0].astype(np.asarray(value).dtype)
        seconds[0, -1] = value
        return seconds, tables[1]

    return change


def refuse(_):
    raise EngineUnavailable


TABLES = {
    "not a number": spoil(NAN),
    "infinite": spoil(float("inf")),
    "floats": lambda t: (t[0] + 0.5, t[1]),
    "negative": spoil(-1),
    "2^62": spoil(2**62),
    "ragged": lambda t: ([[0, 1], [0]], t[1]),
    "too small": lambda t: (t[0][:-1], t[1]),
    "empty": lambda t: (np.zeros((0, 0), dtype=np.int32), t[1]),
    "nothing": lambda t: None,
    "metres missing": lambda t: (t[0], None),
    "text": lambda t: ([["x"] * len(t[0])] * len(t[0]), t[1]),
    "no answer": refuse,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_broken_travel_time_engine_falls_back_and_says_so(name):
    made = planned_in_time(day(), travel=Broken(TABLES[name]))
    assert made.degraded in ("bad_travel_times", "engine_unavailable")
    assert made.travel_source == "straight line"
    assert not made.unserved


class Sleeper(Broken):
    """Answers the first questions, then none."""

    def __init__(self, n_answers, end):
        super().__init__(None)
        self.n_left, self.end = n_answers, end

    def matrix(self, points):
        self.n_left -= 1
        if self.n_left < 0:
            self.end()
        return TRAVEL.matrix(points)


def sleep():
    time.sleep(600)


def die():
    raise RuntimeError("out of maps")


@pytest.mark.parametrize("end", [sleep, die, lambda: refuse(None)], ids=["hangs", "breaks", "refuses"])
@pytest.mark.parametrize("n_answers", [0, 1, 4])
def test_an_engine_that_ends_in_the_middle_of_a_day_is_replaced(end, n_answers):
    # Five rounds are written down and checked with a table each, however little of a search a busy machine got done.
    whole = day(couriers=tuple(courier(f"c{i}") for i in range(5)))
    stops = tuple(replace(s, locked_to=f"c{i % 5}") for i, s in enumerate(whole.stops))
    limits = replace(LIMITS, whole_table=5)  # as on a day too large for one table
    made = planned_in_time(replace(whole, stops=stops), travel=Sleeper(n_answers, end), limits=limits)
    assert made.degraded == "engine_unavailable"
    assert made.travel_source == "straight line"
    assert not made.unserved


def test_a_place_without_a_road_is_unreachable_and_the_others_are_served():
    class Island(Broken):
        def matrix(self, points):
            seconds, metres = TRAVEL.matrix(points)
            for i, point in enumerate(points):
                if point == day().stops[0].point:
                    seconds[i, :] = seconds[:, i] = UNREACHABLE
                    seconds[i, i] = 0
            return seconds, metres

    made = planned_in_time(day(), travel=Island(None))
    assert [(u.stop_id, u.reason) for u in made.unserved] == [("s0", "unreachable")]


READ = "import os, sys, time; sys.stdin.readline(); "
CHILD = {
    "killed": READ + "os.kill(os.getpid(), 9)",
    "aborted": READ + "os.abort()",
    "segmentation fault": READ + "os.kill(os.getpid(), 11)",
    "dead at once": "raise SystemExit(1)",
    "silent": "import time; time.sleep(600)",
    "hung after reading": READ + "time.sleep(600)",
    "endless": READ + "\nwhile True: sys.stdout.write('9' * 65536)",
    "garbage": READ + "print('optimal!', flush=True); time.sleep(600)",
    "half an answer": READ + "sys.stdout.write('{\"id\": 1,'); sys.stdout.flush(); time.sleep(600)",
    "another's answer": READ + 'print(\'{"id": 77, "orders": []}\', flush=True); time.sleep(600)',
}
LIAR = """
import json, sys
for line in sys.stdin:
    task = json.loads(line)
    k, v = len(task["piece"]["service"]), len(task["piece"]["vehicles"])
    orders = {orders}
    print(json.dumps({{"id": task["id"], "orders": orders, "cost": 0, "status": "OPTIMAL"}}), flush=True)
"""
LIES = {
    "every stop twice": "[list(range(k)) for _ in range(v)]",
    "unknown stops": "[[k + 5]] + [[] for _ in range(v - 1)]",
    "too few rounds": "[]",
    "not lists": "'all of them'",
    "negative stops": "[[-1]] + [[] for _ in range(v - 1)]",
    "fractions": "[[0.5]] + [[] for _ in range(v - 1)]",
    "nothing served": "[[] for _ in range(v)]",
}


def with_child(program):
    return replace(LIMITS, child_command=(sys.executable, "-c", program))


@pytest.mark.parametrize("name", CHILD)
def test_a_broken_child_ends_in_a_checked_degraded_plan(name):
    made = planned_in_time(day(), limits=with_child(CHILD[name]))
    assert made.degraded in ("solver_broke", "out_of_time")
    assert not made.unserved


@pytest.mark.parametrize("name", LIES)
def test_a_lying_child_is_not_believed(name):
    made = planned_in_time(day(), limits=with_child(LIAR.format(orders=LIES[name])))
    assert not made.unserved


def test_a_child_over_its_memory_is_replaced_and_the_plan_says_so():
    made = planned_in_time(day(), limits=replace(LIMITS, memory_mb=64))
    assert made.degraded in ("solver_broke", "out_of_time")
    assert not made.unserved


def test_a_day_with_an_unusable_office_is_refused_by_name():
    with pytest.raises(BadProblem):
        plan(day(offices=(office(lat=NAN),)), travel=TRAVEL, limits=LIMITS)
