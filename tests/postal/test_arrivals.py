"""When the courier comes: windows hold on replayed days of a generator that knows neither planner nor window."""

import random
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

from postal import doorstep
from postal.citizen import by_item
from postal.citizen.arrivals import Expected, Leg, Lunch, Walked, estimate, window
from postal.citizen.experience import as_seen, expect, learn
from postal.citizen.rounds_seen import expected_of, learn_days
from postal.models import ArrivalDay
from tests import builders as build
from tests.postal import day as days
from tests.postal.replayed_days import HOUR, KINDS, day
from tests.scale import record_figure, scaled

N_DAYS = scaled(10, 60)


def walked_of(replayed):
    lunch = Lunch(from_s=replayed.lunch[0], until_s=replayed.lunch[1])
    legs = [
        Leg(
            position=door.position,
            work_s=door.leave_s - door.from_s - door.lunch_s,
            service_s=door.leave_s - door.start_s,
            done_s=door.true_leave_s,
        )
        for door in replayed.doors
    ]
    return Walked(legs=legs, leave_s=replayed.leave_s, left_s=replayed.true_leave_s, lunch=lunch)


def looks(walked, expected):
    """Return of each door at 08:00 and each hour until it came: whether the window held it, and how wide it is."""
    for leg in walked.legs:
        true_s = leg.done_s - leg.service_s
        for now_s in range(8 * HOUR, int(true_s), HOUR):
            told = window(as_seen(walked, now_s), leg.position, now_s=now_s, expected=expected)
            yield told.from_s <= true_s <= told.until_s, told.until_s - told.from_s


def replay(kind, *, seed, n_days=N_DAYS):
    """Return the looks of the first day, of which nothing was known, and of the second half of all days."""
    chance, past, known, first = random.Random(seed), deque(maxlen=15), [], []
    for number in range(n_days):
        expected = expect(list(past))
        walked = [walked_of(one) for one in day(kind, chance)]
        if number == 0 or number >= n_days // 2:
            (known if number else first).extend(look for one in walked for look in looks(one, expected))
        past.append(learn(walked, expected))
    return first, known


def share(found):
    return 100 * sum(held for held, _ in found) / len(found)


def test_windows_hold_on_replayed_days_of_every_kind():
    every, first = [], []
    for kind in KINDS:
        unknown, known = replay(kind, seed=11)
        assert 75 <= share(known) <= 90, (kind.name, share(known))
        every, first = every + known, first + unknown
        record_figure(f"arrival windows, {kind.name}: true times held", round(share(known)), "%")
        record_figure(f"arrival windows, {kind.name}: median width", median(w for _, w in known) / 60, "min")
    assert 75 <= share(every) <= 90
    assert median(wide for _, wide in every) <= 90 * 60
    record_figure("arrival windows: true times held", round(share(every)), "%")
    record_figure("arrival windows: median width", median(wide for _, wide in every) / 60, "min")
    record_figure("arrival windows on an office's first day: true times held", round(share(first)), "%")
    assert median(wide for _, wide in first) <= 90 * 60


def test_without_learning_an_office_far_from_the_plan_is_held_less_often():
    """Negative control: what learning is for."""
    slow = replace(KINDS[0], office_bias=1.5, door_bias=1.2)
    chance = random.Random(3)
    walked = [walked_of(one) for _ in range(6) for one in day(slow, chance)]
    assert share([look for one in walked for look in looks(one, Expected())]) < 75
    assert 75 <= share(replay(slow, seed=3)[1]) <= 90


LEGS = [Leg(position=n, work_s=600, service_s=300) for n in range(1, 21)]


def told(walked, position, now_s):
    return window(walked, position, now_s=now_s, expected=Expected())


def test_a_window_narrows_as_the_courier_comes_nearer_and_never_lies_in_the_past():
    widths = []
    for n_done in range(12):
        done = [replace(leg, done_s=8 * HOUR + 600 * leg.position) if leg.position <= n_done else leg for leg in LEGS]
        now_s = 8 * HOUR + 600 * n_done + 60
        found = told(Walked(legs=done, leave_s=8 * HOUR, left_s=8 * HOUR), 13, now_s)
        assert found.until_s > now_s
        assert found.from_s >= now_s - 300
        widths.append(found.until_s - found.from_s)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < widths[0] / 2


