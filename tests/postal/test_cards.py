"""Cards by message: of a try on this round, in the commune's calendar, and only while the visit is remembered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from api.words import translate
from api.work.notices import _card
from postal import desk, doorstep
from postal.life.follow_up import Attempt, fetch_by, follow_up
from postal.models import CourierNote, Notice, NoticeState
from postal.network import closures
from postal.network.closures import Cut
from postal.outside.notices import CODE, forget_notices
from postal.rules.working_days import WorkingDays
from tests import builders as build
from tests.postal import day as a_day

TRIED = a_day.MORNING + timedelta(minutes=60)


@pytest.fixture
def day(session):
    return a_day.build_day(session, n=2)


def walking(session, day):
    stops = dict.fromkeys(str(item.consignment_id) for item in day.items)
    return a_day.walking(session, shares=[list(stops)])


def fail(session, day, item, at=TRIED):
    act = build.act(session, at, by=day.actor())
    assert [one.status for one in doorstep.record_scans(act, [a_day.failed(item, at=at)])] == ["recorded"]


def leave(session, day, plan, *, at=TRIED, came=None, **changes):
    """Tell of a card by message for the first stop's item, when it comes; return its answer and notices so far."""
    position = next(one.position for one in plan.rounds[0].stops if one.consignment_id == day.items[0].consignment_id)
    note = doorstep.NoteIn(
        note_id=f"the-{at:%d%H%M}",
        kind=doorstep.NoteKind.CARD,
        what="message",
        happened_at=at,
        round_id=plan.rounds[0].id,
        position=position,
        **changes,
    )
    (answer,) = doorstep.record_notes(build.act(session, came or at, by=day.actor()), [note])
    return answer, session.scalars(select(Notice).order_by(Notice.id)).all()


@pytest.mark.parametrize(
    ("late", "state"),
    [(0, NoticeState.WAITING), (23, NoticeState.WAITING), (24, NoticeState.FAILED), (50, NoticeState.FAILED)],
)
def test_a_message_lasts_from_the_visit_on_and_one_too_late_is_noted_as_that(session, day, late, state):
    plan = walking(session, day)
    fail(session, day, day.items[0])
    answer, (notice,) = leave(session, day, plan, came=TRIED + timedelta(hours=late))
    assert (answer.status, notice.state) == ("recorded", state)
    assert notice.expires_at == TRIED + timedelta(days=1)


def test_a_note_the_office_held_is_kept_also_where_there_is_nothing_to_tell(session, day):
    plan = walking(session, day)
    assert leave(session, day, plan)[0].code == "nothing_to_tell"
    answer, notices = leave(session, day, plan, held_since=TRIED, came=TRIED + timedelta(days=3))
    assert (answer.status, notices) == ("recorded", [])


def test_a_try_of_an_earlier_round_is_not_what_todays_card_tells_of(session, day):
    first = walking(session, day)
    fail(session, day, day.items[0])
    a_day.close_all(session, first)
    second = a_day.walking(session, a_day.DAY + timedelta(days=3))
    at = TRIED + timedelta(days=3)
    assert leave(session, day, second, at=at)[0].code == "nothing_to_tell"
    fail(session, day, day.items[0], at)
    assert leave(session, day, second, at=at)[0].status == "recorded"


def test_pieces_of_one_door_tried_on_different_days_are_each_told_what_follows(session):
    house = {"phone": "0905120001", "address": "1 Lê Lợi, phường Thuận Hóa, thành phố Huế"}
    day = a_day.build_day(session, house, house | {"channel": "cổng dịch vụ công"})
    first = walking(session, day)
    fail(session, day, day.items[0])
    a_day.close_all(session, first)
    both = [[str(item.consignment_id) for item in day.items]]
    second = a_day.walking(session, a_day.DAY + timedelta(days=3), shares=both)
    at = TRIED + timedelta(days=3)
    for item in day.items:
        fail(session, day, item, at)
    told = doorstep.card_told(session, doorstep.note_with(session, leave(session, day, second, at=at)[1][0].about_id))
    kept, again = sorted(told.steps, key=lambda step: step.try_from is not None)
    assert (kept.codes, again.codes) == ((day.items[0].s10,), (day.items[1].s10,))
    assert (kept.try_from, kept.keep_until is not None, again.keep_until) == (None, True, None)
    said = translate(_card(told), "vi")
    for step, then in (
        (kept, f"Giữ đến hết {kept.keep_until:%d/%m/%Y}."),
        (again, f"Bưu tá đến lại từ {again.try_from:%d/%m/%Y}."),
    ):
        assert f"{step.codes[0]}: {then}" in said


def test_a_piece_is_kept_until_the_working_day_before_it_goes_back():
    calendar = WorkingDays()
    tries = [Attempt(at=at, reason="VANG_NHA") for at in (TRIED, TRIED + timedelta(days=4))]
    found = follow_up(tries, calendar)
    last = fetch_by(found, calendar)
    assert last < found.return_on
    assert calendar.next_working_day(last) == found.return_on
    assert fetch_by(follow_up(tries[:1], calendar), calendar) is None


def test_days_a_commune_is_cut_off_are_not_told_as_days_of_the_next_try(session, day):
    plan = walking(session, day)
    fail(session, day, day.items[0])
    leave(session, day, plan)
    noted = session.scalars(select(CourierNote)).one()
    before = doorstep.card_told(session, noted).steps[0].try_from
    code = day.items[0].consignment.commune_code
    closures.close(session, Cut(communes=(code,), first=before, last=before, reason="lũ", proof="CĐ 12"), now=TRIED)
    assert doorstep.card_told(session, noted).steps[0].try_from > before


def test_that_a_card_went_stays_on_the_items_page_and_what_went_to_nobody_goes(session, day):
    plan = walking(session, day)
    fail(session, day, day.items[0])
    leave(session, day, plan)
    told = desk.notices_to(session, day.items[0].consignment)
    at = TRIED - timedelta(days=1)
    old = {"queued_at": at, "expires_at": at, "next_try_at": at, "state": NoticeState.SENT}
    session.add(Notice(kind="alarm", **old))
    person_id = day.items[0].consignment.person_id
    session.add_all(Notice(kind=CODE, person_id=person_id, **old) for _ in range(31))
    session.flush()
    shown = desk.notices_to(session, day.items[0].consignment)
    assert (len(shown), set(told) < set(shown)) == (31, True), "codes asked for again and again push no card away"
    assert forget_notices(session, now=TRIED + timedelta(days=400)) == 32
    assert [one.id for one in told] == [one.id for one in desk.notices_to(session, day.items[0].consignment)] != []
