"""What a citizen sees of an item: by code and the last four digits of the phone, or by the label's token.

Unknown and wrong look the same. Guessing is braked for each code and source, for each code, and for each
source; the label's token is never braked, so nobody can lock a recipient out of the own result.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from postal.life.items import as_written, is_called
from postal.life.outlook import Outlook, outlook
from postal.life.tracking import life_of
from postal.models import Consignment, Item, TrackingGuess
from postal.people import mask_name, open_person, phone_tail_matches, vault_of
from postal.rules.codes import bare_code
from postal.rules.lifecycle import Direction, EventKind, Holder, State, holder
from postal.rules.working_days import local_day

MAX_WRONG_HERE = 5
MAX_WRONG_FOR_CODE = 20
MAX_WRONG_FROM_SOURCE = 60
GUESSES_KEPT = timedelta(days=7)
# What passes between our own tables is no step for a citizen.
_OWN_BUSINESS = frozenset({EventKind.BATCHED, EventKind.UNBATCHED})


@dataclass(frozen=True, kw_only=True)
class PublicStep:
    """One thing that happened. ``reason`` is a code of the courier's list."""

    at: datetime
    kind: EventKind
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class PublicHistory:
    """Everything the page shows, newest step first. ``recipient`` is masked; nothing else is personal."""

    item_id: int
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
    outlook: Outlook


def by_code(session: Session, code: str, phone_tail: str, *, now: datetime, source: str) -> PublicHistory | None:
    """Return the history for an S10 or dossier code and the phone's last four digits; None whatever was wrong.

    ``session`` writes: a wrong guess is counted. ``source`` is where the request comes from; only its keyed
    hash is kept.
    """
    vault = vault_of(session)
    bare = bare_code(code)
    code_hash, source_hash = vault.look_up("guess", bare), vault.look_up("source", source)
    today = local_day(now)
    if _is_braked(session, code_hash, source_hash, today):
        return None
    tail = phone_tail.strip()
    is_tail = len(tail) == 4 and tail.isascii() and tail.isdigit()
    for item in _items(session, code) if is_tail else ():
        if phone_tail_matches(session, item.consignment.person, tail):
            return _history(session, item, now)
    _count_wrong(session, code_hash, source_hash, today)
    return None


def by_token(session: Session, token: str, *, now: datetime) -> PublicHistory | None:
    """Return the history for the 128-bit token of a label, None for one that was never given or was revoked."""
    if not 16 <= len(token) <= 64 or not token.isascii():
        return None
    digest = hashlib.sha256(token.encode()).hexdigest()
    item = session.scalar(_query().where(Item.token_hash == digest))
    return _history(session, item, now) if item is not None else None


def by_item(session: Session, item_id: int, *, now: datetime) -> PublicHistory | None:
    """Return the history of an item whose second factor this browser has just shown."""
    item = session.scalar(_query().where(Item.id == item_id))
    return _history(session, item, now) if item is not None else None


def forget_guesses(session: Session, *, now: datetime) -> int:
    """Delete counts of guesses older than a week; return how many."""
    old = session.query(TrackingGuess).filter(TrackingGuess.on_date < local_day(now - GUESSES_KEPT))
    return old.delete()


def _query() -> Select[Item]:
    return select(Item).options(
        joinedload(Item.consignment).joinedload(Consignment.person),
        joinedload(Item.consignment).joinedload(Consignment.issuing_office),
    )


def _items(session: Session, code: str) -> list[Item]:
    if not 4 <= len(bare_code(code)) <= 80:
        return []
    query = _query().where(is_called(code))
    # Two systems may use one dossier code, and a dossier may be collected and its result delivered.
    return list(session.scalars(query.order_by(as_written(code), Item.id.desc()).limit(10)))


def _is_braked(session: Session, code_hash: str, source_hash: str, today: date) -> bool:
    def wrong(*conditions: object) -> int:
        total = select(func.coalesce(func.sum(TrackingGuess.n_wrong), 0)).where(
            TrackingGuess.on_date == today,
            *conditions,  # type: ignore[arg-type]
        )
        return session.scalar(total) or 0

    is_code, is_source = TrackingGuess.code_hash == code_hash, TrackingGuess.source_hash == source_hash
    return (
        wrong(is_code, is_source) >= MAX_WRONG_HERE
        or wrong(is_code) >= MAX_WRONG_FOR_CODE
        or wrong(is_source) >= MAX_WRONG_FROM_SOURCE
    )


def _count_wrong(session: Session, code_hash: str, source_hash: str, today: date) -> None:
    key = {"code_hash": code_hash, "source_hash": source_hash, "on_date": today}
    guess = session.get(TrackingGuess, key, with_for_update=True)
    if guess is None:
        guess = TrackingGuess(**key, n_wrong=0)
        session.add(guess)
    guess.n_wrong += 1
    session.flush()


def _history(session: Session, item: Item, now: datetime) -> PublicHistory:
    events = reversed(life_of(session, item.id))
    consignment = item.consignment
    return PublicHistory(
        item_id=item.id,
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
        outlook=outlook(session, item, now=now),
    )
