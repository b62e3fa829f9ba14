"""The record of who did or saw what, and why. Identifiers only: the record itself holds no person's data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.models import ApiKey, AuditEntry, User


def note(
    act: Act, action: str, subject: str, subject_id: int | None = None, *, reason: str | None = None, **facts: Any
) -> AuditEntry:
    """Add one line to the audit in the act's own transaction. ``facts`` are counts and identifiers."""
    entry = AuditEntry(
        at=act.now,
        user_id=act.by.user_id,
        api_key_id=act.by.api_key_id,
        command=act.by.command,
        action=action,
        subject=subject,
        subject_id=subject_id,
        reason=reason,
        facts=facts,
    )
    act.session.add(entry)
    return entry


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which lines are wanted: of one user by name, of one act, on a subject, since an instant and before another."""

    username: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the audit with the name of whoever acted: a user, a key's system, else a command."""

    entry: AuditEntry
    by: str


EVERYTHING = Asked()


def entries(
    session: Session, asked: Asked = EVERYTHING, *, before_id: int | None = None, limit: int = 100
) -> list[Line]:
    """Return the newest lines first; the page after one is asked for with its last id."""
    query = (
        select(AuditEntry, User.username, ApiKey.source_system)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .outerjoin(ApiKey, ApiKey.id == AuditEntry.api_key_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    if asked.since is not None:
        query = query.where(AuditEntry.at >= asked.since)
    if asked.until is not None:
        query = query.where(AuditEntry.at < asked.until)
    texts = ((User.username, asked.username), (AuditEntry.action, asked.action), (AuditEntry.subject, asked.subject))
    found = session.execute(query.where(*(column == text for column, text in texts if text)))
    return [Line(entry=entry, by=username or system or entry.command or "") for entry, username, system in found]
