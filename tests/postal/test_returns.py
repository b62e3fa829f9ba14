"""What follows failed attempts, in working days, and the way back to the agency."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from postal import doorstep, rounds
from postal.errors import InvalidInput, MoveNotAllowed, NotFound
from postal.life.follow_up import Attempt, follow_up, invitation_days
from postal.models import Discrepancy, Leg, TrackingEvent
from postal.rules import reasons
from postal.rules.lifecycle import EventKind, State
from postal.rules.reasons import Next
from postal.rules.working_days import WorkingDays
from postal.to_agency import returns
from postal.to_agency.returns import ReturnTooEarly
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING

WEDNESDAY, THURSDAY = date(2026, 11, 25), date(2026, 11, 26)  # Tuesday the 24th is a holiday
CALENDAR = WorkingDays()


def attempts(*told):
    return [Attempt(at=datetime(2026, 11, d, 3, 0, tzinfo=UTC), reason=reason) for d, reason in told]


def test_nothing_follows_nothing():
    assert follow_up([], CALENDAR) is None


def test_absent_once_is_tried_again_the_next_working_day():
    found = follow_up(attempts((23, "VANG_NHA")), CALENDAR)
    assert (found.next, found.try_from, found.may_return) == (Next.TRY_AGAIN, WEDNESDAY, False)


def test_a_second_invitation_before_two_working_days_is_none():
    assert invitation_days(attempts((23, "VANG_NHA"), (25, "VANG_NHA")), CALENDAR) == [DAY]
    found = follow_up(attempts((23, "VANG_NHA"), (25, "VANG_NHA")), CALENDAR)
    assert (found.next, found.n_invitations, found.may_return) == (Next.TRY_AGAIN, 1, False)


def test_after_two_invitations_it_is_held_for_the_recipient_and_then_goes_back():
    found = follow_up(attempts((23, "VANG_NHA"), (26, "KHONG_LIEN_LAC")), CALENDAR)
    assert (found.next, found.try_from, found.may_return) == (Next.HOLD, None, True)
    assert found.return_on == date(2026, 11, 30)  # two working days after Thursday


def test_a_day_the_recipient_asked_for_and_a_flood_are_no_invitations():
    found = follow_up(attempts((20, "BAT_KHA_KHANG"), (23, "HEN_LAI"), (26, "VANG_NHA")), CALENDAR)
    assert (found.next, found.n_invitations) == (Next.TRY_AGAIN, 1)


def test_a_refusal_goes_back_at_once():
    found = follow_up(attempts((23, "TU_CHOI")), CALENDAR)
    assert (found.next, found.may_return, found.return_on) == (Next.RETURN, True, DAY)


def test_a_wrong_address_may_go_back_but_the_agency_is_asked_first():
    found = follow_up(attempts((23, "SAI_DIA_CHI")), CALENDAR)
    assert (found.next, found.may_return, found.try_from) == (Next.ASK_AGENCY, True, None)
    assert found.return_on == date(2026, 12, 1)


@pytest.mark.parametrize("reason", ["TU_TRAN", "THIEU_GIAY_THU_HOI"])
def test_what_only_the_agency_decides_never_goes_back_by_itself(reason):
    found = follow_up(attempts((23, reason)), CALENDAR)
    assert (found.next, found.may_return, found.return_on) == (Next.ASK_AGENCY, False, None)


def test_the_courier_has_thirteen_reasons_each_in_plain_words():
    assert len(reasons.REASONS) == 13
    for reason in reasons.REASONS.values():
        assert str(reasons.say(reason.code)) == reason.says.text
    assert str(reasons.say("C18")) == "C18"


def fail(session, day, reason, on=DAY):
    """Walk a round of that day on which everything fails for one reason."""
    plan = a_day.walking(session, on, shares=[[str(item.consignment_id) for item in day.items]])
    at = a_day.MORNING + (on - DAY) + timedelta(hours=1)
    scans = [a_day.failed(item, reason, at=at) for item in day.items]
    answers = doorstep.record_scans(build.act(session, EVENING + (on - DAY), by=day.actor()), scans)
    assert {answer.status for answer in answers} == {"recorded"}
    a_day.close_all(session, plan, now=EVENING + (on - DAY))


@pytest.fixture
def day(session):
    return a_day.build_day(session, n=2)


def start(session, item, reason, now=EVENING):
    return returns.start_return(build.act(session, now), item.id, reason)


def test_a_return_is_offered_only_after_two_invitations(session, day):
    with pytest.raises(ReturnTooEarly):
        start(session, day.items[0], "VANG_NHA")
    fail(session, day, "VANG_NHA")
    with pytest.raises(ReturnTooEarly, match="đã mời 1 lần"):
        start(session, day.items[0], "VANG_NHA")
    fail(session, day, "VANG_NHA", on=THURSDAY)
    assert day.items[0].state is State.HELD
    start(session, day.items[0], "VANG_NHA", now=EVENING + timedelta(days=3))
    assert day.items[0].state is State.RETURNING_TO_SENDER


def test_what_is_held_is_planned_no_more_and_goes_back_when_nobody_came(session, day):
    fail(session, day, "VANG_NHA")
    fail(session, day, "VANG_NHA", on=THURSDAY)
    problem = rounds.planning_problem(session, date(2026, 11, 27), now=EVENING)
    assert problem.stops == ()
    friday, monday = EVENING + timedelta(days=4), EVENING + timedelta(days=7)
    assert returns.due_returns(session, now=friday) == {}
    assert list(returns.due_returns(session, now=monday)) == [item.id for item in day.items]


def test_a_refused_item_starts_its_way_back_the_same_evening(session, day):
    fail(session, day, "TU_CHOI")
    assert len(returns.start_due_returns(build.act(session, EVENING))) == 2
    assert {item.state for item in day.items} == {State.RETURNING_TO_SENDER}
    assert returns.start_due_returns(build.act(session, EVENING)) == []


def test_the_agency_may_have_its_item_back_any_time_before_delivery(session, day):
    start(session, day.items[0], returns.AGENCY_ASKED)
    assert day.items[0].state is State.RETURNING_TO_SENDER
    start(session, day.items[0], returns.AGENCY_ASKED, now=EVENING + timedelta(hours=1))
    events = select(func.count()).where(TrackingEvent.kind == EventKind.RETURN_STARTED)
    assert session.scalar(events) == 1


def test_what_was_delivered_does_not_go_back(session, day):
    plan = a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    doorstep.record_scans(build.act(session, EVENING, by=day.actor()), [a_day.delivered(day.items[0])])
    a_day.close_all(session, plan)
    with pytest.raises(MoveNotAllowed):
        start(session, day.items[0], returns.AGENCY_ASKED)


def test_a_return_needs_a_known_item_and_reason(session, day):
    with pytest.raises(NotFound):
        returns.start_return(build.act(session, EVENING), 4711, "TU_CHOI")
    with pytest.raises(InvalidInput):
        start(session, day.items[0], "WHATEVER")


def test_returned_items_are_counted_and_signed_for(session, day):
    fail(session, day, "TU_CHOI")
    returns.start_due_returns(build.act(session, EVENING))
    office_id = day.items[0].consignment.issuing_office_id
    later = EVENING + timedelta(days=2)
    handover = returns.confirm_returned(
        build.act(session, later), office_id, scanned=[day.items[0].s10], giver=a_day.RECEIVER, receiver=a_day.GIVER
    )
    assert (handover.leg, handover.n_expected, handover.n_present) == (Leg.POST_TO_CENTRE, 2, 1)
    assert [item.state for item in day.items] == [State.RETURNED_TO_SENDER, State.RETURNING_TO_SENDER]
    assert session.scalar(select(Discrepancy.detail)) == day.items[1].s10
