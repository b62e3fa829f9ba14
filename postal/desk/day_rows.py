"""One line for every row of an intake with what became of its item: the balance, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postal.models import (
    Consignment,
    DayPlan,
    IntakeRow,
    Item,
    PlanStatus,
    PlanUnserved,
    RowOutcome,
    TrackingEvent,
)
from postal.queue import why_waiting
from postal.rules.lifecycle import EventKind, Outcome, State, outcome

_FAILURES = (
    EventKind.ATTEMPT_FAILED,
    EventKind.RETURN_STARTED,
    EventKind.COLLECTION_FAILED,
    EventKind.UNBATCHED,
)


@dataclass(frozen=True, kw_only=True)
class RowFate:
    """One incoming row and where its paper is now. ``reason`` is a code, never a sentence."""

    row_number: int
    dossier_code: str
    outcome: Outcome
    reason: str
    s10: str


def row_fates(session: Session, intake_id: int) -> Iterator[RowFate]:
    """Yield one fate for each row of an intake, in the order of the file. Duplicates count as refused."""
    reasons = _last_reasons(session, intake_id)
    unserved = _unserved(session, intake_id)
    query = (
        select(IntakeRow, Item, Consignment)
        .outerjoin(Item, Item.id == IntakeRow.item_id)
        .outerjoin(Consignment, Consignment.id == Item.consignment_id)
        .where(IntakeRow.intake_id == intake_id)
        .order_by(IntakeRow.id)
    )
    for row, item, consignment in session.execute(query):
        if row.outcome in (RowOutcome.REFUSED, RowOutcome.DUPLICATE):
            code = row.problems[0]["code"] if row.problems else str(row.outcome)
            yield _fate(row, Outcome.REFUSED, code, "")
        else:
            pile = outcome(item.state)
            reason = (
                ""
                if pile is Outcome.DELIVERED
                else (reasons.get(item.id) or unserved.get(consignment.id) or _why_waiting(item))
            )
            yield _fate(row, pile, reason, item.s10 or "")


def _fate(row: IntakeRow, pile: Outcome, reason: str, s10: str) -> RowFate:
    return RowFate(row_number=row.row_number, dossier_code=row.dossier_code, outcome=pile, reason=reason, s10=s10)


def _why_waiting(item: Item) -> str:
    """Return what the item itself waits for: an answer, its turn, or the national post."""
    return why_waiting(item) or str(item.state)


def _unserved(session: Session, intake_id: int) -> dict[int, str]:
    """Return why the published plan left consignments out that the post still holds."""
    query = (
        select(PlanUnserved.consignment_id, PlanUnserved.reason)
        .join(DayPlan, DayPlan.id == PlanUnserved.plan_id)
        .join(Item, Item.consignment_id == PlanUnserved.consignment_id)
        .join(IntakeRow, IntakeRow.item_id == Item.id)
        .where(
            IntakeRow.intake_id == intake_id,
            DayPlan.status == PlanStatus.PUBLISHED,
            Item.state.in_((State.HANDED_OVER, State.AT_OFFICE)),
        )
        .order_by(DayPlan.id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _last_reasons(session: Session, intake_id: int) -> dict[int, str]:
    """Return the reason of each item's last applied failure."""
    last = (
        select(func.max(TrackingEvent.sequence))
        .where(TrackingEvent.item_id == Item.id, TrackingEvent.kind.in_(_FAILURES), TrackingEvent.is_applied)
        .correlate(Item)
        .scalar_subquery()
    )
    query = (
        select(Item.id, TrackingEvent.reason)
        .join(IntakeRow, IntakeRow.item_id == Item.id)
        .join(TrackingEvent, (TrackingEvent.item_id == Item.id) & (TrackingEvent.sequence == last))
        .where(IntakeRow.intake_id == intake_id, TrackingEvent.reason.is_not(None), Item.state != State.DELIVERED)
    )
    return {row[0]: row[1] or "" for row in session.execute(query)}
