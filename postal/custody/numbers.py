"""Numbers of documents: one series for each kind and year, without gaps, taken in the document's own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from postal.rules.working_days import local_day

# One statement on both databases: whoever comes second waits for the first, and a rollback gives the number back.
_TAKE = text(
    "INSERT INTO counters (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
)


def next_number(session: Session, series: str, *, now: datetime) -> str:
    """Return the next number of a series, such as "BB-2026-000017"; a rollback gives it back."""
    name = f"{series}-{local_day(now).year}"
    return f"{name}-{take_number(session, name):06d}"


def take_number(session: Session, name: str) -> int:
    """Return the next number of a series that counts from 1; others who want one wait for this transaction."""
    value: int = session.execute(_TAKE, {"name": name}).scalar_one()
    return value
