"""Stops about to pass to another courier: both rounds are walked anew and judged by the checker before an order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import phones, rounds, under_way
from postal.models import AuditEntry, Consignment, DeliveryRound, RoundStop
from postal.rules import local_seconds
from routing import StraightLine
from routing.check import check
from routing.planned import Plan
from tests import builders as build
from tests.postal import day as a_day
from tests.scale import scaled
from tests.statements import asked

NOON = a_day.MORNING + timedelta(hours=3)
TRAVEL = StraightLine()


@pytest.fixture
def day(session):
    day = a_day.build_day(session, n=8)
    for n, item in enumerate(day.items):
        item.consignment.lat, item.consignment.lon = 16.46 + 0.004 * n, 107.58 + 0.003 * (n % 3)
    session.flush()
    return day


@pytest.fixture
def plan(session, day):
    return a_day.walking(session)


def judged(session, plan, n=2, *, now=NOON, giver=0):
    stops = plan.rounds[giver].stops[:n]
    asked = under_way.asked_passing(session, [stop.id for stop in stops], plan.rounds[1 - giver].id, now=now)
    return under_way.judged_passing(asked, travel=TRAVEL), stops


def back_of(made, code):
    return next(one.back_at_s for one in made.rounds if one.courier_id == code)


def test_the_taker_comes_home_later_and_the_giver_earlier_by_the_clock(session, day, plan):
    found, stops = judged(session, plan)
    giver, taker = (one.courier.code for one in plan.rounds)
    assert back_of(found.after, taker) > back_of(found.before, taker)
    assert back_of(found.after, giver) < back_of(found.before, giver)
    assert [len(found.asked.after[code]) for code in (giver, taker)] == [2, 6]
    assert not found.faults
    assert {str(stop.consignment_id) for stop in stops} <= set(found.asked.after[taker])


def test_hours_that_only_the_taker_would_miss_are_told_as_a_broken_rule_and_stand_in_the_audit(session, day, plan):
    stop = plan.rounds[0].stops[0]
    now_s = local_seconds(NOON)
    stop.consignment.window_from_s, stop.consignment.window_until_s = now_s, now_s + 900
    # The taker is far away; the giver stands before the door.
    for other in plan.rounds[1].stops:
        other.consignment.lat, other.consignment.lon = 16.7, 107.9
    stop.consignment.lat, stop.consignment.lon = plan.rounds[0].office.lat, plan.rounds[0].office.lon
    plan.rounds[1].courier.start_lat, plan.rounds[1].courier.start_lon = 16.7, 107.9
    session.flush()
    found, _ = judged(session, plan, 1)
    assert [(fault.code, fault.who) for fault in found.faults] == [("late", str(stop.consignment_id))]
    broken = [fault.code for fault in found.faults]
    under_way.move_stops(build.act(session, NOON), [stop.id], plan.rounds[1].id, reason="xe hỏng", broken=broken)
    note = session.scalars(select(AuditEntry).where(AuditEntry.action == "move_stops")).one()
    assert (note.reason, note.facts["broken"]) == ("xe hỏng", "late")


def test_the_takers_lunch_his_shift_and_his_box_count(session, day, plan):
    courier = plan.rounds[1].courier
    now_s = local_seconds(NOON)
    courier.lunch_from_s = courier.lunch_until_s = None
    session.flush()
    plain = back_of(judged(session, plan)[0].after, courier.code)
    courier.lunch_from_s, courier.lunch_until_s = now_s + 600, now_s + 4_200
    session.flush()
    assert back_of(judged(session, plan)[0].after, courier.code) == plain + 3_600
    courier.shift_until_s = plain + 3_600 - 60
    courier.capacity_ml = 5 * 600
    session.flush()
    codes = {fault.code for fault in judged(session, plan)[0].faults}
    assert codes == {"outside_shift", "overloaded"}


def test_what_is_seen_is_known_again_and_changes_with_the_rounds(session, day, plan):
    first, again = judged(session, plan)[0], judged(session, plan, now=NOON + timedelta(minutes=2))[0]
    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != judged(session, plan, 1)[0].fingerprint


def test_what_is_told_is_what_the_checker_finds_in_any_passing(session, day, plan):
    chance = random.Random(22)
    for _ in range(scaled(8, 200)):
        for item in day.items:
            item.consignment.lat, item.consignment.lon = chance.uniform(16.4, 16.6), chance.uniform(107.5, 107.7)
            early = local_seconds(NOON) + chance.randint(-3_600, 7_200)
            is_open = chance.random() < 0.5
            item.consignment.window_from_s = None if is_open else early
            item.consignment.window_until_s = None if is_open else early + 3_600
        session.flush()
        found, _ = judged(session, plan, chance.randint(1, 4), giver=chance.randint(0, 1))
        asked, made = found.asked, found.after
        own = {stop_id for order in asked.after.values() for stop_id in order}
        assert own == {stop_id for order in asked.before.values() for stop_id in order}
        walked = Plan(
            rounds=made.rounds, unserved=(), travel_s=sum(one.travel_s for one in made.rounds), cost=made.cost,
            travel_source="", degraded=None, seconds=0.0,
        )  # fmt: skip
        part = replace(asked.problem, stops=tuple(s for s in asked.problem.stops if s.stop_id in own))
        before = {(fault.code, fault.who) for fault in found.before.faults}
        codes = {(fault.code, fault.who) for fault in check(part, walked, TRAVEL)} - before
        assert {(fault.code, fault.who) for fault in found.faults} == codes


def test_a_round_of_which_nothing_is_left_is_not_walked(session, day, plan):
    found, _ = judged(session, plan, 4)
    assert {one.courier_id for one in found.after.rounds} == {plan.rounds[1].courier.code}
    assert rounds.road_of(session, [plan.rounds[0]], now=NOON).orders[plan.rounds[0].courier.code]


def test_passing_and_reordering_ask_as_much_for_two_stops_as_for_forty(session):
    n_asked = {}
    for n in (2, 40):
        with session.begin_nested() as here:
            a_day.build_day(session, n=n + 2)
            ids = [str(one) for one in session.scalars(select(Consignment.id).order_by(Consignment.id))]
            plan = a_day.walking(session, shares=[ids[:n], ids[n:]])
            giver, taker = (one.id for one in plan.rounds)
            n_asked[n] = {}
            for name, ask in WAYS.items():
                session.flush()
                session.expunge_all()
                with asked(session.connection()) as seen:
                    ask(session, giver, taker)
                n_asked[n][name] = len(seen)
            here.rollback()
        session.expunge_all()
    assert n_asked[2] == n_asked[40]
    assert max(n_asked[40].values()) <= 20


def _stop_ids(session, round_id):
    query = select(RoundStop.id).where(RoundStop.round_id == round_id).order_by(RoundStop.position)
    return session.scalars(query).all()


def _judge(session, giver, taker):
    under_way.asked_passing(session, _stop_ids(session, giver)[:1], taker, now=NOON)


def _reorder(session, giver, _taker):
    walked = session.get_one(DeliveryRound, giver)
    phones.asked_order(session, walked, [1], now=NOON)


WAYS = {"passing": _judge, "order": _reorder}
