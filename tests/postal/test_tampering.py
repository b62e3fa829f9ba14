"""Whoever owns the database changes what is not an event: each change is found, and its place is named."""

from __future__ import annotations

import random

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from postal import chain, custody, doorstep
from postal.access import audit
from postal.chain.records import RECORDS
from postal.life import check_items
from postal.life.address_change import NewAddress, change_address
from postal.models import (
    AddressChange,
    AuditEntry,
    Base,
    ChainLink,
    Consignment,
    Discrepancy,
    Incident,
    IncidentKind,
    Item,
    KeptOvernight,
    OfficeDay,
    Person,
    TrackingEvent,
)
from routing import Register
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING
from tests.scale import record_figure, scaled

LEFT = (custody.InventoryLine(name="Giấy phép", is_there=True),)


def a_busy_day(session):
    """Leave at least two rows of every kind behind, sealed; return the items."""
    day = a_day.build_day(session, n=5)
    a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    act = build.act(session, EVENING)
    doorstep.record_scans(build.act(session, EVENING, by=day.actor()), [a_day.delivered(day.items[0])])
    commune = Register.builtin().commune(a_day.PHU_XUAN)
    for item in day.items[1:3]:
        custody.keep_overnight(act, item.id, DAY, reason="đường ngập")
        custody.note_incident(
            act, item.id, custody.WhatWentWrong(kind=IncidentKind.SHORT, fault="post", inventory=LEFT)
        )
        change_address(act, item.consignment_id, NewAddress(address="5 Đặng Dung", commune=commune), payer="agency")
        audit.note(act, "looked", "item", item.id)
    for item in day.items[:2]:
        session.add(Discrepancy(kind="extra", item_id=item.id, noted_at=EVENING, detail="x"))
        session.add(
            OfficeDay(office_id=item.consignment.issuing_office_id, day=DAY.replace(day=item.id), closed_at=EVENING)
        )
    session.flush()
    first = session.scalars(select(Discrepancy.id).order_by(Discrepancy.id)).first()
    custody.settle_discrepancy(act, first, settlement="đã rõ")
    custody.settle_incident(act, session.scalars(select(Incident.id)).first(), settlement="đã trả")
    chain.seal(session, now=EVENING)
    session.info.pop("unsealed", None)  # as after a commit
    return day.items


def faults(session):
    """Return everything that the check of the chain, of people and of items names."""
    session.expire_all()
    found = [chain.check_chain(session).broken, *chain.check_people(session), *chain.check_pictures(session)]
    return {(one.kind, one.subject_id, one.why) for one in [*found, *check_items(session)] if one is not None}


def first_id(session, table):
    return session.scalars(select(table.id).order_by(table.id)).first()


def test_an_untouched_day_has_no_fault(session):
    a_busy_day(session)
    kinds = set(session.scalars(select(ChainLink.kind)))
    assert {"difference", "settled", "minutes", "ended", "address", "office_day", "kept", "audit"} <= kinds
    assert faults(session) == set()


CHANGED = [
    (Discrepancy, "detail", "khác", "difference"),
    (Discrepancy, "settlement", "khác", "settled"),
    (Discrepancy, "is_voided", True, "settled"),
    (Incident, "compensation_vnd", 7, "minutes"),
    (Incident, "settlement", "khác", "ended"),
    (AddressChange, "payer", "post", "address"),
    (OfficeDay, "facts", {"kept": 9}, "office_day"),
    (KeptOvernight, "reason", "khác", "kept"),
    (AuditEntry, "action", "nothing", "audit"),
    (AuditEntry, "facts", {"n": 1}, "audit"),
]
KIND_OF = {Discrepancy: "difference", Incident: "minutes", AddressChange: "address", OfficeDay: "office_day",
           KeptOvernight: "kept", AuditEntry: "audit"}  # fmt: skip


