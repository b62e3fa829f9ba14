"""The embedded runner: claims due jobs from the table and runs them in a few threads of this process."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from postal.db import Database
from postal.jobs.running import PLANT_EVERY, Clock, Renewing, Works, run_job
from postal.jobs.table import Ticket, claim_due, has_due

log = logging.getLogger("tannha.jobs")


class Runner:
    """Runs jobs until stopped; what is running then is finished. Any number may share a database."""

    def __init__(
        self, database: Database, works: Works, *, clock: Clock, n_threads: int = 2, look_every_s: float = 1.0
    ) -> None:
        self._database = database
        self._works = works
        self._clock = clock
        self._n_threads = n_threads
        self._look_every_s = look_every_s
        self._renewing = Renewing(database, clock)
        self._running: set[Future[str]] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.ended: Counter[str] = Counter()

    def start(self) -> None:
        """Run in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="jobs", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 60.0) -> None:
        """Claim nothing more, let what runs end, and return."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def run(self) -> None:
        """Run until `stop` is called. A database that fails for a while is waited for."""
        self._renewing.start()
        pool = ThreadPoolExecutor(self._n_threads, thread_name_prefix="job")
        planted_at = self._clock() - 2 * PLANT_EVERY
        while not self._stop.is_set():
            try:
                now = self._clock()
                if now - planted_at >= PLANT_EVERY:
                    with self._database.write() as session:
                        self._works.plant(session, now=now)
                    planted_at = now
                self._step(pool)
            except Exception as exc:  # a runner that dies of a full disk helps nobody when there is room again
                log.error("jobs cannot be claimed: %s", type(exc).__name__)
            self._pause()
        pool.shutdown(wait=True)
        self._collect(set(self._running))
        self._renewing.stop()

    def run_due(self) -> Counter[str]:
        """Run everything due now, one after another, in this thread; return how they ended. For tests and cron."""
        ended: Counter[str] = Counter()
        while tickets := self._claim(1):
            ended.update(run_job(self._database, self._works, ticket, self._clock) for ticket in tickets)
        return ended

    def _step(self, pool: ThreadPoolExecutor) -> None:
        self._collect({future for future in self._running if future.done()})
        for ticket in self._claim(self._n_threads - len(self._running)):
            self._running.add(pool.submit(self._run_held, ticket))

    def _claim(self, n: int) -> list[Ticket]:
        kinds = set(self._works.by_kind)
        if n <= 0:
            return []
        with self._database.read() as session:  # a look costs no write transaction
            if not has_due(session, now=self._clock(), kinds=kinds):
                return []
        with self._database.write() as session:
            return claim_due(session, now=self._clock(), n=n, kinds=kinds)

    def _run_held(self, ticket: Ticket) -> str:
        with self._renewing.holding(ticket):
            return run_job(self._database, self._works, ticket, self._clock)

    def _collect(self, done: set[Future[str]]) -> None:
        self.ended.update(future.result() for future in done)
        self._running -= done

    def _pause(self) -> None:
        if self._running:
            wait(self._running, timeout=self._look_every_s, return_when=FIRST_COMPLETED)
        else:
            self._stop.wait(self._look_every_s)
