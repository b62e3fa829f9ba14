"""What it means to run one job: the right work is found, its writes are fenced, its end is noted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from postal.db import Database
from postal.errors import PostalError
from postal.jobs.table import LEASE, LeaseLost, Ticket, enqueue, fail, finish, hold

log = logging.getLogger("tannha.jobs")
Clock = Callable[[], datetime]
PLANT_EVERY = timedelta(minutes=5)


class Run:
    """What a piece of work gets: its payload, the time, and transactions that count only while it is ours."""

    def __init__(self, database: Database, ticket: Ticket, clock: Clock) -> None:
        self._ticket = ticket
        self._clock = clock
        self.database = database

    @property
    def payload(self) -> Mapping[str, Any]:
        """Return what was queued with the job."""
        return self._ticket.payload

    def now(self) -> datetime:
        """Return the instant."""
        return self._clock()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a writing transaction that is thrown away if another worker has taken the job. Raises LeaseLost."""
        with self.database.write() as session:
            hold(session, self._ticket, now=self._clock())
            yield session


Work = Callable[[Run], object]


@dataclass(frozen=True, kw_only=True)
class Works:
    """Every kind of work this installation does. A kind in ``every`` comes round again at that distance."""

    by_kind: Mapping[str, Work]
    every: Mapping[str, timedelta]

    def plant(self, session: Session, *, now: datetime) -> None:
        """Queue each recurring kind once; safe to repeat and to race."""
        for kind in self.every:
            enqueue(session, kind, run_at=now, dedupe_key=f"every:{kind}")

    def again_at(self, kind: str, now: datetime) -> datetime | None:
        """Return when a kind comes round again, None for work done once."""
        return now + self.every[kind] if kind in self.every else None


class Renewing:
    """Prolongs the leases of running jobs from one thread, so that long work need not think of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._held: dict[int, Ticket] = {}
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go, name="job-leases", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is still held is left to its lease."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @contextmanager
    def holding(self, ticket: Ticket) -> Iterator[None]:
        """Keep a lease alive for the length of the block."""
        with self._guard:
            self._held[ticket.job_id] = ticket
        try:
            yield
        finally:
            with self._guard:
                self._held.pop(ticket.job_id, None)

    def _go(self) -> None:
        while not self._stop.wait(LEASE.total_seconds() / 3):
            with self._guard:
                held = list(self._held.values())
            for ticket in held:
                self._renew(ticket)

    def _renew(self, ticket: Ticket) -> None:
        try:
            with self._database.write() as session:
                hold(session, ticket, now=self._clock())
        except LeaseLost:
            log.warning("job %s: lease lost", ticket.job_id)
        except Exception as exc:  # a full disk now may be a free one in eight seconds
            log.warning("job %s: lease not renewed (%s)", ticket.job_id, type(exc).__name__)


def run_job(database: Database, works: Works, ticket: Ticket, clock: Clock) -> str:
    """Run one claimed job and note how it ended: "done", "failed" or "lease_lost". Never raises."""
    try:
        works.by_kind[ticket.kind](Run(database, ticket, clock))
    except LeaseLost:
        return "lease_lost"
    except Exception as exc:
        code = exc.code if isinstance(exc, PostalError) else type(exc).__name__
        # The message of an exception may hold a person's data; its type and place do not.
        log.error("job %s %s failed: %s", ticket.job_id, ticket.kind, code, extra={"job_id": ticket.job_id})
        return _settle(database, works, ticket, clock, code)
    return _settle(database, works, ticket, clock, None)


def _settle(database: Database, works: Works, ticket: Ticket, clock: Clock, error_code: str | None) -> str:
    now = clock()
    again_at = works.again_at(ticket.kind, now)
    try:
        with database.write() as session:
            if error_code is not None:
                is_ours = fail(session, ticket, error_code, now=now, again_at=again_at) is not None
            else:
                is_ours = finish(session, ticket, now=now, again_at=again_at)
    except Exception as exc:  # the lease ends and the job is run again: at least once, never lost
        log.error("job %s: end not noted (%s)", ticket.job_id, type(exc).__name__)
        return "lease_lost"
    if not is_ours:
        return "lease_lost"
    return "done" if error_code is None else "failed"
