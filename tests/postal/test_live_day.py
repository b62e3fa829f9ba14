"""The day as it goes: what is over, who is behind, and words with couriers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import doorstep, phones, under_way
from postal.access.policy import Actor, ActorKind
from postal.errors import InvalidInput, NotFound
from postal.models import AuditEntry, CourierMessage, Role
from postal.under_way import Mark
from tests import builders as build
from tests.postal import day as a_day

NOON = a_day.MORNING + timedelta(hours=2)  # 09:30; stops were planned from 08:00, ten minutes apart


@pytest.fixture
def day(session):
    return a_day.build_day(session, n=6)


def by(day, number=0):
    one = day.couriers[number]
    return Actor(kind=ActorKind.PHONE, role=Role.COURIER, courier_id=one.id, office_id=one.office_id)


def live(session, *, now=NOON, office_id=None):
    return under_way.live_day(session, a_day.DAY, now=now, office_id=office_id)


def test_a_round_is_as_far_behind_as_its_next_open_stop(session, day):
    plan = a_day.walking(session)
    first, second = plan.rounds
    items = [i for stop in first.stops for i in stop.consignment.items]
    scans = [a_day.delivered(items[0], minutes=40), a_day.failed(items[1], at=a_day.MORNING + timedelta(minutes=55))]
    doorstep.record_scans(build.act(session, NOON, by=day.actor()), scans)
    seen = {one.round.id: one for one in live(session).rounds}
    mine = seen[first.id]
    assert [stop.mark for stop in mine.stops] == [Mark.DONE, Mark.FAILED, Mark.OPEN]
    assert (mine.n_over, mine.n_failed, mine.behind_s) == (2, 1, (9 * 60 + 30) * 60 - (8 * 60 + 20) * 60)
    assert seen[second.id].behind_s == 90 * 60
    assert live(session).rounds[0].round.id == second.id  # the furthest behind on top
    early = live(session, now=a_day.MORNING)
    assert {one.behind_s for one in early.rounds} == {-50 * 60, -30 * 60}
    assert {one.courier_name for one in early.rounds} == {"Bưu Tá 1", "Bưu Tá 2"}


def test_rounds_that_wait_or_are_closed_are_neither_behind_nor_ahead(session, day):
    plan = a_day.walking(session)
    a_day.close_all(session, plan)
    assert {(one.behind_s, one.n_over, one.n_failed) for one in live(session).rounds} == {(None, 3, 3)}
    assert under_way.live_day(session, a_day.DAY + timedelta(days=1), now=NOON).rounds == ()
    assert len(live(session, office_id=day.office.id).rounds) == 2
    assert live(session, office_id=day.office.id + 1).rounds == ()


def test_the_phone_is_seen_with_its_last_contact_and_what_it_has_not_sent(session, day):
    a_day.walking(session)
    act = build.act(session, a_day.MORNING)
    phone = phones.enrol(act, phones.make_code(act, day.couriers[0].id)).phone
    phones.note_unsent(session, phone.id, 3)
    session.expire_all()
    seen = {one.round.courier_id: (one.last_contact_at, one.n_unsent) for one in live(session).rounds}
    assert seen == {day.couriers[0].id: (a_day.MORNING, 3), day.couriers[1].id: (None, None)}


def test_words_go_both_ways_and_each_side_knows_what_the_other_has_seen(session, day):
    a_day.walking(session)
    one = day.couriers[0]
    sent = under_way.tell_courier(build.act(session, NOON), one.id, "  Ghé bưu cục lấy thêm phiếu ")
    under_way.tell_office(build.act(session, NOON, by=by(day)), "Xe hỏng ở cầu Trường Tiền", client_id="may-1")
    under_way.tell_office(build.act(session, NOON, by=by(day)), "Xe hỏng ở cầu Trường Tiền", client_id="may-1")
    told = under_way.messages_with(session, one.id, since=a_day.MORNING)
    assert [(m.is_from_courier, m.words, m.read_at) for m in told] == [
        (False, "Ghé bưu cục lấy thêm phiếu", None),
        (True, "Xe hỏng ở cầu Trường Tiền", None),
    ]
    assert {r.round.courier_id: r.n_unread for r in live(session).rounds} == {one.id: 1, day.couriers[1].id: 0}
    assert under_way.read_by_office(build.act(session, NOON), one.id) == 1
    assert under_way.read_by_courier(build.act(session, NOON, by=by(day, 1)), [sent.id]) == 0
    assert under_way.read_by_courier(build.act(session, NOON, by=by(day)), [sent.id]) == 1
    assert all(m.read_at == NOON for m in under_way.messages_with(session, one.id, since=a_day.MORNING))


def test_the_words_lie_sealed_are_in_no_audit_and_are_forgotten_after_a_month(session, day):
    under_way.tell_courier(build.act(session, NOON), day.couriers[0].id, "Gọi bà Hằng trước")
    stored = session.scalars(select(CourierMessage)).one()
    assert "Hằng".encode() not in stored.sealed
    notes = session.scalars(select(AuditEntry).where(AuditEntry.action == "message")).all()
    assert [note.facts for note in notes] == [{"message_id": stored.id}]
    assert under_way.forget_messages(session, now=NOON + timedelta(days=30)) == 0
    assert under_way.forget_messages(session, now=NOON + timedelta(days=32)) == 1


def test_empty_or_endless_words_are_refused_and_so_is_a_stranger(session, day):
    for words in ("", "  ", "a" * 501):
        with pytest.raises(InvalidInput):
            under_way.tell_courier(build.act(session, NOON), day.couriers[0].id, words)
    with pytest.raises(NotFound):
        under_way.tell_courier(build.act(session, NOON), 10_000, "Chào")
    with pytest.raises(NotFound):
        under_way.tell_office(build.act(session, NOON), "Chào", client_id="may-2")
