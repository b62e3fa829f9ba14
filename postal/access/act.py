"""Who acts, when, and in which transaction: the one value every use case that changes something takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from postal.access.policy import Actor


@dataclass(frozen=True)
class Act:
    """One person, system or command changing something at one instant, inside one transaction.

    Built once at the edge, for each request or command; use cases hand it on unchanged, so that events, receipts
    and the audit all name whoever acted. ``now`` is aware, UTC.
    """

    session: Session
    by: Actor
    now: datetime
