"""Planning a published day again: rounds that left stay as they are, the rest starts from the present plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, object_session, selectinload

from postal.access import ownership
from postal.access.act import Act
from postal.access.audit import note
from postal.access.policy import Action, require_for
from postal.errors import Conflict, NotFound
from postal.models import Courier, DayPlan, DeliveryRound, PlanStatus, PlanUnserved, RoundStatus, RoundStop
from postal.rounds.plans import PlanNotDraft
from postal.rounds.problem import Weights, has_left, planning_problem
from postal.rules.working_days import local_day, local_seconds
from routing import Message, Plan, PlannedRound, Problem, Unserved, Visit, Window

LEAD = timedelta(minutes=10)
"""Nobody leaves sooner after a re-plan: sheets are printed and loads are checked first."""
KEPT_FOR = "kept_for_id"
"""In the detail of a stop that a dispatcher took off its round: the courier it was kept for."""


class NothingPublished(Conflict):
    code = "nothing_published"
    says = Message("Ngày này chưa có phương án công bố để lập lại. Hãy lập phương án mới.")


class RoundHasLeft(Conflict):
    code = "round_has_left"
    says = Message("Chuyến {number} đã xuất phát; điểm dừng của chuyến không đổi được nữa.")


class OtherOffice(Conflict):
    code = "courier_of_another_office"
    says = Message("Bưu tá {courier} thuộc bưu cục khác.")


def replanning_problem(
    session: Session, day: date, *, now: datetime, weights: Weights | None = None
) -> tuple[Problem, Plan]:
    """Return what is still to be planned on ``day`` and the published plan of it, rounds that left excluded.

    On the day itself shifts begin at the earliest in ten minutes. Stops a dispatcher keeps for a courier are locked to
    him while he works. Raises NothingPublished.
    """
    published = session.scalar(
        select(DayPlan)
        .where(DayPlan.day == day, DayPlan.status == PlanStatus.PUBLISHED)
        .options(selectinload(DayPlan.rounds).selectinload(DeliveryRound.stops).joinedload(RoundStop.kept_for))
    )
    if published is None:
        raise NothingPublished
    problem = planning_problem(session, day, now=now, weights=weights, kept_for=_kept(published))
    if day == local_day(now):
        problem = later(problem, _soonest(now))
    return problem, as_plan(published, without=rounds_that_left(session, published.id))


def rounds_that_left(session: Session, plan_id: int) -> set[int]:
    """Return the ids of a plan's rounds that have left or are being loaded."""
    return set(session.scalars(select(DeliveryRound.id).where(DeliveryRound.plan_id == plan_id, has_left())))


def problem_from(
    session: Session, plan_id: int, *, now: datetime, weights: Weights | None = None
) -> tuple[Problem, Plan]:
    """Return the day's problem as it is now, and a draft to begin from. Raises NotFound, PlanNotDraft."""
    draft = session.get(DayPlan, plan_id)
    if draft is None:
        raise NotFound(what=Message("phương án phát"))
    if draft.status is not PlanStatus.DRAFT:
        raise PlanNotDraft
    problem = planning_problem(session, draft.day, now=now, weights=weights, kept_for=_kept(draft))
    return later(problem, leaving_from(draft, now)), as_plan(draft)


def _kept(plan: DayPlan) -> dict[str, str]:
    """Return by its stop's id the courier each kept stop of a plan is for."""
    return {
        str(stop.consignment_id): stop.kept_for.code
        for one in plan.rounds
        for stop in one.stops
        if stop.kept_for is not None
    }


def left_over(session: Session, plan: DayPlan, asked_for: int) -> dict[int, int | None]:
    """Return for whom each stop a plan left over was kept, if for anybody; of the others the one asked for alone."""
    kept_for = PlanUnserved.detail[KEPT_FOR].as_integer()
    query = select(PlanUnserved.consignment_id, kept_for).where(PlanUnserved.plan_id == plan.id)
    wanted = or_(kept_for.is_not(None), PlanUnserved.consignment_id == asked_for)
    return {row[0]: row[1] for row in session.execute(query.where(wanted))}