def test_a_slow_morning_moves_the_windows_that_follow():
    def with_pace(pace):
        begun = [replace(leg, done_s=int(8 * HOUR + pace * 600 * leg.position)) for leg in LEGS[:8]]
        done = [*begun, *LEGS[8:]]
        now_s = max(leg.done_s or 0 for leg in done)
        walked = Walked(legs=done, leave_s=8 * HOUR, left_s=8 * HOUR)
        return estimate(walked, 16, now_s=now_s, expected=Expected()).at_s - now_s

    assert with_pace(1.6) > with_pace(1.0) * 1.2


def test_lunch_is_passed_over_and_a_late_one_is_waited_for():
    lunch = Lunch(from_s=int(11.5 * HOUR), until_s=int(13.5 * HOUR))
    walked = Walked(legs=LEGS, leave_s=10 * HOUR, left_s=10 * HOUR, lunch=lunch)
    assert told(walked, 3, 10 * HOUR).until_s < lunch.from_s + HOUR
    assert told(walked, 15, 10 * HOUR).from_s >= lunch.until_s - 900
    still = [replace(leg, done_s=10 * HOUR + 700 * leg.position) if leg.position <= 8 else leg for leg in LEGS]
    late = replace(walked, legs=still)
    at = still[7].done_s
    assert at > lunch.from_s
    assert estimate(late, 15, now_s=at, expected=Expected()).at_s > at + 2 * HOUR


def test_a_stop_that_was_passed_over_is_told_widely_and_a_done_one_not_at_all():
    done = [replace(leg, done_s=8 * HOUR + 600 * leg.position) if leg.position in (1, 2, 4, 5) else leg for leg in LEGS]
    walked = Walked(legs=done, leave_s=8 * HOUR, left_s=8 * HOUR)
    now_s = 8 * HOUR + 3_100
    passed, next_one = told(walked, 3, now_s), told(walked, 6, now_s)
    assert passed.until_s - passed.from_s > next_one.until_s - next_one.from_s
    assert told(walked, 2, now_s) is None
    assert told(walked, 99, now_s) is None


def at(hour, minute=0):
    """Return an instant of the round's day in Huế."""
    return datetime(2026, 11, 23, hour - 7, minute, tzinfo=UTC)


def test_a_window_is_told_from_eight_on_and_follows_the_scans(session):
    start = days.build_day(session, n=6)
    plan = days.walking(session, shares=[[str(item.consignment_id) for item in start.items]])
    first, last = start.items[0], start.items[-1]

    def seen(now):
        return by_item(session, last.id, now=now).outlook.arrival

    assert seen(at(7, 59)) is None
    early = seen(at(8))
    planned_s = plan.rounds[0].stops[-1].start_s
    assert early.from_s < planned_s < early.until_s
    scans = [days.failed(one, at=at(9, 30 + n)) for n, one in enumerate(start.items[:4])]
    doorstep.record_scans(build.act(session, at(10), by=days.CLERK), scans)
    later = seen(at(10))
    assert later.from_s >= 10 * HOUR - 300
    assert later.until_s - later.from_s < early.until_s - early.from_s
    assert by_item(session, first.id, now=at(10)).outlook.arrival is None, "its door is done with"
    assert seen(at(8) + timedelta(days=1)) is None


def test_an_office_learns_once_from_each_day_that_is_over(session):
    start = days.build_day(session, n=6)
    days.walking(session, shares=[[str(item.consignment_id) for item in start.items]])
    scans = [days.failed(one, at=at(9, 10 * n)) for n, one in enumerate(start.items)]
    doorstep.record_scans(build.act(session, at(11), by=days.CLERK), scans)
    assert learn_days(session, now=at(20)) == 0, "the day is not over"
    assert learn_days(session, now=at(20) + timedelta(days=1)) == 1
    assert learn_days(session, now=at(21) + timedelta(days=1)) == 0
    (row,) = session.query(ArrivalDay)
    assert row.office_id == start.office.id
    assert len(row.learned["rounds"]) == 1
    assert expected_of(session, start.office.id) == Expected(**row.expected) != Expected()
