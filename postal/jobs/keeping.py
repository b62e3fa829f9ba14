"""Keeps the leases of this process's running jobs, writes down their progress, and carries the wish to stop to them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from postal.db import Database
from postal.jobs.running import Run
from postal.jobs.table import LEASE, LeaseLost, hold
from postal.jobs.watching import stops_asked

log = logging.getLogger("tannha.jobs")
LOOK_EVERY_S = 1.0
RENEW_EVERY_S = LEASE.total_seconds() / 3


class Keeper:
    """One thread that cares for all running jobs, so that long work need not think of its lease."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[int, tuple[Run, float]] = {}
        self._guard = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._go, name="job-leases", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is still held is left to its lease."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    @contextmanager
    def holding(self, run: Run) -> Iterator[None]:
        """Keep a job's lease for the length of the block."""
        with self._guard:
            self._held[run.ticket.job_id] = (run, time.monotonic())
        try:
            yield
        finally:
            with self._guard:
                self._held.pop(run.ticket.job_id, None)

    def interrupt_all(self) -> None:
        """Tell every running job that this process stops."""
        with self._guard:
            held = list(self._held.values())
        for run, _ in held:
            run.interrupt()

    def _go(self) -> None:
        while not self._end.wait(LOOK_EVERY_S):
            with self._guard:
                held = list(self._held.values())
            if not held:
                continue
            self._carry_stops([run for run, _ in held])
            for run, renewed_s in held:
                self._renew(run, renewed_s)

    def _carry_stops(self, runs: list[Run]) -> None:
        try:
            with self._database.read() as session:
                asked = stops_asked(session, [run.ticket.job_id for run in runs])
        except Exception as exc:  # a database that is away now may answer in a second
            log.warning("jobs: wishes to stop not read (%s)", type(exc).__name__)
            return
        for run in runs:
            if run.ticket.job_id in asked:
                run.stop.set()

    def _renew(self, run: Run, renewed_s: float) -> None:
        progress = run.take_progress()
        if progress is None and time.monotonic() - renewed_s < RENEW_EVERY_S:
            return
        try:
            with self._database.write() as session:
                hold(session, run.ticket, now=run.now(), progress=progress)
        except LeaseLost:
            run.is_lost = True
            run.stop.set()
            log.warning("job %s: lease lost", run.ticket.job_id)
        except Exception as exc:  # a full disk now may be a free one in a second
            log.warning("job %s: lease not renewed (%s)", run.ticket.job_id, type(exc).__name__)
        else:
            self._note_renewed(run)

    def _note_renewed(self, run: Run) -> None:
        with self._guard:
            if run.ticket.job_id in self._held:
                self._held[run.ticket.job_id] = (run, time.monotonic())
