"""What a change of the set-up leaves as it is, told before it is made: plans published for days it holds on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from postal.models import Courier, DayPlan, DeliveryRound, Office, PlanStatus, RoundStatus, SetUpArea
from postal.set_up.changes import Difference, Wanted

_OF_COURIERS = frozenset({SetUpArea.COURIER, SetUpArea.ABSENCE})
_OF_OFFICES = frozenset({SetUpArea.OFFICE, SetUpArea.OFFICE_OFF})


def n_planned_rounds(session: Session, wanted: Wanted, differences: Sequence[Difference]) -> int:
    """Count the published rounds that have not left and are of days, couriers or offices a change is about."""
    first, last, code = _days(wanted, differences)
    query: Select[int] = (
        select(func.count(DeliveryRound.id))
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(
            DayPlan.day >= first,
            DayPlan.day <= last,
            DayPlan.status == PlanStatus.PUBLISHED,
            DeliveryRound.status == RoundStatus.PLANNED,
        )
    )
    if wanted.area in _OF_COURIERS:
        query = query.join(Courier, Courier.id == DeliveryRound.courier_id).where(Courier.code == code)
    elif wanted.area in _OF_OFFICES:
        query = query.join(Office, Office.id == DeliveryRound.office_id).where(Office.code == code)
    elif wanted.area is not SetUpArea.CALENDAR:
        return 0
    return session.scalar(query) or 0


def _days(wanted: Wanted, differences: Sequence[Difference]) -> tuple[date, date, str]:
    """Return the first and the last day a change is about, and the code of whom."""
    if wanted.area is SetUpArea.CALENDAR:
        day = date.fromisoformat(wanted.subject)
        return day, day, ""
    if wanted.area in (SetUpArea.ABSENCE, SetUpArea.OFFICE_OFF):
        code, _, first = wanted.subject.rpartition(" ")
        ends = [text for one in differences if one.name == "until" for text in (one.before, one.after) if text]
        return max(date.fromisoformat(first), wanted.from_day), date.fromisoformat(max(ends, default=first)), code
    return wanted.from_day, date.max, wanted.subject
