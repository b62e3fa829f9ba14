"""What is late: past its promise, or longer in one pair of hands than its step may take; and by whom.

The promise is the law's (TT 17/2017/TT-BTTTT Đ7); the times of steps are rules of the house, in working days after
the day an item came into its state. They find what no promise covers: results that never left the agency, rounds
that never came back, returns under way. While a commune is provably cut off, the steps that lead to its doors stand
still as promises do: reckoned from the register of closures, so that ending one or taking it back is enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from postal.desk.piles import Columns, of_office
from postal.models import Consignment, Coverage, DayPlan, DeliveryRound, Item, Office, PlanStatus, RoundStatus
from postal.models.keys import blocks
from postal.network.closures import Calendars
from postal.network.crew import names_of
from postal.network.promises import load_calendars
from postal.queue import EVERYTHING, Wanted, narrowed
from postal.readings import once
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
_TO_THE_DOOR = frozenset({
    S.AT_OFFICE, S.HELD, S.ON_ROUND, S.ATTEMPTED, S.AWAITING_COLLECTION, S.ON_COLLECTION_ROUND, S.COLLECTED,
})  # fmt: skip
"""Steps that nobody can take while the recipient's commune is cut off: no way in, and none out to the office."""
# Once tried, the promise is kept or broken for good (TT 17/2017 Đ7): what follows is late by its step alone.
_PROMISE_IS_OPEN = frozenset({S.HANDED_OVER, S.AT_OFFICE, S.ON_ROUND, S.WITH_CARRIER})
_IS_OPEN = Item.finished_at.is_(None)
_BEGAN = case(
    (and_(Item.state == S.AWAITING_COLLECTION, Consignment.ready_at > Item.state_since), Consignment.ready_at),
    else_=Item.state_since,
)
"""When the step an item is in began."""


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
class LateBy:
    """How many late items one agency, office or courier (``who_id``) has to act on."""

    custodian: Custodian
    who_id: int
    who: str
    n: int


@dataclass(frozen=True, kw_only=True)
class LateCounts:
    """How many items are late, by who acts, and how many rounds of days before are not closed."""

    n: int
    by_custodian: dict[Custodian, int]
    n_rounds: int


