"""The table of durable work: queued in the caller's transaction, claimed under a lease and a fence, never lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.errors import Conflict, InvalidInput
from postal.models import Job, JobState
from routing import Message

# A dead worker's job is taken over at most this long after the worker's last sign of life.
LEASE = timedelta(seconds=20)
# Waits before the 2nd to the 6th attempt.
WAITS_S = (10, 60, 300, 1_800, 7_200)
MAX_ATTEMPTS = len(WAITS_S) + 1
# A job that began to wait this far in the future did so before the clock was set back: its time cannot be waited for.
CLOCK_SET_BACK = timedelta(seconds=60)


class LeaseLost(Conflict):
    """Another worker took the job after this one was silent for a lease: nothing this one still writes may count."""

    code = "job_lease_lost"
    says = Message("Việc nền đã được tiến trình khác nhận.")


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """The right to run one job until its lease ends; ``fence`` grows with every claim."""

    job_id: int
    kind: str
    fence: int
    n_attempts: int
    payload: Mapping[str, Any]
    asked_by_id: int | None = None

    def __repr__(self) -> str:
        return f"<Ticket {self.job_id} {self.kind}>"


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """Work to queue. ``payload`` holds identifiers only, never people's data.

    While an unfinished job holds ``dedupe_key``, that one is returned instead of a new one.
    """

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    dedupe_key: str | None = None
    asked_by_id: int | None = None


def enqueue(session: Session, new: NewJob, *, now: datetime, run_at: datetime | None = None) -> Job:
    """Queue work in the caller's transaction: it exists exactly if the rest of the transaction does.

    It is due at once, or at ``run_at``. Raises InvalidInput for a kind above 60 characters or a key above 120.
    """
    if not 0 < len(new.kind) <= 60 or (new.dedupe_key is not None and not 0 < len(new.dedupe_key) <= 120):
        raise InvalidInput(field="kind")
    if new.dedupe_key is not None and (known := _with_key(session, new.dedupe_key)) is not None:
        return known
    job = Job(
        kind=new.kind,
        payload=dict(new.payload),
        asked_by_id=new.asked_by_id,
        dedupe_key=new.dedupe_key,
        run_at=run_at or now,
        queued_at=now,
    )
    try:
        with session.begin_nested():
            session.add(job)
            session.flush()
    except IntegrityError:  # a rival queued the same work between our look and our insert
        known = _with_key(session, new.dedupe_key or "")
        if known is None:
            raise
        return known
    return job


def wake(session: Session, new: NewJob, *, now: datetime) -> None:
    """Queue the work, or let the job that waits under its ``dedupe_key`` run now; one that runs is left alone."""
    job = enqueue(session, new, now=now)
    waits = update(Job).where(Job.id == job.id, Job.state == JobState.WAITING, Job.run_at > now)
    n_changed(session, waits.values(run_at=now, queued_at=now, leased_until=None))


def claim_due(
    session: Session, *, now: datetime, n: int, kinds: Collection[str], silent_ids: Collection[int] = ()
) -> list[Ticket]:
    """Claim up to ``n`` jobs of these kinds whose time has come or whose worker went silent, oldest first.

    ``silent_ids`` are running jobs whose worker this process has watched in vain (`postal.jobs.silence`): their lease
    is over whatever the wall clock says.
    """
    query = select(Job.id).where(_is_claimable(now, silent_ids), Job.kind.in_(kinds)).order_by(Job.run_at, Job.id)
    return _claim(session, list(session.scalars(query.limit(n))), now, silent_ids) if n > 0 else []


def has_due(session: Session, *, now: datetime, kinds: Collection[str], silent_ids: Collection[int] = ()) -> bool:
    """Return whether anything of these kinds could be claimed."""
    query = select(Job.id).where(_is_claimable(now, silent_ids), Job.kind.in_(kinds))
    return session.scalar(query.limit(1)) is not None


def claim_one(session: Session, job_id: int, *, now: datetime, silent_ids: Collection[int] = ()) -> Ticket | None:
    """Claim one job by its id; None where it is done, not due, or somebody else's."""
    return next(iter(_claim(session, [job_id], now, silent_ids)), None)


def running_leases(session: Session) -> dict[int, tuple[int, datetime | None]]:
    """Return fence and end of lease of every running job, by id."""
    rows = session.execute(select(Job.id, Job.fence, Job.leased_until).where(Job.state == JobState.RUNNING))
    return {row.id: (row.fence, row.leased_until) for row in rows}


def hold(session: Session, ticket: Ticket, *, now: datetime, progress: Mapping[str, Any] | None = None) -> None:
    """Prolong the lease; in a writing transaction this makes everything else in it count only while it is ours.

    Raises LeaseLost.
    """
    values: dict[str, Any] = {"leased_until": now + LEASE}
    if progress is not None:
        values["progress"] = dict(progress)
    if n_changed(session, _mine(ticket).values(**values)) != 1:
        raise LeaseLost(job_id=ticket.job_id)


def finish(
    session: Session,
    ticket: Ticket,
    *,
    now: datetime,
    result: Mapping[str, Any] | None = None,
    again_at: datetime | None = None,
) -> bool:
    """Note the job as done, or as waiting for ``again_at`` where it recurs; False where the lease was lost."""
    values: dict[str, Any] = {"finished_at": now, "leased_until": None, "error_code": None, "is_stop_asked": False}
    if again_at is None:
        values |= {"state": JobState.DONE, "dedupe_key": None, "result": dict(result) if result else None}
    else:
        values |= {"state": JobState.WAITING, "run_at": again_at, "queued_at": now, "n_attempts": 0}
    return n_changed(session, _mine(ticket).values(**values)) == 1


