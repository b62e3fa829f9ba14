"""What a phone still had to send when it was revoked: taken in, held for the office, accepted or dismissed there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postal import custody, doorstep, pictures
from postal.access import audit
from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import HeldAct, Phone
from postal.people import vault_of
from postal.phones.enrolment import SILENT_AT_MOST, actor_of
from routing import Message

MOST_OF_A_PHONE = 2_000
"""A round's acts and notes many times over; more than that is no phone that had no signal."""
HANDED_IN_WITHIN = timedelta(days=32)
"""An act of before a phone ended is taken for 31 days: later there is nothing to hand in."""
ACCEPTED, DISMISSED = "accepted", "dismissed"


class TooManyHeld(Conflict):
    code = "too_many_held"
    says = Message("Máy này đã nộp quá nhiều mục. Xin đưa máy về bưu cục.")


class HeldSettled(Conflict):
    code = "held_settled"
    says = Message("Mục này đã có người xét.")


class HeldRefused(Conflict):
    code = "held_refused"
    says = Message("Không nhận được mục này: {why}")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One act (`scan`) or note of a phone, as it was read; ``inside`` is its own JSON, ``pictures`` name its photos."""

    name: str
    about: Literal["scan", "note"]
    happened_at: datetime
    inside: str
    sent_at: datetime | None = None
    clock_offset: timedelta | None = None
    heard_at: datetime | None = None
    pictures: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Entry {self.name}>"


def ended_phone(session: Session, token: str, *, now: datetime) -> Phone | None:
    """Return the phone this token is of; None when it ended more than 32 days ago, revoked or silent."""
    token_hash = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    found = session.scalars(select(Phone).where(Phone.token_hash == token_hash)).one_or_none()
    if found is None or now > (found.revoked_at or found.last_contact_at + SILENT_AT_MOST) + HANDED_IN_WITHIN:
        return None
    return found


def hold(act: Act, phone: Phone, entries: Sequence[Entry]) -> list[str]:
    """Keep what a phone hands in, each entry once; return the names now held, in the order given.

    An instant that cannot be is no reason to lose a proof: it is held at the time it came. Raises TooManyHeld.
    """
    names = {entry.name: f"p{phone.id}:{entry.name}" for entry in entries}
    known = set(act.session.scalars(select(HeldAct.entry_id).where(HeldAct.entry_id.in_(names.values()))))
    n_before = act.session.scalar(select(func.count()).where(HeldAct.phone_id == phone.id)) or 0
    owner = actor_of(act.session, phone)
    new = {entry.name: entry for entry in entries if names[entry.name] not in known}
    if n_before + len(new) > MOST_OF_A_PHONE:
        raise TooManyHeld
    for entry in new.values():
        sealed = vault_of(act.session).seal_bytes(entry.inside.encode())
        held = HeldAct(
            entry_id=names[entry.name],
            phone_id=phone.id,
            office_id=phone.courier.office_id,
            about=entry.about,
            happened_at=_when(entry, act.now),
            device_at=entry.happened_at,
            recorded_at=act.now,
            sealed=sealed.data,
            key_id=sealed.key_id,
        )
        act.session.add(held)
        pictures.hold_for(act.session, owner, held, entry.pictures)
    if new:
        audit.note(act, "hold_acts", "phone", phone.id, n_acts=len(new))
    act.session.flush()
    return list(names)


def held_acts(session: Session, *, office_id: int | None = None) -> Sequence[HeldAct]:
    """Return what waits for an office (None: for any), the oldest first."""
    query = select(HeldAct).where(HeldAct.settled_at.is_(None))
    if office_id is not None:
        query = query.where(HeldAct.office_id == office_id)
    return session.scalars(query.order_by(HeldAct.happened_at, HeldAct.id)).all()


def held_act(session: Session, held_id: int) -> HeldAct:
    """Return one. Raises NotFound."""
    found = session.get(HeldAct, held_id)
    if found is None:
        raise NotFound(what=Message("mục giữ lại"))
    return found


def held_inside(session: Session, held: HeldAct) -> Mapping[str, Any]:
    """Return what a held act says, as the phone wrote it."""
    inside: dict[str, Any] = json.loads(vault_of(session).open_bytes(held.sealed, held.key_id))
    return inside


def accept(act: Act, held_id: int, told: doorstep.CourierScan | doorstep.NoteIn, *, reason: str) -> None:
    """Record a held act as its courier's, marked, under all rules an act of a phone is under.

    ``told`` is what the phone wrote; by our clock it happened when it was found to when it came.
    Who decided and why stands in the audit. Raises NotFound, HeldSettled, InvalidInput without a reason, HeldRefused
    where the act cannot be recorded: it stays held.
    """
    held = _settle(act, held_id, ACCEPTED, reason)
    courier = Act(act.session, actor_of(act.session, held.phone), act.now)
    if isinstance(told, doorstep.NoteIn):
        (answer,) = doorstep.record_notes(courier, [replace(told, **_when_it_came(held))])
    else:
        (answer,) = doorstep.record_scans(courier, [replace(told, **_when_it_came(held))])
    if answer.status == "refused":
        raise HeldRefused(why=answer.message)


def dismiss(act: Act, held_id: int, *, reason: str) -> None:
    """Leave a held act unrecorded; it stays here, sealed, and its receipt's number is void.

    Raises NotFound, HeldSettled, InvalidInput.
    """
    held = _settle(act, held_id, DISMISSED, reason)
    number = (held_inside(act.session, held).get("proof") or {}).get("receipt_number") or ""
    if number and custody.is_reserved(act.session, number, held.phone.courier_id):
        custody.void_number(act, number, held.phone.courier_id, why=custody.VOID_DISMISSED)


def _settle(act: Act, held_id: int, settlement: str, reason: str) -> HeldAct:
    held = act.session.get(HeldAct, held_id, with_for_update=True, populate_existing=True)
    if held is None:
        raise NotFound(what=Message("mục giữ lại"))
    if not reason.strip():
        raise InvalidInput(field="reason")
    if held.settled_at is not None:
        raise HeldSettled
    held.settled_at, held.settled_by_id, held.settlement = act.now, act.by.user_id, settlement
    audit.note(act, f"held_act_{settlement}", "held_act", held.id, reason=reason, phone_id=held.phone_id)
    act.session.flush()
    return held


def _when_it_came(held: HeldAct) -> dict[str, Any]:
    """Return an act's times: the phone's own, as every other instant inside is, and how far they were off."""
    return {
        "happened_at": held.device_at,
        "sent_at": None,
        "clock_offset": held.happened_at - held.device_at,
        "heard_at": held.happened_at,
        "held_since": held.recorded_at,
    }


def _when(entry: Entry, now: datetime) -> datetime:
    try:
        return doorstep.corrected(entry, now)
    except InvalidInput:
        return now
