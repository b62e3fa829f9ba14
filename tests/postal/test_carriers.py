"""What other carriers report: known codes move the item, unknown ones are kept raw, repeats change nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import EventKind, custody
from postal.life.carriers import Reported, known_codes, take_reports
from postal.models import AddressStatus, CarrierReport, Office, OfficeKind, TrackingEvent
from postal.rules.lifecycle import State
from tests import builders as build
from tests.postal import day as a_day

NOW = build.EVENING
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def item(session):
    """Return one item the national post has."""
    a_day.set_up(session)
    items = a_day.handed_over(session, n=2)
    items[0].consignment.address_status = AddressStatus.OUTSIDE
    session.flush()
    office = session.scalars(select(Office).where(Office.kind == OfficeKind.DELIVERY)).one()
    custody.pass_to_carrier(
        build.act(session, NOW), office.id, scanned=[items[0].s10], giver=a_day.RECEIVER, receiver=a_day.GIVER
    )
    return items[0]


def told(session, item, status, *, version="1", at=LATER, code=None):
    one = Reported(code=code or item.s10, status=status, version=version, happened_at=at)
    return take_reports(build.act(session, LATER), "vnpost", [one])[0].outcome


@pytest.mark.parametrize(("version", "status"), [("1", "100"), ("2", "14")])
def test_a_delivery_by_the_carrier_ends_the_item(session, item, version, status):
    assert told(session, item, status, version=version) == "recorded"
    assert item.state is State.DELIVERED


def test_a_code_nobody_knows_is_kept_as_it_came_and_moves_nothing(session, item):
    assert told(session, item, "C-77.x") == "unknown_code"
    assert item.state is State.WITH_CARRIER
    assert session.scalars(select(CarrierReport.status)).all() == ["C-77.x"]


def test_a_failed_try_stays_with_the_carrier_and_a_return_comes_back(session, item):
    assert told(session, item, "91") == "recorded"
    assert item.state is State.WITH_CARRIER
    assert told(session, item, "170") == "recorded"
    assert item.state is State.RETURNING_TO_SENDER
    assert told(session, item, "100") == "does_not_fit"


def test_what_only_informs_is_noted(session, item):
    assert told(session, item, "70") == "noted"
    assert item.state is State.WITH_CARRIER


def test_a_report_told_twice_is_one(session, item):
    assert [told(session, item, "91") for _ in range(3)] == ["recorded"] * 3
    assert len(session.scalars(select(CarrierReport)).all()) == 1
    assert item.n_attempts == 1


def test_an_item_nobody_passed_on_is_not_moved(session, item):
    other = session.scalars(select(type(item)).where(type(item).id != item.id)).first()
    assert told(session, other, "100") == "does_not_fit"
    assert other.state is State.HANDED_OVER


def test_a_code_of_nothing_we_know_is_kept_for_staff(session, item):
    assert told(session, item, "100", code="EJ999999999VN") == "unknown_item"


def test_the_dossier_code_does_where_it_names_one_item(session, item):
    assert told(session, item, "100", code=item.dossier_code) == "recorded"


def test_the_future_is_now_and_the_event_names_the_carrier_alone(session, item):
    assert told(session, item, "100", at=LATER + timedelta(days=9)) == "recorded"
    event = session.scalars(select(TrackingEvent).order_by(TrackingEvent.id.desc())).first()
    assert event.happened_at == LATER
    assert event.facts == {"carrier": "vnpost", "version": "1", "status": "100"}


def test_every_code_of_the_table_is_known_and_some_of_them_move_the_item():
    assert len(known_codes()) == 35
    assert {code.kind for code in known_codes().values()} > {None, EventKind.DELIVERED, EventKind.ATTEMPT_FAILED}


@pytest.mark.parametrize("status", ["91", "14", "70", "C-77.x"])
def test_one_report_written_in_many_ways_is_one(session, item, status):
    s10, dossier = item.s10, item.dossier_code
    spaced = f"{s10[:2]} {s10[2:5]} {s10[5:8]} {s10[8:11]} {s10[11:]}"
    codes = [s10, spaced, s10.lower(), f" {spaced.lower()}\u200b", spaced.replace(" ", "-"), dossier, dossier.lower()]
    answers = {told(session, item, status, code=code) for code in codes}
    assert len(answers) == 1
    assert len(session.scalars(select(CarrierReport.id)).all()) == 1
    kinds = session.scalars(select(TrackingEvent.kind).where(TrackingEvent.item_id == item.id)).all()
    assert sum(str(kind) in ("attempt_failed", "delivered") for kind in kinds) <= 1


def test_a_code_nobody_knows_is_one_report_however_it_is_spaced(session, item):
    for code in ("EJ999999996VN", "EJ 999 999 996 VN", "ej999999996vn"):
        assert told(session, item, "14", code=code) == "unknown_item"
    assert len(session.scalars(select(CarrierReport.id)).all()) == 1


def test_another_instant_is_another_report(session, item):
    assert told(session, item, "91") == "recorded"
    assert told(session, item, "91", at=LATER - timedelta(hours=1)) == "recorded"
    assert len(session.scalars(select(CarrierReport.id)).all()) == 2
