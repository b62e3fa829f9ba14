"""Couriers on shift without a round, the round such a one gets on the spot, and the end of one that stayed empty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from postal.access import audit
from postal.access.act import Act
from postal.errors import Conflict, NotFound
from postal.models import Courier, DayPlan, DeliveryRound, Handover, PlanStatus, RoundStatus, RoundStop, StopMove
from postal.rounds.day_orders import called_in, orders_of, who_left
from postal.rounds.execution import RoundNotPublished, hold_rounds
from postal.rounds.problem import working_couriers
from postal.rounds.sheets import sheets_out
from routing import Message


class NotSpare(Conflict):
    code = "courier_not_spare"
    says = Message("Bưu tá {courier} hôm đó không đi làm, hoặc đã có chuyến.")


class RoundNotEmpty(Conflict):
    code = "round_not_empty"
    says = Message("Chuyến {number} không trống: có điểm dừng, biên bản hay phiếu còn mở. Đếm rồi khép chuyến.")


def spare_couriers(session: Session, plan: DayPlan) -> list[Courier]:
    """Return who works on a plan's day without a round of it or of the day's published plan, by code."""
    busy = {one.courier_id for one in plan.rounds}
    if plan.status is not PlanStatus.PUBLISHED:  # what has left stays out whatever replaces its plan
        busy |= who_left(session, plan.day)
    lent = called_in(orders_of(session, plan.day))
    return [one for one in working_couriers(session, plan.day, called_in=lent) if one.id not in busy]


def spare_courier(session: Session, plan: DayPlan, code: str) -> Courier:
    """Return a courier of `spare_couriers` by code. Raises NotSpare."""
    found = next((one for one in spare_couriers(session, plan) if one.code == code), None)
    if found is None:
        raise NotSpare(courier=code)
    return found


def empty_round(plan: DayPlan, courier: Courier, *, leave_at_s: int) -> DeliveryRound:
    """Return a round without a stop that no session keeps and that has no number, for judging what it would be."""
    made = _round(plan, courier, leave_at_s)
    # Who changes before that day is a copy that no session may keep either.
    set_committed_value(made, "courier", courier)
    set_committed_value(made, "office", courier.office)
    return made


def add_round(
    session: Session, plan: DayPlan, code: str, *, leave_at_s: int, started_at: datetime | None = None
) -> DeliveryRound:
    """Give a spare courier an empty round of a plan, with a number that no round of the published plan bears either.

    ``started_at`` is when its courier leaves, for one who leaves at once: nobody does for a plan that is not, or no
    longer, the published one. Of two at once the second waits for the plan's row. Raises NotSpare, RoundNotPublished.
    """
    session.get(DayPlan, plan.id, with_for_update={"key_share": True}, populate_existing=True)
    if started_at is not None and plan.status is not PlanStatus.PUBLISHED:
        raise RoundNotPublished
    session.expire(plan, ["rounds"])
    made = _round(plan, spare_courier(session, plan, code), leave_at_s)
    if started_at is not None:
        made.status, made.started_at = RoundStatus.STARTED, started_at
    is_published = (DayPlan.status == PlanStatus.PUBLISHED) & (DayPlan.day == plan.day)
    numbers = select(func.max(DeliveryRound.number)).join(DayPlan).where((DayPlan.id == plan.id) | is_published)
    made.number = (session.scalar(numbers) or 0) + 1
    session.add(made)
    session.flush()
    session.expire(plan, ["rounds"])
    return made


def is_empty(session: Session, round_id: int) -> bool:
    """Say whether nothing is on a round, nothing was counted onto it, and nothing is on its way to it."""
    on_it = (
        select(RoundStop.id).where(RoundStop.round_id == round_id),
        select(Handover.id).where(Handover.round_id == round_id),
        select(StopMove.id).where(StopMove.to_round_id == round_id, StopMove.ended_at.is_(None)),
    )
    return not any(session.scalar(query.limit(1)) for query in on_it) and not sheets_out(session, round_id)


def withdraw_round(act: Act, round_id: int) -> DeliveryRound:
    """Close a round of the published plan that is empty: nobody counts what never was. Return it.

    Raises NotFound, RoundNotPublished, RoundNotEmpty, which a round that is closed already is as well.
    """
    if act.session.get(DeliveryRound, round_id) is None:
        raise NotFound(what=Message("chuyến phát"))
    hold_rounds(act.session, [round_id])
    found = act.session.get_one(DeliveryRound, round_id)
    if found.plan.status is not PlanStatus.PUBLISHED:
        raise RoundNotPublished
    if found.status is RoundStatus.CLOSED or not is_empty(act.session, round_id):
        raise RoundNotEmpty(number=found.number)
    found.status, found.closed_at = RoundStatus.CLOSED, act.now
    audit.note(act, "withdraw_round", "round", round_id, number=found.number)
    act.session.flush()
    return found


def _round(plan: DayPlan, courier: Courier, leave_at_s: int) -> DeliveryRound:
    return DeliveryRound(
        plan_id=plan.id,
        courier_id=courier.id,
        office_id=courier.office_id,
        status=RoundStatus.PLANNED,
        leave_at_s=leave_at_s,
        back_at_s=leave_at_s,
        travel_s=0,
        travel_m=0,
        stops=[],
    )


def drop_round(session: Session, round_id: int) -> None:
    """Take back a round of a draft that `add_round` made, with whatever stops stand on it."""
    made = session.get_one(DeliveryRound, round_id)
    for stop in session.scalars(select(RoundStop).where(RoundStop.round_id == round_id)):
        session.delete(stop)
    session.flush()
    session.delete(made)
    session.flush()