def late_items(
    session: Session,
    wanted: Wanted = EVERYTHING,
    *,
    now: datetime,
    custodian: Custodian | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[LateLine]:
    """Return what is late, the longest first: of the part wanted (without ``needs``), of one custodian or of all.

    ``limit`` and ``offset`` take one page of the list.
    """
    ids, since = _late_ids(session, wanted, custodian, now=now, page=(offset, limit))
    return _lines(session, ids, since)


def late_blocks(
    session: Session, wanted: Wanted, custodian: Custodian | None, *, now: datetime
) -> Iterator[list[LateLine]]:
    """Yield everything `late_items` lists, block by block; nothing of a block stays in the session."""
    ids, since = _late_ids(session, wanted, custodian, now=now, page=(0, None))
    for some in blocks(ids):
        yield _lines(session, some, since)
        session.expunge_all()


def late_ids(
    session: Session, wanted: Wanted, custodian: Custodian | None, *, now: datetime, limit: int
) -> Sequence[int]:
    """Return the ids of the items `late_items` lists, in its order."""
    return _late_ids(session, wanted, custodian, now=now, page=(0, limit))[0]


Since = tuple[datetime, bool, datetime]
"""Since when an item is late, whether by its promise, and when its step began."""


def _late_ids(
    session: Session, wanted: Wanted, custodian: Custodian | None, *, now: datetime, page: tuple[int, int | None]
) -> tuple[list[int], dict[int, Since]]:
    """Return one page (offset and limit) of the ids, in order, and of each since when it is late.

    Whatever is among the first of all is among the first of its kind of lateness, which the database finds by itself.
    """
    calendars, (offset, limit) = load_calendars(session), page
    until = None if limit is None else offset + limit
    kinds = _kinds_of_late(calendars, now, [custodian] if custodian else list(Custodian))
    if until is None:
        rows = session.execute(_part(session, _reckoned().where(_is_late(kinds)), wanted, now))
    else:
        firsts = (_part(session, _reckoned().where(_IS_OPEN, one.condition), wanted, now).order_by(*one.order, Item.id)
                  .limit(until).subquery() for one in kinds)  # fmt: skip
        rows = session.execute(union_all(*(select(first) for first in firsts)))
    since: dict[int, Since] = {}
    for item_id, state, state_since, first_attempt_at, ready_at, promised_by, commune_code in rows:
        ends = _step_of(calendars, state, commune_code)
        at, is_promise = _late_since(state, state_since, ready_at, first_attempt_at, promised_by, ends)
        since[item_id] = (at, is_promise, _began(state, state_since, ready_at))
    return sorted(since, key=lambda item_id: (since[item_id][0], since[item_id][2], item_id))[offset:until], since


def _reckoned() -> Select[int, State, datetime, datetime | None, datetime, datetime | None, str | None]:
    """Return the question for what lateness is reckoned from."""
    return select(
        Item.id,
        Item.state,
        Item.state_since,
        Item.first_attempt_at,
        Consignment.ready_at,
        Consignment.promised_by,
        Consignment.commune_code,
    ).join(Item.consignment)


def _part(session: Session, query: Select[*Columns], wanted: Wanted, now: datetime) -> Select[*Columns]:
    return of_office(session, narrowed(query, wanted, now=now), wanted.office_id)


def _lines(session: Session, ids: Sequence[int], since: Mapping[int, Since]) -> list[LateLine]:
    items: dict[int, Item] = {}
    for some in blocks(ids):
        query = select(Item).where(Item.id.in_(some)).options(joinedload(Item.consignment))
        items |= {item.id: item for item in session.scalars(query)}
    names = _Names(session, items.values())
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


@dataclass(frozen=True, kw_only=True)
class _StepEnds:
    """The days a step is reckoned by: working days, without those on which nobody gets to the door or from it."""

    calendar: WorkingDays
    cut_off: frozenset[date] = frozenset()

    def end(self, began: date, n_days: int) -> datetime:
        """Return when a step of so many working days has to be done that began on a day."""
        while n_days == 0 and began in self.cut_off:  # what is to be done the same day waits for the road
            began += timedelta(days=1)
        return end_of(self.calendar.add(began, n_days))


def _step_of(calendars: Calendars, state: State, commune_code: str | None) -> _StepEnds:
    if state not in _TO_THE_DOOR:
        return _StepEnds(calendar=calendars.everywhere)
    return _StepEnds(calendar=calendars.of(commune_code), cut_off=calendars.closed(commune_code))


@dataclass(frozen=True, kw_only=True)
class _KindOfLate:
    """Items that are late in one way: those that became so first come first by ``order``, and then by their ids."""

    condition: ColumnElement[bool]
    order: tuple[Any, ...]


def _kinds_of_late(calendars: Calendars, now: datetime, custodians: Sequence[Custodian]) -> list[_KindOfLate]:
    """Return the ways in which items are late, as `late_since` reckons it: a list must not load what is not.

    A step that began on a day is late once the last day it may take has ended, so of each state all that began before
    one midnight are; in communes that were cut off before another one.
    """
    alike = calendars.alike()
    known = [code for codes in alike for code in codes]
    by_promise = and_(Item.state.in_(_of(_PROMISE_IS_OPEN, custodians)), Item.first_attempt_at.is_(None),
                      Consignment.promised_by < now)  # fmt: skip
    kinds = [_KindOfLate(condition=by_promise, order=(Consignment.promised_by, _BEGAN))]
    for state in _of(STEPS, custodians):
        order = (_BEGAN if state is State.AWAITING_COLLECTION else Item.state_since,)
        if state is State.MISSING:
            late = [and_(Item.state == state, Item.state_since < now)]
        elif state not in _TO_THE_DOOR or not known:
            late = [_began_before(state, _step_of(calendars, state, None), now)]
        else:
            elsewhere = or_(Consignment.commune_code.is_(None), Consignment.commune_code.not_in(known))
            late = [and_(_began_before(state, _step_of(calendars, state, None), now), elsewhere)]
            late += [and_(_began_before(state, _step_of(calendars, state, codes[0]), now),
                          Consignment.commune_code.in_(codes)) for codes in alike]  # fmt: skip
        kinds += [_KindOfLate(condition=one, order=order) for one in late]
    return kinds


def _is_late(kinds: Iterable[_KindOfLate]) -> ColumnElement[bool]:
    # Said that they are open, or a database walks through every item there ever was for the few that are.
    return and_(_IS_OPEN, Item.state.in_(sorted(STEPS)), or_(*(one.condition for one in kinds)))


def _began_before(state: State, ends: _StepEnds, now: datetime) -> ColumnElement[bool]:
    midnight = datetime.combine(_first_in_time(ends, STEPS[state][1], now), time.min, LOCAL)
    began = and_(Item.state == state, Item.state_since < midnight)
    return and_(began, Consignment.ready_at < midnight) if state is State.AWAITING_COLLECTION else began


def _of(states: Iterable[State], custodians: Sequence[Custodian]) -> list[State]:
    return [state for state in states if STEPS[state][0] in custodians]


def _first_in_time(ends: _StepEnds, n_days: int, now: datetime) -> date:
    """Return the first day on which a step of so many working days may have begun and still be in time."""
    day = local_day(now)
    while ends.end(day - timedelta(days=1), n_days) >= now:
        day -= timedelta(days=1)
    while ends.end(day, n_days) < now:
        day += timedelta(days=1)
    return day


def late_since(item: Item, consignment: Consignment, calendars: Calendars) -> tuple[datetime, bool]:
    """Return the instant from which an open item is late, and whether that is its promise. Pure."""
    ends = _step_of(calendars, item.state, consignment.commune_code)
    return _late_since(
        item.state, item.state_since, consignment.ready_at, item.first_attempt_at, consignment.promised_by, ends
    )


def _late_since(
    state: State,
    state_since: datetime,
    ready_at: datetime,
    first_attempt_at: datetime | None,
    promised_by: datetime | None,
    ends: _StepEnds,
) -> tuple[datetime, bool]:
    step = state_since
    if state is not State.MISSING:
        step = ends.end(local_day(_began(state, state_since, ready_at)), STEPS[state][1])
    is_open = state in _PROMISE_IS_OPEN and first_attempt_at is None
    if promised_by is not None and is_open and promised_by <= step:
        return promised_by, True
    return step, False


def _began(state: State, state_since: datetime, ready_at: datetime) -> datetime:
    return max(state_since, ready_at) if state is State.AWAITING_COLLECTION else state_since


def late_counts(session: Session, wanted: Wanted = EVERYTHING, *, now: datetime) -> LateCounts:
    """Return how many items are late, counted as `late_items` lists them; rounds are those of the reader's office."""
    by_custodian = dict.fromkeys(Custodian, 0)
    for state, _agency_id, _post_id, _courier_id, n in _late_with(session, wanted, now):
        by_custodian[STEPS[state][0]] += n
    n_rounds = select(func.count()).select_from(_unfinished(local_day(now), wanted.office_id).subquery())
    return LateCounts(n=sum(by_custodian.values()), by_custodian=by_custodian, n_rounds=session.scalar(n_rounds) or 0)


def late_by_whom(session: Session, wanted: Wanted = EVERYTHING, *, now: datetime) -> list[LateBy]:
    """Return how many late items whoever has to act has, the most first; what is nobody's in particular is left out."""
    counts: Counter[tuple[Custodian, int]] = Counter()
    for state, agency_id, post_id, courier_id, n in _late_with(session, wanted, now):
        custodian = STEPS[state][0]
        who = {Custodian.CENTRE: agency_id, Custodian.OFFICE: post_id, Custodian.COURIER: courier_id}.get(custodian)
        if who is not None:
            counts[custodian, who] += n
    couriers = names_of(session, {who for custodian, who in counts if custodian is Custodian.COURIER})
    offices = {row[0]: row[1] for row in session.execute(select(Office.id, Office.name))}
    return [
        LateBy(custodian=one, who_id=who, who=(couriers if one is Custodian.COURIER else offices).get(who, ""), n=n)
        for (one, who), n in counts.most_common()
    ]


def _late_with(session: Session, wanted: Wanted, now: datetime) -> Sequence[Any]:
    """Return how many items are late by state, agency, office and courier; a page needs it for several figures."""
    at_post = func.coalesce(Item.office_id, Coverage.office_id)
    columns = (Item.state, Consignment.issuing_office_id, at_post, Item.courier_id)
    query = select(*columns, func.count()).join(Item.consignment).group_by(*columns)
    query = query.outerjoin(Coverage, Coverage.commune_code == Consignment.commune_code)

    def counted() -> Sequence[Any]:
        late = _is_late(_kinds_of_late(load_calendars(session), now, list(Custodian)))
        return session.execute(_part(session, query.where(late), wanted, now)).all()

    return once(session, ("late with", wanted, now), counted)


def unfinished_rounds(session: Session, *, before: date, office_id: int | None = None) -> Sequence[DeliveryRound]:
    """Return the published rounds of days before one that nobody closed, the oldest first."""
    query = _unfinished(before, office_id).order_by(DayPlan.day, DeliveryRound.number)
    return session.scalars(
        query.options(
            joinedload(DeliveryRound.plan), joinedload(DeliveryRound.courier), joinedload(DeliveryRound.office)
        )
    ).all()


def _unfinished(before: date, office_id: int | None) -> Select[DeliveryRound]:
    query = (
        select(DeliveryRound)
        .join(DayPlan)
        .where(DayPlan.day < before, DayPlan.status == PlanStatus.PUBLISHED)
        .where(DeliveryRound.status != RoundStatus.CLOSED)
    )
    return query if office_id is None else query.where(DeliveryRound.office_id == office_id)


def end_of(day: date) -> datetime:
    """Return the last second of a local day."""
    return datetime.combine(day, END_OF_DAY, LOCAL)


class _Names:
    """Names whoever acts: the agency, the office, the courier; the national post has no name here."""

    def __init__(self, session: Session, items: Iterable[Item]) -> None:
        self._offices = {row[0]: row[1] for row in session.execute(select(Office.id, Office.name))}
        self._couriers = names_of(session, {item.courier_id for item in items if item.courier_id is not None})
        self._covering = {row[0]: row[1] for row in session.execute(select(Coverage.commune_code, Coverage.office_id))}

    def who(self, item: Item, acts: Custodian) -> str:
        """Return a name, "" where nobody in particular is known."""
        if acts is Custodian.CENTRE:
            return self._offices.get(item.consignment.issuing_office_id, "")
        if acts is Custodian.COURIER:
            return self._couriers.get(item.courier_id or 0, "")
        if acts is Custodian.OFFICE:  # on its way to the office that delivers there, if at none yet
            at_post = item.office_id or self._covering.get(item.consignment.commune_code or "")
            return self._offices.get(at_post or 0, "")
        return ""
