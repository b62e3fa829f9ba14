"""Keeping plans: every version of a day, one published winner."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from postal.errors import Conflict, NotFound
from postal.models import (
    Courier,
    Coverage,
    DayPlan,
    DeliveryRound,
    Office,
    PlanStatus,
    PlanUnserved,
    RoundStatus,
    RoundStop,
)
from postal.rounds.problem import ready_consignments, why_not_today
from routing import Plan, PlannedRound, Problem


class PlanOutdated(Conflict):
    code = "plan_outdated"
    vi = "Trong lúc lập phương án, có bưu gửi đã đổi trạng thái. Lập lại phương án."
    en = "While the plan was made, an item changed. Plan again."
    is_retryable = True


class PlanNotDraft(Conflict):
    code = "plan_not_draft"
    vi = "Phương án này đã được công bố hoặc đã bị thay."
    en = "This plan was published or replaced before."


class DayHasStarted(Conflict):
    code = "day_has_started"
    vi = "Đã có chuyến đi phát theo phương án đang công bố; không thay được cả ngày."
    en = "A round of the published plan has left; the whole day can no longer be replaced."


def save_plan(
    session: Session, day: date, problem: Problem, plan: Plan, *, user_id: int | None, now: datetime
) -> DayPlan:
    """Save a checked plan as the day's next draft; rounds are numbered by office and courier.

    What was read before planning is looked at again: raises PlanOutdated where a planned item moved on.
    """
    ready = {consignment.id: consignment for consignment in ready_consignments(session)}
    planned = {int(visit.stop_id) for r in plan.rounds for visit in r.visits}
    if not planned <= ready.keys():
        raise PlanOutdated
    n_visits = sum(len(r.visits) for r in plan.rounds)
    saved = DayPlan(
        day=day,
        version=(session.scalar(select(func.max(DayPlan.version)).where(DayPlan.day == day)) or 0) + 1,
        status=PlanStatus.DRAFT,
        made_at=now,
        made_by_id=user_id,
        travel_source=plan.travel_source,
        degraded=plan.degraded,
        travel_s=plan.travel_s,
        cost=plan.cost,
        figures={"n_rounds": len(plan.rounds), "n_stops": n_visits, "seconds": round(plan.seconds, 1)},
    )
    session.add(saved)
    session.flush()
    _save_rounds(session, saved, plan)
    _save_unserved(session, saved, problem, plan, day)
    saved.figures = saved.figures | {"n_unserved": len(saved.unserved)}
    session.flush()
    return saved


def publish_plan(session: Session, plan_id: int, *, user_id: int | None, now: datetime) -> DayPlan:
    """Make a draft the day's one published plan; the one before is superseded.

    Raises NotFound, PlanNotDraft, DayHasStarted. Of two at once exactly one wins.
    """
    plan = session.get(DayPlan, plan_id)
    if plan is None:
        raise NotFound(what="phương án phát")
    same_day = select(DayPlan.id).where(DayPlan.day == plan.day, DayPlan.status == PlanStatus.PUBLISHED)
    gone = select(DeliveryRound.id).where(
        DeliveryRound.plan_id.in_(same_day), DeliveryRound.status != RoundStatus.PLANNED
    )
    if session.scalar(gone.limit(1)) is not None:
        raise DayHasStarted
    try:
        with session.begin_nested():
            session.execute(
                update(DayPlan)
                .where(DayPlan.day == plan.day, DayPlan.status == PlanStatus.PUBLISHED)
                .values(status=PlanStatus.SUPERSEDED)
            )
            won = session.execute(
                update(DayPlan)
                .where(DayPlan.id == plan_id, DayPlan.status == PlanStatus.DRAFT)
                .values(status=PlanStatus.PUBLISHED, published_at=now)
            )
            if won.rowcount != 1:  # type: ignore[attr-defined]
                raise PlanNotDraft
    except IntegrityError as exc:  # the unique index on the day's published plan: somebody was first
        raise PlanNotDraft from exc
    session.refresh(plan)
    return plan


def _save_rounds(session: Session, saved: DayPlan, plan: Plan) -> None:
    couriers = {c.code: c for c in session.scalars(select(Courier))}
    offices = {o.code: o.id for o in session.scalars(select(Office))}
    walked = [r for r in plan.rounds if r.visits]
    for number, planned in enumerate(sorted(walked, key=lambda r: (r.office_id, r.courier_id)), start=1):
        delivery_round = _round(saved, number, planned, couriers[planned.courier_id].id, offices[planned.office_id])
        session.add(delivery_round)
    session.flush()
    session.refresh(saved)


def _round(saved: DayPlan, number: int, planned: PlannedRound, courier_id: int, office_id: int) -> DeliveryRound:
    return DeliveryRound(
        plan_id=saved.id,
        number=number,
        courier_id=courier_id,
        office_id=office_id,
        leave_at_s=planned.leave_at_s,
        back_at_s=planned.back_at_s,
        travel_s=planned.travel_s,
        travel_m=planned.travel_m,
        stops=[
            RoundStop(
                position=position,
                consignment_id=int(visit.stop_id),
                arrive_s=visit.arrive_s,
                start_s=visit.start_s,
                leave_s=visit.leave_s,
            )
            for position, visit in enumerate(planned.visits, start=1)
        ],
    )


def _save_unserved(session: Session, saved: DayPlan, problem: Problem, plan: Plan, day: date) -> None:
    coverage = {row.commune_code: row for row in session.scalars(select(Coverage).options(joinedload(Coverage.office)))}
    left_over = [
        PlanUnserved(plan_id=saved.id, consignment_id=int(u.stop_id), reason=u.reason, detail=dict(u.remedy))
        for u in plan.unserved
    ]
    in_problem = {int(stop.stop_id) for stop in problem.stops}
    for consignment in ready_consignments(session):
        why = why_not_today(consignment, coverage, day)
        if why is not None and consignment.id not in in_problem:
            left_over.append(
                PlanUnserved(plan_id=saved.id, consignment_id=consignment.id, reason=why.reason, detail=why.detail)
            )
    session.add_all(left_over)
    session.flush()
    session.refresh(saved)
