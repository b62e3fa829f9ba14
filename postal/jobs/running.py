"""What it means to run one job: the right work is found, its writes are fenced, its end is noted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from postal.db import Database
from postal.errors import PostalError
from postal.jobs.table import (
    LeaseLost,
    NewJob,
    Ticket,
    enqueue,
    fail,
    finish,
    give_back,
    hold,
    refuse,
)
from routing import Message

log = logging.getLogger("tannha.jobs")
Clock = Callable[[], datetime]
PLANT_EVERY = timedelta(minutes=5)


class Interrupted(Exception):
    """The worker was told to stop: the job is given back unfinished, and another worker begins it again."""


class Refused(Exception):
    """The work cannot be done, and trying again would not change that: the job ends with a code and its sentence.

    ``code`` is stable; ``message`` is for people and holds nothing personal.
    """

    def __init__(self, code: str, message: Message | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Again:
    """What work returns that has to run again at an instant; ``result`` holds figures of this run."""

    at: datetime
    result: Mapping[str, Any] = field(default_factory=dict)


class Run:
    """What a piece of work gets: its payload, the time, and transactions that count only while it is ours."""

    def __init__(self, database: Database, ticket: Ticket, clock: Clock) -> None:
        self.ticket = ticket
        self.database = database
        self.stop = threading.Event()  # somebody wants the work to end early, with what it has
        self.is_interrupted = False  # ... because the worker itself stops: nothing is saved, the job is given back
        self.is_lost = False
        self.result: object = None  # what the work returned
        self._clock = clock
        self._guard = threading.Lock()
        self._progress: dict[str, Any] | None = None

    @property
    def payload(self) -> Mapping[str, Any]:
        """Return what was queued with the job."""
        return self.ticket.payload

    def now(self) -> datetime:
        """Return the instant."""
        return self._clock()

    def report(self, progress: Mapping[str, Any]) -> None:
        """Say how far the work is; the job's row follows within about a second. Figures and identifiers only."""
        with self._guard:
            self._progress = dict(progress)

    def take_progress(self) -> dict[str, Any] | None:
        """Return what was reported since the last call, None if nothing was."""
        with self._guard:
            progress, self._progress = self._progress, None
        return progress

    def interrupt(self) -> None:
        """Tell the work that its worker stops."""
        self.is_interrupted = True
        self.stop.set()

    def check(self) -> None:
        """Raise Interrupted where the worker stops, LeaseLost where another has the job."""
        if self.is_interrupted:
            raise Interrupted
        if self.is_lost:
            raise LeaseLost(job_id=self.ticket.job_id)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a writing transaction that is thrown away if another worker has taken the job. Raises LeaseLost."""
        with self.database.write() as session:
            hold(session, self.ticket, now=self._clock())
            yield session
            session.flush()
            hold(session, self.ticket, now=self._clock())  # a long transaction ends with a fresh lease


Work = Callable[[Run], object]
Finder = Callable[[Database, datetime], None]


class Serving(Protocol):
    """A runner that serves until it is stopped: the embedded one, or the one behind a broker."""

    def start(self) -> None:
        """Begin; returns at once."""

    def stop(self, timeout_s: float = 60.0) -> bool:
        """Claim nothing more, interrupt what runs; return whether all of it ended in time."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Threads that share kinds of work, so that long work of one sort never keeps another waiting."""

    name: str
    kinds: frozenset[str]
    n_threads: int


@dataclass(frozen=True, kw_only=True)
class Works:
    """Every kind of work this installation does.

    A kind in ``every`` comes round again at that distance. ``finders`` look once a second for work that becomes due by
    itself and queue it. Kinds without a lane of their own share one.
    """

    by_kind: Mapping[str, Work]
    every: Mapping[str, timedelta] = field(default_factory=dict)
    finders: tuple[Finder, ...] = ()
    lanes: tuple[Lane, ...] = ()

    def plant(self, session: Session, *, now: datetime) -> None:
        """Queue each recurring kind once; safe to repeat and to race."""
        for kind in self.every:
            enqueue(session, NewJob(kind=kind, dedupe_key=f"every:{kind}"), now=now)

    def again_at(self, kind: str, now: datetime) -> datetime | None:
        """Return when a kind comes round again, None for work done once."""
        return now + self.every[kind] if kind in self.every else None

    def all_lanes(self, n_threads: int) -> tuple[Lane, ...]:
        """Return the lanes, and one of ``n_threads`` for the kinds that have none."""
        rest = frozenset(self.by_kind).difference(*(lane.kinds for lane in self.lanes))
        return (*self.lanes, Lane(name="house", kinds=rest, n_threads=n_threads))


def run_job(run: Run, works: Works) -> str:
    """Run one claimed job and note how it ended: "done", "failed", "given_back" or "lease_lost". Never raises."""
    ticket, now = run.ticket, run.now
    try:
        result = run.result = works.by_kind[ticket.kind](run)
    except LeaseLost:
        return "lease_lost"
    except Interrupted:
        return _noted(run, "given_back", lambda session: give_back(session, ticket, now=now()))
    except Refused as refused:
        said = {} if refused.message is None else {"message": refused.message.as_json()}
        code, refusal = refused.code, {"code": refused.code} | said
        return _noted(run, "failed", lambda session: refuse(session, ticket, code, refusal, now=now()))
    except Exception as exc:
        code = exc.code if isinstance(exc, PostalError) else type(exc).__name__
        # The message of an exception may hold a person's data; its type and place do not.
        log.error("job %s %s failed: %s", ticket.job_id, ticket.kind, code, extra={"job_id": ticket.job_id})
        return _noted(run, "failed", lambda session: _failed(session, run, works, code))
    return _noted(run, "done", lambda session: _finished(session, run, works, result))


def _failed(session: Session, run: Run, works: Works, code: str) -> bool:
    now = run.now()
    return fail(session, run.ticket, code, now=now, again_at=works.again_at(run.ticket.kind, now)) is not None


def _finished(session: Session, run: Run, works: Works, result: object) -> bool:
    now = run.now()
    progress = run.take_progress()
    if progress is not None:
        hold(session, run.ticket, now=now, progress=progress)
    if isinstance(result, Again):
        return finish(session, run.ticket, now=now, again_at=result.at)
    kept = result if isinstance(result, Mapping) else None
    return finish(session, run.ticket, now=now, result=kept, again_at=works.again_at(run.ticket.kind, now))


def _noted(run: Run, how: str, note: Callable[[Session], bool]) -> str:
    try:
        with run.database.write() as session:
            is_ours = note(session)
    except LeaseLost:
        return "lease_lost"
    except Exception as exc:  # the lease ends and the job is run again: at least once, never lost
        log.error("job %s: end not noted (%s)", run.ticket.job_id, type(exc).__name__)
        return "lease_lost"
    return how if is_ours else "lease_lost"