def test_a_record_changed_deleted_or_forged_is_named(session):
    a_busy_day(session)
    build.lift_guards(session)
    for table, column, value, kind in CHANGED:
        row_id = first_id(session, table)
        with session.begin_nested() as savepoint:
            session.execute(update(table).where(table.id == row_id).values({column: value}))
            assert (kind, row_id, "subject_changed") in faults(session), (table, column)
            savepoint.rollback()
    for table, kind in KIND_OF.items():
        row_id = first_id(session, table)
        with session.begin_nested() as savepoint:
            session.execute(delete(table).where(table.id == row_id))
            assert (kind, row_id, "subject_missing") in faults(session), table
            savepoint.rollback()
        with session.begin_nested() as savepoint:
            row = dict(session.execute(select(table.__table__).where(table.id == row_id)).mappings().one())
            row |= {"id": 900_000} | ({"number": "BB-GIA"} if "number" in row else {})
            row |= {"day": DAY.replace(year=2030)} if "day" in row else {}
            session.execute(insert(table).values(row | ({"event_id": None} if "event_id" in row else {})))
            assert (kind, 900_000, "not_in_chain") in faults(session), table
            savepoint.rollback()
    assert faults(session) == set()


def test_a_settlement_taken_back_or_made_up_is_named(session):
    a_busy_day(session)
    build.lift_guards(session)
    settled, still_open = session.scalars(select(Discrepancy.id).order_by(Discrepancy.id)).all()[:2]
    with session.begin_nested() as savepoint:
        session.execute(update(Discrepancy).where(Discrepancy.id == settled).values(settled_at=None))
        assert ("settled", settled, "subject_missing") in faults(session)
        savepoint.rollback()
    session.execute(update(Discrepancy).where(Discrepancy.id == still_open).values(settled_at=EVENING, settlement="x"))
    assert ("settled", still_open, "not_in_chain") in faults(session)


def test_an_event_inserted_with_todays_time_is_named(session):
    a_busy_day(session)
    build.lift_guards(session)
    event = dict(session.execute(select(TrackingEvent.__table__)).mappings().first())
    late = EVENING.replace(year=EVENING.year + 1)
    event |= {"id": 900_000, "scan_id": "forged", "sequence": None, "happened_at": late, "recorded_at": late}
    session.execute(insert(TrackingEvent).values(event))
    assert ("event", 900_000, "not_in_chain") in faults(session)


def test_where_an_item_is_and_which_events_count_follows_from_its_events(session):
    items = a_busy_day(session)
    build.lift_guards(session)
    item_id = items[3].id
    for column, value in (("state", "delivered"), ("round_id", None), ("courier_id", None), ("office_id", None)):
        with session.begin_nested() as savepoint:
            session.execute(update(Item).where(Item.id == item_id).values({column: value}))
            assert ("item", item_id, "state_changed") in faults(session), column
            savepoint.rollback()
    event = session.scalars(select(TrackingEvent).where(TrackingEvent.item_id == item_id)).all()[-1]
    for column, value in (("is_applied", False), ("state_after", "delivered")):
        with session.begin_nested() as savepoint:
            session.execute(update(TrackingEvent).where(TrackingEvent.id == event.id).values({column: value}))
            assert faults(session) == {("event", event.id, "event_misplaced")}
            savepoint.rollback()


def test_exchanged_recipients_are_named_and_a_sent_on_address_is_none(session):
    items = a_busy_day(session)
    build.lift_guards(session)
    one, other, sent_on = items[3], items[4], items[1]
    pairs = ((Consignment, "person_id", one.consignment_id, other.consignment_id),
             (Item, "consignment_id", one.id, other.id))  # fmt: skip
    for table, column, first, second in pairs:
        values = {
            row_id: session.scalar(select(getattr(table, column)).where(table.id == row_id))
            for row_id in (first, second)
        }
        with session.begin_nested() as savepoint:
            for row_id, value in ((first, values[second]), (second, values[first])):
                session.execute(update(table).where(table.id == row_id).values({column: value}))
            assert {("item", i.id, "recipient_changed") for i in (one, other)} <= faults(session)
            savepoint.rollback()
    stranger = session.scalars(select(Person.id).order_by(Person.id.desc())).first()
    session.execute(update(Consignment).where(Consignment.id == sent_on.consignment_id).values(person_id=stranger))
    assert ("item", sent_on.id, "recipient_changed") in faults(session)


