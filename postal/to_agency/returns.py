"""What could not be delivered goes back to the agency that issued it, counted and signed for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from postal.access.act import Act
from postal.custody import Party
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.follow_up import FollowUp, follow_up, load_attempts, read_tries
from postal.life.tracking import Scan, lock_items, record_strictly
from postal.models import Consignment, Handover, Item, TrackingEvent
from postal.network.promises import load_calendars
from postal.rules import reasons
from postal.rules.lifecycle import MOVES, EventKind, State
from postal.to_agency.agency_handover import Passing, count_by_agency, hand_to_agency
from postal.to_agency.due import IS_TRIED, due_back, reason_of
from routing import Message

AGENCY_ASKED = "AGENCY_ASKED"


class ReturnTooEarly(Conflict):
    code = "return_too_early"
    says = Message(
        "Chưa được chuyển hoàn: cần mời đủ hai lần, cách nhau hai ngày làm việc (đã mời {n_invitations} lần)."
    )


class NothingToReturn(NotFound):
    code = "nothing_to_return"
    says = Message("Không có bưu gửi nào đang chuyển hoàn về cơ quan này.")


def start_return(act: Act, item_id: int, reason: str) -> Item:
    """Start sending one item back: refused, undeliverable after two invitations, or asked back by the agency.

    Until it is delivered an item belongs to the sender, who may have it back any time (Luật Bưu chính 49/2010 Đ16):
    reason AGENCY_ASKED. Raises NotFound, InvalidInput for an unknown reason, ReturnTooEarly, MoveNotAllowed.
    """
    item = act.session.get(Item, item_id)
    if item is None:
        raise NotFound(what=Message("bưu gửi"))
    if reasons.reason(reason) is None and reason not in (AGENCY_ASKED, "HELD_TOO_LONG"):
        raise InvalidInput(field="reason")
    lock_items(act.session, [item])
    if item.state is State.RETURNING_TO_SENDER:  # pressed twice
        return item
    if reason != AGENCY_ASKED and item.state is not State.WITH_CARRIER:
        found = _follow_up(act.session, item)
        if found is None or not found.may_return:
            raise ReturnTooEarly(n_invitations=found.n_invitations if found else 0)
    scan = Scan(kind=EventKind.RETURN_STARTED, scan_id=return_id(act.session, item), happened_at=act.now, reason=reason)
    record_strictly(act, item, scan)
    return item


def return_id(session: Session, item: Item) -> str:
    """Return the scan id of an item's next return: one that was lost on its way back and found starts another."""
    begun = select(func.count()).where(TrackingEvent.item_id == item.id, TrackingEvent.kind == EventKind.RETURN_STARTED)
    n_begun = session.scalar(begun) or 0
    return f"return:{item.id}:{item.n_attempts}" + (f":{n_begun}" if n_begun else "")


def reasons_to_return(session: Session, item: Item) -> list[str]:
    """Return the reasons for which an item may be sent back now; none where its state or the law does not let it."""
    if (item.state, EventKind.RETURN_STARTED) not in MOVES:
        return []
    found = _follow_up(session, item)
    return [*([found.reason] if found is not None and found.may_return else []), AGENCY_ASKED]


def due_returns(session: Session, *, now: datetime, office_id: int | None = None) -> dict[int, str]:
    """Return by id the items at an office that go back today and why: refused, or nobody came or answered in time.

    ``office_id`` None: at any office. In the order of their ids.
    """
    tried = _tried(office_id)
    due = tried.where(due_back(session, tried, now=now).condition).order_by(Item.id)
    return {item_id: read_tries(tries)[-1].reason for item_id, tries in session.execute(due)}


def first_due(
    session: Session, *, now: datetime, office_id: int | None, most: int
) -> tuple[int, list[tuple[Item, str]]]:
    """Return how much `due_returns` finds, and the first of it with the reasons, each item with its agency."""
    tried = _tried(office_id)
    due = due_back(session, tried, now=now)
    query = tried.where(due.condition).with_only_columns(Item).order_by(Item.id).limit(most)
    items = session.scalars(query.options(contains_eager(Item.consignment).joinedload(Consignment.issuing_office)))
    return due.n, [(item, reason_of(item)) for item in items]


def _tried(office_id: int | None) -> Select[int, str | None]:
    query = select(Item.id, Item.tries).join(Item.consignment).where(IS_TRIED)
    return query if office_id is None else query.where(Item.office_id == office_id)


def _follow_up(session: Session, item: Item) -> FollowUp | None:
    commune_code = item.consignment.commune_code
    calendar = load_calendars(session, commune_code=commune_code).of(commune_code)
    return follow_up(load_attempts(session, [item.id]).get(item.id, ()), calendar)


def start_due_returns(act: Act) -> list[Item]:
    """Start every return that is due at the actor's office, or at every one; return the items."""
    due = due_returns(act.session, now=act.now, office_id=act.by.office_id)
    return [start_return(act, item_id, reason) for item_id, reason in due.items()]


def returning_items(session: Session, office_id: int) -> Sequence[Item]:
    """Return what is on its way back to one issuing office."""
    query = (
        select(Item)
        .join(Item.consignment)
        .where(Item.state == State.RETURNING_TO_SENDER, Consignment.issuing_office_id == office_id)
        .order_by(Item.id)
    )
    return session.scalars(query).all()


def has_returning(session: Session, agency_id: int, *, at_office_id: int | None) -> bool:
    """Say whether one delivery office, or any where None is given, sends anything back to an agency."""
    query = (
        select(Item.id)
        .join(Item.consignment)
        .where(Item.state == State.RETURNING_TO_SENDER, Consignment.issuing_office_id == agency_id)
    )
    if at_office_id is not None:
        query = query.where(Item.office_id == at_office_id)
    return session.scalar(query.limit(1)) is not None


def n_returning(session: Session) -> dict[int, int]:
    """Return how many items are on their way back to each issuing office; offices without any are left out."""
    return count_by_agency(session, State.RETURNING_TO_SENDER)


def confirm_returned(act: Act, office_id: int, *, scanned: Iterable[str], giver: Party, receiver: Party) -> Handover:
    """Hand what comes back to its agency, counted against the return list; both sides named.

    Raises NothingToReturn, InvalidInput.
    """
    return hand_to_agency(act, office_id, _RETURNS, scanned=scanned, giver=giver, receiver=receiver)


def _pieces(session: Session, office_id: int) -> dict[str, Item]:
    return {item.s10 or "": item for item in returning_items(session, office_id)}


_RETURNS = Passing(
    pieces_for=_pieces,
    nothing=NothingToReturn,
    kind=EventKind.RETURNED_TO_SENDER,
    what="returns",
    scan_prefix="returned",
)
