"""What lies ahead of an item for its recipient: who comes when, until when it can be fetched, whether it is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.life.follow_up import FollowUp, follow_up, load_attempts
from postal.models import Coverage, DayPlan, DeliveryRound, Item, Office, OfficeKind
from postal.network.promises import load_calendar
from postal.rules.lifecycle import State
from postal.rules.working_days import WorkingDays, local_day

# States in which the recipient still waits for somebody to come.
_AWAITED = frozenset(
    {State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.ATTEMPTED, State.WITH_CARRIER, State.MISSING}
)
# States from which what failed at the door decides what follows.
_TRIED = frozenset({State.ATTEMPTED, State.AT_OFFICE, State.HELD})


@dataclass(frozen=True, kw_only=True)
class PostOffice:
    """Where to go or to call. Texts are "" where nobody noted them."""

    name: str
    address: str
    phone: str
    hours: str


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What lies ahead, judged on ``today``.

    ``follow_up`` follows the last failed attempt. ``fetch_by`` is the last day on which the item can be fetched before
    it goes back; ``round_on`` the day of the round it is out on; ``late_since`` the promised day that passed.
    """

    today: date
    office: PostOffice | None
    follow_up: FollowUp | None
    fetch_by: date | None
    round_on: date | None
    late_since: date | None


def outlook(session: Session, item: Item, *, now: datetime) -> Outlook:
    """Return what lies ahead of an item."""
    calendar = load_calendar(session)
    tried = load_attempts(session, [item.id]).get(item.id, []) if item.state in _TRIED else []
    after = follow_up(tried, calendar)
    return Outlook(
        today=local_day(now),
        office=_office(session, item),
        follow_up=after,
        fetch_by=_working_day_before(after.return_on, calendar) if after is not None and after.return_on else None,
        round_on=_round_on(session, item),
        late_since=_late_since(item, now),
    )


def _working_day_before(day: date, calendar: WorkingDays) -> date:
    """Return the last day before this one on which the office is open; the day itself where none is near."""
    for n in range(1, 30):
        if calendar.is_working(day - timedelta(days=n)):
            return day - timedelta(days=n)
    return day


def _office(session: Session, item: Item) -> PostOffice | None:
    """Return the post office that has the item, or that serves its recipient's commune."""
    office = session.get(Office, item.office_id) if item.office_id is not None else None
    if office is None or office.kind is not OfficeKind.DELIVERY:
        served = session.get(Coverage, item.consignment.commune_code or "")
        office = session.get(Office, served.office_id) if served is not None else None
    return _told(office) if office is not None else None


def offices_to_ask(session: Session) -> list[PostOffice]:
    """Return the post offices with a telephone, for whoever has none of the own; all of them where none has one."""
    query = select(Office).where(Office.kind == OfficeKind.DELIVERY, Office.is_active).order_by(Office.name)
    found = [_told(office) for office in session.scalars(query)]
    return [one for one in found if one.phone] or found


def _told(office: Office) -> PostOffice:
    return PostOffice(name=office.name, address=office.address, phone=office.phone, hours=office.opening_hours)


def _round_on(session: Session, item: Item) -> date | None:
    """Return the day of the round an item is out on; where nobody noted the round, the day it left."""
    if item.state not in (State.ON_ROUND, State.ON_COLLECTION_ROUND):
        return None
    query = select(DayPlan.day).join(DeliveryRound, DeliveryRound.plan_id == DayPlan.id)
    day = session.scalar(query.where(DeliveryRound.id == item.round_id)) if item.round_id is not None else None
    return day or local_day(item.state_since)


def _late_since(item: Item, now: datetime) -> date | None:
    """Return the promised day if it passed before the first attempt, which stops the clock (TT 17/2017 Đ7)."""
    promised = item.consignment.promised_by
    if promised is None or item.state not in _AWAITED:
        return None
    return local_day(promised) if promised < (item.first_attempt_at or now) else None
