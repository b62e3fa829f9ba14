"""Counting scan by scan: each code is answered at once, says what is wrong with it, and is never lost."""

import pytest
from sqlalchemy import func, select

from postal import custody, rounds
from postal.custody import CountOver, Said
from postal.errors import InvalidInput, NotFound
from postal.lifecycle import State
from postal.models import CountedScan, Discrepancy
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import MORNING

NOW = build.EVENING


@pytest.fixture
def batch(session):
    build.s10_range(session)
    items = build.accepted(session, *(build.result(i + 1) for i in range(3)))
    batch = custody.open_batch(session, items[0].consignment.issuing_office_id, user_id=None, now=NOW)
    build.closed_batch(session, batch.id, user_id=None, now=NOW)
    return batch


def codes_of(batch):
    return [line.item.s10 for line in batch.lines]


def scan(session, batch, code):
    return custody.scan_for_batch(session, batch.id, code, user_id=None, now=NOW)


def test_each_code_says_its_own_thing(session, batch):
    first = codes_of(batch)[0]
    told = scan(session, batch, f" {first.lower()} ")
    assert (told.said, told.tone, told.n_scanned, told.n_expected) == (Said.RIGHT, "good", 1, 3)
    told = scan(session, batch, first)
    assert (told.said, told.tone, told.n_scanned) == (Said.AGAIN, "again", 1)
    assert scan(session, batch, first[:-3] + "9VN").tone in ("unknown", "wrong")
    assert scan(session, batch, "rác").said is Said.UNREADABLE
    assert scan(session, batch, "EY999999995VN").said is Said.UNKNOWN
    with pytest.raises(InvalidInput):
        scan(session, batch, "  ")


def test_every_answer_has_a_sentence_in_both_languages():
    for said in Said:
        tone, vi, en = custody.SCAN_WORDS[said]
        assert tone in ("good", "again", "wrong", "unknown")
        assert vi
        assert en


def test_a_piece_of_another_office_or_batch_is_named(session, batch):
    items = build.accepted(
        session, build.result(11), build.result(12, office="Trung tâm Phục vụ hành chính công phường Phú Xuân")
    )
    others = []
    for item in items:
        other = custody.open_batch(session, item.consignment.issuing_office_id, user_id=None, now=NOW)
        build.closed_batch(session, other.id, user_id=None, now=NOW)
        others.append(other)
    same_office = scan(session, batch, codes_of(others[0])[0])
    assert (same_office.said, same_office.where) == (Said.OTHER_LIST, f"lô {others[0].number}")
    assert others[0].number in same_office.sentence()
    other_office = scan(session, batch, codes_of(others[1])[0])
    assert (other_office.said, "Phú Xuân" in other_office.sentence()) == (Said.OTHER_OFFICE, True)


def test_a_count_begun_is_what_is_handed_over(session, batch):
    codes = codes_of(batch)
    for code in (codes[2], codes[0], codes[2]):
        scan(session, batch, code)
    assert custody.counted_codes(session, batch_id=batch.id) == [codes[2], codes[0]]
    handover = custody.hand_over(
        session, batch.id, scanned=None, giver=a_day.GIVER, receiver=a_day.RECEIVER, user_id=None, now=NOW
    )
    assert (handover.n_expected, handover.n_present) == (3, 2)
    with pytest.raises(CountOver):
        scan(session, batch, codes[1])


def test_a_list_that_is_not_there_cannot_be_counted(session):
    with pytest.raises(NotFound):
        custody.scan_for_batch(session, 4711, "EY999999995VN", user_id=None, now=NOW)
    with pytest.raises(NotFound):
        custody.scan_for_round(session, 4711, "EY999999995VN", user_id=None, now=NOW)


def test_a_load_is_counted_against_its_own_round(session):
    day = a_day.build_day(session)
    ids = [str(item.consignment_id) for item in day.items]
    plan = a_day.saved_plan(session, shares=[ids[:2], ids[2:]])
    rounds.publish_plan(session, plan.id, user_id=None, now=MORNING)
    own, other = plan.rounds

    def said(code):
        return custody.scan_for_round(session, own.id, code, user_id=None, now=MORNING)

    assert said(day.items[0].s10).said is Said.RIGHT
    assert said(day.items[0].s10).said is Said.AGAIN
    elsewhere = said(day.items[2].s10)
    assert (elsewhere.said, elsewhere.where, elsewhere.n_expected) == (Said.OTHER_LIST, f"chuyến {other.number}", 2)
    late = build.accepted(session, build.result(20))[0]
    late.s10 = "EY999999995VN"
    session.flush()
    assert said(late.s10).said is Said.NOT_LISTED
    rounds.start_round(session, own.id, scanned=None, user_id=None, now=MORNING)
    assert [item.state for item in day.items] == [State.ON_ROUND] + [State.HANDED_OVER] * 3
    kinds = session.scalars(select(Discrepancy.kind)).all()
    assert sorted(kinds) == ["extra", "extra", "missing"]
    with pytest.raises(CountOver):
        said(day.items[1].s10)
    assert session.scalar(select(func.count()).select_from(CountedScan)) == 3
