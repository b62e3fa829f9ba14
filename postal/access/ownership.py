"""Whose each batch, round, item and receipt is, for checking rights: its offices, its courier, its source system.

What is asked of one consignment (`subject_of_consignment`) and of many by the database (`is_offices`) is the same: who
sent it, who serves its commune, with whom its items lie. Lists show an office nothing it may not act on.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from postal.access.policy import Subject
from postal.models import (
    Batch,
    Consignment,
    Courier,
    Coverage,
    DeliveryRound,
    Discrepancy,
    Handover,
    Item,
    Office,
    OfficeKind,
)
from postal.readings import once
from postal.rules.lifecycle import State

_AT_POST = frozenset({
    State.HANDED_OVER, State.AT_OFFICE, State.HELD, State.RETURNING_TO_SENDER, State.MISSING, State.DOSSIER_AT_OFFICE,
})  # fmt: skip
"""What the post has and no courier; if nobody scanned it in and it goes nowhere of ours, it may lie anywhere."""


def subject_of_consignment(session: Session, consignment: Consignment) -> Subject:
    """Return the issuing office, the delivery office of the commune, and the courier who has it in hand."""
    offices = {consignment.issuing_office_id, *(i.office_id for i in consignment.items if i.office_id is not None)}
    if consignment.commune_code is not None:
        offices.add(delivery_office_id(session, consignment.commune_code) or consignment.issuing_office_id)
    couriers = {item.courier_id for item in consignment.items}
    offices |= {_office_of_courier(session, one) for one in couriers if one is not None}
    if any(i.office_id is None and i.state in _AT_POST for i in consignment.items):
        offices |= _anywhere(session, consignment.commune_code)
    return Subject(
        office_ids=frozenset(offices),
        source_system=consignment.source_system,
        courier_id=couriers.pop() if len(couriers) == 1 else None,
    )


def is_offices(office_id: int) -> ColumnElement[bool]:
    """Return the condition under which a consignment of a query is an office's, as `subject_of_consignment` says."""
    beside = aliased(Item)
    served = select(Coverage.commune_code).where(Coverage.office_id == office_id)
    return or_(
        Consignment.issuing_office_id == office_id,
        Consignment.commune_code.in_(served),
        exists().where(beside.consignment_id == Consignment.id, lies_with(office_id, beside)),
    )


def lies_with(office_id: int, item: type[Item] = Item) -> ColumnElement[bool]:
    """Return the condition under which an item of a query lies at an office, with its couriers, or may lie there.

    The query joins the item's consignment; ``item`` may be an alias.
    """
    couriers = select(Courier.id).where(Courier.office_id == office_id)
    delivers = select(Office.id).where(Office.id == office_id, Office.kind == OfficeKind.DELIVERY)
    is_nowhere = or_(Consignment.commune_code.is_(None), Consignment.commune_code.not_in(select(Coverage.commune_code)))
    may_lie = and_(item.state.in_(_AT_POST), item.office_id.is_(None), is_nowhere, delivers.exists())
    return or_(item.office_id == office_id, item.courier_id.in_(couriers), may_lie)


def subject_of_item(session: Session, item: Item) -> Subject:
    """Return what the item's consignment belongs to."""
    return subject_of_consignment(session, item.consignment)


def subject_of_batch(batch: Batch) -> Subject:
    """Return the issuing office whose results the batch gathers."""
    return Subject(office_ids=frozenset({batch.office_id}))


def subject_of_handover(session: Session, handover: Handover) -> Subject:
    """Return both sides of a handover."""
    sides = {handover.giver_office_id, handover.receiver_office_id} - {None}
    courier_id = None
    if handover.round_id is not None:
        courier_id = session.scalar(select(DeliveryRound.courier_id).where(DeliveryRound.id == handover.round_id))
    return Subject(office_ids=frozenset(side for side in sides if side is not None), courier_id=courier_id)


def subject_of_round(delivery_round: DeliveryRound) -> Subject:
    """Return the office a round starts from and the courier who walks it."""
    return Subject(office_ids=frozenset({delivery_round.office_id}), courier_id=delivery_round.courier_id)


def subject_of_discrepancy(session: Session, found: Discrepancy) -> Subject:
    """Return what the discrepancy's item belongs to, or both sides of the handover it was counted at."""
    item = session.get(Item, found.item_id) if found.item_id is not None else None
    handover = session.get(Handover, found.handover_id) if found.handover_id is not None else None
    own = [subject_of_item(session, item)] if item is not None else []
    own += [subject_of_handover(session, handover)] if handover is not None else []
    return Subject(office_ids=frozenset().union(*(one.office_ids for one in own)))


def subjects_of_day(session: Session) -> list[Subject]:
    """Return what planning and publishing a day is about: every delivery office that works, each by itself."""
    query = select(Office.id).where(Office.kind == OfficeKind.DELIVERY, Office.is_active)
    return [subject_of_office(office_id) for office_id in session.scalars(query)]


def subject_of_office(office_id: int | None) -> Subject:
    """Return an office as what is acted on; None is nobody's, and so the whole province's."""
    return Subject(office_ids=frozenset() if office_id is None else frozenset({office_id}))


def subject_of_commune(session: Session, commune_code: str | None) -> Subject:
    """Return the office that delivers in a commune."""
    return subject_of_office(delivery_office_id(session, commune_code or ""))


def delivery_office_id(session: Session, commune_code: str) -> int | None:
    """Return the delivery office that serves a commune today."""
    query = select(Coverage.office_id).where(Coverage.commune_code == commune_code)
    return once(session, ("serves", commune_code), lambda: session.scalar(query))


def _office_of_courier(session: Session, courier_id: int) -> int:
    return once(session, ("works at", courier_id), lambda: session.get_one(Courier, courier_id).office_id)


def _anywhere(session: Session, commune_code: str | None) -> frozenset[int]:
    """Return every office that delivers where a commune is nobody's; none where it is served."""
    if commune_code is not None and delivery_office_id(session, commune_code) is not None:
        return frozenset()
    query = select(Office.id).where(Office.kind == OfficeKind.DELIVERY)
    return once(session, "delivers", lambda: frozenset(session.scalars(query)))
