"""What custody refuses: things that are not there, acts at the wrong moment, values that cannot be."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import custody, doorstep
from postal.custody import serials, signatures
from postal.custody.incidents import WhatWentWrong, note_incident, refunds_due, settle_incident
from postal.errors import Conflict, EmptyBatch, InvalidInput, NotFound
from postal.life.address_change import NewAddress, change_address
from postal.life.carriers import Reported, take_reports
from postal.models import CarrierReport, IncidentKind, PointPrecision, ProofOfDelivery, SpoiltS10
from postal.rules.lifecycle import State
from routing import Register
from tests import builders as build
from tests.hostile_pictures import png
from tests.postal import day as a_day

NOW = build.EVENING
NOBODY = 999_999
PNG = png(60, 20)
PHU_XUAN = Register.builtin().commune(a_day.PHU_XUAN)
LOST = WhatWentWrong(kind=IncidentKind.LOST, fault="post")


@pytest.fixture
def act(session):
    return build.act(session, NOW)


@pytest.fixture
def batch(session):
    build.s10_range(session)
    items = build.accepted(session, *(build.result(n) for n in range(1, 4)))
    return custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)


@pytest.mark.parametrize(
    "call",
    [
        lambda act: custody.open_batch(act, NOBODY),
        lambda act: custody.pack_items(act, NOBODY, []),
        lambda act: custody.close_batch(act, NOBODY),
        lambda act: note_incident(act, NOBODY, LOST),
        lambda act: settle_incident(act, NOBODY, settlement="đã đền"),
        lambda act: signatures.sign_delivery(act, NOBODY, PNG),
        lambda act: signatures.attach_sheet(act, NOBODY, PNG),
        lambda act: change_address(act, NOBODY, NewAddress(address="5 Đặng Dung", commune=PHU_XUAN), payer="agency"),
    ],
)
def test_what_is_not_there_is_named(act, call):
    with pytest.raises(NotFound):
        call(act)


def test_a_batch_takes_only_what_waits_and_gives_back_only_what_it_holds(act, session, batch):
    item = batch.lines[0].item
    with pytest.raises(NotFound):
        custody.add_items(act, batch.id, [NOBODY])
    with pytest.raises(custody.NotReady):
        custody.add_items(act, batch.id, [item.id])  # it is in the batch already
    custody.remove_item(act, batch.id, item.id)
    assert item.state is State.WAITING
    with pytest.raises(NotFound):
        custody.remove_item(act, batch.id, item.id)
    assert [one.id for one in custody.add_items(act, batch.id, [item.id])] == [item.id]
    for line in [line for line in batch.lines if line.is_current]:
        custody.remove_item(act, batch.id, line.item_id)
    with pytest.raises(EmptyBatch):
        custody.close_batch(act, batch.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first": 5, "last": 4}, "first"),
        ({"first": -1}, "first"),
        ({"last": 10**9}, "first"),
        ({"indicator": "1E"}, "indicator"),
    ],
)
def test_a_range_that_cannot_be_is_refused_by_its_field(act, changes, field):
    grant = {"indicator": "EY", "first": 1, "last": 9, "granted_by": "VNPost"} | changes
    with pytest.raises(InvalidInput) as refused:
        serials.grant_range(act.session, serials.Grant(**grant), now=act.now)
    assert refused.value.field == field


def test_nobody_takes_less_than_no_number(session):
    with pytest.raises(InvalidInput):
        serials.claim(session, -1)


def test_a_number_on_an_item_the_post_holds_is_not_burnt(act, session):
    day = a_day.build_day(session, n=2)
    with pytest.raises(Conflict):
        serials.spoil(act, day.items[0].s10, reason="nhòe")
    assert session.scalars(select(SpoiltS10)).all() == []


def test_minutes_name_who_was_at_fault(act, session):
    day = a_day.build_day(session, n=1)
    with pytest.raises(InvalidInput):
        note_incident(act, day.items[0].id, WhatWentWrong(kind=IncidentKind.LOST, fault="the weather"))
    assert day.items[0].state is State.HANDED_OVER


def test_refunds_are_asked_for_by_office(session):
    day = a_day.build_day(session, n=2)
    late = max(item.consignment.promised_by for item in day.items) + timedelta(days=1)
    everywhere = refunds_due(session, now=late)
    assert refunds_due(session, now=late, office_id=NOBODY) == []
    assert {one.id for one in everywhere} == {item.consignment_id for item in day.items}


def test_a_delivery_is_signed_once(act, session):
    day = a_day.build_day(session, n=2)
    a_day.walking(session)
    doorstep.record_scans(build.act(session, a_day.EVENING, by=day.actor()), [a_day.delivered(day.items[0])])
    proof = session.scalars(select(ProofOfDelivery)).one()
    with pytest.raises(InvalidInput):
        signatures.sign_delivery(act, proof.id, PNG, how="by telephone")
    first = signatures.sign_delivery(act, proof.id, PNG)
    assert signatures.sign_delivery(act, proof.id, PNG).id == first.id
    with pytest.raises(signatures.AlreadyReceived):
        signatures.sign_delivery(act, proof.id, png(60, 21))


def test_a_new_address_with_a_point_is_the_door(act, session):
    day = a_day.build_day(session, n=1)
    new = NewAddress(address="5 Đặng Dung", commune=PHU_XUAN, point=(16.4701, 107.5802))
    assert "Đặng Dung" not in repr(new)
    change_address(act, day.items[0].consignment_id, new, payer="agency")
    moved = day.items[0].consignment
    assert (moved.lat, moved.lon, moved.precision) == (16.4701, 107.5802, PointPrecision.DOOR)


def test_one_line_of_a_carrier_told_twice_at_once_is_one_report(database):
    """The second waits for the first at the unique index, and finds its row instead of failing."""
    line = Reported(code="EY 999 999 995 VN", status="9", version="1", happened_at=NOW)
    outcomes = []

    def tell():
        with database.write() as session:
            outcomes.append(take_reports(build.act(session, NOW), "vnpost", [line])[0].outcome)

    second = threading.Thread(target=tell)
    with database.write() as session:
        take_reports(build.act(session, NOW), "vnpost", [line])
        session.flush()
        second.start()
        second.join(1.0)  # by now it waits: at the index, or for the one writer SQLite has
    second.join(30)
    assert outcomes == ["unknown_item"]
    with database.read() as session:
        assert len(session.scalars(select(CarrierReport.id)).all()) == 1
