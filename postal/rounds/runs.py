"""A press of the planning button that takes its time: how far it is, who may stop it, and what it ended in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.errors import Conflict, NotFound
from postal.models import PlanRun

SILENT_FOR = timedelta(seconds=30)
"""A run nobody has heard of for so long has died with its process."""


class PlanRunning(Conflict):
    code = "plan_running"
    vi = "Ngày này đang được lập phương án. Chờ xong, hoặc dừng lần lập đó để lấy phương án tốt nhất đang có."
    en = "That day is being planned. Wait for it, or stop it to keep the best plan it has."
    is_retryable = True


def begin_run(act: Act, day: date, *, seconds: int, beside: int | None = None) -> PlanRun:
    """Note that a day is being planned; ``beside`` is the plan the result will be compared with. Raises PlanRunning."""
    newest = act.session.scalar(select(PlanRun).where(PlanRun.day == day).order_by(PlanRun.id.desc()).limit(1))
    if newest is not None and is_running(newest, now=act.now):
        raise PlanRunning
    run = PlanRun(
        day=day,
        seconds=seconds,
        started_at=act.now,
        seen_at=act.now,
        asked_by_id=act.by.user_id,
        progress={"beside": beside},
    )
    act.session.add(run)
    act.session.flush()
    return run


def plan_run(session: Session, run_id: int) -> PlanRun:
    """Return one run. Raises NotFound."""
    run = session.get(PlanRun, run_id)
    if run is None:
        raise NotFound(what="lần lập phương án")
    return run


def note_progress(session: Session, run_id: int, progress: dict[str, Any], *, now: datetime) -> bool:
    """Note how far a run is; return whether somebody wants it to stop."""
    run = plan_run(session, run_id)
    run.progress, run.seen_at = run.progress | progress, now
    return run.is_stop_asked


def end_run(session: Session, run_id: int, *, plan_id: int | None, refusal: str | None, now: datetime) -> None:
    """Note the draft a run made, or the sentence it was refused with."""
    run = plan_run(session, run_id)
    run.plan_id, run.refusal, run.seen_at = plan_id, refusal and refusal[:200], now


def ask_stop(session: Session, run_id: int) -> PlanRun:
    """Ask a run to stop and keep the best plan it has. Raises NotFound."""
    run = plan_run(session, run_id)
    run.is_stop_asked = True
    return run


def is_running(run: PlanRun, *, now: datetime) -> bool:
    """Return whether a run has not ended and was heard of lately."""
    return run.plan_id is None and run.refusal is None and now - run.seen_at < SILENT_FOR
