"""Notes what a transaction recorded that is not in the chain yet; it is sealed at the commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

EVENT, RECEIPT, SIGNATURE, DOORSTEP, PICTURE = "event", "receipt", "signature", "doorstep", "picture"
_KEY = "unsealed"


@dataclass
class Unsealed:
    """Keys by kind, and the instant they were recorded."""

    now: datetime
    ids: dict[str, list[int]] = field(default_factory=dict)


def note_unsealed(session: Session, kind: str, ids: Iterable[int], *, now: datetime) -> None:
    """Remember what must be sealed when this transaction commits."""
    noted: Unsealed = session.info.setdefault(_KEY, Unsealed(now=now))
    noted.now = now
    noted.ids.setdefault(kind, []).extend(ids)


def noted_of(session: Session, kind: str) -> frozenset[int]:
    """Return what this transaction recorded and will seal at its commit."""
    noted: Unsealed | None = session.info.get(_KEY)
    return frozenset(noted.ids.get(kind, ())) if noted is not None else frozenset()


def take_unsealed(session: Session) -> Unsealed | None:
    """Return what was noted and forget it."""
    found: Unsealed | None = session.info.pop(_KEY, None)
    return found
