"""Jobs on several machines: Dramatiq carries job ids over Redis or RabbitMQ; the table stays the truth.

A message lost, doubled or late changes nothing: the claim decides who runs the job, and the sweep makes up
for messages that never came. Import this module only where a broker is set: Dramatiq is an optional extra.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker

from postal.db import Database
from postal.errors import InvalidInput
from postal.jobs.running import PLANT_EVERY, Clock, Renewing, Works, run_job
from postal.jobs.table import claim_one, offer_due

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
    """Runs jobs that messages name, and sweeps the table for jobs that nobody was told of."""

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
        self._renewing = Renewing(database, clock)
        self._planted_at: datetime | None = None
        self._stop = threading.Event()
        listen = dramatiq.actor(broker=broker, actor_name="tannha_job", queue_name=queue)
        self._actor = listen(self._run)
        self._worker = dramatiq.Worker(broker, queues={queue}, worker_threads=n_threads, worker_timeout=200)
        self._sweeping = threading.Thread(target=self._sweep_forever, name="job-sweep", daemon=True)

    def start(self) -> None:
        """Begin to listen and to sweep."""
        self._renewing.start()
        self._worker.start()
        self._sweeping.start()

    def stop(self, timeout_s: float = 60.0) -> None:
        """Take nothing more, let what runs end, give back what was fetched and not begun."""
        self._stop.set()
        if self._sweeping.is_alive():
            self._sweeping.join(timeout_s)
            self._worker.stop(timeout=int(timeout_s * 1000))
            self._renewing.stop()
        self._broker.close()

    def sweep(self) -> int:
        """Send a message for each due job nobody was told of lately; return how many."""
        now = self._clock()
        with self._database.write() as session:
            if self._planted_at is None or now - self._planted_at >= PLANT_EVERY:
                self._works.plant(session, now=now)
                self._planted_at = now
            ids = offer_due(session, now=now)
        for job_id in ids:
            self._actor.send(job_id)
        return len(ids)

    def _run(self, job_id: int) -> None:
        with self._database.write() as session:
            ticket = claim_one(session, job_id, now=self._clock())
        if ticket is None or ticket.kind not in self._works.by_kind:
            return
        with self._renewing.holding(ticket):
            run_job(self._database, self._works, ticket, self._clock)

    def _sweep_forever(self) -> None:
        while not self._stop.wait(_SWEEP_EVERY_S):
            try:
                self.sweep()
            except Exception as exc:  # broker or database away: the next sweep tries again, nothing is lost
                log.error("sweep failed: %s", type(exc).__name__)
