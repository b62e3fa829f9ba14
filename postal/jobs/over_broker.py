"""Jobs on several machines: Dramatiq carries job ids over Redis or RabbitMQ; the table stays the truth.

A message lost, doubled or late changes nothing: the claim decides who runs the job, and the sweep makes up
for messages that never came. Each lane has a queue and a worker of its own. Import this module only where a
broker is set: Dramatiq is an optional extra.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker

from postal.db import Database
from postal.errors import InvalidInput
from postal.jobs.keeping import Keeper
from postal.jobs.running import PLANT_EVERY, Clock, Run, Works, run_job
from postal.jobs.silence import Silence
from postal.jobs.table import claim_one, offer_due, running_leases

log = logging.getLogger("tannha.jobs")
QUEUE = "tannha"
_SWEEP_EVERY_S = 1.0


def connect(url: str) -> dramatiq.Broker:
    """Return a broker for redis://… or amqp://…; connects when first used. Raises InvalidInput."""
    # No middleware: retries, time limits and results are the table's business.
    if url.startswith(("redis://", "rediss://", "unix://")):
        return RedisBroker(url=url, middleware=[])  # type: ignore[no-untyped-call]
    if url.startswith(("amqp://", "amqps://")):
        return RabbitmqBroker(url=url, middleware=[], confirm_delivery=True)
    raise InvalidInput(field="broker_url")


class BrokerRunner:
    """Runs jobs that messages name, and sweeps the table for jobs that no message was sent for."""

    def __init__(
        self,
        database: Database,
        works: Works,
        broker: dramatiq.Broker,
        *,
        clock: Clock,
        n_threads: int = 2,
        queue: str = QUEUE,
    ) -> None:
        self._database = database
        self._works = works
        self._broker = broker
        self._clock = clock
        self._keeper = Keeper(database)
        self._silence = Silence()
        self._silent_ids: list[int] = []
        self._planted_s: float | None = None
        self._stop = threading.Event()
        self._actors: dict[str, Any] = {}
        self._workers: list[dramatiq.Worker] = []
        for lane in works.all_lanes(n_threads):
            name = f"{queue}.{lane.name}"
            actor = dramatiq.actor(broker=broker, actor_name=f"tannha_{lane.name}", queue_name=name)(self._run)
            self._actors |= dict.fromkeys(lane.kinds, actor)
            self._workers.append(
                dramatiq.Worker(broker, queues={name}, worker_threads=lane.n_threads, worker_timeout=200)
            )
        self._sweeping = threading.Thread(target=self._sweep_forever, name="job-sweep", daemon=True)

    def start(self) -> None:
        """Begin to listen and to sweep."""
        self._keeper.start()
        for worker in self._workers:
            worker.start()
        self._sweeping.start()

    def stop(self, timeout_s: float = 60.0) -> bool:
        """Take nothing more, interrupt what runs, give back what was fetched; return whether all ended in time."""
        self._stop.set()
        self._keeper.interrupt_all()
        until_s = time.monotonic() + timeout_s
        if self._sweeping.is_alive():
            self._sweeping.join(timeout_s)
            stops = [
                threading.Thread(target=worker.stop, kwargs={"timeout": int(timeout_s * 1000)}, daemon=True)
                for worker in self._workers
            ]
            for stop in stops:
                stop.start()
            for stop in stops:
                stop.join(max(0.0, until_s - time.monotonic()))
            self._keeper.stop()
        self._broker.close()
        return time.monotonic() < until_s

    def sweep(self) -> int:
        """Send a message for each due job that none was sent for lately; return how many."""
        now = self._clock()
        for find in self._works.finders:
            find(self._database, now)
        with self._database.write() as session:
            if self._planted_s is None or time.monotonic() - self._planted_s >= PLANT_EVERY.total_seconds():
                self._works.plant(session, now=now)
                self._planted_s = time.monotonic()
            leases = running_leases(session)
            self._silent_ids = self._silence.silent_ids(leases, monotonic_s=time.monotonic())
            offered = offer_due(session, now=now, silent_ids=self._silent_ids)
        sent = [self._actors[kind].send(job_id) for job_id, kind in offered if kind in self._actors]
        return len(sent)

    def _run(self, job_id: int) -> None:
        if self._stop.is_set():
            return  # the job stays in the table; another worker's sweep sends for it again
        with self._database.write() as session:
            ticket = claim_one(session, job_id, now=self._clock(), silent_ids=self._silent_ids)
        if ticket is None or ticket.kind not in self._works.by_kind:
            return
        run = Run(self._database, ticket, self._clock)
        with self._keeper.holding(run):
            run_job(run, self._works)

    def _sweep_forever(self) -> None:
        while not self._stop.wait(_SWEEP_EVERY_S):
            try:
                self.sweep()
            except Exception as exc:  # broker or database away: the next sweep tries again, nothing is lost
                log.error("sweep failed: %s", type(exc).__name__)
