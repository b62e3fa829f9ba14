"""Discrepancies nobody has settled: the whole province's, or those an office has a part in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from postal.models import Consignment, Coverage, Discrepancy, Handover, Item, TrackingEvent

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, kw_only=True)
class OpenDiscrepancy:
    """One discrepancy, the item it is about and the scan that did not fit, where there are any."""

    note: Discrepancy
    item: Item | None
    event: TrackingEvent | None


def open_discrepancies(session: Session, *, office_id: int | None = None, limit: int = 200) -> list[OpenDiscrepancy]:
    """Return what nobody has settled yet, oldest first, of one office or of all."""
    query = (
        select(Discrepancy, Item, TrackingEvent)
        .outerjoin(Item, Item.id == Discrepancy.item_id)
        .outerjoin(TrackingEvent, TrackingEvent.id == Discrepancy.event_id)
        .options(joinedload(TrackingEvent.item))
        .order_by(Discrepancy.id)
        .limit(limit)
    )
    rows = session.execute(_open_ones(query, office_id))
    return [OpenDiscrepancy(note=note, item=item, event=event) for note, item, event in rows]


def n_open_discrepancies(session: Session, *, office_id: int | None = None) -> int:
    """Return how many nobody has settled yet, however many a page shows."""
    query = select(func.count(Discrepancy.id)).outerjoin(Item, Item.id == Discrepancy.item_id)
    return session.scalar(_open_ones(query, office_id)) or 0


def _open_ones(query: Select[*Columns], office_id: int | None) -> Select[*Columns]:
    """Keep the open ones of an office, as `ownership.subject_of_discrepancy` says whose each is: a list of thousands
    must not be loaded to be sifted."""
    query = query.where(Discrepancy.settled_at.is_(None))
    if office_id is None:
        return query
    served = select(Coverage.commune_code).where(Coverage.office_id == office_id)
    beside = aliased(Item)
    has_one_here = exists().where(beside.consignment_id == Consignment.id, beside.office_id == office_id)
    return (
        query.outerjoin(Consignment, Consignment.id == Item.consignment_id)
        .outerjoin(Handover, Handover.id == Discrepancy.handover_id)
        .where(
            or_(
                Consignment.issuing_office_id == office_id,
                Consignment.commune_code.in_(served),
                has_one_here,
                Handover.giver_office_id == office_id,
                Handover.receiver_office_id == office_id,
            )
        )
    )
