"""What a citizen sees of an item once it is open (`postal.citizen.opening`), or by the label's token.

The token is never braked, so nobody can lock a recipient out of the own result; it ends a month after the item's way.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from postal.citizen import pieces
from postal.citizen.dossiers import DossierStatus, steps_before
from postal.citizen.outlook import Outlook, outlook
from postal.citizen.pieces import Piece
from postal.life.facts import rows_of_life
from postal.people import mask_name, open_person
from postal.rules.lifecycle import Direction, EventKind, Holder, State, holder

TOKEN_LASTS = timedelta(days=31)
# What passes between our own tables is no step for a citizen.
_OWN_BUSINESS = frozenset({EventKind.BATCHED, EventKind.UNBATCHED, EventKind.PASSED_ON})


class PublicStep(NamedTuple):
    """One thing that happened. ``reason`` is a code of the courier's list."""

    at: datetime
    kind: EventKind
    reason: str | None


class PublicHistory(NamedTuple):
    """All the page shows ``at`` an instant, newest step first. ``recipient`` is masked; nothing else is personal.

    ``before`` are the dossier's steps before its result, newest first. ``is_device_known``: the browser that asked by
    the label's token opened it before.
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
    is_device_known: bool


def by_token(session: Session, token: str, *, now: datetime, device: str = "") -> PublicHistory | None:
    """Return the history for the 128-bit token of a label; None for one that was never given, is revoked or too old.

    ``device`` is the token of the browser that asks, "" for one that was never here.
    """
    if not 16 <= len(token) <= 64 or not token.isascii():
        return None
    piece = pieces.by_digest(session, hashlib.sha256(token.encode()).hexdigest(), now=now, device=device)
    if piece is None or (piece.finished_at is not None and piece.finished_at + TOKEN_LASTS < now):
        return None
    return _history(session, piece, now)


def by_item(session: Session, item_id: int, *, now: datetime) -> PublicHistory | None:
    """Return the history of an item whose second factor this browser has just shown."""
    piece = pieces.by_id(session, item_id, now=now)
    return _history(session, piece, now) if piece is not None else None


def _history(session: Session, piece: Piece, now: datetime) -> PublicHistory:
    """Return what the recipient of an item may see of it now."""
    events = reversed(rows_of_life(session, piece.item_id, piece.direction))
    return PublicHistory(
        at=now,
        item_id=piece.item_id,
        consignment_id=piece.consignment_id,
        s10=piece.s10,
        dossier_code=piece.dossier_code,
        direction=piece.direction,
        state=piece.state,
        holder=holder(piece.state),
        since=piece.state_since,
        promised_by=piece.promised_by,
        n_attempts=piece.n_attempts,
        fee_vnd=piece.fee_vnd,
        has_take_back=bool(piece.take_back),
        office_name=piece.issuer,
        recipient=mask_name(open_person(session, piece.person).full_name),
        steps=tuple(
            PublicStep(at=e.happened_at, kind=e.kind, reason=e.reason) for e in events if e.kind not in _OWN_BUSINESS
        ),
        before=_before(session, piece),
        outlook=outlook(session, piece, now=now),
        is_device_known=piece.known_device_id is not None,
    )


def _before(session: Session, piece: Piece) -> tuple[DossierStatus, ...]:
    """Return what happened to the dossier before its result: the page tells it from the first day on."""
    if piece.direction is not Direction.RESULT or piece.dossier_id is None:
        return ()
    return steps_before(session, piece.dossier_id)
