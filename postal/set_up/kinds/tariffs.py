"""The post's prices by service and weight, each with the text it rests on. None is shipped.

A price is nothing but its changes: what was in force on a day is read from them, so a price of the past is never lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from postal.errors import InvalidInput
from postal.models import SetUpArea, SetUpChange

_DEAREST_VND = 100_000_000
_LONGEST_NAME = 120


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """A price in đồng of one service, with its legal reference."""

    name: str
    amount_vnd: int
    legal_ref: str


def in_force(session: Session, *, on: date) -> Sequence[Tariff]:
    """Return the prices that held on a day, by name; a day to come counts what is in force by now."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for change in session.scalars(_changes().where(SetUpChange.from_day <= on)):
        found[change.subject] |= change.after
    return [Tariff(name=name, **found[name]) for name in sorted(found) if found[name].get("amount_vnd") is not None]


def read(session: Session, name: str) -> dict[str, Any]:
    """Return a price's values as they are now; nothing where there is none."""
    values: dict[str, Any] = {}
    for change in session.scalars(_changes().where(SetUpChange.subject == name).with_for_update()):
        values |= change.after
    return values if values.get("amount_vnd") is not None else {}


def put(session: Session, name: str, values: Mapping[str, Any]) -> None:
    """Look whether a price can be: the change itself is where it is kept. Raises InvalidInput."""
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidInput(field="name")
    known = read(session, name) | dict(values)
    if known.get("amount_vnd") is None:  # it goes
        return
    if not 0 <= known["amount_vnd"] <= _DEAREST_VND:
        raise InvalidInput(field="amount_vnd")
    if not (known.get("legal_ref") or "").strip():
        raise InvalidInput(field="legal_ref")


def _changes() -> Select[SetUpChange]:
    query = select(SetUpChange).where(SetUpChange.area == SetUpArea.TARIFF, SetUpChange.in_force_at.is_not(None))
    return query.order_by(SetUpChange.in_force_at, SetUpChange.from_day, SetUpChange.id)
