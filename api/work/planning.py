"""Planning a day as a job: read the problem, think without the database, write the checked plan under the lease."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from api.wiring import Services
from api.work.curve import Curve
from postal import Act, Action, Actor, Conflict, InvalidInput, PostalError, Session, models, require_for, rounds
from postal.access import ownership
from postal.jobs import NewJob, Refused, Run, enqueue, open_jobs
from postal.rules import local_day
from routing import Limits, Message, Plan, Problem, Progress, RoutingError, Watch, plan, replan

KIND = "plan_day"
_FAR_DAYS = 1_500


class PlanRunning(Conflict):
    code = "plan_running"
    says = Message(
        "Ngày này đang được lập phương án. Chờ xong, hoặc dừng lần lập đó để lấy phương án tốt nhất đang có."
    )
    is_retryable = True


class Way(StrEnum):
    """How a day is planned: from nothing, on from a draft, or what has not left of the published plan."""

    ANEW = "anew"
    ON = "on"
    AGAIN = "again"


def order_plan(act: Act, day: date, way: Way, *, seconds: float, plan_id: int | None = None) -> models.Job:
    """Queue the planning of a day; ``plan_id`` is the draft to go on from, or the plan to compare with.

    Raises PlanRunning while another run of the day waits or runs, InvalidInput for a day years away, Forbidden
    for who is bound to one office of several: a day is planned for all of them.
    """
    require_for(act.by, Action.PLAN, *ownership.subjects_of_day(act.session))
    if abs((day - local_day(act.now)).days) > _FAR_DAYS:
        raise InvalidInput(field=Message("Ngày"))
    payload = {"day": day.isoformat(), "way": str(way), "seconds": seconds, "plan_id": plan_id}
    if any(job.payload.get("day") == payload["day"] for job in open_jobs(act.session, [KIND])):
        raise PlanRunning
    new = NewJob(kind=KIND, payload=payload, dedupe_key=f"plan:{day}", asked_by_id=act.by.user_id)
    job = enqueue(act.session, new, now=act.now)
    if job.payload != payload:  # a rival's order came between our look and our insert
        raise PlanRunning
    return job


def plan_work(services: Services, actor_of: Callable[[Session, Run], Actor]) -> Callable[[Run], dict[str, int]]:
    """Return the work of a planning job; its result names the draft."""

    def work(run: Run) -> dict[str, int]:
        try:
            problem, made = _made(services, run)
            run.check()  # a worker that stops saves nothing: another one plans the day to its end
            with run.write() as session:
                act = Act(session, actor_of(session, run), run.now())
                base_id = run.payload["plan_id"] if run.payload["way"] == Way.ON else None
                return {"plan_id": rounds.save_plan(act, problem.day, problem, made, base_id=base_id).id}
        except PostalError as refusal:
            if refusal.code == "job_lease_lost":
                raise
            raise Refused(refusal.code, refusal.message) from refusal
        except RoutingError as refusal:
            raise Refused(refusal.code, refusal.message) from refusal

    return work


def weights(services: Services) -> rounds.Weights:
    """Return what the installation wants of its plans."""
    settings = services.settings
    return rounds.Weights(
        courier_cost_s=settings.plan_courier_cost_s,
        unfamiliar_s=settings.plan_unfamiliar_s,
        fair_load=settings.plan_fair_load,
        fair_round_s=settings.plan_fair_round_s,
        lateness_per_day_s=settings.plan_lateness_s,
        permissions={str(what): skill for what, skill in settings.plan_permissions.items()},
    )


def _made(services: Services, run: Run) -> tuple[Problem, Plan]:
    """Read the problem and think; nothing is locked meanwhile, and `save_plan` checks again what was read."""
    order, wishes = run.payload, weights(services)
    day, way, before = date.fromisoformat(order["day"]), Way(order["way"]), None
    with services.database.read() as session:
        if way is Way.ANEW:
            problem = rounds.planning_problem(session, day, now=run.now(), weights=wishes)
        elif way is Way.ON:
            problem, before = rounds.problem_from(session, order["plan_id"], now=run.now(), weights=wishes)
        else:
            problem, before = rounds.replanning_problem(session, day, now=run.now(), weights=wishes)

    curve = Curve()

    def on_progress(line: Progress) -> None:
        curve.add(line)
        run.report({name: getattr(line, name) for name in Progress.__slots__} | {"curve": curve.points})

    settings = services.settings
    limits = Limits(
        seconds=order["seconds"],
        cores=settings.plan_cores,
        memory_mb=settings.plan_memory_mb,
        search=settings.plan_search,
    )
    watch, travel, fallback = Watch(on_progress, run.stop), services.travel, services.estimate
    if way is Way.AGAIN:
        assert before is not None
        return problem, replan(problem, before, travel=travel, fallback=fallback, limits=limits, watch=watch)
    return problem, plan(problem, travel=travel, fallback=fallback, limits=limits, watch=watch, before=before)
