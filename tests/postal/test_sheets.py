"""Route sheets with whole telephones: numbered, a look that is kept, counted back and destroyed at closing."""

import pytest
from sqlalchemy import func, select

from postal import custody, rounds
from postal.errors import Conflict, InvalidInput, NotFound
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


def close(session, found, *sheets, why=""):
    brought = Brought(money_vnd=0, n_papers=0, sheets=sheets, why=why)
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
    close(session, walked, why="mất phiếu")
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


def without(session, courier_id):
    """Plan the day again so that this courier has no round."""
    problem = rounds.planning_problem(session, a_day.DAY, now=MORNING)
    ids = [stop.stop_id for stop in problem.stops]
    plan = a_day.hand_made_plan(problem, [ids if c.courier_id != courier_id else [] for c in problem.couriers])
    saved = rounds.save_plan(build.act(session, MORNING), a_day.DAY, problem, plan)
    return rounds.publish_plan(build.act(session, MORNING), saved.id)


def loose(session, office_id, day=a_day.DAY):
    return [one for one in custody.what_is_open(session, office_id, day) if one.what == "sheet"]


@pytest.mark.parametrize("how", ["back", "lost"])
def test_a_sheet_whose_courier_has_no_round_any_more_keeps_the_office_day_open(session, walked, how):
    number, office_id = print_one(session, walked), walked.office_id
    courier = walked.courier
    again = without(session, courier.code)
    assert courier.id not in {one.courier_id for one in again.rounds}
    for one in again.rounds:
        start(session, one)
        close(session, one)
    (sheet,) = loose(session, office_id)
    assert (sheet.code, sheet.courier_code) == (number, courier.code)
    act = build.act(session, EVENING)
    with pytest.raises(custody.DayNotAccountedFor):
        custody.close_day(act, office_id, a_day.DAY)
    with pytest.raises(NotFound):
        rounds.take_back_sheet(act, sheet.sheet_id, office_id=office_id + 99)
    with pytest.raises(InvalidInput):
        rounds.lose_sheet(act, sheet.sheet_id, office_id=office_id, reason=" ")
    if how == "back":
        rounds.take_back_sheet(act, sheet.sheet_id, office_id=office_id)
    else:
        rounds.lose_sheet(act, sheet.sheet_id, office_id=office_id, reason="rơi mất")
    noted = session.scalars(select(Discrepancy.detail).where(Discrepancy.kind == "sheet")).all()
    assert noted == ([] if how == "back" else [number])
    assert (session.scalars(select(SheetPrint)).one().returned_at is not None) == (how == "back")
    assert loose(session, office_id) == []
    for again in (rounds.take_back_sheet, rounds.lose_sheet):
        more = {"reason": "rơi mất"} if again is rounds.lose_sheet else {}
        with pytest.raises(rounds.SheetSettled):
            again(act, sheet.sheet_id, office_id=office_id, **more)
    custody.close_day(act, office_id, a_day.DAY)


def test_a_sheet_of_a_round_that_never_left_is_asked_for_and_one_under_way_comes_with_its_round(session, walked):
    number = print_one(session, walked)
    assert [one.code for one in loose(session, walked.office_id)] == [number]
    start(session, walked)
    assert loose(session, walked.office_id) == []
    assert [one.number for one in rounds.sheets_out(session, walked.id)] == [number]


def test_a_sheet_noted_as_lost_is_not_asked_for_again_with_the_next_round(session, walked):
    print_one(session, walked)
    (sheet,) = loose(session, walked.office_id)
    rounds.lose_sheet(build.act(session, MORNING), sheet.sheet_id, office_id=walked.office_id, reason="rơi mất")
    start(session, walked)
    receipt = close(session, walked)
    assert "sheets_missing" not in receipt.facts
    assert len(session.scalars(select(Discrepancy).where(Discrepancy.kind == "sheet")).all()) == 1
