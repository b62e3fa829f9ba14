"""J+n between two zones, from a day on: what is handed over before it keeps the promise it was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.errors import InvalidInput
from postal.models import TransitRule

BETWEEN = " → "
_MOST_DAYS = 60


def subject_of(from_zone: str, to_zone: str) -> str:
    """Return how a rule is named: both zones. Raises InvalidInput for a zone that is empty or cannot be told."""
    for name, zone in (("from_zone", from_zone), ("to_zone", to_zone)):
        if not 0 < len(zone) <= 60 or BETWEEN.strip() in zone:
            raise InvalidInput(field=name)
    return f"{from_zone}{BETWEEN}{to_zone}"


def values_of(rule: TransitRule) -> dict[str, Any]:
    """Return what of a rule can change: working days, and the text it rests on."""
    return {"days": rule.days, "legal_ref": rule.legal_ref}


def read(session: Session, subject: str) -> dict[str, Any]:
    """Return a rule's values, the row held for this transaction; nothing where there is none."""
    found = _rule(session, subject)
    return values_of(found) if found is not None else {}


def put(session: Session, subject: str, values: Mapping[str, Any]) -> None:
    """Bring a rule to some values; days of None take it away. Raises InvalidInput."""
    found = _rule(session, subject)
    if "days" in values and values["days"] is None:
        if found is not None:
            session.delete(found)
            session.flush()
        return
    if found is None:
        from_zone, _, to_zone = subject.partition(BETWEEN)
        found = TransitRule(from_zone=from_zone, to_zone=to_zone, days=values.get("days", -1), legal_ref="")
        session.add(found)
    days, legal_ref = values.get("days", found.days), values.get("legal_ref", found.legal_ref)
    if not 0 <= days <= _MOST_DAYS:
        raise InvalidInput(field="days")
    if not legal_ref.strip():
        raise InvalidInput(field="legal_ref")
    found.days, found.legal_ref = days, legal_ref.strip()
    session.flush()


def _rule(session: Session, subject: str) -> TransitRule | None:
    from_zone, _, to_zone = subject.partition(BETWEEN)
    query = select(TransitRule).where(TransitRule.from_zone == from_zone, TransitRule.to_zone == to_zone)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))
