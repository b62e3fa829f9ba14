"""What a dispatcher orders for a day changes its next plan: roads, remedies, fixed orders, couriers' own conditions."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import rounds
from postal.errors import InvalidInput, NotFound
from postal.models import Absence, AuditEntry, Courier, Office, OfficeKind, PlanUnserved
from routing import Limits, Point, StraightLine, Unserved, check, plan
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import CLERK, DAY, MORNING

TRAVEL = StraightLine()


@pytest.fixture
def day(session):
    return a_day.build_day(session)


def problem(session, on=DAY, **weights):
    return rounds.planning_problem(session, on, now=MORNING, weights=rounds.Weights(**weights))


def planned(session):
    told = problem(session)
    made = plan(told, travel=TRAVEL, limits=Limits(seconds=20, pieces=1))
    assert check(told, made, TRAVEL) == []
    return told, made


def left_out(session, remedy, n=1):
    """Save a plan that leaves the first stops out for the sake of a remedy; return what is left out."""
    told = problem(session)
    ids = [s.stop_id for s in told.stops]
    made = a_day.hand_made_plan(told, [ids[n:]])
    gone = tuple(Unserved(stop_id=s, reason="no_room") for s in ids[:n])
    saved = rounds.save_plan(build.act(session, MORNING), DAY, told, replace(made, unserved=gone))
    stored = session.scalars(select(PlanUnserved).where(PlanUnserved.plan_id == saved.id)).all()
    for row in stored:
        row.detail = remedy  # as plans store it, those of earlier versions too
    session.flush()
    return saved, stored


def order(session, unserved, **how):
    return rounds.order_remedy(build.act(session, MORNING, by=CLERK), unserved.id, **how)


def courier_of(told, code):
    return next(c for c in told.couriers if c.courier_id == code)


def test_half_an_hour_more_is_ordered_and_the_next_plan_of_that_day_has_it(session, day):
    before = courier_of(problem(session), "BT-1").shift
    remedy = {"change": "longer_shift", "courier_id": "BT-1", "by_s": 1800, "short_by_s": 400, "extra_s": 90}
    _, (gone,) = left_out(session, remedy)
    order(session, gone)
    after = problem(session)
    assert courier_of(after, "BT-1").shift.until_s == before.until_s + 1800
    assert next(s.must_today for s in after.stops if s.stop_id == str(gone.consignment_id))
    tomorrow = problem(session, DAY + timedelta(days=1))
    assert courier_of(tomorrow, "BT-1").shift == before
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "day_order")).all() == ["order_remedy"]


def test_an_order_that_is_ended_changes_nothing_any_more(session, day):
    before = problem(session)
    _, (gone,) = left_out(session, {"change": "longer_shift", "courier_id": "BT-1", "by_s": 1800})
    given = order(session, gone)
    assert problem(session) != before
    rounds.end_order(build.act(session, MORNING, by=CLERK), given.id)
    assert problem(session) == before
    with pytest.raises(NotFound):
        rounds.end_order(build.act(session, MORNING, by=CLERK), given.id)


@pytest.mark.parametrize("change", ["fix_field", "another_day", "not_tried", "open_commune", "ransom"])
def test_what_a_dispatcher_cannot_decide_is_refused(session, day, change):
    _, (gone,) = left_out(session, {"change": change})
    with pytest.raises(rounds.RemedyNotForUs):
        order(session, gone)


EXTRA = {"change": "extra_courier", "office_id": "BC-THU", "like": "BT-1", "by_s": 1800}


def test_one_more_courier_is_one_of_ours_named_by_the_dispatcher(session, day):
    session.add(Absence(courier_id=day.couriers[1].id, from_date=DAY, until_date=DAY))
    session.flush()
    saved, (gone,) = left_out(session, EXTRA)
    assert [c.code for c in rounds.free_couriers(session, saved)] == ["BT-2"]
    for nobody in (None, "BT-1", "GHOST"):  # nobody, somebody who has a round, somebody unknown
        with pytest.raises(rounds.CourierNotFree):
            order(session, gone, courier=nobody)
    order(session, gone, courier="BT-2")
    called = courier_of(problem(session), "BT-2")
    assert called.office_id == "BC-THU"
    told, made = planned(session)
    assert str(gone.consignment_id) in {v.stop_id for r in made.rounds for v in r.visits}
    rounds.save_plan(build.act(session, MORNING), DAY, told, made)


def test_a_courier_of_another_office_walks_from_the_office_that_asked(session, day):
    other = Office(code="BC-KHAC", kind=OfficeKind.DELIVERY, name="Bưu cục Khác", lat=16.5, lon=107.6)
    session.add(other)
    session.flush()
    day.couriers[1].office_id = other.id
    session.flush()
    session.expire_all()
    _, (gone,) = left_out(session, EXTRA)
    order(session, gone, courier="BT-2")
    assert courier_of(problem(session), "BT-2").office_id == "BC-THU"


BRIDGE = (Point(lat=16.40, lon=107.5875), Point(lat=16.52, lon=107.5875))


def test_a_closed_road_holds_on_its_days_and_no_others(session, day):
    rounds.close_road(
        build.act(session, MORNING, by=CLERK), BRIDGE, (DAY, DAY + timedelta(days=1)), detour_s=1200, reason="ngập"
    )
    assert [r.detour_s for r in problem(session).closed_roads] == [1200]
    assert problem(session, DAY + timedelta(days=1)).closed_roads
    assert not problem(session, DAY + timedelta(days=2)).closed_roads


@pytest.mark.parametrize(
    ("ends", "last", "detour_s"),
    [(BRIDGE, -1, 0), (BRIDGE, 0, 99_999), (BRIDGE, 0, -1), (BRIDGE[:1] * 2, 0, 0)],
    ids=["ends before it begins", "a detour of a day", "a detour that saves time", "a point"],
)
def test_a_closed_road_that_cannot_be_is_refused(session, day, ends, last, detour_s):
    with pytest.raises(InvalidInput):
        rounds.close_road(
            build.act(session, MORNING, by=CLERK), ends, (DAY, DAY + timedelta(days=last)), detour_s=detour_s, reason=""
        )


def test_a_round_kept_in_its_order_is_planned_in_that_order(session, day):
    ids = [s.stop_id for s in problem(session).stops]
    wanted = [ids[2], ids[0], ids[3]]
    saved = a_day.saved_plan(session, shares=[[ids[1]], wanted])
    rounds.publish_plan(build.act(session, MORNING), saved.id)
    rounds.keep_order(build.act(session, MORNING, by=CLERK), saved.rounds[1].id)
    told, made = planned(session)
    assert told.sequences == (tuple(wanted),)
    kept = next(r for r in made.rounds if r.courier_id == "BT-2")
    at = [v.stop_id for v in kept.visits]
    assert at[at.index(wanted[0]) :][:3] == wanted
    rounds.keep_order(build.act(session, MORNING, by=CLERK), saved.rounds[1].id)  # twice is once
    assert problem(session).sequences == (tuple(wanted),)


def test_an_order_kept_for_somebody_fallen_ill_binds_nobody(session, day):
    saved = a_day.saved_plan(session)
    rounds.publish_plan(build.act(session, MORNING), saved.id)
    rounds.keep_order(build.act(session, MORNING, by=CLERK), saved.rounds[0].id)
    session.add(Absence(courier_id=saved.rounds[0].courier_id, from_date=DAY, until_date=DAY))
    session.flush()
    told = problem(session)
    assert not told.sequences
    assert not any(s.locked_to for s in told.stops)


def test_a_courier_may_start_and_end_elsewhere_and_not_be_away_too_long(session, day):
    one = session.scalars(select(Courier).where(Courier.code == "BT-1")).one()
    one.longest_s, one.start_lat, one.start_lon = 7200, 16.45, 107.55
    one.end_lat, one.end_lon = 16.47, 107.6
    session.flush()
    told = courier_of(problem(session), "BT-1")
    assert (told.longest_s, told.start, told.end) == (
        7200,
        Point(lat=16.45, lon=107.55),
        Point(lat=16.47, lon=107.6),
    )
    assert courier_of(problem(session), "BT-2").start is None


def test_what_an_installation_weighs_reaches_the_planner(session, day):
    told = problem(session, courier_cost_s=900, unfamiliar_s=0, fair_load=2, fair_round_s=20_000, lateness_per_day_s=7)
    assert {c.fixed_cost_s for c in told.couriers} == {900}
    assert (told.unfamiliar_s, told.fair_load, told.fair_round_s) == (0, 2, 20_000)
    assert {s.lateness_per_day for s in told.stops} == {7}


def test_a_stop_with_a_fee_asks_for_a_courier_who_may_take_money(session):
    a_day.build_day(session, {"fee_vnd": "135000"}, {})
    told = problem(session, permissions={"fee": "cash"})
    assert sorted(sorted(s.skills) for s in told.stops) == [[], ["cash"]]
    made = plan(told, travel=TRAVEL, limits=Limits(seconds=20, pieces=1))
    assert [(u.reason, u.remedy.first.kind) for u in made.unserved] == [("no_courier", "allow_courier")]
    session.scalars(select(Courier).where(Courier.code == "BT-2")).one().skills = ["cash"]
    session.flush()
    made = plan(problem(session, permissions={"fee": "cash"}), travel=TRAVEL, limits=Limits(seconds=20, pieces=1))
    assert not made.unserved
    assert "BT-2" in {r.courier_id for r in made.rounds}
