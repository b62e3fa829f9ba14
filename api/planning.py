"""Planning a day: read the problem, think without the database, write the checked plan."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from api.wiring import Services
from postal import Actor, PostalError, rounds
from routing import Limits, Plan, Problem, Progress, RoutingError, plan, replan

LOG = logging.getLogger(__name__)
EVERY_S = 1.0
"""So often the page of a running plan learns something new."""
_BROKE = "Lập phương án bị lỗi; nhật ký của máy chủ có chi tiết. Lập lại."


@dataclass(frozen=True)
class Watch:
    """Who looks on while a plan is made, and may stop it."""

    on_progress: Callable[[Progress], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)


def make_plan(services: Services, day: date, *, seconds: float, by: Actor, watch: Watch | None = None) -> int:
    """Plan all offices of a day and save the plan as a draft; return its id.

    Nothing is locked while the solver thinks: `save_plan` checks again what was read.
    """
    with services.database.read() as session:
        problem = rounds.planning_problem(session, day, now=services.now(), weights=weights(services))
    return _planned(services, problem, None, seconds=seconds, by=by, watch=watch)


def plan_on(services: Services, plan_id: int, *, seconds: float, by: Actor, watch: Watch | None = None) -> int:
    """Plan a draft's day again from where the draft stands, orders given since included; return the new draft's id."""
    with services.database.read() as session:
        problem, before = rounds.problem_from(session, plan_id, now=services.now(), weights=weights(services))
    return _planned(services, problem, before, seconds=seconds, by=by, watch=watch)


def replan_day(services: Services, day: date, *, seconds: float, by: Actor, watch: Watch | None = None) -> int:
    """Plan what has not left of a published day again, with few stops changing hands; return the draft's id.

    Raises NothingPublished, and what `save_plan` raises.
    """
    watch = watch or Watch()
    with services.database.read() as session:
        problem, before = rounds.replanning_problem(session, day, now=services.now(), weights=weights(services))
    made = replan(
        problem,
        before,
        travel=services.travel,
        fallback=services.estimate,
        limits=_limits(services, seconds),
        on_progress=watch.on_progress,
        stop=watch.stop,
    )
    return _saved(services, problem, made, by)


def start_run(
    services: Services, day: date, make: Callable[[Watch], int], *, seconds: int, by: Actor, beside: int | None = None
) -> int:
    """Make a plan in the background and return its run's id at once; the row tells how far. Raises PlanRunning."""
    with services.acting(by) as act:
        run = rounds.begin_run(act, day, seconds=seconds, beside=beside)
        run_id = run.id
    threading.Thread(target=_run, args=(services, run_id, make), name=f"plan-run-{run_id}", daemon=True).start()
    return run_id


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


def _planned(
    services: Services, problem: Problem, before: Plan | None, *, seconds: float, by: Actor, watch: Watch | None
) -> int:
    watch = watch or Watch()
    made = plan(
        problem,
        travel=services.travel,
        fallback=services.estimate,
        limits=_limits(services, seconds),
        on_progress=watch.on_progress,
        stop=watch.stop,
        before=before,
    )
    return _saved(services, problem, made, by)


def _saved(services: Services, problem: Problem, made: Plan, by: Actor) -> int:
    with services.acting(by) as act:
        return rounds.save_plan(act, problem.day, problem, made).id


def _limits(services: Services, seconds: float) -> Limits:
    settings = services.settings
    return Limits(seconds=seconds, cores=settings.plan_cores, memory_mb=settings.plan_memory_mb)


def _run(services: Services, run_id: int, make: Callable[[Watch], int]) -> None:
    """Make the plan in a thread of its own and write down once a second how far it is."""
    lines: list[Progress] = []
    ended: dict[str, int | str] = {}
    watch = Watch(on_progress=lambda line: lines.__setitem__(slice(None), [line]))

    def work() -> None:
        try:
            ended["plan_id"] = make(watch)
        except PostalError as refusal:
            ended["refusal"] = refusal.sentence("vi")
        except RoutingError as refusal:
            ended["refusal"] = refusal.vi
        except Exception:
            LOG.exception("a planning run broke")
            ended["refusal"] = _BROKE

    working = threading.Thread(target=work, daemon=True)
    working.start()
    while working.is_alive():
        working.join(EVERY_S)
        told = {name: getattr(lines[0], name) for name in Progress.__slots__} if lines else {}
        with services.database.write() as session:
            if rounds.note_progress(session, run_id, told, now=services.now()):
                watch.stop.set()
    with services.database.write() as session:
        rounds.end_run(
            session,
            run_id,
            plan_id=ended.get("plan_id"),  # type: ignore[arg-type]
            refusal=ended.get("refusal"),  # type: ignore[arg-type]
            now=services.now(),
        )
