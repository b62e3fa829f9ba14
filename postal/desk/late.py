"""What is late: past its promise, or longer in one pair of hands than its step may take; and by whom.

The promise is the law's (TT 17/2017/TT-BTTTT Đ7); the times of steps are rules of the house, in working days after
the day an item came into its state. They find what no promise covers: results that never left the agency, rounds
that never came back, returns under way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.desk.piles import of_office
from postal.models import Consignment, Courier, DayPlan, DeliveryRound, Item, Office, PlanStatus, RoundStatus
from postal.network.promises import load_calendar
from postal.rules.lifecycle import FINAL, State
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
    session: Session, *, now: datetime, office_id: int | None = None, custodian: Custodian | None = None
) -> list[LateLine]:
    """Return what is late, the longest first: of one office or all, with one kind of custodian or all."""
    calendar, names = load_calendar(session), _Names(session)
    lines = []
    for item in _open_items(session, office_id):
        acts, _ = STEPS[item.state]
        if custodian is not None and acts is not custodian:
            continue
        since, is_promise = late_since(item, item.consignment, calendar)
        if since < now:
            lines.append(
                LateLine(
                    item=item,
                    custodian=acts,
                    who=names.who(item, acts),
                    late_since=since,
                    is_promise=is_promise,
                    promised_by=item.consignment.promised_by,
                    commune_code=item.consignment.commune_code,
                )
            )
    return sorted(lines, key=lambda line: (line.late_since, line.item.id))


def late_since(item: Item, consignment: Consignment, calendar: WorkingDays) -> tuple[datetime, bool]:
    """Return the instant from which an open item is late, and whether that is its promise. Pure."""
    _, days = STEPS[item.state]
    began = local_day(item.state_since)
    if item.state is State.AWAITING_COLLECTION:
        began = max(began, local_day(consignment.ready_at))
    step = end_of(calendar.add(began, days))
    if item.state is State.MISSING:
        step = item.state_since
    promised_by = consignment.promised_by
    is_open = item.state in _PROMISE_IS_OPEN and item.first_attempt_at is None
    if promised_by is not None and is_open and promised_by <= step:
        return promised_by, True
    return step, False


def late_counts(session: Session, *, now: datetime, office_id: int | None = None) -> LateCounts:
    """Return how many items are late, counted as `late_items` lists them."""
    lines = late_items(session, now=now, office_id=office_id)
    counts = Counter(line.custodian for line in lines)
    n_rounds = len(unfinished_rounds(session, before=local_day(now), office_id=office_id))
    return LateCounts(n=len(lines), by_custodian={one: counts[one] for one in Custodian}, n_rounds=n_rounds)


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


def _open_items(session: Session, office_id: int | None) -> Sequence[Item]:
    query = (
        select(Item)
        .join(Item.consignment)
        .where(Item.state.not_in(FINAL))
        .options(joinedload(Item.consignment))
        .order_by(Item.id)
    )
    return session.scalars(of_office(session, query, office_id)).all()


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