def kept_by_stop(session: Session, plan: DayPlan, left: Mapping[int, int | None]) -> dict[str, str]:
    """Return the code of the courier each stop is kept for, of a plan's rounds and of what is left over."""
    crew = {one.courier.id: one.courier.code for one in plan.rounds}
    told = [(stop.consignment_id, stop.kept_for_id) for one in plan.rounds for stop in one.stops]
    told += left.items()
    # A stop may be kept for one who has no round: nobody else's is the right one for it then.
    others = {courier for _stop, courier in told if courier is not None} - crew.keys()
    if others:
        crew |= dict(session.execute(select(Courier.id, Courier.code).where(Courier.id.in_(others))).all())
    return {str(stop): crew[courier] for stop, courier in told if courier in crew}


def leaving_from(draft: DayPlan, now: datetime) -> int:
    """Return the second of the day before which no round of a draft leaves; 0 but for one replacing today's plan."""
    is_of_today = draft.figures.get("replaces") is not None and draft.day == local_day(now)
    return _soonest(now) if is_of_today else 0


def _soonest(now: datetime) -> int:
    return local_seconds(now) + LEAD // timedelta(seconds=1)


def later(problem: Problem, from_s: int) -> Problem:
    """Return the problem whose couriers begin no sooner; those whose shift is over by then are left out."""
    couriers = tuple(
        replace(c, shift=Window(from_s=max(c.shift.from_s, from_s), until_s=c.shift.until_s))
        for c in problem.couriers
        if c.shift.until_s > from_s
    )
    return replace(problem, couriers=couriers)


def as_plan(saved: DayPlan, *, without: Collection[int] = ()) -> Plan:
    """Return a saved plan as plain values, ``without`` some of its rounds: those that have left."""
    planned = [r for r in saved.rounds if r.id not in without and r.stops]
    return Plan(
        rounds=tuple(_planned_round(r) for r in planned),
        unserved=tuple(Unserved(stop_id=str(stop), reason=reason) for stop, reason in _left_out(saved)),
        travel_s=sum(r.travel_s for r in planned),
        cost=saved.cost,
        travel_source=saved.travel_source,
        degraded=saved.degraded,
        seconds=0.0,
    )


def _left_out(saved: DayPlan) -> Iterable[tuple[int, str]]:
    """Return what a plan left out and why, read as values alone: it may be thousands of stops."""
    session = object_session(saved)
    if session is None:
        return [(one.consignment_id, one.reason) for one in saved.unserved]
    query = select(PlanUnserved.consignment_id, PlanUnserved.reason).where(PlanUnserved.plan_id == saved.id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(PlanUnserved.id))]


def _planned_round(one: DeliveryRound) -> PlannedRound:
    return PlannedRound(
        courier_id=one.courier.code,
        office_id=one.office.code,
        leave_at_s=one.leave_at_s,
        back_at_s=one.back_at_s,
        travel_s=one.travel_s,
        travel_m=one.travel_m,
        visits=tuple(
            Visit(stop_id=str(s.consignment_id), arrive_s=s.arrive_s, start_s=s.start_s, leave_s=s.leave_s)
            for s in one.stops
        ),
    )


def keep_stop(act: Act, stop_id: int, courier_code: str | None) -> RoundStop:
    """Keep a stop of a round that has not left for a courier of its office; None lets the planner decide again.

    It takes effect when the day is planned again. Raises NotFound, RoundHasLeft, OtherOffice.
    """
    stop = act.session.get(RoundStop, stop_id, options=[joinedload(RoundStop.round)])
    if stop is None:
        raise NotFound(what=Message("điểm dừng"))
    require_for(act.by, Action.PLAN, ownership.subject_of_round(stop.round))
    if stop.round.status is not RoundStatus.PLANNED or stop.round.plan.status is not PlanStatus.PUBLISHED:
        raise RoundHasLeft(number=stop.round.number)
    chosen = None
    if courier_code:
        chosen = act.session.scalar(select(Courier).where(Courier.code == courier_code, Courier.is_active))
        if chosen is None:
            raise NotFound(what=Message("bưu tá"))
        if chosen.office_id != stop.round.office_id:
            raise OtherOffice(courier=chosen.code)
    stop.kept_for = chosen
    note(act, "keep_stop", "consignment", stop.consignment_id)
    act.session.flush()
    return stop
