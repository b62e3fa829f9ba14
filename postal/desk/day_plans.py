"""What the pages of plans read: the plans of a day, one with its rounds and stops, what it left over. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from postal.access import ownership
from postal.errors import NotFound
from postal.models import Consignment, DayPlan, DeliveryRound, PlanUnserved, RoundStop
from routing import Message


def plans(session: Session, *, limit: int = 30) -> Sequence[DayPlan]:
    """Return the newest plans first."""
    return session.scalars(select(DayPlan).order_by(DayPlan.day.desc(), DayPlan.version.desc()).limit(limit)).all()


def plans_of(session: Session, day: date) -> Sequence[DayPlan]:
    """Return a day's plans, the newest version first."""
    return session.scalars(select(DayPlan).where(DayPlan.day == day).order_by(DayPlan.version.desc())).all()


def plan(session: Session, plan_id: int) -> DayPlan:
    """Return one plan with its rounds and their stops whole; what it left out is read when it is asked for.

    Raises NotFound.
    """
    whole = selectinload(DayPlan.rounds).selectinload(DeliveryRound.stops)
    return _plan(session, plan_id, whole.joinedload(RoundStop.consignment).selectinload(Consignment.items))


def plan_outline(session: Session, plan_id: int) -> DayPlan:
    """Return one plan with its rounds and the places of their stops, without consignments. Raises NotFound."""
    return _plan(session, plan_id, selectinload(DayPlan.rounds).selectinload(DeliveryRound.stops))


def _plan(session: Session, plan_id: int, stops: Any) -> DayPlan:
    options = [
        stops,
        selectinload(DayPlan.rounds).joinedload(DeliveryRound.courier),
        selectinload(DayPlan.rounds).joinedload(DeliveryRound.office),
    ]
    found = session.get(DayPlan, plan_id, options=options)
    if found is None:
        raise NotFound(what=Message("phương án phát"))
    return found


def left_by_commune(session: Session, plan_id: int, *, office_id: int | None = None) -> dict[str | None, int]:
    """Return how many consignments of each commune a plan left out, of those that are an office's or of all."""
    query = select(Consignment.commune_code, func.count()).join(PlanUnserved).where(PlanUnserved.plan_id == plan_id)
    if office_id is not None:
        query = query.where(ownership.is_offices(office_id))
    return {row[0]: row[1] for row in session.execute(query.group_by(Consignment.commune_code))}
