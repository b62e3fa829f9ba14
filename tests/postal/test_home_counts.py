"""What comes home: scanned by the courier and by the office, blind, named where it differs, explained to close."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from postal import doorstep, rounds
from postal.counting import Ending, all_lists, end_count, scan_codes
from postal.doorstep import NoteIn, NoteKind
from postal.errors import InvalidInput, NotFound
from postal.models import Discrepancy, Handover, HomeCount
from postal.rounds import HomeSide
from tests import builders as build
from tests.postal import day as a_day

BACK = all_lists()["back"]


@pytest.fixture
def day(session):
    return a_day.build_day(session, n=3)


@pytest.fixture
def walked(session, day):
    """Walk a round of three: nothing was handed over, all of it comes home."""
    return a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]]).rounds[0]


def count(session, walked, side, codes, *, at=a_day.EVENING):
    return rounds.note_home(build.act(session, at), walked.id, side, codes)


def close(session, walked, codes, *, why=""):
    brought = rounds.Brought(money_vnd=0, n_papers=0, why=why)
    return rounds.close_round(build.act(session, a_day.EVENING), walked.id, scanned=codes, brought=brought)


def codes_of(day):
    return [item.s10 for item in day.items]


def noted(session, kind="home"):
    return session.scalars(select(Discrepancy.detail).where(Discrepancy.kind == kind).order_by(Discrepancy.id)).all()


def test_neither_side_sees_the_other_before_its_own_count_is_in(session, day, walked):
    first, second, third = codes_of(day)
    count(session, walked, HomeSide.COURIER, [first, second])
    assert rounds.home_seen(session, walked.id, HomeSide.OFFICE) == rounds.HomeSeen()
    assert rounds.home_seen(session, walked.id, HomeSide.COURIER) == rounds.HomeSeen(own=(first, second))
    assert not any(second in str(one) for one in BACK.other_side(session, walked.id))
    count(session, walked, HomeSide.OFFICE, [first, third])
    for side, own, other in (
        (HomeSide.COURIER, (first, second), (first, third)),
        (HomeSide.OFFICE, (first, third), (first, second)),
    ):
        seen = rounds.home_seen(session, walked.id, side)
        assert (seen.own, seen.other, seen.only_courier, seen.only_office) == (own, other, (second,), (third,))
    told = [str(one) for one in BACK.other_side(session, walked.id)]
    assert any(second in one and "bưu cục không" in one for one in told)
    assert any(third in one and "bưu tá không" in one for one in told)


def test_a_count_is_kept_as_it_was_and_the_last_one_holds(session, day, walked):
    first, second, third = codes_of(day)
    one = count(session, walked, HomeSide.COURIER, [first, first.lower(), second])
    assert count(session, walked, HomeSide.COURIER, [second, first]).id == one.id
    count(session, walked, HomeSide.COURIER, [first, second, third])
    kept = session.execute(select(HomeCount.codes, HomeCount.is_blind).order_by(HomeCount.id)).all()
    assert [tuple(row) for row in kept] == [([first, second], True), ([first, second, third], False)]
    assert close(session, walked, [first, second, third]).facts["home_courier"] == 3
    for change in (update(HomeCount).values(codes=[]), delete(HomeCount)):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(change.where(HomeCount.id == one.id))


@pytest.mark.parametrize(("courier", "office"), [((0, 1), (0, 1, 2)), ((0, 1, 2), (0, 1)), ((0,), (1, 2)), ((), (0,))])
def test_a_difference_is_named_piece_by_piece_and_explained_or_the_round_stays_open(
    session, day, walked, courier, office
):
    codes = codes_of(day)
    said, counted = [codes[n] for n in courier], [codes[n] for n in office]
    count(session, walked, HomeSide.COURIER, said)
    with pytest.raises(rounds.HomeDiffers) as refusal:
        close(session, walked, counted)
    differing = set(said) ^ set(counted)
    assert {code for code in codes if code in str(refusal.value.message)} == differing
    receipt = close(session, walked, counted, why="bưu tá quét sót")
    facts = receipt.facts
    assert set(facts["home_only_courier"]) == set(said) - set(counted)
    assert set(facts["home_only_office"]) == set(counted) - set(said)
    assert facts["why"] == "bưu tá quét sót"
    # A piece that is missing is a discrepancy already: it is not named twice.
    assert noted(session) == []
    assert set(noted(session, "missing")) == set(codes) - set(counted)


def test_what_only_the_courier_counted_and_nobody_expected_is_a_discrepancy(session, day, walked):
    first, second, third = codes_of(day)
    delivered = a_day.delivered(day.items[2])
    assert doorstep.record_scans(build.act(session, a_day.EVENING, by=day.actor()), [delivered])[0].status == "recorded"
    count(session, walked, HomeSide.COURIER, [first, second, third])
    close(session, walked, [first, second], why="đã phát, quét nhầm")
    assert noted(session) == [third]


def test_counts_that_agree_need_no_words_and_without_a_phone_nothing_changes(session, day, walked):
    count(session, walked, HomeSide.COURIER, codes_of(day))
    facts = close(session, walked, codes_of(day), why="thừa chữ").facts
    assert "why" not in facts
    assert "home_only_courier" not in facts
    assert noted(session) == []


def test_a_round_nobody_counted_on_a_phone_closes_as_before(session, day, walked):
    assert "home_courier" not in close(session, walked, codes_of(day)[:2]).facts


def test_a_count_that_comes_after_the_receipt_changes_no_signed_count(session, day, walked):
    first, second, third = codes_of(day)
    receipt = close(session, walked, [first, second])
    signed = (receipt.n_present, receipt.digest, dict(receipt.facts))
    act = build.act(session, a_day.EVENING, by=day.actor())
    for n in range(2):
        note = NoteIn(
            note_id="dem-ve-01",
            kind=NoteKind.HOME,
            happened_at=a_day.EVENING,
            round_id=walked.id,
            facts={"codes": [first, second, third]},
        )
        assert doorstep.record_notes(act, [note])[0].status == ("known" if n else "recorded")
    session.expire_all()
    after = session.get_one(Handover, receipt.id)
    assert (after.n_present, after.digest, after.facts) == signed
    assert noted(session) == [third]


def test_the_desk_keeps_what_it_counted_though_the_end_is_refused(session, day, walked):
    first, second, third = codes_of(day)
    count(session, walked, HomeSide.COURIER, [first, second, third])
    act = build.act(session, a_day.EVENING)
    scan_codes(act, BACK, walked.id, [first, second])
    BACK.keep_count(act, walked.id, Ending())
    with pytest.raises(rounds.HomeDiffers), session.begin_nested():
        end_count(act, BACK, walked.id, Ending())
    assert rounds.home_seen(session, walked.id, HomeSide.COURIER).only_courier == (third,)
    scan_codes(act, BACK, walked.id, [third])  # it lay under the seat
    BACK.keep_count(act, walked.id, Ending())
    assert end_count(act, BACK, walked.id, Ending()).n_present == 3


def test_only_ones_own_round_that_has_left_is_counted(session, day, walked):
    with pytest.raises(InvalidInput):
        count(session, walked, HomeSide.COURIER, [f"EY{n:09}VN" for n in range(501)])
    with pytest.raises(NotFound):
        rounds.note_home(build.act(session, a_day.EVENING), 999, HomeSide.COURIER, [])
    note = NoteIn(
        note_id="dem-ve-02",
        kind=NoteKind.HOME,
        happened_at=a_day.EVENING,
        round_id=walked.id,
        facts={"codes": []},
    )
    (answer,) = doorstep.record_notes(build.act(session, a_day.EVENING, by=day.actor(1)), [note])
    assert (answer.status, answer.code) == ("refused", "not_found")
