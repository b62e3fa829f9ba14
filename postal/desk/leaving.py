"""What leaves the post's own rounds, step by step: back to agencies, and on to other provinces.

Each step is one list; acts on many of its rows are `postal.bulk`, what is counted and signed `postal.counting`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, contains_eager

from postal.desk.piles import Columns, of_office
from postal.models import AddressStatus, Consignment, Item, Office, OfficeKind
from postal.models.keys import blocks
from postal.queue import EVERYTHING, SINCE, WITH_AGENCY, Wanted, narrowed
from postal.readings import once
from postal.rules.lifecycle import State
from postal.to_agency.due import IS_TRIED, DueBack, due_back, reason_of


class Step(StrEnum):
    """How far an item is on its way out. Add, never rename: values stand in addresses."""

    DUE = "due"
    RETURNING = "returning"
    AGENCY = "agency"
    OFFICE = "office"
    CARRIER = "carrier"


RETURNS, OUTSIDE = (Step.DUE, Step.RETURNING), (Step.OFFICE, Step.AGENCY, Step.CARRIER)
"""The steps of each list, the one shown first at its head."""

_IS_OUTSIDE = Consignment.address_status == AddressStatus.OUTSIDE
_AT_STEP: Mapping[Step, ColumnElement[bool]] = {
    Step.DUE: IS_TRIED,
    Step.RETURNING: Item.state == State.RETURNING_TO_SENDER,
    Step.AGENCY: and_(_IS_OUTSIDE, Item.state.in_(WITH_AGENCY)),
    Step.OFFICE: and_(_IS_OUTSIDE, Item.state.in_((State.HANDED_OVER, State.AT_OFFICE))),
    Step.CARRIER: Item.state == State.WITH_CARRIER,
}


@dataclass(frozen=True, kw_only=True)
class LeavingLine:
    """One item on its way out: ``reason`` is the code for which it is due back, None at every other step."""

    item: Item
    reason: str | None
    since: datetime


def leaving_counts(
    session: Session, steps: Sequence[Step], wanted: Wanted = EVERYTHING, *, now: datetime
) -> dict[Step, int]:
    """Return how many items are at each of some steps, counted as `leaving_items` lists them."""
    counts: dict[Step, int] = {}
    for step in steps:
        if step is Step.DUE:
            counts[step] = _due(session, wanted, now).n
        else:
            counts[step] = session.scalar(_at(session, select(func.count()).select_from(Item), step, wanted, now)) or 0
    return counts


def leaving_ids(
    session: Session, step: Step, wanted: Wanted = EVERYTHING, *, now: datetime, limit: int | None, offset: int = 0
) -> Sequence[int]:
    """Return the ids of the items at a step, the one longest there first."""
    query = _in_order(session, select(Item.id), step, wanted, now)
    return session.scalars(query.limit(limit).offset(offset)).all()


def leaving_items(
    session: Session, step: Step, wanted: Wanted = EVERYTHING, *, now: datetime, limit: int, offset: int = 0
) -> list[LeavingLine]:
    """Return one page of the items at a step, the one longest there first."""
    query = _in_order(session, select(Item, SINCE), step, wanted, now)
    query = query.options(contains_eager(Item.consignment).joinedload(Consignment.issuing_office))
    return [_line(item, since, step) for item, since in session.execute(query.limit(limit).offset(offset))]


def leaving_blocks(session: Session, step: Step, wanted: Wanted, *, now: datetime) -> Iterator[list[LeavingLine]]:
    """Yield everything at a step, block by block; nothing of a block stays in the session."""
    ids = leaving_ids(session, step, wanted, now=now, limit=None)
    for some in blocks(ids):
        query = select(Item, SINCE).join(Item.consignment).where(Item.id.in_(some))
        query = query.options(contains_eager(Item.consignment).joinedload(Consignment.issuing_office))
        found = {item.id: _line(item, since, step) for item, since in session.execute(query)}
        yield [found[item_id] for item_id in some]
        session.expunge_all()


def _in_order(session: Session, query: Select[*Columns], step: Step, wanted: Wanted, now: datetime) -> Select[*Columns]:
    query = _at(session, query, step, wanted, now)
    if step is not Step.DUE:
        return query.order_by(SINCE, Item.id)
    # What lies at an office waits there since it came into its state: said plainly, an index has that order.
    return query.where(_due(session, wanted, now).condition).order_by(Item.state_since, Item.id)


def _due(session: Session, wanted: Wanted, now: datetime) -> DueBack:
    def weighed() -> DueBack:
        return due_back(session, _at(session, select(Item.id), Step.DUE, wanted, now), now=now)

    return once(session, ("due back", wanted, now), weighed)


def _at(session: Session, query: Select[*Columns], step: Step, wanted: Wanted, now: datetime) -> Select[*Columns]:
    """Narrow to a step; of what is due back, an office that delivers lists what lies there and nothing else."""
    query = narrowed(query.join(Item.consignment), wanted, now=now).where(_AT_STEP[step])
    office = session.get(Office, wanted.office_id) if wanted.office_id is not None else None
    if step is Step.DUE and office is not None and office.kind is OfficeKind.DELIVERY:
        query = query.where(Item.office_id == office.id)
    return of_office(session, query, wanted.office_id)


def _line(item: Item, since: datetime, step: Step) -> LeavingLine:
    return LeavingLine(item=item, reason=reason_of(item) if step is Step.DUE else None, since=since)
