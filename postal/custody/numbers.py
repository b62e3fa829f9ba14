"""Numbers of documents: one series for each kind and year, without gaps, taken in the document's own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from postal.models import Counter
from postal.working_days import local_day


def next_number(session: Session, series: str, *, now: datetime) -> str:
    """Return the next number of a series, such as "BB-2026-000017"; a rollback gives it back."""
    name = f"{series}-{local_day(now).year}"
    taken = update(Counter).where(Counter.name == name).values(value=Counter.value + 1).returning(Counter.value)
    value = session.scalar(taken)
    if value is None:
        session.add(Counter(name=name, value=1))
        session.flush()
        value = 1
    return f"{name}-{value:06d}"
