"""What people and the operator see of jobs: one job's progress, the wish to stop it, and how the table stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from postal.errors import NotFound
from postal.jobs.table import CLOCK_SET_BACK, n_changed
from postal.models import Job, JobState
from routing import Message

FORGET_AFTER = timedelta(days=14)
_OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, kw_only=True)
class JobCounts:
    """How the table stands. ``oldest_due_at`` is the run time of the longest waiting due job."""

    n_waiting: int
    n_running: int
    n_failed: int
    oldest_due_at: datetime | None


def find_job(session: Session, job_id: int, *, kinds: Sequence[str]) -> Job:
    """Return one job of these kinds. Raises NotFound, also for a job of another kind."""
    job = session.get(Job, job_id)
    if job is None or job.kind not in kinds:
        raise NotFound(what=Message("việc nền"))
    return job


def is_open(job: Job) -> bool:
    """Return whether the job waits or runs."""
    return job.state in _OPEN


def open_jobs(session: Session, kinds: Sequence[str]) -> Sequence[Job]:
    """Return the jobs of these kinds that wait or run, oldest first."""
    query = select(Job).where(Job.kind.in_(kinds), Job.state.in_(_OPEN))
    return session.scalars(query.order_by(Job.id)).all()


def ask_stop(session: Session, job_id: int, *, kinds: Sequence[str], now: datetime) -> Job:
    """Ask a job to stop: one that runs ends with what it has, one that waits is struck off. Raises NotFound."""
    job = find_job(session, job_id, kinds=kinds)
    waits = update(Job).where(Job.id == job_id, Job.state == JobState.WAITING, Job.n_attempts == 0)
    ended = {"state": JobState.FAILED, "error_code": "stopped", "finished_at": now, "dedupe_key": None}
    if n_changed(session, waits.values(**ended)) == 0:
        n_changed(session, update(Job).where(Job.id == job_id, Job.state.in_(_OPEN)).values(is_stop_asked=True))
    session.refresh(job)
    return job


def stops_asked(session: Session, job_ids: Sequence[int]) -> set[int]:
    """Return which of these running jobs somebody wants to stop."""
    return set(session.scalars(select(Job.id).where(Job.id.in_(job_ids), Job.is_stop_asked)))


def counts(session: Session, *, now: datetime) -> JobCounts:
    """Count what waits, runs and failed."""
    by_state = {row[0]: row[1] for row in session.execute(select(Job.state, func.count()).group_by(Job.state))}
    is_due = and_(Job.state == JobState.WAITING, or_(Job.run_at <= now, Job.queued_at > now + CLOCK_SET_BACK))
    is_silent = and_(Job.state == JobState.RUNNING, Job.leased_until <= now)
    return JobCounts(
        n_waiting=by_state.get(JobState.WAITING, 0),
        n_running=by_state.get(JobState.RUNNING, 0),
        n_failed=by_state.get(JobState.FAILED, 0),
        oldest_due_at=session.scalar(select(func.min(Job.run_at)).where(or_(is_due, is_silent))),
    )


def forget_ended(session: Session, *, now: datetime) -> int:
    """Delete jobs that ended more than two weeks ago; return how many."""
    is_old = and_(Job.state.not_in(_OPEN), Job.finished_at < now - FORGET_AFTER)
    return n_changed(session, delete(Job).where(is_old))
