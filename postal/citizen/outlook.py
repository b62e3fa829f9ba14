"""What lies ahead of an item for its recipient: who comes when, until when it can be fetched, whether it is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.citizen.arrivals import Window
from postal.citizen.pieces import Piece
from postal.citizen.rounds_seen import arrival
from postal.life.follow_up import FollowUp, fetch_by, follow_up, load_attempts
from postal.models import (
    DayPlan,
    Office,
    OfficeClosure,
    OfficeKind,
    PlanStatus,
    PlanUnserved,
)
from postal.network import closures
from postal.network.promises import load_calendars
from postal.rules.lifecycle import State
from postal.rules.working_days import WorkingDays, local_day

# States in which the recipient still waits for somebody to come.
_AWAITED = frozenset(
    {State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.ATTEMPTED, State.WITH_CARRIER, State.MISSING}
)
# States from which what failed at the door decides what follows.
_TRIED = frozenset({State.ATTEMPTED, State.AT_OFFICE, State.HELD})
_RECENTLY = timedelta(days=3)


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


class Outlook(NamedTuple):
    """What lies ahead, judged on ``today``.

    ``follow_up`` follows the last failed attempt. ``fetch_by`` is the last day on which the item can be fetched before
    it goes back; ``round_on`` the day of the round it is out on; ``late_since`` the promised day that passed, and
    ``late_why`` the reason; ``moved_from`` the day promised first, where the clock stood still because the commune was
    cut off; ``arrival`` when the courier is expected today, told from 08:00 on.
    """

    today: date
    office: PostOffice | None
    follow_up: FollowUp | None
    fetch_by: date | None
    round_on: date | None
    late_since: date | None
    late_why: LateWhy | None
    moved_from: date | None
    arrival: Window | None


def outlook(session: Session, piece: Piece, *, now: datetime) -> Outlook:
    """Return what lies ahead of an item."""
    tried = load_attempts(session, [piece.item_id]).get(piece.item_id, []) if piece.state in _TRIED else []
    calendar = _calendar(session, piece) if tried else WorkingDays()
    after = follow_up(tried, calendar)
    late_since = _late_since(piece, now)
    return Outlook(
        today=local_day(now),
        office=_office(piece),
        follow_up=after,
        fetch_by=fetch_by(after, calendar),
        round_on=_round_on(piece),
        late_since=late_since,
        late_why=_late_why(session, piece, now) if late_since is not None else None,
        moved_from=_moved_from(piece),
        arrival=arrival(session, piece, now=now),
    )


def _calendar(session: Session, piece: Piece) -> WorkingDays:
    commune_code = piece.commune_code
    return load_calendars(session, commune_code=commune_code).of(commune_code)


def _office(piece: Piece) -> PostOffice | None:
    """Return the post office that has the item, or that serves its recipient's commune."""
    if piece.post_name is None:
        return None
    return PostOffice(
        name=piece.post_name,
        address=piece.post_address or "",
        phone=piece.post_phone or "",
        hours=piece.post_hours or "",
    )


def offices_to_ask(session: Session) -> list[PostOffice]:
    """Return the post offices with a telephone, for whoever has none of the own; all of them where none has one."""
    query = select(Office).where(Office.kind == OfficeKind.DELIVERY, Office.is_active).order_by(Office.name)
    found = [told(office) for office in session.scalars(query)]
    return [one for one in found if one.phone] or found


def told(office: Office) -> PostOffice:
    """Return what may be told of a post office."""
    return PostOffice(name=office.name, address=office.address, phone=office.phone, hours=office.opening_hours)


def _round_on(piece: Piece) -> date | None:
    """Return the day of the round an item is out on; where nobody noted the round, the day it left."""
    if piece.state not in (State.ON_ROUND, State.ON_COLLECTION_ROUND):
        return None
    return piece.round_on or local_day(piece.state_since)


def _late_since(piece: Piece, now: datetime) -> date | None:
    """Return the promised day if it passed before the first attempt, which stops the clock (TT 17/2017 Đ7)."""
    promised = piece.promised_by
    if promised is None or piece.state not in _AWAITED:
        return None
    return local_day(promised) if promised < (piece.first_attempt_at or now) else None


def _moved_from(piece: Piece) -> date | None:
    """Return the day promised first, where it was moved and somebody still waits."""
    first, last = piece.promised_first_by, piece.promised_by
    is_moved = first is not None and last is not None and first < last
    return local_day(first) if is_moved and first is not None and piece.state in _AWAITED else None


def _late_why(session: Session, piece: Piece, now: datetime) -> LateWhy:
    """Return the reason that the records of this day name, the office's own delay where they name none."""
    if piece.state is State.MISSING:
        return LateWhy.LOST
    if piece.state is State.WITH_CARRIER:
        return LateWhy.BEYOND
    today = local_day(now)
    if closures.is_near(session, piece.commune_code, today, within=_RECENTLY):
        return LateWhy.CUT_OFF
    if _was_closed(session, piece.office_id, today):
        return LateWhy.OFFICE_CLOSED
    left_out = (
        select(PlanUnserved.id)
        .join(DayPlan, DayPlan.id == PlanUnserved.plan_id)
        .where(PlanUnserved.consignment_id == piece.consignment_id, DayPlan.status == PlanStatus.PUBLISHED)
        .where(DayPlan.day >= today - timedelta(days=3))
    )
    return LateWhy.NO_ROOM if session.scalar(left_out.limit(1)) is not None else LateWhy.BEHIND


def _was_closed(session: Session, office_id: int | None, day: date) -> bool:
    """Say whether an office is closed on this day or was in the three days before it."""
    query = select(OfficeClosure.id).where(OfficeClosure.office_id == office_id, OfficeClosure.from_date <= day)
    return session.scalar(query.where(OfficeClosure.until_date >= day - _RECENTLY).limit(1)) is not None
