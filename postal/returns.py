"""What could not be delivered goes back to the agency that issued it, counted and signed for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal import reasons
from postal.custody import Party, clean_codes, count, items_by_code, write_receipt
from postal.errors import InvalidInput, NotFound
from postal.lifecycle import EventKind, State
from postal.models import Consignment, Handover, Item, Leg
from postal.rounds import last_reason
from postal.tracking import Scan, record_all, record_strictly

# Kept at the office for the recipient or the agency's word (domain: a setting of the post's own rules).
HELD_AT_MOST = timedelta(days=10)


def start_return(session: Session, item_id: int, reason: str, *, user_id: int | None, now: datetime) -> Item:
    """Start sending one item back. Raises NotFound, InvalidInput for an unknown reason, MoveNotAllowed."""
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound(what="bưu gửi")
    if reasons.reason(reason) is None and reason != "HELD_TOO_LONG":
        raise InvalidInput(field="reason")
    scan = Scan(
        kind=EventKind.RETURN_STARTED,
        scan_id=f"return:{item.id}:{item.n_attempts}",
        happened_at=now,
        user_id=user_id,
        reason=reason,
    )
    record_strictly(session, item, scan, now=now)
    return item


def due_returns(session: Session, *, now: datetime) -> list[tuple[Item, str]]:
    """Return items at an office that must go back, with the reason: refused, or held for too long.

    A refusal returns at once (Luật Bưu chính Đ17.1đ); everything else waits for the agency or the recipient.
    """
    query = (
        select(Item)
        .where(Item.state.in_((State.AT_OFFICE, State.HELD)))
        .options(joinedload(Item.consignment))
        .order_by(Item.id)
    )
    due = []
    for item in session.scalars(query):
        code = last_reason(session, item)
        why = reasons.reason(code or "")
        if why is not None and why.next is reasons.Next.RETURN:
            due.append((item, why.code))
        elif item.state is State.HELD and item.state_since <= now - HELD_AT_MOST:
            due.append((item, code or "HELD_TOO_LONG"))
    return due


def start_due_returns(session: Session, *, user_id: int | None, now: datetime) -> list[Item]:
    """Start every return that is due; return the items."""
    return [
        start_return(session, item.id, reason, user_id=user_id, now=now)
        for item, reason in due_returns(session, now=now)
    ]


def returning_items(session: Session, office_id: int) -> Sequence[Item]:
    """Return what is on its way back to one issuing office."""
    query = (
        select(Item)
        .join(Item.consignment)
        .where(Item.state == State.RETURNING_TO_SENDER, Consignment.issuing_office_id == office_id)
        .order_by(Item.id)
    )
    return session.scalars(query).all()


def confirm_returned(
    session: Session,
    office_id: int,
    *,
    scanned: Iterable[str],
    giver: Party,
    receiver: Party,
    user_id: int | None,
    now: datetime,
) -> Handover:
    """Hand what comes back to its agency, counted against the return list; both sides named."""
    expected = returning_items(session, office_id)
    codes = clean_codes(scanned)
    counted = count([item.s10 or "" for item in expected], codes, items_by_code(session, codes))
    handover = write_receipt(
        session,
        leg=Leg.POST_TO_CENTRE,
        counted=counted,
        giver=giver,
        receiver=receiver,
        user_id=user_id,
        now=now,
        receiver_office_id=office_id,
        facts={"what": "returns"},
    )
    present = set(counted.present)
    scan = Scan(kind=EventKind.RETURNED_TO_SENDER, scan_id=f"returned:{handover.id}", happened_at=now, user_id=user_id)
    record_all(session, [item for item in expected if item.s10 in present], scan, now=now)
    return handover
