"""What a list of items says of each besides the item itself: why the last plan left it out, who delivers where."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postal.models import Batch, Coverage, DayPlan, Handover, Manifest, PlanStatus, PlanUnserved
from postal.models.keys import blocks


def left_out(session: Session, consignment_ids: Sequence[int]) -> dict[int, str]:
    """Return the code why the newest published plan left consignments out, of those it did."""
    newest = select(func.max(DayPlan.id)).where(DayPlan.status == PlanStatus.PUBLISHED).scalar_subquery()
    found: dict[int, str] = {}
    for some in blocks(consignment_ids):
        query = select(PlanUnserved.consignment_id, PlanUnserved.reason)
        query = query.where(PlanUnserved.plan_id == newest, PlanUnserved.consignment_id.in_(some))
        found |= {row[0]: row[1] for row in session.execute(query)}
    return found


def served_communes(session: Session, office_id: int) -> frozenset[str]:
    """Return the codes of the communes a delivery office serves, none for an agency."""
    return frozenset(session.scalars(select(Coverage.commune_code).where(Coverage.office_id == office_id)))


def n_unfinished_batches(session: Session, *, agency_id: int | None = None) -> tuple[int, int]:
    """Return how many batches are still open, and how many are closed and not handed over; of one agency or all."""
    n_open = select(func.count()).select_from(Batch).where(Batch.closed_at.is_(None))
    handed_over = select(Handover.manifest_id).where(Handover.manifest_id.is_not(None))
    n_closed = select(func.count()).select_from(Manifest).join(Batch, Batch.id == Manifest.batch_id)
    n_closed = n_closed.where(Manifest.id.not_in(handed_over))
    if agency_id is not None:
        n_open, n_closed = n_open.where(Batch.office_id == agency_id), n_closed.where(Batch.office_id == agency_id)
    return session.scalar(n_open) or 0, session.scalar(n_closed) or 0
