"""Days on which one delivery office does not work, and the calendar: holidays and worked days of the whole post."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.errors import NotFound
from postal.models import CalendarDay, Office, OfficeClosure, OfficeKind
from postal.network.crew import BadPeriod
from postal.readings import once
from routing import Message

Period = tuple[date, date]
"""First and last day, both included."""


def close_office(session: Session, office_id: int, period: Period, *, reason: str, now: datetime) -> OfficeClosure:
    """Note days on which an office does not work: no round leaves it. Raises BadPeriod, NotFound."""
    first, last = period
    if last < first:
        raise BadPeriod
    office = delivery_office(session, office_id)
    closure = OfficeClosure(office_id=office.id, from_date=first, until_date=last, reason=reason, noted_at=now)
    session.add(closure)
    session.flush()
    return closure


def delivery_office(session: Session, office_id: int) -> Office:
    """Return a delivery office by its id. Raises NotFound."""
    office = session.get(Office, office_id)
    if office is None or office.kind is not OfficeKind.DELIVERY:
        raise NotFound(what=Message("bưu cục"))
    return office


def find_closure(session: Session, closure_id: int) -> OfficeClosure:
    """Return days off of an office by their id. Raises NotFound."""
    closure = session.get(OfficeClosure, closure_id)
    if closure is None:
        raise NotFound(what=Message("ngày nghỉ"))
    return closure


def office_closures(session: Session, *, on: date) -> Sequence[OfficeClosure]:
    """Return the closures that hold on a day or later, with their offices, the earliest first."""
    query = select(OfficeClosure).where(OfficeClosure.until_date >= on).options(joinedload(OfficeClosure.office))
    query = query.order_by(OfficeClosure.from_date, OfficeClosure.id)
    return once(session, ("offices off", on), lambda: session.scalars(query).all())


def periods_off(session: Session, *, on: date) -> Mapping[int, Sequence[Period]]:
    """Return by office id the periods that hold on a day or later."""
    found: dict[int, list[Period]] = defaultdict(list)
    for closure in office_closures(session, on=on):
        found[closure.office_id].append((closure.from_date, closure.until_date))
    return found


def calendar_days(session: Session, *, since: date) -> Sequence[CalendarDay]:
    """Return the exceptions to the week from a day on, the earliest first."""
    return session.scalars(select(CalendarDay).where(CalendarDay.on_date >= since).order_by(CalendarDay.on_date)).all()


def note_day(session: Session, on: date, *, is_working: bool, note: str) -> CalendarDay:
    """Make a day a holiday of the whole post, or a worked one; a day noted before follows."""
    day = session.get(CalendarDay, on)
    if day is None:
        day = CalendarDay(on_date=on, is_working=is_working, note=note)
        session.add(day)
    day.is_working, day.note = is_working, note
    session.flush()
    return day


def drop_day(session: Session, on: date) -> None:
    """Let a day be what its weekday is. Raises NotFound for a day that was not noted."""
    day = session.get(CalendarDay, on)
    if day is None:
        raise NotFound(what=Message("ngày nghỉ"))
    session.delete(day)
    session.flush()
