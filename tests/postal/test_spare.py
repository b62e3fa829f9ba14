"""A courier on shift without a round gets one on the spot: by hand in a draft, or while others walk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import custody, doorstep, rounds, under_way
from postal.access.policy import Actor, ActorKind
from postal.models import AuditEntry, DeliveryRound, Handover, Role, RoundStatus
from postal.network import crew
from postal.rounds.spare import RoundNotEmpty
from postal.rules import local_seconds
from postal.rules.lifecycle import State
from routing import StraightLine
from tests import builders as build
from tests.postal import day as a_day

NOON = a_day.MORNING + timedelta(hours=3)
LEISURE = under_way.NewRound(courier_code="BT-2")


@pytest.fixture
def day(session):
    return a_day.build_day(session, n=4)


@pytest.fixture
def plan(session, day):
    """All four stops with the first courier, under way; the second one is on shift and has nothing."""
    ids = [str(item.consignment_id) for item in day.items]
    return a_day.walking(session, shares=[ids])


def phone(day, number):
    one = day.couriers[number]
    return Actor(kind=ActorKind.PHONE, role=Role.COURIER, courier_id=one.id, office_id=one.office_id)


def spare(session, plan):
    return [one.code for one in rounds.spare_couriers(session, plan)]


def test_only_who_works_that_day_and_has_no_round_is_spare(session, day, plan):
    assert spare(session, plan) == ["BT-2"]
    absence = crew.note_absence(session, day.couriers[1], a_day.DAY, a_day.DAY)
    session.flush()
    assert spare(session, plan) == []
    with pytest.raises(rounds.NotSpare):
        under_way.move_stops(build.act(session, NOON), [plan.rounds[0].stops[0].id], LEISURE, reason="xe hỏng")
    session.delete(absence)
    assert spare(session, plan) == ["BT-2"]
    under_way.move_stops(build.act(session, NOON), [plan.rounds[0].stops[0].id], LEISURE, reason="xe hỏng")
    assert spare(session, plan) == []
    with pytest.raises(rounds.NotSpare):
        under_way.move_stops(build.act(session, NOON), [plan.rounds[0].stops[1].id], LEISURE, reason="xe hỏng")


def test_judging_a_new_round_keeps_nothing_and_walks_from_the_office(session, day, plan):
    stops = plan.rounds[0].stops[:2]
    asked = under_way.asked_passing(session, [stop.id for stop in stops], LEISURE, now=NOON)
    found = under_way.judged_passing(asked, travel=StraightLine())
    session.flush()
    assert session.scalars(select(DeliveryRound.id)).all() == [plan.rounds[0].id]
    assert [len(asked.before[code]) for code in ("BT-1", "BT-2")] == [4, 0]
    assert [len(asked.after[code]) for code in ("BT-1", "BT-2")] == [2, 2]
    assert not found.faults
    new = next(one for one in found.after.rounds if one.courier_id == "BT-2")
    assert new.leave_at_s >= local_seconds(NOON)
    day.couriers[1].capacity_ml = 600
    session.flush()
    asked = under_way.asked_passing(session, [stop.id for stop in stops], LEISURE, now=NOON)
    faults = under_way.judged_passing(asked, travel=StraightLine()).faults
    assert [(fault.code, fault.who) for fault in faults] == [("overloaded", "BT-2")]


def test_the_new_round_takes_over_delivers_and_comes_home(session, day, plan):
    giver = plan.rounds[0]
    stops = giver.stops[:2]
    move = under_way.move_stops(build.act(session, NOON), [s.id for s in stops], LEISURE, reason="xe hỏng").move
    taker = move.to_round
    assert (taker.number, taker.status, taker.courier.code) == (giver.number + 1, RoundStatus.STARTED, "BT-2")
    items = [piece.item for piece in move.pieces]
    assert {item.round_id for item in items} == {giver.id}, "until both confirmed, the giver holds them"
    for side in (0, 1):
        under_way.confirm_pieces(build.act(session, NOON, by=phone(day, side)), move.id, [item.s10 for item in items])
    assert {(item.round_id, item.state) for item in items} == {(taker.id, State.ON_ROUND)}
    session.expire(taker, ["stops"])
    assert [stop.position for stop in taker.stops] == [1, 2]
    scan = a_day.delivered(items[0], minutes=240)
    doorstep.record_scans(build.act(session, NOON + timedelta(hours=2), by=phone(day, 1)), [scan])
    assert items[0].state is State.DELIVERED
    rounds.close_round(build.act(session, a_day.EVENING), taker.id)
    assert items[1].state is not State.ON_ROUND
    noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "add_round")).one()
    assert noted.subject_id == taker.id


def test_a_new_round_that_took_nothing_over_closes_empty(session, day, plan):
    stop = plan.rounds[0].stops[0]
    move = under_way.move_stops(build.act(session, NOON), [stop.id], LEISURE, reason="xe hỏng").move
    assert under_way.end_move(build.act(session, NOON), move.id) is None
    taker = move.to_round
    assert stop.passed_on_at is None
    handover = rounds.close_round(build.act(session, a_day.EVENING), taker.id)
    assert (handover.n_present, taker.status) == (0, RoundStatus.CLOSED)
    assert under_way.live_day(session, a_day.DAY, now=a_day.EVENING).rounds[-1].stops == ()


def test_a_round_that_took_nothing_over_is_withdrawn_without_a_count(session, day, plan):
    giver, stop = plan.rounds[0], plan.rounds[0].stops[0]
    move = under_way.move_stops(build.act(session, NOON), [stop.id], LEISURE, reason="xe hỏng").move
    for round_id in (move.to_round_id, giver.id):  # one is waited for, the other was loaded
        with pytest.raises(RoundNotEmpty):
            rounds.withdraw_round(build.act(session, NOON), round_id)
    under_way.end_move(build.act(session, NOON), move.id)
    taker = rounds.withdraw_round(build.act(session, NOON), move.to_round_id)
    assert (taker.status, taker.closed_at) == (RoundStatus.CLOSED, NOON)
    assert session.scalars(select(Handover.id).where(Handover.round_id == taker.id)).all() == []
    open_lines = custody.what_is_open(session, taker.office_id, a_day.DAY)
    assert [one.round_id for one in open_lines if one.what == "round"] == [giver.id]
    with pytest.raises(RoundNotEmpty):
        rounds.withdraw_round(build.act(session, NOON), taker.id)


@pytest.mark.parametrize(("n_replanned", "n_new"), [(1, 1), (2, 1), (3, 1), (2, 2), (1, 3)])
def test_a_draft_is_published_whatever_numbers_were_given_out_since_it_was_saved(session, n_replanned, n_new):
    a_day.set_up(session, n_couriers=1 + n_replanned + n_new)
    ids = [str(item.consignment_id) for item in a_day.handed_over(session, n=n_new + 1 + n_replanned)]
    own, others = ids[: n_new + 1], ids[n_new + 1 :]
    plan = a_day.saved_plan(session, shares=[own, others])
    rounds.publish_plan(build.act(session, a_day.MORNING), plan.id)
    giver = plan.rounds[0]
    codes = [item.s10 for stop in giver.stops for item in stop.consignment.items]
    rounds.start_round(build.act(session, a_day.MORNING), giver.id, scanned=codes)
    problem, _ = rounds.replanning_problem(session, a_day.DAY, now=NOON)
    made = a_day.hand_made_plan(problem, [[one] for one in others])
    draft = rounds.save_plan(build.act(session, NOON), a_day.DAY, problem, made)
    waiting = {one.courier_id: one.number for one in draft.rounds}
    new = [
        under_way.move_stops(
            build.act(session, NOON),
            [stop.id],
            under_way.NewRound(courier_code=f"BT-{2 + n_replanned + n}"),
            reason="xe hỏng",
        ).move.to_round
        for n, stop in enumerate(giver.stops[:n_new])
    ]
    told = [one.number for one in new]
    assert not set(told).isdisjoint(waiting.values()) or n_replanned == 1
    published = rounds.publish_plan(build.act(session, NOON), draft.id)
    numbers = [one.number for one in published.rounds]
    assert len(numbers) == len(set(numbers)) == 1 + n_replanned + n_new
    assert [one.number for one in new] == told, "what has left keeps its number"
    kept = {one.courier_id: one.number for one in published.rounds if one.courier_id in waiting}
    assert {c for c in waiting if kept[c] != waiting[c]} == {c for c in waiting if waiting[c] in told}


def test_in_a_draft_a_spare_courier_gets_a_round_and_undo_takes_it_back(session, day):
    ids = [str(item.consignment_id) for item in day.items]
    draft = a_day.saved_plan(session, shares=[ids])
    before = (draft.travel_s, draft.cost, len(draft.rounds))
    move = rounds.Move(
        plan_id=draft.id, edit=0, consignment_id=int(ids[0]), to_round_id=None, position=1, to_courier="BT-2"
    )
    found = rounds.judged(rounds.asked_move(session, move, now=a_day.MORNING), travel=StraightLine())
    assert len(draft.rounds) == 1
    rounds.move_stop(build.act(session, a_day.MORNING), found)
    session.refresh(draft)
    assert [[str(s.consignment_id) for s in one.stops] for one in draft.rounds] == [ids[1:], ids[:1]]
    assert (draft.rounds[1].number, draft.figures["n_rounds"]) == (2, 2)
    again = rounds.Move(
        plan_id=draft.id, edit=1, consignment_id=int(ids[1]), to_round_id=None, position=1, to_courier="BT-2"
    )
    with pytest.raises(rounds.NotSpare):
        rounds.asked_move(session, again, now=a_day.MORNING)
    rounds.undo(build.act(session, a_day.MORNING), draft.id, 1)
    session.refresh(draft)
    assert (draft.travel_s, draft.cost, len(draft.rounds)) == before
    assert [str(s.consignment_id) for s in draft.rounds[0].stops] == ids
