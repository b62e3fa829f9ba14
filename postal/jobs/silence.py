"""Which running jobs have no living worker, told without trusting the wall clock.

A lease ends by the wall clock, and a clock that is set back an hour would keep a dead worker's lease for that hour. So
each runner also watches: a job whose fence and lease have not changed for a whole lease, by the runner's own monotonic
clock, has no worker that is alive, for a living one renews its lease three times in that time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from postal.jobs.table import LEASE

Lease = tuple[int, datetime | None]


class Silence:
    """Remembers when each running job's lease last changed. Not shared between threads."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Lease, float]] = {}

    def silent_ids(self, leases: Mapping[int, Lease], *, monotonic_s: float) -> list[int]:
        """Note the leases as they are now; return the ids of jobs whose lease has not changed for a lease's length."""
        self._seen = {
            job_id: self._seen[job_id]
            if job_id in self._seen and self._seen[job_id][0] == lease
            else (lease, monotonic_s)
            for job_id, lease in leases.items()
        }
        longest_s = LEASE.total_seconds()
        return [job_id for job_id, (_, since_s) in self._seen.items() if monotonic_s - since_s >= longest_s]