def test_links_doubled_reordered_shifted_in_time_or_cut_are_found(session):
    a_busy_day(session)
    end = chain.head_of(session).position
    anchor = chain.sign_day(session, DAY, now=EVENING)
    build.lift_guards(session)
    last = dict(session.execute(select(ChainLink.__table__).where(ChainLink.position == end)).mappings().one())
    changes = [
        insert(ChainLink).values(last | {"position": end + 1, "subject_id": 900_000}),
        update(ChainLink).where(ChainLink.position == end - 1).values(sealed_at=EVENING.replace(year=2020)),
        update(ChainLink).where(ChainLink.position == end).values(position=end + 5),
        update(ChainLink).where(ChainLink.position == 2).values(subject_id=3_000_000),
        update(ChainLink).where(ChainLink.position == 2).values(kind="ended"),
        delete(ChainLink).where(ChainLink.position > end - 3),
    ]
    for change in changes:
        with session.begin_nested() as savepoint:
            session.execute(change)
            assert chain.check_chain(session, anchors=[anchor]).broken is not None, str(change)
            savepoint.rollback()


def test_an_old_database_goes_on_behind_its_chain(session):
    a_busy_day(session)
    build.lift_guards(session)
    session.execute(delete(ChainLink))
    chain.seal(session, now=EVENING)
    session.execute(delete(ChainLink).where(ChainLink.kind.in_(RECORDS)))  # they came last; older versions had none
    old = chain.head_of(session)
    assert {why for _, _, why in faults(session)} == {"not_in_chain"}
    new = chain.begin_kinds(session, now=EVENING)
    assert new.position == old.position + build.n_records(session)
    assert chain.begin_kinds(session, now=EVENING) == new
    assert faults(session) == set()
    stays = select(ChainLink.head).where(ChainLink.position == old.position)
    assert session.scalar(stays) == old.head


def test_garbage_in_any_column_is_named_and_never_raised(session):
    a_busy_day(session)
    build.lift_guards(session)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    tables = ["tracking_events", "proofs", "handovers", "handover_lines", "manifests", "chain_links", "discrepancies",
              "incidents", "address_changes", "office_days", "kept_overnight", "audit_entries", "items",
              "consignments", "people"]  # fmt: skip
    places = [(Base.metadata.tables[name], column) for name in tables for column in Base.metadata.tables[name].columns]
    n_done = 0
    for number in range(scaled(40, 2_000)):
        chance = random.Random(number)
        table, column = places[number % len(places)] if scaled(0, 1) else chance.choice(places)
        key = next(iter(table.primary_key.columns)).name
        row = chance.choice(session.scalars(text(f"SELECT {key} FROM {table.name} ORDER BY {key}")).all())
        garbage = chance.choice([chance.randbytes(chance.randrange(1, 40)), chance.randrange(2**40), "\ufffd{[", "NaN"])
        with session.begin_nested() as savepoint:
            try:
                with session.begin_nested():
                    session.execute(
                        text(f"UPDATE {table.name} SET {column.name} = :value WHERE {key} = :key"),
                        {"value": garbage, "key": row},
                    )
            except SQLAlchemyError:  # the database itself takes no such value there
                savepoint.rollback()
                continue
            faults(session)
            n_done += 1
            savepoint.rollback()
    assert n_done >= scaled(10, 500) or not is_sqlite
    record_figure("garbage in columns of evidence, checked without an exception", n_done, "places")
