"""Sending as a job: one for each endpoint with something due, run again whenever something becomes due."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.db import Database
from postal.jobs import Again, Lane, NewJob, Run, Runner, Works, wake
from postal.models import Job, JobState
from postal.outside.due import (
    Message,
    Verdict,
    disable_dark,
    due_endpoints,
    due_messages,
    postpone_all,
    settle,
)
from postal.outside.sender import Sender
from postal.outside.sending import Sending, SendReport

KIND = "send_callbacks"
# So many receivers are served at once by one worker process.
N_ENDPOINTS_AT_ONCE = 32
# A job that has sent everything sleeps; what becomes due wakes it.
IDLE = timedelta(days=1)


def callback_works(sender: Sender, *, due_by: datetime | None = None) -> Works:
    """Return the sending of callbacks as work for a runner. ``due_by`` replaces the run's own time where given."""

    def send(run: Run) -> Again:
        endpoint_id = int(run.payload["endpoint_id"])
        unit = _JobUnit(run, due_by)
        report = Sending(unit, sender, endpoint_id).send_all()
        figures = {"n_sent": report.n_sent, "n_failed": report.n_failed, "disabled": list(report.disabled_endpoint_ids)}
        return Again(at=run.now() + IDLE, result=figures)

    lane = Lane(name="callbacks", kinds=frozenset({KIND}), n_threads=N_ENDPOINTS_AT_ONCE)
    return Works(by_kind={KIND: send}, finders=(_finder(due_by),), lanes=(lane,))


def send_due(database: Database, sender: Sender, *, now: datetime) -> SendReport:
    """Send everything that is due at ``now``, to many receivers at once; what fails waits for its next time."""
    began_s = time.monotonic()

    def clock() -> datetime:
        # Time goes on during a long pass: leases given at its end must not have run out already.
        return now + timedelta(seconds=time.monotonic() - began_s)

    runner = Runner(database, callback_works(sender, due_by=now), clock=clock, look_every_s=0.1)
    report = SendReport()
    for result in runner.run_until_idle():
        report += SendReport(
            n_sent=result["n_sent"], n_failed=result["n_failed"], disabled_endpoint_ids=tuple(result["disabled"])
        )
    return report


@dataclass(frozen=True)
class _JobUnit:
    """The reads and fenced writes of one sending job."""

    run: Run
    due_by: datetime | None

    def due(self, endpoint_id: int, *, n: int, without: Sequence[int]) -> list[Message]:
        with self.run.database.read() as session:
            return due_messages(session, endpoint_id, due_by=self.due_by or self.run.now(), n=n, without=without)

    def settle(self, endpoint_id: int, ended: Sequence[tuple[Message, Verdict]], *, is_down: bool) -> list[int]:
        with self.run.write() as session:
            settle(session, ended, now=self.run.now(), chance=random.random)
            if is_down:
                postpone_all(session, endpoint_id)
            return disable_dark(session, now=self.run.now())

    def check(self) -> None:
        self.run.check()


def _finder(due_by: datetime | None) -> Callable[[Database, datetime], None]:
    def find(database: Database, now: datetime) -> None:
        """Wake the job of every endpoint that has something due and no job that is due or runs."""
        with database.read() as session:
            keys = {_key(endpoint_id): endpoint_id for endpoint_id in due_endpoints(session, due_by or now)}
            idle = set(keys) - _busy(session, list(keys), now) if keys else set()
        if not idle:
            return
        with database.write() as session:
            for key in sorted(idle):
                wake(session, NewJob(kind=KIND, payload={"endpoint_id": keys[key]}, dedupe_key=key), now=now)

    return find


def _busy(session: Session, keys: list[str], now: datetime) -> set[str]:
    is_awake = (Job.state == JobState.RUNNING) | (Job.run_at <= now)
    rows = session.scalars(select(Job.dedupe_key).where(Job.dedupe_key.in_(keys), is_awake))
    return {key for key in rows if key is not None}


def _key(endpoint_id: int) -> str:
    return f"callbacks:{endpoint_id}"
