"""The record of who did or saw what, and why. Identifiers only: the record itself holds no person's data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.models import AuditEntry


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


def entries(session: Session, *, before_id: int | None = None, limit: int = 100) -> list[AuditEntry]:
    """Return the newest lines first; the page after one is asked for with its last id."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return list(session.scalars(query))