def give_back(session: Session, ticket: Ticket, *, now: datetime) -> bool:
    """Let another worker have the job at once: this one was told to stop. The attempt does not count."""
    values = {"state": JobState.WAITING, "run_at": now, "queued_at": now, "leased_until": None}
    return n_changed(session, _mine(ticket).values(**values, n_attempts=max(0, ticket.n_attempts - 1))) == 1


def fail(
    session: Session, ticket: Ticket, error_code: str, *, now: datetime, again_at: datetime | None = None
) -> JobState | None:
    """Let the job wait for its next attempt, or give it up after the last; None where the lease was lost.

    A recurring job (``again_at`` given) is never given up: it goes on at its own time.
    """
    values: dict[str, Any] = {"error_code": error_code[:60], "leased_until": None, "queued_at": now}
    if ticket.n_attempts < MAX_ATTEMPTS:
        wait = timedelta(seconds=WAITS_S[ticket.n_attempts - 1])
        values |= {"state": JobState.WAITING, "run_at": min(now + wait, again_at) if again_at else now + wait}
    elif again_at is not None:
        values |= {"state": JobState.WAITING, "run_at": again_at, "n_attempts": 0}
    else:
        values |= {"state": JobState.FAILED, "finished_at": now, "dedupe_key": None}
    changed = n_changed(session, _mine(ticket).values(**values))
    return JobState(values["state"]) if changed == 1 else None


def refuse(session: Session, ticket: Ticket, error_code: str, refusal: Mapping[str, Any], *, now: datetime) -> bool:
    """End the job with a refusal that trying again would not change; False where the lease was lost."""
    values = {"state": JobState.FAILED, "finished_at": now, "dedupe_key": None, "leased_until": None}
    refused = {"refusal": dict(refusal)}
    return n_changed(session, _mine(ticket).values(**values, error_code=error_code[:60], result=refused)) == 1


def offer_due(
    session: Session, *, now: datetime, n: int = 500, for_s: int = 15, silent_ids: Collection[int] = ()
) -> list[tuple[int, str]]:
    """Return id and kind of due jobs that no message was sent for lately, and note that one is sent now.

    For brokers: a message that gets lost is made up for after ``for_s`` seconds.
    """
    is_offered = and_(Job.state == JobState.WAITING, Job.leased_until > now, Job.leased_until <= now + LEASE)
    query = select(Job.id, Job.kind).where(_is_claimable(now, silent_ids), ~func.coalesce(is_offered, False))
    rows = session.execute(query.order_by(Job.run_at, Job.id).limit(n)).all()
    offered = (
        update(Job)
        .where(Job.id.in_([row.id for row in rows]), Job.state == JobState.WAITING)
        .values(leased_until=now + timedelta(seconds=for_s))
    )
    n_changed(session, offered)
    return [(row.id, row.kind) for row in rows]


def n_changed(session: Session, statement: Any) -> int:
    """Execute a guarded UPDATE or DELETE and return how many rows it changed."""
    done = session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _mine(ticket: Ticket) -> Any:
    return update(Job).where(Job.id == ticket.job_id, Job.fence == ticket.fence, Job.state == JobState.RUNNING)


def _is_claimable(now: datetime, silent_ids: Collection[int] = ()) -> ColumnElement[bool]:
    is_due = and_(Job.state == JobState.WAITING, or_(Job.run_at <= now, Job.queued_at > now + CLOCK_SET_BACK))
    is_abandoned = and_(Job.state == JobState.RUNNING, or_(Job.leased_until <= now, Job.id.in_(silent_ids)))
    return or_(is_due, is_abandoned)


def _claim(session: Session, ids: list[int], now: datetime, silent_ids: Collection[int]) -> list[Ticket]:
    if not ids:
        return []
    is_claimable = _is_claimable(now, silent_ids)
    # A job whose worker died at every attempt would take the next one down as well.
    worn_out = update(Job).where(Job.id.in_(ids), Job.state == JobState.RUNNING, Job.n_attempts >= MAX_ATTEMPTS)
    gave_up = {"state": JobState.FAILED, "error_code": "worker_died", "finished_at": now, "dedupe_key": None}
    n_changed(session, worn_out.where(is_claimable).values(**gave_up))
    rows = session.execute(
        update(Job)
        .where(Job.id.in_(ids), is_claimable)
        .values(
            state=JobState.RUNNING,
            leased_until=now + LEASE,
            fence=Job.fence + 1,
            n_attempts=Job.n_attempts + 1,
            started_at=func.coalesce(Job.started_at, now),
        )
        .returning(Job.id, Job.kind, Job.fence, Job.n_attempts, Job.payload, Job.asked_by_id)
        .execution_options(synchronize_session=False)
    )
    return [
        Ticket(
            job_id=row.id,
            kind=row.kind,
            fence=row.fence,
            n_attempts=row.n_attempts,
            payload=row.payload,
            asked_by_id=row.asked_by_id,
        )
        for row in sorted(rows, key=lambda row: ids.index(row.id))
    ]


def _with_key(session: Session, dedupe_key: str) -> Job | None:
    return session.scalar(select(Job).where(Job.dedupe_key == dedupe_key))
