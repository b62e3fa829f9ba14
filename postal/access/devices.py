"""Known devices: browsers that proved something once, by a long-lived cookie whose hash is kept.

What a device is known for is a subject of the caller's choice: "user:7" for a person who signed in on it. A known one
is judged by its own wrong tries, so that strangers who guess elsewhere cannot lock it out (OWASP calls it a device
cookie). The cookie itself is `api.web.devices`.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.models import KnownDevice

KNOWN_FOR = timedelta(days=400)
"""As long as browsers keep a cookie; a device that was away for longer is a stranger again."""

# Made once: building a statement anew takes as long as asking it.
_columns = KnownDevice.__table__.c
_KNOWN = select(_columns.id).where(
    _columns.token_hash == bindparam("token_hash"),
    _columns.subject == bindparam("subject"),
    _columns.last_at > bindparam("since"),
)


def new_token() -> str:
    """Return the text of a new device's cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def is_known(session: Session, token: str, subject: str, *, now: datetime) -> bool:
    """Say whether this browser is known for the subject; never for an empty token."""
    of = {"token_hash": hash_of(token), "subject": subject, "since": now - KNOWN_FOR}
    return bool(token) and session.scalar(_KNOWN, of) is not None


def remember(session: Session, token: str, subject: str, *, now: datetime) -> None:
    """Let this browser be known for the subject from now on; safe to repeat."""
    mine = (KnownDevice.token_hash == hash_of(token), KnownDevice.subject == subject)
    seen = update(KnownDevice).where(*mine).values(last_at=now).execution_options(synchronize_session=False)
    if session.execute(seen).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with session.begin_nested():
            session.add(KnownDevice(token_hash=hash_of(token), subject=subject, first_at=now, last_at=now))
    except IntegrityError:  # the same browser twice at once
        pass


def forget_all(session: Session, subject: str) -> None:
    """Make every device a stranger to the subject."""
    session.execute(delete(KnownDevice).where(KnownDevice.subject == subject))


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete devices that were away for longer than browsers keep their cookie."""
    session.execute(delete(KnownDevice).where(KnownDevice.last_at < now - KNOWN_FOR))


def hash_of(token: str) -> str:
    """Return what is kept of a random token: nobody can try 256 bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
