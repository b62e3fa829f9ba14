"""The worker: runs every kind of job until it is told to stop, in the process that `tannha worker` starts."""

from __future__ import annotations

import logging

from api.wiring import Services
from api.work.works import all_works
from postal import jobs

log = logging.getLogger("tannha.worker")


class HouseWorker:
    """Runs jobs until stopped. Any number may run at once, on any number of machines."""

    def __init__(self, services: Services) -> None:
        self._services = services
        works, database, clock = all_works(services), services.database, services.clock
        broker_url = services.settings.broker_url
        self._runner: jobs.Serving = (
            jobs.broker_runner(database, works, broker_url, clock=clock)
            if broker_url
            else jobs.Runner(database, works, clock=clock)
        )

    def start(self) -> None:
        """Begin; returns at once."""
        self._runner.start()
        log.info("worker started")

    def run_once(self) -> dict[str, int]:
        """Run everything that is due now, in this thread, and return how many jobs ended how: for cron."""
        services = self._services
        return dict(jobs.Runner(services.database, all_works(services), clock=services.clock).run_due())

    def stop(self, timeout_s: float = 4.0) -> bool:
        """Take nothing new, give back what runs; return whether all of it ended in time."""
        is_clean = self._runner.stop(timeout_s)
        log.info("worker stopped")
        return is_clean
