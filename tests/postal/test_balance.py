"""In = delivered + returning + waiting + refused: whatever happens to the items, nothing is lost or made up."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from postal import intake
from postal.desk import day_rows
from postal.life import balance
from postal.life.tracking import Scan, record
from postal.models import IntakeRow, Item, RowOutcome
from postal.rules.lifecycle import EventKind, Outcome, State, outcome
from tests import builders as build
from tests.scale import scaled

GUIDE = build.guide()
NOW = build.EVENING + timedelta(days=2)


def bring_in(session, results):
    return intake.accept_results(
        build.act(session, NOW), results, source_system=build.SYSTEM, guide=GUIDE, channel="file"
    )


def walk(session, item, *kinds):
    for n, kind in enumerate(kinds, start=1):
        at = NOW + timedelta(minutes=n)
        record(build.act(session, at), item, Scan(kind=kind, scan_id=f"{item.id}-{n}", happened_at=at))


def test_nothing_in_is_balanced(session):
    total = balance.balance(session)
    assert (total.n_in, total.is_balanced) == (0, True)


def test_each_fate_is_one_pile(session):

    report = bring_in(
        session, [*(build.result(n) for n in range(1, 6)), build.result(6, recipient=""), build.result(1)]
    )
    to_the_post = (EventKind.BATCHED, EventKind.HANDED_OVER, EventKind.OUT_FOR_DELIVERY)
    fates = {
        0: (*to_the_post, EventKind.DELIVERED),
        1: (*to_the_post, EventKind.ATTEMPT_FAILED, EventKind.BACK_AT_OFFICE, EventKind.RETURN_STARTED),
        2: (*to_the_post, EventKind.ATTEMPT_FAILED),
        3: (EventKind.CANCELLED,),
    }
    for position, kinds in fates.items():
        walk(session, session.get_one(Item, report.rows[position].item_id), *kinds)
    total = balance.balance(session, report.intake_id)
    assert (total.n_in, total.delivered, total.returning, total.waiting, total.refused) == (7, 1, 1, 2, 3)
    assert total.is_balanced


def test_one_intake_is_counted_apart_from_the_rest(session):
    first, second = bring_in(session, [build.result(1)]), bring_in(session, [build.result(1), build.result(2)])
    assert balance.balance(session, first.intake_id).n_in == 1
    assert balance.balance(session, second.intake_id).n_in == 2
    assert balance.balance(session).n_in == 2
    assert all(balance.balance(session, i.intake_id).is_balanced for i in (first, second))


def test_what_is_sent_again_under_another_key_changes_no_balance(session):
    rows = [*(build.result(n) for n in (1, 2)), build.result(3, recipient="")]
    bring_in(session, rows)
    before = balance.balance(session)
    assert (before.n_in, before.refused, before.is_balanced) == (3, 1, True)
    for _ in range(3):
        assert bring_in(session, rows).n_in == 3
    assert balance.balance(session) == before


def test_a_row_that_loses_its_item_shows_at_once(session):
    """Negative control: the balance must be able to fail."""
    report = bring_in(session, [build.result(1), build.result(2)])
    session.execute(delete(IntakeRow).where(IntakeRow.item_id == report.rows[0].item_id))
    assert not balance.balance(session).is_balanced
    session.add(IntakeRow(intake_id=report.intake_id, row_number=9, outcome=RowOutcome.ACCEPTED, problems=[]))
    session.add(IntakeRow(intake_id=report.intake_id, row_number=10, outcome=RowOutcome.ACCEPTED, problems=[]))
    session.flush()
    assert not balance.balance(session, report.intake_id).is_balanced


@settings(max_examples=scaled(30, 400), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_life_of_any_items_stays_balanced_and_agrees_row_by_row(database, data):
    numbers = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=8))
    with database.write() as session:
        report = bring_in(session, [build.result(n, recipient="" if n == 6 else "Lê Hằng") for n in numbers])
        items = session.scalars(select(Item).order_by(Item.id)).all()
        kinds = st.sampled_from([kind for kind in EventKind if kind is not EventKind.ACCEPTED])
        for item in items:
            walk(session, item, *data.draw(st.lists(kinds, max_size=7)))
            total = balance.balance(session, report.intake_id)
            assert total.is_balanced
            assert total.n_in == len(numbers)
        fates = list(day_rows.row_fates(session, report.intake_id))
        assert [fate.row_number for fate in fates] == list(range(1, len(numbers) + 1))
        for pile, count in ((Outcome.DELIVERED, total_of(session, report).delivered),
                            (Outcome.RETURNING, total_of(session, report).returning),
                            (Outcome.WAITING, total_of(session, report).waiting),
                            (Outcome.REFUSED, total_of(session, report).refused)):  # fmt: skip
            assert sum(fate.outcome is pile for fate in fates) == count
        session.rollback()


def total_of(session, report):
    return balance.balance(session, report.intake_id)


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_in_exactly_one_pile(state):
    assert outcome(state) in Outcome
