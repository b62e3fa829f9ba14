"""What a citizen sees of an item once it is open (`postal.citizen.opening`), or by the label's token.

The token is never braked, so nobody can lock a recipient out of the own result; it ends a month after the item's way.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from postal.citizen.dossiers import DossierStatus, steps_before
from postal.citizen.outlook import Outlook, outlook
from postal.life.tracking import life_of
from postal.models import Consignment, Item
from postal.people import mask_name, open_person
from postal.rules.lifecycle import Direction, EventKind, Holder, State, holder

TOKEN_LASTS = timedelta(days=31)
# What passes between our own tables is no step for a citizen.
_OWN_BUSINESS = frozenset({EventKind.BATCHED, EventKind.UNBATCHED, EventKind.PASSED_ON})


@dataclass(frozen=True, kw_only=True)
class PublicStep:
    """One thing that happened. ``reason`` is a code of the courier's list."""

    at: datetime
    kind: EventKind
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class PublicHistory:
    """All the page shows ``at`` an instant, newest step first. ``recipient`` is masked; nothing else is personal.

    ``before`` are the dossier's steps before its result, newest first.
    """

    at: datetime
    item_id: int
    consignment_id: int
    s10: str | None
    dossier_code: str
    direction: Direction
    state: State
    holder: Holder
    since: datetime
    promised_by: datetime | None
    n_attempts: int
    fee_vnd: int
    has_take_back: bool
    office_name: str
    recipient: str
    steps: tuple[PublicStep, ...]
    before: tuple[DossierStatus, ...]
    outlook: Outlook


def by_token(session: Session, token: str, *, now: datetime) -> PublicHistory | None:
    """Return the history for the 128-bit token of a label; None for one that was never given, is revoked or too old."""
    if not 16 <= len(token) <= 64 or not token.isascii():
        return None
    digest = hashlib.sha256(token.encode()).hexdigest()
    item = session.scalar(_BY_TOKEN, {"digest": digest})
    if item is None or (item.finished_at is not None and item.finished_at + TOKEN_LASTS < now):
        return None
    return history_of(session, item, now)


def by_item(session: Session, item_id: int, *, now: datetime) -> PublicHistory | None:
    """Return the history of an item whose second factor this browser has just shown."""
    item = session.scalar(_BY_ID, {"item_id": item_id})
    return history_of(session, item, now) if item is not None else None


def with_people() -> tuple[_AbstractLoad, ...]:
    """Return what a query of items loads with them for their history."""
    return (
        joinedload(Item.consignment).joinedload(Consignment.person),
        joinedload(Item.consignment).joinedload(Consignment.issuing_office),
    )


# Made once: building a statement anew takes as long as asking it.
_BY_TOKEN = select(Item).options(*with_people()).where(Item.token_hash == bindparam("digest"))
_BY_ID = select(Item).options(*with_people()).where(Item.id == bindparam("item_id"))


def history_of(session: Session, item: Item, now: datetime) -> PublicHistory:
    """Return what the recipient of an item may see of it now."""
    events = reversed(life_of(session, item.id))
    consignment = item.consignment
    return PublicHistory(
        at=now,
        item_id=item.id,
        consignment_id=item.consignment_id,
        s10=item.s10,
        dossier_code=item.dossier_code,
        direction=item.direction,
        state=item.state,
        holder=holder(item.state),
        since=item.state_since,
        promised_by=consignment.promised_by,
        n_attempts=item.n_attempts,
        fee_vnd=item.fee_vnd,
        has_take_back=bool(item.take_back),
        office_name=consignment.issuing_office.name,
        recipient=mask_name(open_person(session, consignment.person).full_name),
        steps=tuple(
            PublicStep(at=e.happened_at, kind=e.kind, reason=e.reason) for e in events if e.kind not in _OWN_BUSINESS
        ),
        before=_before(session, item),
        outlook=outlook(session, item, now=now),
    )


def _before(session: Session, item: Item) -> tuple[DossierStatus, ...]:
    """Return what happened to the dossier before its result: the page tells it from the first day on."""
    if item.direction is not Direction.RESULT:
        return ()
    return tuple(steps_before(session, item.source_system, item.dossier_key))
