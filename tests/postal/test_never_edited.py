"""Corrections are new rows: the database itself refuses to edit or delete what was signed for."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from postal import chain, custody, doorstep
from postal.access import audit
from postal.life.address_change import NewAddress, change_address
from postal.models import (
    AddressChange,
    AuditEntry,
    ChainLink,
    DeliverySignature,
    Discrepancy,
    Handover,
    HandoverLine,
    Incident,
    IncidentKind,
    KeptOvernight,
    Manifest,
    ManifestLine,
    ProofOfDelivery,
    ReceiptSignature,
    TrackingEvent,
)
from postal.people import resealing
from routing import Register
from tests import builders as build
from tests.hostile_pictures import png
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING

PNG = png(60, 20)
# Of each table: a column nobody may change, and what a forger would write there.
SIGNED_FOR = [
    (TrackingEvent, "reason", "TU_CHOI"),
    (TrackingEvent, "happened_at", EVENING),
    (ProofOfDelivery, "fee_vnd", 1),
    (Handover, "n_present", 0),
    (Handover, "facts", {}),
    (HandoverLine, "found", "extra"),
    (Manifest, "digest", "0" * 64),
    (ManifestLine, "s10", "EY000000000VN"),
    (ReceiptSignature, "digest", "0" * 64),
    (DeliverySignature, "digest", "0" * 64),
    (ChainLink, "head", "0" * 64),
    (AddressChange, "payer", "post"),
    (KeptOvernight, "reason", "khác"),
    (Discrepancy, "detail", "khác"),
    (Incident, "fault", "unknown"),
    (AuditEntry, "reason", "khác"),
]


@pytest.fixture
def day(session):
    """Leave one row of every kind behind."""
    day = a_day.build_day(session, n=3)
    a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    doorstep.record_scans(build.act(session, EVENING, by=day.actor()), [a_day.delivered(day.items[0], signature=PNG)])
    custody.keep_overnight(build.act(session, EVENING), day.items[1].id, DAY, reason="đường ngập")
    custody.note_incident(
        build.act(session, EVENING), day.items[1].id, custody.WhatWentWrong(kind=IncidentKind.LOST, fault="post")
    )
    commune = Register.builtin().commune(a_day.PHU_XUAN)
    change_address(
        build.act(session, EVENING),
        day.items[2].consignment_id,
        NewAddress(address="5 Đặng Dung", commune=commune),
        payer="agency",
    )
    handover = session.scalars(select(Handover)).first()
    custody.sign_receipt(build.act(session, EVENING), handover.id, "giver", PNG)
    audit.note(build.act(session, EVENING), "looked", "item", day.items[0].id)
    session.add(Discrepancy(kind="extra", handover_id=handover.id, noted_at=EVENING, detail="x"))
    chain.seal(session, now=EVENING)
    return day


def refused(session, statement):
    with pytest.raises(DBAPIError, match="is never edited"), session.begin_nested():
        session.execute(statement)
    return True


@pytest.mark.parametrize(("table", "column", "value"), SIGNED_FOR)
def test_what_was_signed_for_takes_no_edit_and_no_delete(session, day, table, column, value):
    assert session.scalars(select(table)).first() is not None
    assert refused(session, update(table).values({column: value}))
    assert refused(session, delete(table))


@pytest.mark.parametrize("table", [Discrepancy, Incident])
def test_a_settlement_is_written_once(session, day, table):
    session.execute(update(table).values(settled_at=EVENING, settlement="đã rõ"))
    assert refused(session, update(table).values(settlement="khác"))
    assert session.scalars(select(table.settlement)).first() == "đã rõ"


def test_the_fold_a_new_key_and_an_erasure_still_go_through(session, day):
    session.execute(update(TrackingEvent).values(is_applied=True))
    session.execute(update(Handover).values(person_salt=None))
    session.execute(update(ProofOfDelivery).values(person_salt=None))
    session.execute(update(ReceiptSignature).values(key_id="cu"))
    assert resealing.n_left(session) > 0


def test_every_table_the_chain_binds_has_its_guards(session):
    if session.get_bind().dialect.name == "postgresql":
        names = set(session.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")))
    else:
        names = set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    for table, _, _ in SIGNED_FOR:
        assert {f"never_update_{table.__tablename__}", f"never_delete_{table.__tablename__}"} <= names
