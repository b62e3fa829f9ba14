"""A round's money: counted by both sides blind, explained where it differs, and fees paid to the post's account."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from postal import custody, doorstep, rounds
from postal.access.policy import Actor, ActorKind
from postal.counting import Ending, all_lists, end_count, scan_codes
from postal.errors import InvalidInput, NotFound
from postal.models import CashCount, Discrepancy, Role
from postal.rounds import CashSide
from postal.rules import vietqr
from tests import builders as build
from tests.postal import day as a_day

BACK = all_lists()["back"]


@pytest.fixture
def day(session):
    return a_day.build_day(session, {"fee_vnd": "135000"}, {"fee_vnd": "50000"}, {})


@pytest.fixture
def walked(session, day):
    """Walk all three stops; two paid their fees."""
    plan = a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    first, second, third = day.items
    scans = [
        a_day.delivered(first, fee_vnd=135_000, fee_receipt="BL-1"),
        a_day.delivered(second, fee_vnd=50_000, fee_receipt="BL-2"),
        a_day.delivered(third),
    ]
    answers = doorstep.record_scans(build.act(session, a_day.EVENING, by=day.actor()), scans)
    assert {answer.status for answer in answers} == {"recorded"}
    return plan.rounds[0]


def count(session, walked, side, money_vnd, *, n_papers=0, notes=None):
    act = build.act(session, a_day.EVENING)
    return rounds.note_count(act, walked.id, side, money_vnd=money_vnd, n_papers=n_papers, notes=notes)


def close(session, walked, money_vnd, *, why=""):
    brought = rounds.Brought(money_vnd=money_vnd, n_papers=0, why=why)
    return rounds.close_round(build.act(session, a_day.EVENING), walked.id, brought=brought)


def test_neither_side_sees_what_is_due_or_the_other_count_before_its_own(session, walked):
    for side in CashSide:
        assert rounds.cash_seen(session, walked, side) == rounds.CashSeen()
    count(session, walked, CashSide.CASHIER, 180_000)
    assert rounds.cash_seen(session, walked, CashSide.COURIER) == rounds.CashSeen()
    seen = rounds.cash_seen(session, walked, CashSide.CASHIER)
    assert (seen.own_vnd, seen.due_vnd, seen.other_vnd) == (180_000, 185_000, None)
    count(session, walked, CashSide.COURIER, 185_000)
    assert rounds.cash_seen(session, walked, CashSide.CASHIER).other_vnd == 185_000


def test_a_count_is_kept_as_it_was_and_counting_again_is_not_blind(session, walked):
    first = count(session, walked, CashSide.CASHIER, 180_000)
    assert count(session, walked, CashSide.CASHIER, 180_000).id == first.id
    count(session, walked, CashSide.CASHIER, 185_000)
    kept = session.execute(select(CashCount.money_vnd, CashCount.is_blind).order_by(CashCount.id)).all()
    assert [tuple(row) for row in kept] == [(180_000, True), (185_000, False)]


def test_denominations_must_add_up_to_the_sum(session, walked):
    count(session, walked, CashSide.COURIER, 185_000, notes={100_000: 1, 50_000: 1, 20_000: 1, 10_000: 1, 5_000: 1})
    with pytest.raises(rounds.NotesDiffer):
        count(session, walked, CashSide.CASHIER, 185_000, notes={100_000: 1})
    for notes in ({3_000: 1}, {100_000: -1}):
        with pytest.raises(InvalidInput):
            count(session, walked, CashSide.CASHIER, 185_000, notes=notes)
    with pytest.raises(InvalidInput):
        count(session, walked, CashSide.CASHIER, -1)


@pytest.mark.parametrize("money_vnd", [0, 184_999, 185_001])
def test_a_difference_to_the_dong_is_explained_or_the_round_stays_open(session, walked, money_vnd):
    with pytest.raises(rounds.BroughtDiffers):
        close(session, walked, money_vnd)
    receipt = close(session, walked, money_vnd, why="thối nhầm cho khách")
    assert (receipt.facts["money_vnd"], receipt.facts["why"]) == (money_vnd, "thối nhầm cho khách")
    assert session.scalars(select(Discrepancy)).one().detail == f"{money_vnd} / 185000"


def test_a_courier_who_counted_otherwise_than_the_cashier_is_a_difference_too(session, walked):
    count(session, walked, CashSide.COURIER, 190_000)
    with pytest.raises(rounds.CountsDiffer):
        close(session, walked, 185_000)
    receipt = close(session, walked, 185_000, why="bưu tá đếm nhầm, cùng đếm lại là đủ")
    assert receipt.facts["courier_vnd"] == 190_000
    assert session.scalars(select(Discrepancy)).all() == []


def test_without_a_difference_nothing_need_be_explained(session, walked):
    count(session, walked, CashSide.COURIER, 185_000)
    assert "why" not in close(session, walked, 185_000, why="thừa chữ").facts
    with pytest.raises(NotFound):
        count(session, walked, CashSide.COURIER, 185_000)


def test_the_list_tells_what_is_due_only_after_the_cashiers_count_which_stands_though_the_end_is_refused(
    session, walked
):
    act = build.act(session, a_day.EVENING)
    assert BACK.due(session, walked.id).is_hidden
    scan_codes(act, BACK, walked.id, ["EY0"])
    wrong = Ending(money_vnd=100_000)
    BACK.keep_count(act, walked.id, wrong)
    with pytest.raises(rounds.BroughtDiffers), session.begin_nested():
        end_count(act, BACK, walked.id, wrong)
    due = BACK.due(session, walked.id)
    assert (due.is_hidden, due.counted, due.money_vnd) == (False, (100_000, 0), 185_000)


def phone(day):
    one = day.couriers[0]
    return Actor(kind=ActorKind.PHONE, role=Role.COURIER, courier_id=one.id, office_id=one.office_id)


@pytest.fixture
def under_way(session, day):
    return a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]]).rounds[0]


def paid(session, day, item):
    return rounds.tell_payment(build.act(session, a_day.MORNING, by=phone(day)), item.s10)


def deliver(session, day, item, **proof):
    scan = a_day.delivered(item, fee_vnd=item.fee_vnd, fee_receipt="BL-9", **proof)
    answers = doorstep.record_scans(build.act(session, a_day.EVENING, by=day.actor()), [scan])
    assert [one.status for one in answers] == ["recorded"], answers


def test_what_was_paid_by_transfer_need_not_be_brought_in_cash_unless_the_post_refuses_it(session, day, under_way):
    first, second, _ = day.items
    told = paid(session, day, first)
    assert paid(session, day, first).id == told.id
    assert (told.amount_vnd, told.is_confirmed) == (135_000, None)
    for item in (first, second):
        deliver(session, day, item)
    due = rounds.due_from_courier(session, under_way)
    assert (due["fees_vnd"], due["transfers_vnd"]) == (50_000, 135_000)
    rounds.refuse_payment(build.act(session, a_day.EVENING), told.id)
    assert rounds.due_from_courier(session, under_way)["fees_vnd"] == 185_000
    with pytest.raises(rounds.PaymentSettled):
        rounds.confirm_payment(build.act(session, a_day.EVENING), told.id, bank_reference="FT1")


def test_a_payment_is_confirmed_by_the_banks_reference(session, day, under_way):
    told = paid(session, day, day.items[0])
    act = build.act(session, a_day.EVENING)
    with pytest.raises(InvalidInput):
        rounds.confirm_payment(act, told.id, bank_reference=" ")
    assert rounds.confirm_payment(act, told.id, bank_reference="FT26330123").is_confirmed
    assert [one.id for one, _ in rounds.told_payments(session)] == [told.id]


def test_a_payment_refused_after_the_round_was_closed_is_a_difference_for_a_person(session, day, under_way):
    told = paid(session, day, day.items[0])
    deliver(session, day, day.items[0])
    close(session, under_way, 0)
    rounds.refuse_payment(build.act(session, a_day.EVENING), told.id)
    found = session.scalars(select(Discrepancy)).one()
    assert (found.kind, found.detail) == ("money", "0 / 135000")


def test_only_a_fee_on_the_couriers_own_round_is_paid(session, day, under_way):
    with pytest.raises(rounds.NothingToPay):
        paid(session, day, day.items[2])
    stranger = Actor(kind=ActorKind.PHONE, role=Role.COURIER, courier_id=10_000)
    with pytest.raises(rounds.NothingToPay):
        rounds.tell_payment(build.act(session, a_day.MORNING, by=stranger), day.items[0].s10)


def test_what_the_agency_is_owed_is_the_whole_fee_however_it_was_paid(session, day, under_way):
    paid(session, day, day.items[0])
    deliver(session, day, day.items[0])
    owed = custody.owed_to(session, day.items[0].consignment.issuing_office_id)
    assert [one.proof.fee_vnd for one in owed] == [135_000]


# Made by other programs after the same specification.
KNOWN = (
    (
        {"bank": "970415", "account": "0011001932418", "amount_vnd": 120_000, "says": "ung ho lu lut"},
        "00020101021238570010A00000072701270006970415011300110019324180208QRIBFTTA53037045406120000"
        "5802VN62170813ung ho lu lut6304C15C",
    ),
)


@pytest.mark.parametrize(("asked", "text"), KNOWN)
def test_a_vietqr_is_what_other_programs_make_of_the_specification(asked, text):
    assert vietqr(**asked) == text


def test_a_vietqr_says_only_what_a_bank_can_print_and_holds_no_impossible_sum():
    text = vietqr(bank="970436", account="1017595600", amount_vnd=1, says="EY-900.000 013VN – phí hồ sơ số 12345")
    assert "0825" in text
    assert text[:-4].endswith("6304")
    for wrong in (
        {"bank": "97041", "account": "1", "amount_vnd": 1},
        {"bank": "970415", "account": "số 1", "amount_vnd": 1},
        {"bank": "970415", "account": "1", "amount_vnd": 0},
    ):
        with pytest.raises(ValueError, match="VietQR"):
            vietqr(**wrong, says="")
