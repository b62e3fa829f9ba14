"""What a person typed into a form that was not taken: sealed, for that person alone, for one day at most."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from postal.models import KeptForm
from postal.people import vault_of

KEPT_AT_MOST = timedelta(hours=24)
N_OF_ONE_PERSON = 20
MAX_BYTES = 1024 * 1024


def keep_form(session: Session, user_id: int, content: bytes, *, now: datetime) -> str | None:
    """Seal a form's content for one person and return the token that shows it again; None for one too large to keep.

    Of one person the last twenty are kept, none for longer than a day.
    """
    if len(content) > MAX_BYTES:
        return None
    forget_old_forms(session, now=now)
    own = select(KeptForm.id).where(KeptForm.user_id == user_id).order_by(KeptForm.id.desc())
    too_many = session.scalars(own.offset(N_OF_ONE_PERSON - 1)).all()
    session.execute(delete(KeptForm).where(KeptForm.id.in_(too_many)))
    token = secrets.token_urlsafe(18)
    sealed = vault_of(session).seal_bytes(content)
    session.add(
        KeptForm(token_hash=_digest(token), user_id=user_id, sealed=sealed.data, key_id=sealed.key_id, kept_at=now)
    )
    session.flush()
    return token


def kept_form(session: Session, user_id: int, token: str, *, now: datetime) -> bytes | None:
    """Return what this person typed; None for a wrong token, another's or one too old."""
    query = select(KeptForm).where(KeptForm.token_hash == _digest(token), KeptForm.user_id == user_id)
    found = session.scalar(query)
    if found is None or found.kept_at < now - KEPT_AT_MOST:
        return None
    return vault_of(session).open_bytes(found.sealed, found.key_id)


def forget_old_forms(session: Session, *, now: datetime) -> int:
    """Delete forms kept for more than a day; return how many."""
    old = session.execute(delete(KeptForm).where(KeptForm.kept_at < now - KEPT_AT_MOST))
    return int(old.rowcount)  # type: ignore[attr-defined]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
