"""The sending of what is due: many receivers at once, each item's callbacks in order, one bad receiver alone."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from postal.db import Database
from postal.outside.claims import LEASE, Claimed, Verdict, claim, disable_dark, due_endpoints, release, settle
from postal.outside.sender import Clock, Sender

log = logging.getLogger("tannha.callbacks")

N_THREADS = 64
# An endpoint that fails gets one line until it answers again, so that nobody waits behind it.
N_LINES, N_LINES_FAILING = 4, 1
# How much may be claimed ahead for one endpoint: what it takes in this time, so that no lease runs out waiting.
_AHEAD_S, _MAX_AHEAD = 3.0, 200
_LOOK_EVERY_S, _GATHER_S = 0.2, 0.02
_LOOK_AGAIN_S, _N_LAST_LOOKS = 1.0, 10
# Past this part of the lease another process may be about to take the callback over.
_STILL_MINE_S = LEASE.total_seconds() / 2

Ended = tuple[Claimed, Verdict | None]


@dataclass(frozen=True, kw_only=True)
class SendReport:
    """What a pass did."""

    n_sent: int
    n_failed: int
    disabled_endpoint_ids: tuple[int, ...] = ()


def send_due(database: Database, sender: Sender, *, now: datetime, limit: int = 100_000) -> SendReport:
    """Send everything that is due at ``now``, then return; what fails waits for its next time."""
    began_s = time.monotonic()

    def clock() -> datetime:
        # Time goes on during a long pass: leases given at its end must not have run out already.
        return now + timedelta(seconds=time.monotonic() - began_s)

    with Sending(database, sender, clock=clock, due_by=now) as sending:
        while sending.step(n_more=limit - sending.n_claimed) or sending.n_in_flight:
            sending.wait(_LOOK_EVERY_S)
        return sending.report()


def send_forever(database: Database, sender: Sender, *, clock: Clock, stop: threading.Event) -> SendReport:
    """Send whatever becomes due until ``stop`` is set; what is on the wire then is finished and settled."""
    with Sending(database, sender, clock=clock) as sending:
        while not stop.is_set():
            if not _stepped(sending):
                stop.wait(_LOOK_AGAIN_S)
            sending.wait(_LOOK_EVERY_S)
        sending.give_back()
        n_left = _N_LAST_LOOKS
        while sending.n_in_flight and n_left:
            sending.wait(_LOOK_EVERY_S)
            n_left -= not _stepped(sending, n_more=0)
        return sending.report()


def _stepped(sending: Sending, *, n_more: int = 1_000_000) -> bool:
    """Make one step; False where the database could not serve. What ended meanwhile is settled later."""
    try:
        sending.step(n_more=n_more)
    except Exception as exc:  # a full disk or a database that restarts must not end the sending
        log.error("callbacks cannot be claimed or settled: %s", type(exc).__name__)
        return False
    return True


class Sending:
    """A pool of threads that only send, and one owner that claims and settles many in single transactions.

    The threads never touch the database, so one slow receiver holds its own lines and nothing else.
    """

    def __init__(self, database: Database, sender: Sender, *, clock: Clock, due_by: datetime | None = None) -> None:
        self._database = database
        self._sender = sender
        self._clock = clock
        self._due_by = due_by
        self._pool = ThreadPoolExecutor(N_THREADS, thread_name_prefix="callback")
        self._guard = threading.Lock()
        # What is claimed and not yet begun, and the running lines, of each endpoint: both under the guard.
        self._ahead: defaultdict[int, deque[tuple[Claimed, float]]] = defaultdict(deque)
        self._n_lines: Counter[int] = Counter()
        self._ended: SimpleQueue[Ended] = SimpleQueue()
        self._unsettled: list[Ended] = []
        self._n_held: Counter[int] = Counter()
        self._took_s: dict[int, float] = {}
        self._disabled: list[int] = []
        self._n_sent = self._n_failed = 0
        self.n_claimed = 0

    def __enter__(self) -> Sending:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def n_in_flight(self) -> int:
        """Return how many are claimed by us and not yet settled."""
        return self._n_held.total() + len(self._unsettled)

    def step(self, *, n_more: int = 1_000_000) -> bool:
        """Settle what ended and claim what is due, in one transaction; say whether anything was claimed."""
        now = self._clock()
        self._take_ended()
        ended = self._unsettled
        with self._database.read() as session:
            due = due_endpoints(session, self._due_by or now) if n_more > 0 else {}
        slots = self._slots(due, n_more)
        if not ended and not slots:
            return False
        with self._database.write() as session:
            release(session, [message for message, verdict in ended if verdict is None])
            settle(session, [(m, v) for m, v in ended if v is not None], now=now, chance=random.random)
            disabled = disable_dark(session, now=now)
            claimed = claim(session, slots, now=now, due_by=self._due_by)
        self._unsettled = []
        self._count(ended, disabled)
        self._begin(claimed, due)
        return bool(claimed)

    def wait(self, timeout_s: float) -> None:
        """Wait until a send ends and a little longer, so that many are settled at once; or the time is over."""
        try:
            self._end(self._ended.get(timeout=timeout_s))
        except Empty:
            return
        if self._n_held:
            time.sleep(_GATHER_S)

    def give_back(self) -> None:
        """Free what is claimed and not yet begun: somebody else may send it now."""
        with self._guard:
            for endpoint_id in self._ahead:
                self._drop_ahead(endpoint_id)

    def report(self) -> SendReport:
        """Return what was done so far."""
        return SendReport(n_sent=self._n_sent, n_failed=self._n_failed, disabled_endpoint_ids=tuple(self._disabled))

    def _slots(self, due: dict[int, bool], n_more: int) -> dict[int, int]:
        with self._guard:
            n_free = N_THREADS - self._n_lines.total()
            slots: dict[int, int] = {}
            for endpoint_id, is_failing in due.items():
                wanted = N_LINES_FAILING if is_failing else self._n_ahead(endpoint_id)
                n_slots = min(wanted - self._n_held[endpoint_id], n_more)
                has_line = self._n_lines[endpoint_id] > 0
                # Few at a time would cost a transaction each.
                if n_slots > 0 and n_slots >= wanted // 2 and (has_line or n_free > 0):
                    slots[endpoint_id] = n_slots
                    n_more -= n_slots
                    n_free -= not has_line
        return slots

    def _n_ahead(self, endpoint_id: int) -> int:
        took_s = self._took_s.get(endpoint_id, _AHEAD_S)
        return max(N_LINES, min(int(N_LINES * _AHEAD_S / max(took_s, 0.001)), _MAX_AHEAD))

    def _begin(self, claimed: list[Claimed], due: dict[int, bool]) -> None:
        claimed_s = time.monotonic()
        self.n_claimed += len(claimed)
        with self._guard:
            for message in claimed:
                endpoint_id = message.endpoint_id
                self._n_held[endpoint_id] += 1
                self._ahead[endpoint_id].append((message, claimed_s))
                n_lines = N_LINES_FAILING if due.get(endpoint_id) else N_LINES
                n_running = self._n_lines[endpoint_id]
                if n_running < n_lines and (n_running == 0 or self._n_lines.total() < N_THREADS):
                    self._n_lines[endpoint_id] += 1
                    self._pool.submit(self._run_line, endpoint_id)

    def _run_line(self, endpoint_id: int) -> None:
        """Send one after another to an endpoint until nothing is left, or it fails."""
        while True:
            with self._guard:
                if not self._ahead[endpoint_id]:
                    self._n_lines[endpoint_id] -= 1
                    return
                message, claimed_s = self._ahead[endpoint_id].popleft()
            verdict = self._send(message, claimed_s)
            if verdict is None or not verdict.is_sent:
                with self._guard:
                    self._drop_ahead(endpoint_id)
            self._ended.put((message, verdict))

    def _send(self, message: Claimed, claimed_s: float) -> Verdict | None:
        began_s = time.monotonic()
        if began_s - claimed_s > _STILL_MINE_S:
            return None  # this machine slept: sending now could break the order
        try:
            verdict = self._sender.send(message)
        except Exception as exc:  # a bug must cost one try, not the line it ran in
            log.error("callback %s: %s", message.callback_id, type(exc).__name__)
            verdict = Verdict(word="broken", took_ms=0)
        self._took_s[message.endpoint_id] = time.monotonic() - began_s
        return verdict

    def _drop_ahead(self, endpoint_id: int) -> None:
        while self._ahead[endpoint_id]:
            self._ended.put((self._ahead[endpoint_id].popleft()[0], None))

    def _take_ended(self) -> None:
        while not self._ended.empty():
            self._end(self._ended.get())

    def _end(self, ended: Ended) -> None:
        self._n_held[ended[0].endpoint_id] -= 1
        self._unsettled.append(ended)

    def _count(self, ended: list[Ended], disabled: list[int]) -> None:
        n_sent = sum(verdict is not None and verdict.is_sent for _, verdict in ended)
        n_released = sum(verdict is None for _, verdict in ended)
        self._n_sent += n_sent
        self._n_failed += len(ended) - n_sent - n_released
        self.n_claimed -= n_released
        self._disabled += disabled
