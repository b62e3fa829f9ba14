"""Whose each batch, round, item and receipt is, for checking rights: its offices, its courier, its source system."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.policy import Subject
from postal.models import Batch, Consignment, Coverage, DeliveryRound, Handover, Item


def subject_of_consignment(session: Session, consignment: Consignment) -> Subject:
    """Return the issuing office, the delivery office of the commune, and the courier who has it in hand."""
    offices = {consignment.issuing_office_id, *(i.office_id for i in consignment.items if i.office_id is not None)}
    if consignment.commune_code is not None:
        offices.add(delivery_office_id(session, consignment.commune_code) or consignment.issuing_office_id)
    couriers = {item.courier_id for item in consignment.items}
    return Subject(
        office_ids=frozenset(offices),
        source_system=consignment.source_system,
        courier_id=couriers.pop() if len(couriers) == 1 else None,
    )


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


def delivery_office_id(session: Session, commune_code: str) -> int | None:
    """Return the delivery office that serves a commune today."""
    return session.scalar(select(Coverage.office_id).where(Coverage.commune_code == commune_code))
