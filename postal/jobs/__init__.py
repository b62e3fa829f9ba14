"""Durable work: a table, an embedded runner, and an adapter for several machines (`postal.jobs.over_broker`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postal.db import Database
from postal.jobs.housekeeping import HOUSEKEEPING
from postal.jobs.runner import Runner
from postal.jobs.running import Clock, Run, Work, Works
from postal.jobs.table import JobCounts, LeaseLost, counts, enqueue

if TYPE_CHECKING:
    from postal.jobs.over_broker import BrokerRunner

__all__ = [
    "HOUSEKEEPING",
    "JobCounts",
    "LeaseLost",
    "Run",
    "Runner",
    "Work",
    "Works",
    "broker_runner",
    "counts",
    "enqueue",
]


def broker_runner(database: Database, works: Works, url: str, *, clock: Clock, n_threads: int = 2) -> BrokerRunner:
    """Return a runner fed by the broker at ``url``. Raises InvalidInput for an address that is no broker's."""
    from postal.jobs.over_broker import BrokerRunner, connect  # Dramatiq is an optional extra

    return BrokerRunner(database, works, connect(url), clock=clock, n_threads=n_threads)
