"""What is late: past its promise, or longer in one pair of hands than its step may take; and by whom.

The promise is the law's (TT 17/2017/TT-BTTTT Đ7); the times of steps are rules of the house, in working days after
the day an item came into its state. They find what no promise covers: results that never left the agency, rounds
that never came back, returns under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from postal.desk.piles import of_office
from postal.models import Consignment, Courier, DayPlan, DeliveryRound, Item, Office, PlanStatus, RoundStatus
from postal.models.keys import blocks
from postal.network.promises import load_calendar
from postal.rules.lifecycle import State
from postal.rules.working_days import END_OF_DAY, LOCAL, WorkingDays, local_day


class Custodian(StrEnum):
    """Who has to act on an open item."""

    CENTRE = "centre"
    OFFICE = "office"
    COURIER = "courier"
    CARRIER = "carrier"


S, C = State, Custodian

STEPS: dict[State, tuple[Custodian, int]] = {
    S.NEW: (C.CENTRE, 1), S.WAITING: (C.CENTRE, 1), S.BATCHED: (C.CENTRE, 1),
    S.HANDED_OVER: (C.OFFICE, 1), S.AT_OFFICE: (C.OFFICE, 1), S.HELD: (C.OFFICE, 2),
    S.RETURNING_TO_SENDER: (C.OFFICE, 2), S.MISSING: (C.OFFICE, 0),
    S.AWAITING_COLLECTION: (C.OFFICE, 1), S.DOSSIER_AT_OFFICE: (C.OFFICE, 1),
    S.ON_ROUND: (C.COURIER, 0), S.ATTEMPTED: (C.COURIER, 0),
    S.ON_COLLECTION_ROUND: (C.COURIER, 0), S.COLLECTED: (C.COURIER, 0),
    S.WITH_CARRIER: (C.CARRIER, 4),
}  # fmt: skip
"""Of each open state: who acts, and how many working days after its day that may take; 0: the same day."""
# Once tried, the promise is kept or broken for good (TT 17/2017 Đ7): what follows is late by its step alone.
_PROMISE_IS_OPEN = frozenset({S.HANDED_OVER, S.AT_OFFICE, S.ON_ROUND, S.WITH_CARRIER})
_BEGAN = case(
    (and_(Item.state == S.AWAITING_COLLECTION, Consignment.ready_at > Item.state_since), Consignment.ready_at),
    else_=Item.state_since,
)
"""When the step an item is in began."""
_PROMISE = case(
    (and_(Item.state.in_(_PROMISE_IS_OPEN), Item.first_attempt_at.is_(None)), Consignment.promised_by), else_=None
).nulls_last()


@dataclass(frozen=True, kw_only=True)
class LateLine:
    """One late item: who acts, since when it is late, and whether by its promise or by its step."""

    item: Item
    custodian: Custodian
    who: str
    late_since: datetime
    is_promise: bool
    promised_by: datetime | None
    commune_code: str | None


@dataclass(frozen=True, kw_only=True)
class LateCounts:
    """How many items are late, by who acts, and how many rounds of days before are not closed."""

    n: int
    by_custodian: dict[Custodian, int]
    n_rounds: int


def late_items(
    session: Session,
    *,
    now: datetime,
    office_id: int | None = None,
    custodian: Custodian | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[LateLine]:
    """Return what is late, the longest first: of one office or all, with one kind of custodian or all.

    ``limit`` and ``offset`` take one page of the list.
    """
    calendar = load_calendar(session)
    query = select(
        Item.id,
        Item.state,
        Item.state_since,
        Item.first_attempt_at,
        Consignment.ready_at,
        Consignment.promised_by,
        func.row_number().over(partition_by=Item.state, order_by=(_BEGAN, Item.id)).label("by_step"),
        func.row_number().over(partition_by=Item.state, order_by=(_PROMISE, _BEGAN, Item.id)).label("by_promise"),
    ).join(Item.consignment)
    query = query.where(_is_late(calendar, now, [custodian] if custodian else list(Custodian)))
    found = of_office(session, query, office_id).subquery()
    rows = select(found)
    until = None if limit is None else offset + limit
    if until is not None:  # whatever is among the first of all is among the first of its state, by step or by promise
        rows = rows.where(or_(found.c.by_step <= until, found.c.by_promise <= until))
    since = {}
    for row in session.execute(rows):
        at, is_promise = _late_since(
            row.state, row.state_since, row.ready_at, row.first_attempt_at, row.promised_by, calendar
        )
        since[row.id] = (at, is_promise, row.by_step)
    ids = sorted(since, key=lambda item_id: (since[item_id][0], since[item_id][2], item_id))[offset:until]
    return _lines(session, ids, since)


def _lines(session: Session, ids: Sequence[int], since: Mapping[int, tuple[datetime, bool, int]]) -> list[LateLine]:
    names = _Names(session)
    items: dict[int, Item] = {}
    for some in blocks(ids):
        query = select(Item).where(Item.id.in_(some)).options(joinedload(Item.consignment))
        items |= {item.id: item for item in session.scalars(query)}
    return [
        LateLine(
            item=item,
            custodian=STEPS[item.state][0],
            who=names.who(item, STEPS[item.state][0]),
            late_since=since[item.id][0],
            is_promise=since[item.id][1],
            promised_by=item.consignment.promised_by,
            commune_code=item.consignment.commune_code,
        )
        for item in map(items.__getitem__, ids)
    ]


def _is_late(calendar: WorkingDays, now: datetime, custodians: Sequence[Custodian]) -> ColumnElement[bool]:
    """Return the condition under which an item is late, as `late_since` reckons it: a list must not load what is not.

    A step that began on a day is late once the last day it may take has ended, so of each state all that began before
    one midnight are.
    """
    conditions = [and_(Item.state.in_(_of(_PROMISE_IS_OPEN, custodians)), Item.first_attempt_at.is_(None),
                       Consignment.promised_by < now)]  # fmt: skip
    for state in _of(STEPS, custodians):
        if state is State.MISSING:
            conditions.append(and_(Item.state == state, Item.state_since < now))
            continue
        midnight = datetime.combine(_first_in_time(calendar, STEPS[state][1], now), time.min, LOCAL)
        began = and_(Item.state == state, Item.state_since < midnight)
        if state is State.AWAITING_COLLECTION:
            began = and_(began, Consignment.ready_at < midnight)
        conditions.append(began)
    return or_(*conditions)


def _of(states: Iterable[State], custodians: Sequence[Custodian]) -> list[State]:
    return [state for state in states if STEPS[state][0] in custodians]


def _first_in_time(calendar: WorkingDays, n_days: int, now: datetime) -> date:
    """Return the first day on which a step of so many working days may have begun and still be in time."""
    day = local_day(now)
    while end_of(calendar.add(day - timedelta(days=1), n_days)) >= now:
        day -= timedelta(days=1)
    while end_of(calendar.add(day, n_days)) < now:
        day += timedelta(days=1)
    return day


def late_since(item: Item, consignment: Consignment, calendar: WorkingDays) -> tuple[datetime, bool]:
    """Return the instant from which an open item is late, and whether that is its promise. Pure."""
    return _late_since(
        item.state, item.state_since, consignment.ready_at, item.first_attempt_at, consignment.promised_by, calendar
    )


def _late_since(
    state: State,
    state_since: datetime,
    ready_at: datetime,
    first_attempt_at: datetime | None,
    promised_by: datetime | None,
    calendar: WorkingDays,
) -> tuple[datetime, bool]:
    began = local_day(state_since)
    if state is State.AWAITING_COLLECTION:
        began = max(began, local_day(ready_at))
    step = state_since if state is State.MISSING else end_of(calendar.add(began, STEPS[state][1]))
    is_open = state in _PROMISE_IS_OPEN and first_attempt_at is None
    if promised_by is not None and is_open and promised_by <= step:
        return promised_by, True
    return step, False


def late_counts(session: Session, *, now: datetime, office_id: int | None = None) -> LateCounts:
    """Return how many items are late, counted as `late_items` lists them."""
    query = select(Item.state, func.count()).join(Item.consignment).group_by(Item.state)
    query = query.where(_is_late(load_calendar(session), now, list(Custodian)))
    by_custodian = dict.fromkeys(Custodian, 0)
    for state, n in session.execute(of_office(session, query, office_id)):
        by_custodian[STEPS[state][0]] += n
    n_rounds = len(unfinished_rounds(session, before=local_day(now), office_id=office_id))
    return LateCounts(n=sum(by_custodian.values()), by_custodian=by_custodian, n_rounds=n_rounds)


def unfinished_rounds(session: Session, *, before: date, office_id: int | None = None) -> Sequence[DeliveryRound]:
    """Return the published rounds of days before one that nobody closed, the oldest first."""
    query = (
        select(DeliveryRound)
        .join(DayPlan)
        .where(DayPlan.day < before, DayPlan.status == PlanStatus.PUBLISHED)
        .where(DeliveryRound.status != RoundStatus.CLOSED)
        .options(joinedload(DeliveryRound.plan), joinedload(DeliveryRound.courier), joinedload(DeliveryRound.office))
        .order_by(DayPlan.day, DeliveryRound.number)
    )
    if office_id is not None:
        query = query.where(DeliveryRound.office_id == office_id)
    return session.scalars(query).all()


def end_of(day: date) -> datetime:
    """Return the last second of a local day."""
    return datetime.combine(day, END_OF_DAY, LOCAL)


class _Names:
    """Names whoever acts: the agency, the office, the courier's code; the national post has no name here."""

    def __init__(self, session: Session) -> None:
        self._offices = {row[0]: row[1] for row in session.execute(select(Office.id, Office.name))}
        self._couriers = {row[0]: row[1] for row in session.execute(select(Courier.id, Courier.code))}

    def who(self, item: Item, acts: Custodian) -> str:
        """Return a name, "" where nobody in particular is known."""
        if acts is Custodian.CENTRE:
            return self._offices.get(item.consignment.issuing_office_id, "")
        if acts is Custodian.COURIER:
            return self._couriers.get(item.courier_id or 0, "")
        return self._offices.get(item.office_id or 0, "") if acts is Custodian.OFFICE else ""
