"""`POST /v1/carrier-reports`: the national post tells what became of items passed to it."""

import pytest
from sqlalchemy import select

from postal import custody
from postal.access.policy import Scope
from postal.models import AddressStatus, CarrierReport, Item, Office, OfficeKind
from postal.rules.lifecycle import State
from tests import builders as build
from tests.api.conftest import NOW, System

ROUTE = "/v1/carrier-reports"
PARTY = custody.Party(name="Người Ký")


@pytest.fixture
def passed_on(database, house):
    """Pass one item of two to the national post; return their codes, the one passed on first."""
    with database.write() as session:
        items = build.accepted(session, build.result(1), build.result(2))
        items[0].consignment.address_status = AddressStatus.OUTSIDE
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        codes = [row.s10 for row in build.closed_batch(session, batch.id).lines]
        custody.hand_over(build.act(session, NOW), batch.id, scanned=codes, giver=PARTY, receiver=PARTY)
        office_id = session.scalar(select(Office.id).where(Office.kind == OfficeKind.DELIVERY).limit(1))
        outside = [items[0].s10]
        custody.pass_to_carrier(build.act(session, NOW), office_id, scanned=outside, giver=PARTY, receiver=PARTY)
        return [item.s10 for item in items]


@pytest.fixture
def carrier(app, database, house):
    """Return the national post with a key for reports alone."""
    with database.write() as session:
        _, key = build.api_key(session, "vnpost", [Scope.CARRIER_WRITE], now=NOW)
    return System(app, key)


def line(code, status, **more):
    return {"code": code, "status": status, "happened_at": NOW.isoformat(), **more}


def outcomes(answer):
    return [row["outcome"] for row in answer.json["reports"]]


def test_lines_are_answered_one_by_one_in_order_and_a_repeat_changes_nothing(carrier, passed_on, database):
    ours, other = passed_on
    lines = [line(ours, "12"), line(ours, "khong-ro"), line(ours, "14"), line(other, "14"), line("EJ999999999VN", "14")]
    expected = ["noted", "unknown_code", "recorded", "does_not_fit", "unknown_item"]
    for _ in range(2):
        answer = carrier.post(ROUTE, {"reports": lines})
        assert (answer.status_code, outcomes(answer)) == (200, expected)
    with database.read() as session:
        states = dict(session.execute(select(Item.s10, Item.state).where(Item.s10.in_(passed_on))).all())
        assert states == {ours: State.DELIVERED, other: State.HANDED_OVER}
        assert len(session.scalars(select(CarrierReport)).all()) == len(lines)


def test_the_codes_of_another_carrier_are_not_taken_for_these(system, passed_on):
    assert outcomes(system.post(ROUTE, {"reports": [line(passed_on[0], "14")]})) == ["unknown_code"]


def test_the_carriers_key_opens_nothing_else(carrier):
    assert carrier.get("/v1/items").status_code in (403, 404)
    assert carrier.post("/v1/results", {}, key="thu-khoa-0001").status_code == 403


BAD_LINES = {
    "status of another alphabet": ({"status": "<b>"}, "bad_format", "status"),
    "no status": ({"status": ""}, "too_short", "status"),
    "code of one letter": ({"code": "x"}, "too_short", "code"),
    "no day": ({"happened_at": "hôm nay"}, "bad_datetime", "happened_at"),
    "no zone": ({"happened_at": "2026-11-23T09:30:00"}, "bad_datetime", "happened_at"),
    "a field of its own": ({"weight": 3}, "unknown_field", "weight"),
}


@pytest.mark.parametrize("wrong", BAD_LINES)
@pytest.mark.parametrize("n_good", [0, 1])
def test_malformed_lines_are_named_one_by_one_whether_or_not_a_good_one_is_among_them(carrier, wrong, n_good):
    changes, code, field = BAD_LINES[wrong]
    bad = line("EJ999999999VN", "14") | changes
    answer = carrier.post(ROUTE, {"reports": [bad, *[line("EJ999999999VN", "14")] * n_good, bad]})
    assert answer.status_code == 200
    assert outcomes(answer) == ["refused", *["unknown_item"] * n_good, "refused"]
    told = [(row["problem"], row["field"]) for row in answer.json["reports"] if row["outcome"] == "refused"]
    assert told == [(code, f"reports.0.{field}"), (code, f"reports.{n_good + 1}.{field}")]


@pytest.mark.parametrize("entry", [None, 7, [], "EJ999999999VN", {}])
def test_an_entry_that_is_no_line_is_refused_alone(carrier, entry):
    answer = carrier.post(ROUTE, {"reports": [entry]})
    assert (answer.status_code, outcomes(answer)) == (200, ["refused"])


@pytest.mark.parametrize("body", [{}, {"reports": []}, {"reports": "14"}, [], {"reports": None}])
def test_a_body_that_holds_no_list_of_lines_is_refused(carrier, body):
    assert carrier.post(ROUTE, body).status_code == 400


def test_the_build_system_may_not_report_without_the_scope(app, database, house):
    with database.write() as session:
        _, key = build.api_key(session, build.SYSTEM, [Scope.ITEMS_READ], now=NOW)
    assert System(app, key).post(ROUTE, {"reports": [line("EJ999999999VN", "14")]}).status_code == 403
