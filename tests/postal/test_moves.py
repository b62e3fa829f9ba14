"""Stops that pass to another courier in the middle of the round: who holds what, until both confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import doorstep, phones, rounds, under_way
from postal.access.policy import Actor, ActorKind
from postal.counting import all_lists, end_count, scan_codes
from postal.models import Consignment, DeliveryRound, Discrepancy, Handover, Leg, Role, RoundStop, TrackingEvent
from postal.outside.outbox import INTERNAL
from postal.rules.lifecycle import EventKind, State
from tests import builders as build
from tests.postal import day as a_day
from tests.statements import asked

NOON = a_day.MORNING + timedelta(hours=3)


@pytest.fixture
def day(session):
    return a_day.build_day(session, n=6)


@pytest.fixture
def plan(session, day):
    return a_day.walking(session)


def by(day, number):
    one = day.couriers[number]
    return Actor(kind=ActorKind.PHONE, role=Role.COURIER, courier_id=one.id, office_id=one.office_id)


def ordered(session, plan, n=2, *, now=NOON):
    giver, taker = plan.rounds
    stops = [stop for stop in giver.stops if stop.passed_on_at is None][:n]
    act = build.act(session, now)
    return under_way.move_stops(act, [s.id for s in stops], taker.id, reason="xe hỏng").move, stops


def codes_of(move):
    return [piece.item.s10 for piece in move.pieces]


def test_the_giver_holds_a_piece_until_both_couriers_have_scanned_it(session, day, plan):
    giver, taker = plan.rounds
    move, stops = ordered(session, plan)
    items = [piece.item for piece in move.pieces]
    given = under_way.confirm_pieces(build.act(session, NOON, by=by(day, 0)), move.id, codes_of(move))
    assert (given.n_given, given.n_taken, given.is_over) == (2, 0, False)
    assert {item.round_id for item in items} == {giver.id}
    later = NOON + timedelta(minutes=9)
    first = under_way.confirm_pieces(build.act(session, later, by=by(day, 1)), move.id, [*codes_of(move)[:1], "EY1"])
    assert (first.n_taken, first.is_over, first.unknown) == (1, False, ("EY1",))
    assert {item.round_id for item in items} == {giver.id}
    done = under_way.confirm_pieces(build.act(session, later, by=by(day, 1)), move.id, codes_of(move))
    assert done.is_over
    assert {(item.round_id, item.courier_id, item.state) for item in items} == {
        (taker.id, taker.courier_id, State.ON_ROUND)
    }
    receipt = session.get_one(Handover, move.handover_id)
    assert (receipt.leg, receipt.n_present, receipt.facts["giver_code"], receipt.facts["receiver_code"]) == (
        Leg.COURIER_TO_COURIER,
        2,
        "BT-1",
        "BT-2",
    )
    assert all(stop.passed_on_at is not None for stop in stops)
    with pytest.raises(under_way.MoveOver):
        under_way.confirm_pieces(build.act(session, later, by=by(day, 1)), move.id, codes_of(move))


def passed(session, day, plan, n=1, *, now=NOON):
    move, stops = ordered(session, plan, n, now=now)
    for number in (0, 1):
        under_way.confirm_pieces(build.act(session, now, by=by(day, number)), move.id, codes_of(move))
    return move, stops


def test_the_taker_delivers_what_was_passed_on_and_brings_home_what_was_not(session, day, plan):
    giver, taker = plan.rounds
    move, _ = passed(session, day, plan, 2)
    first, second = (piece.item for piece in move.pieces)
    answers = doorstep.record_scans(
        build.act(session, a_day.EVENING, by=by(day, 1)), [a_day.delivered(first, minutes=240)]
    )
    assert [one.status for one in answers] == ["recorded"]
    assert first.state is State.DELIVERED
    a_day.close_all(session, plan)
    assert (second.state, second.office_id) == (State.AT_OFFICE, taker.office_id)
    home = session.scalars(select(Handover).where(Handover.leg == Leg.COURIER_TO_OFFICE)).all()
    assert {one.round_id: one.n_expected for one in home} == {giver.id: 1, taker.id: 4}


def test_what_the_giver_tells_late_of_a_piece_he_passed_on_moves_nothing_and_is_put_before_a_person(session, day, plan):
    move, _ = passed(session, day, plan)
    item = move.pieces[0].item
    answers = doorstep.record_scans(
        build.act(session, a_day.EVENING, by=by(day, 0)), [a_day.delivered(item, minutes=100)]
    )
    assert [one.status for one in answers] == ["held"]
    assert item.state is State.ON_ROUND
    assert session.scalars(select(Discrepancy).where(Discrepancy.item_id == item.id)).one().kind == "scan_does_not_fit"


def test_a_piece_delivered_while_its_move_waits_stays_delivered(session, day, plan):
    move, _ = ordered(session, plan, 2)
    item = move.pieces[0].item
    doorstep.record_scans(build.act(session, a_day.EVENING, by=by(day, 0)), [a_day.delivered(item, minutes=200)])
    for number in (0, 1):
        under_way.confirm_pieces(build.act(session, a_day.EVENING, by=by(day, number)), move.id, codes_of(move))
    assert item.state is State.DELIVERED
    assert session.get_one(Handover, move.handover_id).n_present == 1


def test_a_move_on_paper_passes_on_what_was_counted_and_leaves_the_rest_with_its_giver(session, day, plan):
    giver, taker = plan.rounds
    move, _ = ordered(session, plan, 2)
    kind = all_lists()["moved"]
    act = build.act(session, NOON)
    scanned = scan_codes(act, kind, move.id, codes_of(move)[:1])
    assert (scanned.n_scanned, scanned.n_expected) == (1, 2)
    handover = end_count(act, kind, move.id)
    assert (handover.n_present, handover.n_expected) == (1, 2)
    assert [piece.item.round_id for piece in move.pieces] == [taker.id, giver.id]
    stops = {s.consignment_id: s for s in giver.stops}
    kept = move.pieces[1].item.consignment_id
    assert stops[kept].passed_on_at is None


def test_a_move_called_off_leaves_everything_but_what_both_have_confirmed(session, day, plan):
    giver, taker = plan.rounds
    move, _ = ordered(session, plan, 2)
    assert under_way.end_move(build.act(session, NOON), move.id) is None
    assert {piece.item.round_id for piece in move.pieces} == {giver.id}
    again, _ = ordered(session, plan, 2)
    for number in (0, 1):
        under_way.confirm_pieces(build.act(session, NOON, by=by(day, number)), again.id, codes_of(again)[:1])
    assert under_way.end_move(build.act(session, NOON), again.id) is not None
    assert [piece.item.round_id for piece in again.pieces] == [taker.id, giver.id]


def test_a_stop_that_comes_back_is_delivered_by_its_first_courier(session, day, plan):
    giver, taker = plan.rounds
    move, stops = passed(session, day, plan)
    item = move.pieces[0].item
    there = next(stop for stop in taker.stops if stop.consignment_id == item.consignment_id)
    back = under_way.move_stops(build.act(session, NOON), [there.id], giver.id, reason="xong xe").move
    for number in (0, 1):
        when = NOON + timedelta(minutes=20)
        under_way.confirm_pieces(build.act(session, when, by=by(day, number)), back.id, codes_of(back))
    assert (item.round_id, stops[0].passed_on_at) == (giver.id, None)
    assert there.passed_on_at is not None
    answers = doorstep.record_scans(
        build.act(session, a_day.EVENING, by=by(day, 0)), [a_day.delivered(item, minutes=300)]
    )
    assert ([one.status for one in answers], item.state) == (["recorded"], State.DELIVERED)


def test_the_stop_gets_a_place_in_the_takers_round_and_no_other_stop_moves(session, day, plan):
    giver, taker = plan.rounds
    before = {stop.id: (stop.position, stop.start_s) for one in plan.rounds for stop in one.stops}
    move, _ = passed(session, day, plan)
    new = next(s for s in taker.stops if s.consignment_id == move.pieces[0].item.consignment_id)
    session.refresh(giver)
    session.refresh(taker)
    assert {s.id: (s.position, s.start_s) for one in plan.rounds for s in one.stops if s.id != new.id} == before
    assert new.position == 4
    told = phones.day_of(session, taker.courier_id, now=NOON)
    assert [stop.planned_s for stop in told.stops] == sorted(stop.planned_s for stop in told.stops)
    assert len(told.stops) == 4
    assert len(phones.day_of(session, giver.courier_id, now=NOON).stops) == 2


def test_only_rounds_on_the_road_of_one_office_pass_stops_on_and_only_what_is_there(session, day):
    plan = a_day.saved_plan(session)
    rounds.publish_plan(build.act(session, a_day.MORNING), plan.id)
    giver, taker = plan.rounds
    stop = giver.stops[0]
    with pytest.raises(under_way.NotUnderWay):
        under_way.move_stops(build.act(session, NOON), [stop.id], taker.id, reason="xe hỏng")
    for one in plan.rounds:
        codes = [i.s10 for s in one.stops for i in s.consignment.items]
        rounds.start_round(build.act(session, a_day.MORNING), one.id, scanned=codes)
    under_way.move_stops(build.act(session, NOON), [stop.id], taker.id, reason="xe hỏng")
    with pytest.raises(under_way.NothingToMove):
        under_way.move_stops(build.act(session, NOON), [stop.id], taker.id, reason="xe hỏng")
    with pytest.raises(under_way.NotUnderWay):
        under_way.move_stops(build.act(session, NOON), [giver.stops[1].id], giver.id, reason="xe hỏng")


def test_a_stranger_confirms_nothing(session, day, plan):
    move, _ = ordered(session, plan)
    stranger = Actor(kind=ActorKind.PHONE, role=Role.COURIER, courier_id=10_000)
    with pytest.raises(Exception, match="phiếu chuyển"):
        under_way.confirm_pieces(build.act(session, NOON, by=stranger), move.id, codes_of(move))


def test_the_passing_on_is_no_ones_business_outside(session, day, plan):
    passed(session, day, plan)
    events = session.scalars(select(TrackingEvent).where(TrackingEvent.kind == EventKind.PASSED_ON)).all()
    assert [event.facts["from_round"] for event in events] == [plan.rounds[0].id]
    assert EventKind.PASSED_ON in INTERNAL
    assert (
        session.scalars(select(RoundStop).where(RoundStop.passed_on_at.is_not(None))).one().round_id
        == plan.rounds[0].id
    )


def test_moving_forty_stops_asks_as_little_of_each_as_moving_five(session):
    a_day.build_day(session, n=44)
    ids = [str(one) for one in session.scalars(select(Consignment.id).order_by(Consignment.id))]
    plan = a_day.walking(session, shares=[ids[:42], ids[42:]])
    giver, taker = (one.id for one in plan.rounds)
    stop_ids = [stop.id for stop in plan.rounds[0].stops]
    selects = {}
    for n in (5, 40):
        with session.begin_nested() as here:
            session.expunge_all()
            with asked(session.connection()) as seen:
                move = under_way.move_stops(build.act(session, NOON), stop_ids[:n], taker, reason="xe hỏng").move
                under_way.count_moved(build.act(session, NOON), move.id, scanned=codes_of(move))
            assert session.get_one(DeliveryRound, giver).stops[0].passed_on_at is not None
            selects[n] = [one.split("FROM")[1].split()[0] for one in seen if one.startswith("SELECT")]
            here.rollback()
        session.expunge_all()
    assert selects[5] == selects[40]
    assert len(selects[40]) <= 45
