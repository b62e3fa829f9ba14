"""Repeated requests: the first answer to an idempotency key is stored, sealed, in the transaction of its effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.errors import Conflict
from postal.models import IdempotencyRecord
from postal.people import vault_of
from routing import Message

KEPT_FOR = timedelta(days=30)
FORMS_KEPT_FOR = timedelta(days=2)
FORM_CLIENT = "form:"
"""How the clients begin whose keys are the forms of pages: a paper may be the answer, so they go sooner."""


class KeyReusedForOther(Conflict):
    """The same key came with another request (draft-ietf-httpapi-idempotency-key-header: 422)."""

    code = "key_reused"
    says = Message("Idempotency-Key này đã dùng cho một yêu cầu có nội dung khác.")


@dataclass(frozen=True, kw_only=True)
class KeyedRequest:
    """Whose key it is, the key, and the fingerprint of method, address and content."""

    client: str
    key: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class KeptAnswer:
    """The status and body that were answered the first time."""

    status: int
    body: bytes


def claim_key(session: Session, request: KeyedRequest, *, now: datetime) -> KeptAnswer | None:
    """Claim the key for this transaction, or return the answer it was given before.

    A rival on another connection waits here until this transaction ends; then it finds the answer, or, where
    the first one failed and left nothing, does the work itself. Raises KeyReusedForOther.
    """
    if (known := _known(session, request)) is not None:
        return known
    record = IdempotencyRecord(client=request.client, key=request.key, fingerprint=request.fingerprint, claimed_at=now)
    try:
        with session.begin_nested():
            session.add(record)
            session.flush()
    except IntegrityError:
        return _known(session, request)
    return None


def claim_once(session: Session, request: KeyedRequest, *, now: datetime) -> bool:
    """Claim the key for this transaction; False where one that was committed before has it.

    A rival waits here until this transaction ends. The answer may be kept later, by another transaction.
    """
    record = IdempotencyRecord(client=request.client, key=request.key, fingerprint=request.fingerprint, claimed_at=now)
    try:
        with session.begin_nested():
            session.add(record)
            session.flush()
    except IntegrityError:
        return False
    return True


def kept_answer(session: Session, request: KeyedRequest) -> KeptAnswer | None:
    """Return the answer kept beside a claimed key, None while there is none. Raises KeyReusedForOther."""
    return _known(session, request)


def keep_answer(session: Session, request: KeyedRequest, answer: KeptAnswer) -> None:
    """Seal the answer beside its key; the body may name people."""
    record = session.scalars(_of(request)).one()
    sealed = vault_of(session).seal_bytes(answer.body)
    record.status, record.body, record.body_key_id = answer.status, sealed.data, sealed.key_id
    session.flush()


def forget_old_keys(session: Session, *, now: datetime) -> int:
    """Delete answers older than 30 days, and those to forms of pages after two; return how many."""
    is_old = IdempotencyRecord.claimed_at < now - KEPT_FOR
    is_old_form = and_(
        IdempotencyRecord.client.startswith(FORM_CLIENT), IdempotencyRecord.claimed_at < now - FORMS_KEPT_FOR
    )
    old = session.execute(delete(IdempotencyRecord).where(or_(is_old, is_old_form)))
    return int(old.rowcount)  # type: ignore[attr-defined]


def _of(request: KeyedRequest) -> Select[IdempotencyRecord]:
    return select(IdempotencyRecord).where(
        IdempotencyRecord.client == request.client, IdempotencyRecord.key == request.key
    )


def _known(session: Session, request: KeyedRequest) -> KeptAnswer | None:
    record = session.scalars(_of(request)).one_or_none()
    if record is None:
        return None
    if record.fingerprint != request.fingerprint:
        raise KeyReusedForOther
    if record.status is None or record.body is None or record.body_key_id is None:
        return None
    return KeptAnswer(status=record.status, body=vault_of(session).open_bytes(record.body, record.body_key_id))
