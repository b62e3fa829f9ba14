"""Planning a day: read the problem, think without the database, write the checked plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from api.wiring import Services
from postal import rounds
from routing import Limits, plan, replan


def make_plan(
    services: Services,
    day: date,
    *,
    seconds: float,
    user_id: int | None,
    on_progress: Callable[[Any], None] | None = None,
) -> int:
    """Plan all offices of a day and save the plan as a draft; return its id.

    Nothing is locked while the solver thinks: `save_plan` checks again what was read.
    """
    settings = services.settings
    limits = Limits(seconds=seconds, cores=settings.plan_cores, memory_mb=settings.plan_memory_mb)
    with services.database.read() as session:
        problem = rounds.planning_problem(session, day, now=services.now(), weights=weights(services))
    made = plan(problem, travel=services.travel, fallback=services.estimate, limits=limits, on_progress=on_progress)
    with services.database.write() as session:
        return rounds.save_plan(session, day, problem, made, user_id=user_id, now=services.now()).id


def replan_day(
    services: Services,
    day: date,
    *,
    seconds: float,
    user_id: int | None,
    on_progress: Callable[[Any], None] | None = None,
) -> int:
    """Plan what has not left of a published day again, with few stops changing hands; return the draft's id.

    Raises NothingPublished, and what `save_plan` raises.
    """
    settings = services.settings
    limits = Limits(seconds=seconds, cores=settings.plan_cores, memory_mb=settings.plan_memory_mb)
    with services.database.read() as session:
        problem, before = rounds.replanning_problem(session, day, now=services.now(), weights=weights(services))
    made = replan(
        problem, before, travel=services.travel, fallback=services.estimate, limits=limits, on_progress=on_progress
    )
    with services.database.write() as session:
        return rounds.save_plan(session, day, problem, made, user_id=user_id, now=services.now()).id


def weights(services: Services) -> rounds.Weights:
    """Return what the installation wants of its plans."""
    settings = services.settings
    return rounds.Weights(
        courier_cost_s=settings.plan_courier_cost_s,
        unfamiliar_s=settings.plan_unfamiliar_s,
        fair_load=settings.plan_fair_load,
        fair_round_s=settings.plan_fair_round_s,
        lateness_per_day_s=settings.plan_lateness_s,
        permissions=dict(settings.plan_permissions),
    )
