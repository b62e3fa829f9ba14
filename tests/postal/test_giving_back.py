"""Papers taken back and money collected reach the agency, counted and to the đồng."""

import pytest

from postal import chain, custody, doorstep
from postal.custody import MoneyDiffers, NothingOwed
from postal.errors import InvalidInput
from postal.models import Discrepancy, Found
from tests import builders as build
from tests.postal import day as a_day

OLD = "Giấy cũ (bản chính)"
TAKES = {"take_back": OLD, "fee_vnd": "135000"}


@pytest.fixture
def day(session):
    return a_day.build_day(session, TAKES, {"fee_vnd": "50000"}, {})


@pytest.fixture
def delivered(session, day):
    """Deliver all three; the first gave an old paper and paid, the second paid, the third owed nothing."""
    a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    first, second, third = day.items
    scans = [
        a_day.delivered(first, fee_vnd=135_000, fee_receipt="TH-1", taken_back=["Giấy cũ"]),
        a_day.delivered(second, fee_vnd=50_000, fee_receipt="TH-2"),
        a_day.delivered(third),
    ]
    answers = doorstep.record_scans(build.act(session, a_day.EVENING, by=day.actor()), scans)
    assert {answer.status for answer in answers} == {"recorded"}, answers
    return day.items


def agency_of(items):
    return items[0].consignment.issuing_office_id


def give(session, items, scanned, money_vnd, **others):
    at = others.pop("now", a_day.EVENING)
    wanted = {"giver": a_day.GIVER, "receiver": a_day.RECEIVER} | others
    return custody.give_back(build.act(session, at), agency_of(items), scanned=scanned, money_vnd=money_vnd, **wanted)


def test_what_was_taken_back_or_paid_is_owed_until_it_is_given(session, delivered):
    first, second, _ = delivered
    assert [one.item.id for one in custody.owed_to(session, agency_of(delivered))] == [first.id, second.id]
    handover = give(session, delivered, [first.s10, second.s10], 185_000)
    assert custody.is_giving_back(handover)
    assert handover.facts["fee_vnd"] == 185_000
    assert handover.facts["n_papers"] == 1
    assert [one.item.id for one in custody.given_back(session, handover)] == [first.id, second.id]
    assert custody.owed_to(session, agency_of(delivered)) == []
    with pytest.raises(NothingOwed):
        give(session, delivered, [], 0)


@pytest.mark.parametrize("money_vnd", [0, 184_999, 185_001])
def test_money_that_is_not_what_is_due_is_refused_to_the_dong(session, delivered, money_vnd):
    first, second, _ = delivered
    with pytest.raises(MoneyDiffers):
        give(session, delivered, [first.s10, second.s10], money_vnd)
    assert len(custody.owed_to(session, agency_of(delivered))) == 2


def test_what_is_not_on_the_counter_is_named_and_stays_owed(session, delivered):
    first, second, third = delivered
    handover = give(session, delivered, [second.s10, third.s10], 50_000)
    kinds = {line.code: line.found for line in handover.lines}
    assert kinds == {second.s10: Found.PRESENT, first.s10: Found.MISSING, third.s10: Found.EXTRA}
    assert session.query(Discrepancy).filter(Discrepancy.handover_id == handover.id).count() == 2
    assert [one.item.id for one in custody.owed_to(session, agency_of(delivered))] == [first.id]


def test_both_sides_are_named(session, delivered):
    with pytest.raises(InvalidInput):
        give(session, delivered, [delivered[0].s10], 135_000, receiver=custody.Party(name=" "))


def test_the_receipt_stands_in_the_chain(session, delivered):
    first, second, _ = delivered
    give(session, delivered, [first.s10, second.s10], 185_000)
    chain.seal(session, now=a_day.EVENING)
    assert chain.check_chain(session).broken is None
