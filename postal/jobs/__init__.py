"""Durable work of every kind: one table, one lease, one fence, one progress row, one way to stop.

What the work does belongs to the room of its subject; here is only how it is queued, claimed, watched and run. Messages
between machines are `postal.jobs.over_broker`, which is imported only where a broker is set.
"""

from __future__ import annotations

from postal.db import Database
from postal.jobs.keeping import Keeper
from postal.jobs.runner import Runner
from postal.jobs.running import Again, Clock, Interrupted, Lane, Refused, Run, Serving, Work, Works, run_job
from postal.jobs.table import LEASE, LeaseLost, NewJob, Ticket, claim_one, enqueue, wake
from postal.jobs.watching import JobCounts, ask_stop, counts, find_job, is_open, open_jobs

__all__ = [
    "LEASE",
    "Again",
    "Clock",
    "Interrupted",
    "JobCounts",
    "Keeper",
    "Lane",
    "LeaseLost",
    "NewJob",
    "Refused",
    "Run",
    "Runner",
    "Serving",
    "Ticket",
    "Work",
    "Works",
    "ask_stop",
    "broker_runner",
    "claim_one",
    "counts",
    "enqueue",
    "find_job",
    "is_open",
    "open_jobs",
    "run_job",
    "wake",
]


def broker_runner(database: Database, works: Works, url: str, *, clock: Clock, n_threads: int = 2) -> Serving:
    """Return a runner fed by the broker at ``url``. Raises InvalidInput for an address that is no broker's."""
    from postal.jobs.over_broker import BrokerRunner, connect  # Dramatiq is an optional extra

    return BrokerRunner(database, works, connect(url), clock=clock, n_threads=n_threads)
