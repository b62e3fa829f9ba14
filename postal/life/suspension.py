"""Promises reckoned anew when a commune is cut off, when the proof of it comes, and when it was a mistake.

A promise is a function of when its clock began, what the law gives, and the days its commune was provably cut off: so
whatever is noted, corrected or taken back, in any order, leads to the same end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.models import Consignment
from postal.models.keys import blocks
from postal.network.closures import Calendars
from postal.network.promises import suspended_by
from postal.rules.working_days import LOCAL


def moved_promises(
    session: Session, communes: Collection[str], calendars: Calendars, *, since: date
) -> Iterator[tuple[Consignment, datetime]]:
    """Yield the consignments of communes whose promise these calendars move, with when it would end.

    Only what a closure from ``since`` on can touch is looked at: promises that ended before it stand.
    """
    midnight = datetime.combine(since - timedelta(days=1), time.min, LOCAL)
    for some in blocks(sorted(communes)):
        query = select(Consignment).where(Consignment.commune_code.in_(some), Consignment.promised_at.is_not(None))
        query = query.where(Consignment.promised_by >= midnight).order_by(Consignment.id)
        for consignment in session.scalars(query.execution_options(yield_per=500)):
            by = suspended_by(consignment, calendars)
            if by is not None and by != consignment.promised_by:
                yield consignment, by


def reckon_promises(session: Session, communes: Collection[str], calendars: Calendars, *, since: date) -> list[int]:
    """Let promises of communes end when the register of closures says; return the ids of those that changed."""
    moved = list(moved_promises(session, communes, calendars, since=since))
    for consignment, by in moved:
        consignment.promised_by = by
    session.flush()
    return [consignment.id for consignment, _ in moved]
