"""The communes with their delivery office, their promise and their last round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from postal.models import Consignment, Coverage, DayPlan, DeliveryRound, Office, OfficeKind, PlanStatus, RoundStop
from postal.network.promises import load_promises, zone_of_office
from routing import Register


@dataclass(frozen=True, kw_only=True)
class CoverageLine:
    """One commune: who serves it, on which weekdays (0 = Monday), J+n from the centre, and when last."""

    code: str
    commune: str
    office: str
    weekdays: str
    promise: str
    last_round: date | None


def coverage(session: Session, register: Register, *, centre_zone: str | None = None) -> list[CoverageLine]:
    """Return one line for each commune of the register, served or not, by code.

    ``centre_zone`` is where the centre hands over; None takes that of the oldest issuing office.
    """
    served = {c.commune_code: c for c in session.scalars(select(Coverage).options(joinedload(Coverage.office)))}
    promises = load_promises(session)
    home = centre_zone if centre_zone is not None else _centre_zone(session)
    last = _last_rounds(session)
    lines = []
    for commune in sorted(register, key=lambda commune: commune.code):
        one = served.get(commune.code)
        lines.append(
            CoverageLine(
                code=commune.code,
                commune=commune.full_name,
                office=one.office.name if one else "chưa có bưu cục",
                weekdays=one.weekdays if one else "",
                promise=f"J+{promises.days(home, one.zone)[0]}" if one else "–",
                last_round=last.get(commune.code),
            )
        )
    return lines


def offices_by_commune(session: Session) -> dict[str, Office]:
    """Return the delivery office of each commune that has one, by the commune's code."""
    query = select(Coverage).options(joinedload(Coverage.office))
    return {one.commune_code: one.office for one in session.scalars(query)}


def _centre_zone(session: Session) -> str:
    centre = session.scalar(select(Office).where(Office.kind == OfficeKind.ISSUING).order_by(Office.id).limit(1))
    return zone_of_office(session, centre) if centre is not None else ""


def _last_rounds(session: Session) -> dict[str, date]:
    query = (
        select(Consignment.commune_code, func.max(DayPlan.day))
        .join(RoundStop, RoundStop.consignment_id == Consignment.id)
        .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(DayPlan.status == PlanStatus.PUBLISHED, Consignment.commune_code.is_not(None))
        .group_by(Consignment.commune_code)
    )
    return {code: day for code, day in session.execute(query) if code is not None}
