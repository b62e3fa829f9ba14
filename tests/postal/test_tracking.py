"""The one door for events: idempotent, strict where an office acts, patient where scans come late."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from postal.errors import MoveNotAllowed, ScanIdReused
from postal.life import tracking
from postal.life.tracking import Scan
from postal.models import Discrepancy, TrackingEvent
from postal.rules.lifecycle import EventKind, State
from tests import builders as build

NOW = build.EVENING


@pytest.fixture
def item(session):
    return build.accepted(session)[0]


def scan(kind, minutes, scan_id="", **more):
    return Scan(kind=kind, scan_id=scan_id or str(kind), happened_at=NOW + timedelta(minutes=minutes), **more)


def record(session, item, *told):
    return tracking.record(build.act(session, NOW + timedelta(hours=3)), item, scan(*told))


def n_events(session):
    return session.scalar(select(func.count()).select_from(TrackingEvent))


def test_the_same_scan_twice_is_one_event(session, item):
    first = record(session, item, EventKind.BATCHED, 1)
    assert record(session, item, EventKind.BATCHED, 1) is first
    assert n_events(session) == 2


def test_a_scan_id_for_something_else_is_refused(session, item):
    record(session, item, EventKind.BATCHED, 1, "one")
    for told in ((EventKind.HANDED_OVER, 1, "one"), (EventKind.BATCHED, 2, "one")):
        with pytest.raises(ScanIdReused):
            record(session, item, *told)


def test_an_event_that_does_not_fit_yet_waits_for_the_gap_to_close(session, item):
    early = record(session, item, EventKind.HANDED_OVER, 10)
    assert not early.is_applied
    assert item.state is State.WAITING
    record(session, item, EventKind.BATCHED, 5)
    assert early.is_applied
    assert item.state is State.HANDED_OVER
    assert item.state_since == NOW + timedelta(minutes=10)


def test_an_office_act_must_fit_now(session, item):
    with pytest.raises(MoveNotAllowed):
        tracking.record_strictly(build.act(session, NOW), item, scan(EventKind.DELIVERED, 1))
    assert n_events(session) == 1


def test_one_act_on_many_items_fits_all_or_none(session):
    items = build.accepted(session, *(build.result(i + 1) for i in range(3)))
    record(session, items[1], EventKind.BATCHED, 1)
    with pytest.raises(MoveNotAllowed):
        tracking.record_all(build.act(session, NOW + timedelta(hours=1)), items, scan(EventKind.BATCHED, 2, "all"))
    assert n_events(session) == 4
    fitting = [items[0], items[2]]
    events = tracking.record_all(
        build.act(session, NOW + timedelta(hours=1)), fitting, scan(EventKind.BATCHED, 2, "all")
    )
    assert [event.scan_id for event in events] == [f"all:{item.id}" for item in fitting]
    assert {item.state for item in items} == {State.BATCHED}


def test_a_waiting_event_is_taken_along_by_an_act_on_many(session):
    item = build.accepted(session)[0]
    late = record(session, item, EventKind.HANDED_OVER, 30)
    tracking.record_all(build.act(session, NOW + timedelta(hours=1)), [item], scan(EventKind.BATCHED, 2, "all"))
    assert late.is_applied
    assert item.state is State.HANDED_OVER


def test_what_has_not_fitted_for_a_day_is_for_staff_to_settle(session, item):
    record(session, item, EventKind.DELIVERED, 10)
    assert tracking.note_overdue(session, now=NOW + timedelta(hours=20)) == []
    (note,) = tracking.note_overdue(session, now=NOW + timedelta(hours=28))
    assert (note.kind, note.item_id) == ("scan_does_not_fit", item.id)
    assert tracking.note_overdue(session, now=NOW + timedelta(hours=29)) == []
    assert session.scalar(select(func.count()).select_from(Discrepancy)) == 1


def test_applied_events_are_numbered_in_the_order_they_were_told(session, item):
    record(session, item, EventKind.HANDED_OVER, 10)
    record(session, item, EventKind.BATCHED, 5)
    told = session.execute(select(TrackingEvent.kind, TrackingEvent.sequence).order_by(TrackingEvent.sequence)).all()
    assert [(str(kind), sequence) for kind, sequence in told] == [("accepted", 1), ("batched", 2), ("handed_over", 3)]
