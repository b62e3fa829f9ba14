"""Which part of a list of items is wanted: one set of filters for the queue, for what is late, and for acts on many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeVarTuple

from sqlalchemy import CTE, ColumnElement, Select, Text, and_, case, cast, or_, select

from postal.cells.problems import BLOCKING
from postal.models import (
    AddressStatus,
    Consignment,
    Coverage,
    DayPlan,
    DeliveryRound,
    Item,
    PlanStatus,
    PointPrecision,
    RoundStatus,
    RoundStop,
)
from postal.rules.lifecycle import State
from postal.rules.working_days import LOCAL, local_day

Columns = TypeVarTuple("Columns")

ADDRESS, POINT, QUESTION, READY, OUTSIDE, POST = "address", "point", "question", "ready", "outside", "post"
NEEDS = (ADDRESS, POINT, QUESTION, READY, OUTSIDE, POST)

WITH_AGENCY = (State.WAITING, State.BATCHED, State.AWAITING_COLLECTION)
WITH_POST = (State.HANDED_OVER, State.AT_OFFICE, State.HELD)
UNCLEAR = frozenset({AddressStatus.AMBIGUOUS, AddressStatus.UNKNOWN})
VAGUE = frozenset({PointPrecision.COMMUNE, PointPrecision.NONE})
QUESTIONS = BLOCKING - {"address_ambiguous", "address_unknown"}

SINCE = case((Item.state.in_(WITH_AGENCY), Consignment.accepted_at), else_=Item.state_since)
"""Since when an item waits where it is: with its agency since it was accepted, with the post since it came there."""


class Promise(StrEnum):
    """How an item stands to the day promised for it."""

    LATE = "late"
    TODAY = "today"
    LATER = "later"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which part of a list is wanted; None: whichever.

    ``needs`` is one of `NEEDS`. ``office_id`` keeps to what concerns an office of either kind, as whoever works there
    sees it; ``agency_id`` to what one agency sent, ``post_id`` to what one delivery office has or will have.
    ``courier_id`` keeps what a courier holds, or has on a published round not closed yet; ``days`` what has waited so
    many days or longer.
    """

    needs: str | None = None
    office_id: int | None = None
    agency_id: int | None = None
    post_id: int | None = None
    courier_id: int | None = None
    commune_code: str | None = None
    state: State | None = None
    days: int | None = None
    promise: Promise | None = None


EVERYTHING = Wanted()


def narrowed(query: Select[*Columns], wanted: Wanted, *, now: datetime) -> Select[*Columns]:
    """Return a query over items and their consignments with every filter but ``needs`` and ``office_id`` applied."""
    if wanted.agency_id is not None:
        query = query.where(Consignment.issuing_office_id == wanted.agency_id)
    if wanted.post_id is not None:
        served = Consignment.commune_code.in_(_served_by(wanted.post_id))
        query = query.where(or_(Item.office_id == wanted.post_id, and_(Item.office_id.is_(None), served)))
    if wanted.courier_id is not None:
        query = query.where(or_(Item.courier_id == wanted.courier_id, _is_planned_for(wanted.courier_id)))
    if wanted.commune_code is not None:
        query = query.where(Consignment.commune_code == wanted.commune_code)
    if wanted.state is not None:
        query = query.where(Item.state == wanted.state)
    if wanted.days is not None:
        query = query.where(now - timedelta(days=wanted.days) >= SINCE)
    if wanted.promise is not None:
        query = query.where(_is_promised(wanted.promise, now))
    return query


def of_queue_office(query: Select[*Columns], office_id: int | None) -> Select[*Columns]:
    """Keep what an office sent or will deliver; None keeps everything."""
    if office_id is None:
        return query
    return query.where(
        or_(Consignment.issuing_office_id == office_id, Consignment.commune_code.in_(_served_by(office_id)))
    )


def _is_vague() -> ColumnElement[bool]:
    return and_(Consignment.precision.in_(VAGUE), Consignment.released_reason.is_(None))


def _is_asked() -> ColumnElement[bool]:
    """Return the condition under which the attention list, JSON in either database, holds a question that blocks."""
    written = cast(Consignment.attention, Text)
    return and_(written != "[]", or_(*(written.like(f'%"{code}"%') for code in sorted(QUESTIONS))))


_WITH_AGENCY = Item.state.in_(WITH_AGENCY)
# Said that they are not finished, or a database walks through every item there ever was for the few that wait.
_ANYWHERE = and_(Item.finished_at.is_(None), Item.state.in_((*WITH_AGENCY, *WITH_POST)))
_STATUS = Consignment.address_status
_WAITS_FOR: Mapping[str | None, ColumnElement[bool]] = {
    None: _ANYWHERE,
    POST: and_(Item.finished_at.is_(None), Item.state.in_(WITH_POST)),
    ADDRESS: and_(_WITH_AGENCY, _STATUS.in_(UNCLEAR)),
    # "Gửi ngoài tỉnh": until the national post has it, whoever holds it meanwhile.
    OUTSIDE: and_(_ANYWHERE, _STATUS == AddressStatus.OUTSIDE),
    POINT: and_(_WITH_AGENCY, _STATUS.not_in((*UNCLEAR, AddressStatus.OUTSIDE)), _is_vague()),
    QUESTION: and_(_WITH_AGENCY, _is_asked()),
    READY: and_(
        Item.state == State.WAITING,
        _STATUS.not_in(tuple(UNCLEAR)),
        or_(_STATUS == AddressStatus.OUTSIDE, ~_is_vague()),
        ~_is_asked(),
    ),
}


def waits_for(needs: str | None) -> ColumnElement[bool]:
    """Return the condition under which an item is on the list for ``needs``, one of `NEEDS`; None: on any of them."""
    return _WAITS_FOR[needs]


def _is_promised(promise: Promise, now: datetime) -> ColumnElement[bool]:
    promised_by = Consignment.promised_by
    midnight = datetime.combine(local_day(now) + timedelta(days=1), time.min, LOCAL)
    return {
        Promise.LATE: promised_by < now,
        Promise.TODAY: and_(promised_by >= now, promised_by < midnight),
        Promise.LATER: promised_by >= midnight,
        Promise.NONE: promised_by.is_(None),
    }[promise]


def _served_by(office_id: int) -> Select[str]:
    return select(Coverage.commune_code).where(Coverage.office_id == office_id)


def _is_planned_for(courier_id: int) -> ColumnElement[bool]:
    return and_(Item.state.in_(WITH_POST), Consignment.id.in_(select(_planned_for(courier_id).c.consignment_id)))


@lru_cache(maxsize=256)
def _planned_for(courier_id: int) -> CTE:
    """Return what open rounds of published plans have for a courier: read once for all parts of a question."""
    planned = (
        select(RoundStop.consignment_id)
        .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(DayPlan.status == PlanStatus.PUBLISHED, DeliveryRound.status != RoundStatus.CLOSED)
        .where(DeliveryRound.courier_id == courier_id, RoundStop.passed_on_at.is_(None))
    )
    return planned.cte("planned_for")
