"""What works in the background, in a process of its own or beside the pages: callbacks and jobs."""

from __future__ import annotations

import logging
import threading

from api.wiring import Services
from postal import jobs, outside

log = logging.getLogger("tannha.worker")


class HouseWorker:
    """Sends callbacks and runs jobs until stopped. Any number may run at once, on any number of machines."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stop = threading.Event()
        self._sending = threading.Thread(target=self._send, name="callbacks", daemon=True)
        broker_url = services.settings.broker_url
        database, clock = services.database, services.clock
        self._runner = (
            jobs.broker_runner(database, jobs.HOUSEKEEPING, broker_url, clock=clock)
            if broker_url
            else jobs.Runner(database, jobs.HOUSEKEEPING, clock=clock)
        )

    def start(self) -> None:
        """Begin; returns at once."""
        self._sending.start()
        self._runner.start()
        log.info("worker started")

    def stop(self, timeout_s: float = 30.0) -> None:
        """Take nothing new, finish what is under way, note how it ended."""
        self._stop.set()
        self._runner.stop(timeout_s)
        self._sending.join(timeout_s)
        log.info("worker stopped")

    def _send(self) -> None:
        outside.send_forever(
            self._services.database, self._services.sender, clock=self._services.clock, stop=self._stop
        )
