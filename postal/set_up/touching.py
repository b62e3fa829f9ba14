"""What a change of the set-up leaves as it is, told before it is made: plans published for days it holds on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from postal.models import Courier, DayPlan, DeliveryRound, Office, PlanStatus, RoundStatus, SetUpArea


def n_planned_rounds(session: Session, area: SetUpArea, subject: str, *, since: date) -> int:
    """Count the published rounds since a day that have not left, of a courier or an office; 0 for other areas."""
    query: Select[int] = (
        select(func.count(DeliveryRound.id))
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(
            DayPlan.day >= since,
            DayPlan.status == PlanStatus.PUBLISHED,
            DeliveryRound.status == RoundStatus.PLANNED,
        )
    )
    if area is SetUpArea.COURIER:
        query = query.join(Courier, Courier.id == DeliveryRound.courier_id).where(Courier.code == subject)
    elif area is SetUpArea.OFFICE:
        query = query.join(Office, Office.id == DeliveryRound.office_id).where(Office.code == subject)
    else:
        return 0
    return session.scalar(query) or 0
