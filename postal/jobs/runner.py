"""The embedded runner: claims due jobs from the table and runs them in a few threads of this process."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from postal.db import Database
from postal.jobs.keeping import Keeper
from postal.jobs.running import PLANT_EVERY, Again, Clock, Lane, Run, Works, run_job
from postal.jobs.silence import Silence
from postal.jobs.table import Ticket, claim_due, has_due, running_leases

log = logging.getLogger("tannha.jobs")


class Runner:
    """Runs jobs until stopped; what runs then is interrupted and given back. Any number may share a database."""

    def __init__(
        self, database: Database, works: Works, *, clock: Clock, n_threads: int = 2, look_every_s: float = 1.0
    ) -> None:
        self._database = database
        self._works = works
        self._clock = clock
        self._lanes = works.all_lanes(n_threads)
        self._look_every_s = look_every_s
        self._keeper = Keeper(database)
        self._silence = Silence()
        self._running: dict[str, set[Future[str]]] = {lane.name: set() for lane in self._lanes}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._results: list[Mapping[str, Any]] = []
        self.ended: Counter[str] = Counter()

    def start(self) -> None:
        """Run in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="jobs", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 60.0) -> bool:
        """Claim nothing more, interrupt what runs, and return whether all of it ended in time."""
        self._stop.set()
        self._keeper.interrupt_all()
        if self._thread is not None:
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        return True

    def run(self) -> None:
        """Run until `stop` is called. A database that fails for a while is waited for."""
        self._keeper.start()
        pools = self._pools()
        planted_s: float | None = None
        while not self._stop.is_set():
            try:
                if planted_s is None or time.monotonic() - planted_s >= PLANT_EVERY.total_seconds():
                    with self._database.write() as session:
                        self._works.plant(session, now=self._clock())
                    planted_s = time.monotonic()
                self._step(pools)
            except Exception as exc:  # a runner that dies of a full disk helps nobody when there is room again
                log.error("jobs cannot be claimed: %s", type(exc).__name__)
            self._pause()
        self._keeper.interrupt_all()  # what was claimed between the order to stop and now
        self._end(pools)

    def run_due(self) -> Counter[str]:
        """Run everything due now, one after another, in this thread; return how they ended. For tests and cron."""
        ended: Counter[str] = Counter()
        self._look()
        while tickets := self._claim(frozenset(self._works.by_kind), 1, ()):
            ended.update(run_job(Run(self._database, ticket, self._clock), self._works) for ticket in tickets)
            self._look()
        return ended

    def run_until_idle(self) -> list[Mapping[str, Any]]:
        """Run everything due, in the lanes' threads, until nothing is due; return what the work returned."""
        self._keeper.start()
        pools = self._pools()
        self._step(pools)
        while any(self._running.values()):
            self._pause()
            self._step(pools)
        self._end(pools)
        return self._results

    def _pools(self) -> dict[str, ThreadPoolExecutor]:
        return {
            lane.name: ThreadPoolExecutor(lane.n_threads, thread_name_prefix=f"job-{lane.name}") for lane in self._lanes
        }

    def _end(self, pools: dict[str, ThreadPoolExecutor]) -> None:
        for pool in pools.values():
            pool.shutdown(wait=True)
        for lane in self._lanes:
            self._collect(lane, set(self._running[lane.name]))
        self._keeper.stop()

    def _step(self, pools: dict[str, ThreadPoolExecutor]) -> None:
        silent_ids = self._look()
        for lane in self._lanes:
            running = self._running[lane.name]
            self._collect(lane, {future for future in running if future.done()})
            for ticket in self._claim(lane.kinds, lane.n_threads - len(running), silent_ids):
                running.add(pools[lane.name].submit(self._run_held, ticket))

    def _look(self) -> list[int]:
        """Queue what became due by itself; return the running jobs whose worker is silent."""
        for find in self._works.finders:
            find(self._database, self._clock())
        with self._database.read() as session:
            leases = running_leases(session)
        return self._silence.silent_ids(leases, monotonic_s=time.monotonic())

    def _claim(self, kinds: frozenset[str], n: int, silent_ids: Sequence[int]) -> list[Ticket]:
        if n <= 0 or not kinds:
            return []
        with self._database.read() as session:  # a look costs no write transaction
            if not has_due(session, now=self._clock(), kinds=kinds, silent_ids=silent_ids):
                return []
        with self._database.write() as session:
            return claim_due(session, now=self._clock(), n=n, kinds=kinds, silent_ids=silent_ids)

    def _run_held(self, ticket: Ticket) -> str:
        run = Run(self._database, ticket, self._clock)
        with self._keeper.holding(run):
            if self._stop.is_set():
                run.interrupt()
            ended = run_job(run, self._works)
        result = run.result.result if isinstance(run.result, Again) else run.result
        if ended == "done" and isinstance(result, Mapping):
            self._results.append(result)
        return ended

    def _collect(self, lane: Lane, done: set[Future[str]]) -> None:
        self.ended.update(future.result() for future in done)
        self._running[lane.name] -= done

    def _pause(self) -> None:
        running = set().union(*self._running.values())
        if running:
            wait(running, timeout=self._look_every_s, return_when=FIRST_COMPLETED)
        else:
            self._stop.wait(self._look_every_s)
