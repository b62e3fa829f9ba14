"""Holds where items are, and whose they are, against their events: what the chain proves is what the desk sees.

The chain binds what happened, not what follows from it. So each life is folded again and compared with what is stored:
the state and with it the holder, the round, the courier and office, which events count; and the recipient with the one
the first event named, followed through the changes of address.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.chain import GARBAGE, Broken
from postal.life.facts import CONSIGNMENT, RECIPIENT, facts_of
from postal.life.tracking import courier_and_office
from postal.models import AddressChange, Consignment, Item, TrackingEvent
from postal.rules.lifecycle import Folded, fold

_BLOCK = 200


def check_items(session: Session) -> list[Broken]:
    """Return items and events whose stored state does not follow from the events, and exchanged recipients.

    Never raises, whatever is stored. Of items that came before first events named recipients these are not checked.
    """
    found: list[Broken] = []
    after = 0
    while ids := session.scalars(select(Item.id).where(Item.id > after).order_by(Item.id).limit(_BLOCK)).all():
        after = ids[-1]
        for item_id in ids:
            try:
                found += _faults(session, item_id)
            except GARBAGE:
                found.append(_broken("item", item_id, "unreadable"))
    return found


def _faults(session: Session, item_id: int) -> Iterator[Broken]:
    item = session.get_one(Item, item_id)
    query = select(TrackingEvent).where(TrackingEvent.item_id == item_id).order_by(TrackingEvent.id)
    events = session.scalars(query).all()
    folded = fold(facts_of(session, events), item.direction)
    after = folded.state_after
    for event in events:
        if event.is_applied != (event.scan_id in after) or event.state_after != after.get(event.scan_id):
            yield _broken("event", event.id, "event_misplaced")
    if _stored(item) != _expected(events, folded):
        yield _broken("item", item.id, "state_changed")
    if not _is_recipient(session, item, events):
        yield _broken("item", item.id, "recipient_changed")


def _stored(item: Item) -> tuple[object, ...]:
    return (item.state, item.round_id, item.courier_id, item.office_id)


def _expected(events: Sequence[TrackingEvent], folded: Folded) -> tuple[object, ...]:
    by_scan = {event.scan_id: event for event in events}
    life = [by_scan[scan_id] for scan_id in folded.applied]
    return (folded.state, folded.round_id, *courier_and_office(life))


def _is_recipient(session: Session, item: Item, events: Sequence[TrackingEvent]) -> bool:
    first = next((event for event in events if RECIPIENT in event.facts), None)
    if first is None:
        return True
    if first.facts[CONSIGNMENT] != item.consignment_id:
        return False
    person_id = first.facts[RECIPIENT]
    changes = select(AddressChange.old_person_id, AddressChange.new_person_id)
    for old, new in session.execute(
        changes.where(AddressChange.consignment_id == item.consignment_id).order_by(AddressChange.id)
    ):
        person_id = new if old == person_id else person_id
    stored = select(Consignment.person_id).where(Consignment.id == item.consignment_id)
    return bool(session.scalar(stored) == person_id)


def _broken(kind: str, subject_id: int, why: str) -> Broken:
    return Broken(position=0, kind=kind, subject_id=subject_id, why=why)
