"""What lies ahead of an item for its recipient: who comes when, until when it can be fetched, whether it is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from postal.citizen.arrivals import Window
from postal.citizen.rounds_seen import arrival
from postal.life.follow_up import FollowUp, follow_up, load_attempts
from postal.models import (
    CommuneClosure,
    Coverage,
    DayPlan,
    DeliveryRound,
    Item,
    Office,
    OfficeClosure,
    OfficeKind,
    PlanStatus,
    PlanUnserved,
)
from postal.network.promises import load_calendar
from postal.rules.lifecycle import State
from postal.rules.working_days import WorkingDays, local_day

# States in which the recipient still waits for somebody to come.
_AWAITED = frozenset(
    {State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.ATTEMPTED, State.WITH_CARRIER, State.MISSING}
)
# States from which what failed at the door decides what follows.
_TRIED = frozenset({State.ATTEMPTED, State.AT_OFFICE, State.HELD})
_SERVING = (
    select(Office)
    .join(Coverage, Coverage.office_id == Office.id)
    .where(Coverage.commune_code == bindparam("commune_code"))
)


@dataclass(frozen=True, kw_only=True)
class PostOffice:
    """Where to go or to call. Texts are "" where nobody noted them."""

    name: str
    address: str
    phone: str
    hours: str


class LateWhy(StrEnum):
    """Why something is late, as far as the records tell."""

    CUT_OFF = "cut_off"
    OFFICE_CLOSED = "office_closed"
    LOST = "lost"
    BEYOND = "beyond"
    NO_ROOM = "no_room"
    BEHIND = "behind"


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What lies ahead, judged on ``today``.

    ``follow_up`` follows the last failed attempt. ``fetch_by`` is the last day on which the item can be fetched before
    it goes back; ``round_on`` the day of the round it is out on; ``late_since`` the promised day that passed, and
    ``late_why`` the reason; ``arrival`` when the courier is expected today, told from 08:00 on.
    """

    today: date
    office: PostOffice | None
    follow_up: FollowUp | None
    fetch_by: date | None
    round_on: date | None
    late_since: date | None
    late_why: LateWhy | None
    arrival: Window | None


def outlook(session: Session, item: Item, *, now: datetime) -> Outlook:
    """Return what lies ahead of an item."""
    tried = load_attempts(session, [item.id]).get(item.id, []) if item.state in _TRIED else []
    calendar = load_calendar(session) if tried else WorkingDays()
    after = follow_up(tried, calendar)
    late_since = _late_since(item, now)
    return Outlook(
        today=local_day(now),
        office=_office(session, item),
        follow_up=after,
        fetch_by=_working_day_before(after.return_on, calendar) if after is not None and after.return_on else None,
        round_on=_round_on(session, item),
        late_since=late_since,
        late_why=_late_why(session, item, now) if late_since is not None else None,
        arrival=arrival(session, item, now=now),
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
        office = session.scalar(_SERVING, {"commune_code": item.consignment.commune_code})
    return told(office) if office is not None else None


def offices_to_ask(session: Session) -> list[PostOffice]:
    """Return the post offices with a telephone, for whoever has none of the own; all of them where none has one."""
    query = select(Office).where(Office.kind == OfficeKind.DELIVERY, Office.is_active).order_by(Office.name)
    found = [told(office) for office in session.scalars(query)]
    return [one for one in found if one.phone] or found


def told(office: Office) -> PostOffice:
    """Return what may be told of a post office."""
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


def _late_why(session: Session, item: Item, now: datetime) -> LateWhy:
    """Return the reason that the records of this day name, the office's own delay where they name none."""
    if item.state is State.MISSING:
        return LateWhy.LOST
    if item.state is State.WITH_CARRIER:
        return LateWhy.BEYOND
    today, consignment = local_day(now), item.consignment
    if _covers(session, CommuneClosure, today, CommuneClosure.commune_code == consignment.commune_code):
        return LateWhy.CUT_OFF
    if _covers(session, OfficeClosure, today, OfficeClosure.office_id == item.office_id):
        return LateWhy.OFFICE_CLOSED
    left_out = (
        select(PlanUnserved.id)
        .join(DayPlan, DayPlan.id == PlanUnserved.plan_id)
        .where(PlanUnserved.consignment_id == consignment.id, DayPlan.status == PlanStatus.PUBLISHED)
        .where(DayPlan.day >= today - timedelta(days=3))
    )
    return LateWhy.NO_ROOM if session.scalar(left_out.limit(1)) is not None else LateWhy.BEHIND


def _covers(
    session: Session, closure: type[CommuneClosure | OfficeClosure], day: date, of: ColumnElement[bool]
) -> bool:
    """Say whether a closure lies on this day or ended in the three days before it."""
    query = select(closure.id).where(of, closure.from_date <= day, closure.until_date >= day - timedelta(days=3))
    return session.scalar(query.limit(1)) is not None
