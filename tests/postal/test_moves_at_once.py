"""Stops pass to another courier while somebody else publishes another plan, or closes the round that has them."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import rounds, under_way
from postal.access.policy import Actor, ActorKind
from postal.errors import PostalError
from postal.models import Courier, DeliveryRound, Item, PlanStatus, Role, RoundStatus
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, MORNING

NOON = MORNING + timedelta(hours=3)


@pytest.fixture
def out(database):
    """Two couriers under way, a draft that sends out a third one, and a fourth who has nothing: their ids."""
    with database.write() as session:
        a_day.set_up(session, n_couriers=4)
        a, b, c, d = [str(item.consignment_id) for item in a_day.handed_over(session, n=4)]
        plan = a_day.saved_plan(session, shares=[[a, b], [c], [d]])
        rounds.publish_plan(build.act(session, MORNING), plan.id)
        giver, taker, _ = plan.rounds
        for one in (giver, taker):
            codes = [item.s10 for stop in one.stops for item in stop.consignment.items]
            rounds.start_round(build.act(session, MORNING), one.id, scanned=codes)
        problem, _ = rounds.replanning_problem(session, DAY, now=NOON)
        assert [one.courier_id for one in problem.couriers] == ["BT-3", "BT-4"]
        draft = rounds.save_plan(build.act(session, NOON), DAY, problem, a_day.hand_made_plan(problem, [[d]]))
        return {"giver": giver.id, "taker": taker.id, "stop": giver.stops[0].id, "draft": draft.id, "plan": plan.id}


def moving(database, out, to, ended):
    def move():
        try:
            with database.write() as session:
                told = under_way.NewRound(courier_code="BT-4") if to == "new" else out["taker"]
                under_way.move_stops(build.act(session, NOON), [out["stop"]], told, reason="xe hỏng")
            ended.append("done")
        except PostalError as refusal:
            ended.append(refusal.code)

    return threading.Thread(target=move)


def meanwhile(database, second, act):
    """Start the second while the first stands between its act and its commit."""
    with database.write() as session:
        act(session)
        session.flush()
        second.start()
        second.join(0.7)
        assert second.is_alive(), "it waits"
    second.join()


@pytest.mark.parametrize("to", ["new", "known"])
def test_stops_moved_while_another_plan_is_published_go_to_a_round_of_that_plan(database, out, to):
    ended = []
    second = moving(database, out, to, ended)
    meanwhile(database, second, lambda s: rounds.publish_plan(build.act(s, NOON), out["draft"]))
    assert ended == ["done"]
    with database.write() as session:
        left = session.scalars(select(DeliveryRound.status).where(DeliveryRound.plan_id == out["plan"])).all()
        assert left == [RoundStatus.PLANNED], "nobody is out on a plan that was replaced"
        move = under_way.moves_of(session, round_id=out["giver"])[0]
        assert {move.from_round.plan_id, move.to_round.plan_id} == {out["draft"]}
        assert move.to_round.plan.status is PlanStatus.PUBLISHED
        codes = [piece.item.s10 for piece in move.pieces]
        under_way.count_moved(build.act(session, NOON), move.id, scanned=codes)
        handover = rounds.close_round(build.act(session, a_day.EVENING), move.to_round_id)
        assert set(codes) <= {line.item.s10 for line in handover.lines}


@pytest.mark.parametrize("to", ["new", "known"])
def test_stops_of_a_round_that_was_closed_meanwhile_stay(database, out, to):
    ended = []
    second = moving(database, out, to, ended)
    meanwhile(database, second, lambda s: rounds.close_round(build.act(s, NOON), out["giver"]))
    assert ended == ["round_not_under_way"]
    with database.read() as session:
        fourth = select(DeliveryRound.id).join(Courier).where(Courier.code == "BT-4")
        assert session.scalars(fourth).all() == []


def ordered(database, out):
    """Order the move of one stop to the courier who is out; return its id and its codes."""
    with database.write() as session:
        told = under_way.move_stops(build.act(session, NOON), [out["stop"]], out["taker"], reason="xe hỏng")
        return told.move.id, [piece.item.s10 for piece in told.move.pieces]


def by_courier(session, round_id):
    one = session.get_one(DeliveryRound, round_id)
    return Actor(kind=ActorKind.USER, role=Role.COURIER, courier_id=one.courier_id, office_id=one.office_id)


@pytest.mark.parametrize("way", ["by scan", "on paper", "called off"])
@pytest.mark.parametrize("is_at_once", [True, False], ids=["at once", "before"])
def test_no_piece_passes_to_a_round_that_was_closed(database, out, way, is_at_once):
    move_id, codes = ordered(database, out)
    with database.write() as session:
        given = build.act(session, NOON, by=by_courier(session, out["giver"]))
        under_way.confirm_pieces(given, move_id, codes)
    ended = []

    def ending():
        try:
            with database.write() as session:
                if way == "by scan":
                    taken = build.act(session, NOON, by=by_courier(session, out["taker"]))
                    under_way.confirm_pieces(taken, move_id, codes)
                elif way == "on paper":
                    under_way.count_moved(build.act(session, NOON), move_id, scanned=codes)
                else:
                    under_way.end_move(build.act(session, NOON), move_id)
            ended.append("done")
        except PostalError as refusal:
            ended.append(refusal.code)

    def close(session):
        rounds.close_round(build.act(session, NOON), out["taker"])

    if is_at_once:
        meanwhile(database, threading.Thread(target=ending), close)
    else:
        with database.write() as session:
            close(session)
        ending()
    assert ended == ["done" if way == "called off" else "round_not_under_way"]
    with database.read() as session:
        assert {item.round_id for item in session.scalars(select(Item).where(Item.s10.in_(codes)))} == {out["giver"]}


@pytest.mark.parametrize("status", [PlanStatus.DRAFT, PlanStatus.SUPERSEDED])
def test_nobody_leaves_at_once_for_a_plan_that_is_not_the_published_one(session, status):
    day = a_day.build_day(session, n=2)
    plan = a_day.saved_plan(session, shares=[[str(item.consignment_id) for item in day.items]])
    plan.status = status
    session.flush()
    with pytest.raises(rounds.RoundNotPublished):
        rounds.add_round(session, plan, "BT-2", leave_at_s=0, started_at=NOON)
    made = rounds.add_round(session, plan, "BT-2", leave_at_s=0) if status is PlanStatus.DRAFT else None
    assert made is None or made.status is RoundStatus.PLANNED
