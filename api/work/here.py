"""Running a queued job in the process that asked for it: what commands do, with the same lease, fence and progress."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from api.wiring import Services
from api.work.works import all_works
from postal import Conflict, jobs, models
from routing import Message

OnProgress = Callable[[Mapping[str, Any]], None]


class JobElsewhere(Conflict):
    code = "job_elsewhere"
    says = Message("Việc này đang được tiến trình khác làm. Xem trên trang, hoặc đợi xong rồi chạy lại.")


def run_here(services: Services, job_id: int, on_progress: OnProgress) -> models.Job:
    """Claim a queued job, run it in this process and return it as it ended; Ctrl-C ends it with what it has.

    Raises JobElsewhere where a worker was faster.
    """
    with services.database.write() as session:
        ticket = jobs.claim_one(session, job_id, now=services.now())
    if ticket is None:
        raise JobElsewhere
    run = _Shown(services.database, ticket, services.clock, on_progress)
    keeper = jobs.Keeper(services.database)
    keeper.start()
    try:
        with keeper.holding(run), _stopped_by_signal(run.stop):
            jobs.run_job(run, all_works(services))
    finally:
        keeper.stop()
    with services.database.read() as session:
        job = jobs.find_job(session, job_id, kinds=[ticket.kind])
        session.expunge(job)
        return job


class _Shown(jobs.Run):
    """A run whose progress is shown at once as well as written down."""

    def __init__(self, database: Any, ticket: jobs.Ticket, clock: jobs.Clock, on_progress: OnProgress) -> None:
        super().__init__(database, ticket, clock)
        self._on_progress = on_progress

    def report(self, progress: Mapping[str, Any]) -> None:
        super().report(progress)
        self._on_progress(progress)


@contextmanager
def _stopped_by_signal(stop: threading.Event) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
