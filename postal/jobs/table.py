"""The table of durable work: queued in the caller's transaction, claimed under a lease and a fence, never lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.errors import Conflict, InvalidInput
from postal.models import Job, JobState

# What a dead worker held is taken over at most this long after its last sign of life.
LEASE = timedelta(seconds=25)
# Waits before the 2nd to the 6th attempt.
WAITS_S = (10, 60, 300, 1_800, 7_200)
MAX_ATTEMPTS = len(WAITS_S) + 1
KEPT_FOR = timedelta(days=14)
_OPEN = (JobState.WAITING, JobState.RUNNING)


class LeaseLost(Conflict):
    """This worker slept past its lease and another took the job: nothing it still wants to write may count."""

    code = "job_lease_lost"
    vi = "Việc nền đã được tiến trình khác nhận."
    en = "Another process has taken over the job."


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """The right to run one job until its lease ends; ``fence`` grows with every claim."""

    job_id: int
    kind: str
    fence: int
    n_attempts: int
    payload: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<Ticket {self.job_id} {self.kind}>"


@dataclass(frozen=True, kw_only=True)
class JobCounts:
    """How the table stands. ``oldest_due_at`` is the run time of the longest waiting due job."""

    n_waiting: int
    n_running: int
    n_failed: int
    oldest_due_at: datetime | None


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any] | None = None,
    *,
    run_at: datetime,
    dedupe_key: str | None = None,
    now: datetime | None = None,
) -> Job:
    """Queue work in the caller's transaction: it exists exactly if the rest of the transaction does.

    ``payload`` holds identifiers only, never people's data. While an unfinished job holds ``dedupe_key``
    that one is returned instead. Raises InvalidInput for a name or key too long.
    """
    if not 0 < len(kind) <= 60 or (dedupe_key is not None and not 0 < len(dedupe_key) <= 120):
        raise InvalidInput(field="kind")
    if dedupe_key is not None and (known := _with_key(session, dedupe_key)) is not None:
        return known
    job = Job(kind=kind, payload=dict(payload or {}), run_at=run_at, dedupe_key=dedupe_key, queued_at=now or run_at)
    try:
        with session.begin_nested():
            session.add(job)
            session.flush()
    except IntegrityError:  # a rival queued the same work between our look and our insert
        known = _with_key(session, dedupe_key or "")
        if known is None:
            raise
        return known
    return job


def claim_due(session: Session, *, now: datetime, n: int, kinds: Collection[str]) -> list[Ticket]:
    """Claim up to ``n`` jobs of these kinds whose time has come or whose worker went silent, oldest first."""
    query = select(Job.id).where(_is_claimable(now), Job.kind.in_(kinds)).order_by(Job.run_at, Job.id).limit(n)
    return _claim(session, list(session.scalars(query)), now) if n > 0 else []


def has_due(session: Session, *, now: datetime, kinds: Collection[str]) -> bool:
    """Say whether anything of these kinds could be claimed."""
    return session.scalar(select(Job.id).where(_is_claimable(now), Job.kind.in_(kinds)).limit(1)) is not None


def claim_one(session: Session, job_id: int, *, now: datetime) -> Ticket | None:
    """Claim one job by its id; None where it is done, not due, or somebody else's."""
    return next(iter(_claim(session, [job_id], now)), None)


