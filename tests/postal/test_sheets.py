"""Route sheets with whole telephones: numbered, a look that is kept, counted back and destroyed at closing."""

import pytest
from sqlalchemy import func, select

from postal import rounds
from postal.errors import Conflict
from postal.models import AuditEntry, DeliveryRound, Discrepancy, PointPrecision, RoundStatus, SheetPrint
from postal.rounds import Brought, NoPhonesToShow, SheetsMissing
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import EVENING, MORNING


def published(session):
    made = a_day.saved_plan(session)
    return rounds.publish_plan(build.act(session, MORNING), made.id)


@pytest.fixture
def walked(session):
    """Return a published round; of its first stop only the commune is known, the others have their doors."""
    a_day.build_day(session)
    found = published(session).rounds[0]
    for stop in found.stops:
        stop.consignment.precision = PointPrecision.DOOR
    found.stops[0].consignment.precision = PointPrecision.COMMUNE
    session.flush()
    return found


def start(session, found):
    codes = [item.s10 for stop in found.stops for item in stop.consignment.items]
    rounds.start_round(build.act(session, MORNING), found.id, scanned=codes)


def close(session, found, *sheets, may_differ=False):
    brought = Brought(money_vnd=0, n_papers=0, sheets=sheets, may_differ=may_differ)
    return rounds.close_round(build.act(session, EVENING), found.id, brought=brought)


def print_one(session, found):
    return rounds.print_numbered(build.act(session, MORNING), found.id).number


def test_each_print_has_a_number_of_its_own_and_is_a_look_at_the_people_shown(session, walked):
    numbers = [print_one(session, walked) for _ in range(3)]
    assert numbers == [f"PD-2026-{n:06}" for n in (1, 2, 3)]
    looks = session.scalars(select(AuditEntry).where(AuditEntry.action == "phones_printed")).all()
    assert [look.facts["number"] for look in looks] == numbers
    assert {tuple(look.facts["consignments"]) for look in looks} == {(walked.stops[0].consignment_id,)}


def test_a_round_whose_doors_are_known_shows_no_telephone(session, walked):
    walked.stops[0].consignment.precision = PointPrecision.STREET
    with pytest.raises(NoPhonesToShow):
        print_one(session, walked)
    assert session.scalar(select(func.count()).select_from(SheetPrint)) == 0


def test_a_sheet_is_counted_back_and_destroyed_when_the_round_is_closed(session, walked):
    first, second = print_one(session, walked), print_one(session, walked)
    start(session, walked)
    with pytest.raises(SheetsMissing) as refused:
        close(session, walked, first)
    assert second in str(refused.value.message)
    assert first not in str(refused.value.message)
    receipt = close(session, walked, first, second)
    assert receipt.facts["sheets_destroyed"] == [first, second]
    assert rounds.sheets_out(session, walked.id) == []
    assert {one.returned_at for one in session.scalars(select(SheetPrint))} == {EVENING}
    with pytest.raises(Conflict):
        print_one(session, walked)


def test_a_sheet_that_does_not_come_back_is_a_discrepancy_with_its_number(session, walked):
    number = print_one(session, walked)
    start(session, walked)
    close(session, walked, may_differ=True)
    noted = session.scalars(select(Discrepancy).where(Discrepancy.kind == "sheet")).all()
    assert [one.detail for one in noted] == [number]
    assert [one.number for one in rounds.sheets_out(session, walked.id)] == [number]


def test_a_sheet_printed_before_the_day_was_planned_again_comes_back_with_the_couriers_new_round(session, walked):
    number = print_one(session, walked)
    again = published(session)
    new = next(one for one in again.rounds if one.courier_id == walked.courier_id)
    assert new.id != walked.id
    assert [one.number for one in rounds.sheets_out(session, new.id)] == [number]
    others = session.scalars(select(DeliveryRound).where(DeliveryRound.courier_id != walked.courier_id))
    assert all(rounds.sheets_out(session, one.id) == [] for one in others)


def test_a_number_that_is_no_sheet_of_the_round_changes_nothing(session, walked):
    start(session, walked)
    receipt = close(session, walked, "PD-2026-000099")
    assert "sheets_destroyed" not in receipt.facts
    assert session.get(DeliveryRound, walked.id).status is RoundStatus.CLOSED
