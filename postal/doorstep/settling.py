"""What the office does with a courier's note: trouble and another order are seen, a correction is approved or rejected.

An approved correction holds for the consignment at once, and its point is remembered for the address, so that the next
result for the same house goes to the right door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.audit import note as note_audit
from postal.doorstep.doors import at_the_door_of
from postal.doorstep.notes import ASKS_THE_OFFICE, NoteKind
from postal.doorstep.said import opened
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.address_change import keep_both
from postal.life.tracking import lock_items
from postal.models import Consignment, CourierNote, PersonKind
from postal.people import PersonData, add_person, unseal
from postal.queue.places import HasRegister, put_point
from routing import Message

APPROVED, REJECTED, SEEN = "approved", "rejected", "seen"
SETTLEMENTS: dict[str, frozenset[str]] = {
    NoteKind.TROUBLE: frozenset({SEEN}),
    NoteKind.REORDERED: frozenset({SEEN}),
    NoteKind.CORRECTION: frozenset({APPROVED, REJECTED}),
}


class NoteSettled(Conflict):
    code = "note_settled"
    says = Message("Mục này đã có người xử lý.")


def open_notes(session: Session, *, office_id: int | None = None) -> Sequence[CourierNote]:
    """Return the notes that ask somebody at an office (None: anywhere), trouble first, then the oldest."""
    query = select(CourierNote).where(CourierNote.kind.in_(ASKS_THE_OFFICE), CourierNote.settled_at.is_(None))
    if office_id is not None:
        query = query.where(CourierNote.office_id == office_id)
    return session.scalars(query.order_by(CourierNote.kind.desc(), CourierNote.happened_at)).all()


def note_with(session: Session, note_id: int) -> CourierNote:
    """Return a note. Raises NotFound."""
    found = session.get(CourierNote, note_id)
    if found is None:
        raise NotFound(what=Message("mục bưu tá báo"))
    return found


def settle_note(act: Act, note_id: int, settlement: str, *, guide: HasRegister) -> CourierNote:
    """End a note: trouble or another order is ``seen``, a correction ``approved`` or ``rejected``.

    Raises NotFound, NoteSettled, InvalidInput for another word or a point nobody may approve.
    """
    found = act.session.get(CourierNote, note_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(what=Message("mục bưu tá báo"))
    if settlement not in SETTLEMENTS.get(found.kind, frozenset()):
        raise InvalidInput(field="settlement")
    if found.settled_at is not None:
        raise NoteSettled
    if settlement == APPROVED and found.consignment_id is not None:
        consignment = act.session.get_one(Consignment, found.consignment_id)
        told, *others = at_the_door_of(act.session, found.round_id, consignment)
        here = [told, *(one for one in others if any(item.finished_at is None for item in one.items))]
        persons = {one.id: one.person_id for one in here}
        alike = {one.id for one in here if one.person.address_hash == told.person.address_hash}
        # Two corrections, or one and a change of address, come after each other: none is lost.
        lock_items(act.session, [item for one in here for item in one.items])
        facts = opened(act.session, found).facts
        point = {name: facts[name] for name in ("lat", "lon") if name in facts}
        for (
            one
        ) in here:  # the door stays one: where it is holds for all that goes there, words for what was written alike
            act.session.refresh(one)
            if one is told or one.person_id == persons[one.id]:  # else it goes to another address by now
                _put_right(act, one, facts if one.id in alike else point, guide)
    found.settled_at, found.settled_by_id, found.settlement = act.now, act.by.user_id, settlement
    note_audit(act, f"courier_note_{settlement}", "courier_note", found.id)
    act.session.flush()
    return found


def _put_right(act: Act, consignment: Consignment, facts: Mapping[str, Any], guide: HasRegister) -> None:
    if "lat" in facts and "lon" in facts:
        put_point(act, consignment, facts["lat"], facts["lon"], guide=guide)
    words = {name: str(facts[name]) for name in ("address", "landmark") if facts.get(name)}
    if not words:
        return
    known = vars(unseal(act.session, consignment.person))
    # A new row: what was printed and signed for before keeps the person it was about.
    person = add_person(act.session, PersonKind.RECIPIENT, PersonData(**known | words), now=act.now)
    keep_both(act, consignment, person, commune_code=consignment.commune_code, payer="post")
    consignment.person_id = person.id
    act.session.flush()
    act.session.refresh(consignment)
    if "address" in words and "lat" in facts and "lon" in facts:  # known by either spelling from now on
        put_point(act, consignment, facts["lat"], facts["lon"], guide=guide)