def hold(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """Prolong the lease; in a writing transaction this makes everything else in it count only while it is ours.

    Raises LeaseLost.
    """
    mine = update(Job).where(Job.id == ticket.job_id, Job.fence == ticket.fence, Job.state == JobState.RUNNING)
    if _n_changed(session, mine.values(leased_until=now + LEASE)) != 1:
        raise LeaseLost(job_id=ticket.job_id)


def finish(session: Session, ticket: Ticket, *, now: datetime, again_at: datetime | None = None) -> bool:
    """Note the job as done, or as waiting for ``again_at`` where it recurs; False where the lease was lost."""
    if again_at is None:
        values = {"state": JobState.DONE, "finished_at": now, "dedupe_key": None, "leased_until": None}
    else:
        values = {"state": JobState.WAITING, "run_at": again_at, "n_attempts": 0, "finished_at": now,
                  "leased_until": None}  # fmt: skip
    mine = update(Job).where(Job.id == ticket.job_id, Job.fence == ticket.fence, Job.state == JobState.RUNNING)
    return _n_changed(session, mine.values(**values, error_code=None)) == 1


def fail(
    session: Session, ticket: Ticket, error_code: str, *, now: datetime, again_at: datetime | None = None
) -> JobState | None:
    """Let the job wait for its next attempt, or give it up after the last; None where the lease was lost.

    A recurring job (``again_at`` given) is never given up: it goes on at its own time.
    """
    values: dict[str, Any] = {"error_code": error_code[:60], "leased_until": None}
    if ticket.n_attempts < MAX_ATTEMPTS:
        wait = timedelta(seconds=WAITS_S[ticket.n_attempts - 1])
        values |= {"state": JobState.WAITING, "run_at": min(now + wait, again_at) if again_at else now + wait}
    elif again_at is not None:
        values |= {"state": JobState.WAITING, "run_at": again_at, "n_attempts": 0}
    else:
        values |= {"state": JobState.FAILED, "finished_at": now, "dedupe_key": None}
    mine = update(Job).where(Job.id == ticket.job_id, Job.fence == ticket.fence, Job.state == JobState.RUNNING)
    return JobState(values["state"]) if _n_changed(session, mine.values(**values)) == 1 else None


def offer_due(session: Session, *, now: datetime, n: int = 500, for_s: int = 60) -> list[int]:
    """Return the ids of due jobs nobody was told of lately, and note that they are told of now.

    For brokers: a message that gets lost is made up for after ``for_s`` seconds.
    """
    is_offered = and_(Job.state == JobState.WAITING, Job.leased_until > now)
    query = select(Job.id).where(_is_claimable(now), ~func.coalesce(is_offered, False))
    ids = list(session.scalars(query.order_by(Job.run_at, Job.id).limit(n)))
    offered = (
        update(Job)
        .where(Job.id.in_(ids), Job.state == JobState.WAITING)
        .values(leased_until=now + timedelta(seconds=for_s))
    )
    _n_changed(session, offered)
    return ids


def counts(session: Session, *, now: datetime) -> JobCounts:
    """Count what waits, runs and failed."""
    by_state = {row[0]: row[1] for row in session.execute(select(Job.state, func.count()).group_by(Job.state))}
    oldest = session.scalar(select(func.min(Job.run_at)).where(_is_claimable(now)))
    return JobCounts(
        n_waiting=by_state.get(JobState.WAITING, 0),
        n_running=by_state.get(JobState.RUNNING, 0),
        n_failed=by_state.get(JobState.FAILED, 0),
        oldest_due_at=oldest,
    )


def forget_ended(session: Session, *, now: datetime) -> int:
    """Delete jobs that ended more than two weeks ago; return how many."""
    is_old = and_(Job.state.not_in(_OPEN), Job.finished_at < now - KEPT_FOR)
    done = session.execute(delete(Job).where(is_old).execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _is_claimable(now: datetime) -> ColumnElement[bool]:
    is_due = and_(Job.state == JobState.WAITING, Job.run_at <= now)
    is_abandoned = and_(Job.state == JobState.RUNNING, Job.leased_until <= now)
    return or_(is_due, is_abandoned)


def _claim(session: Session, ids: list[int], now: datetime) -> list[Ticket]:
    if not ids:
        return []
    # A job whose worker died at every attempt would take the next one down as well.
    worn_out = update(Job).where(Job.id.in_(ids), Job.state == JobState.RUNNING, Job.n_attempts >= MAX_ATTEMPTS)
    gave_up = {"state": JobState.FAILED, "error_code": "worker_died", "finished_at": now, "dedupe_key": None}
    _n_changed(session, worn_out.where(_is_claimable(now)).values(**gave_up))
    rows = session.execute(
        update(Job)
        .where(Job.id.in_(ids), _is_claimable(now))
        .values(
            state=JobState.RUNNING,
            leased_until=now + LEASE,
            fence=Job.fence + 1,
            n_attempts=Job.n_attempts + 1,
        )
        .returning(Job.id, Job.kind, Job.fence, Job.n_attempts, Job.payload)
        .execution_options(synchronize_session=False)
    )
    return [
        Ticket(job_id=row.id, kind=row.kind, fence=row.fence, n_attempts=row.n_attempts, payload=row.payload)
        for row in sorted(rows, key=lambda row: ids.index(row.id))
    ]


def _with_key(session: Session, dedupe_key: str) -> Job | None:
    return session.scalar(select(Job).where(Job.dedupe_key == dedupe_key))


def _n_changed(session: Session, statement: Any) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
