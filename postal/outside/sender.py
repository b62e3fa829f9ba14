"""Sending of callbacks: signed by Standard Webhooks, many at once, each item's in order."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Protocol

from standardwebhooks import Webhook

from postal.db import Database
from postal.outside.addresses import AddressPolicy
from postal.outside.claims import LEASE, Claimed, Verdict, claim, disable_dark, due_endpoints, settle
from postal.outside.safe_http import SafeClient, SendFailed

log = logging.getLogger("tannha.callbacks")
Clock = Callable[[], datetime]

N_THREADS = 64
# An endpoint that fails gets one line until it answers again, so that nobody waits behind it.
N_LINES, N_LINES_FAILING = 4, 1
_LOOK_EVERY_S = 0.2
_LOOK_AGAIN_S, _N_LAST_LOOKS = 1.0, 10
# Past this part of the lease another process may be about to take the callback over.
_STILL_MINE_S = LEASE.total_seconds() / 2


class Sender(Protocol):
    """Puts one message on the wire."""

    def send(self, message: Claimed) -> Verdict:
        """Send once and say how it ended; never raises for what the other side does."""


class RequestsSender:
    """Signs and posts. ``clock`` is the wall clock: receivers compare the timestamp with their own."""

    def __init__(self, client: SafeClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    @classmethod
    def with_policy(cls, policy: AddressPolicy, clock: Clock, *, ca_file: str | None = None) -> RequestsSender:
        """Return a sender for these address rules; ``ca_file`` adds the authority of an inner network."""
        return cls(SafeClient(policy, ca_file=ca_file), clock)

    def send(self, message: Claimed) -> Verdict:
        """Send once; the verdict is "sent" for any 2xx."""
        if not message.secrets:
            return Verdict(word="secret_locked", took_ms=0)
        began_s = time.monotonic()
        try:
            answer = self._client.post(message.url, message.body.encode(), signed_headers(message, self._clock()))
        except SendFailed as exc:
            return Verdict(word=exc.verdict, took_ms=_since_ms(began_s))
        return Verdict(
            word=_word(answer.status),
            took_ms=_since_ms(began_s),
            status=answer.status,
            retry_after=answer.retry_after,
        )


def signed_headers(message: Claimed, at: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks: one signature for each secret, the id always the same."""
    at = at.astimezone(UTC)  # the library replaces the time zone instead of converting
    signatures = [Webhook(secret).sign(message.message_id, at, message.body) for secret in message.secrets]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


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
    """A pool of threads that only send, and one owner that claims and settles in single transactions.

    The threads never touch the database, so one slow receiver holds a thread and nothing else.
    """

    def __init__(
        self,
        database: Database,
        sender: Sender,
        *,
        clock: Clock,
        due_by: datetime | None = None,
        n_threads: int = N_THREADS,
    ) -> None:
        self._database = database
        self._sender = sender
        self._clock = clock
        self._due_by = due_by
        self._n_threads = n_threads
        self._pool = ThreadPoolExecutor(n_threads, thread_name_prefix="callback")
        self._ended: SimpleQueue[tuple[Claimed, Verdict]] = SimpleQueue()
        self._unsettled: list[tuple[Claimed, Verdict]] = []
        self._lines: Counter[int] = Counter()
        self._disabled: list[int] = []
        self._n_sent = self._n_failed = 0
        self.n_claimed = 0

    def __enter__(self) -> Sending:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def n_in_flight(self) -> int:
        """Return how many are with the threads or not yet settled."""
        return self._lines.total() + len(self._unsettled)

    def step(self, *, n_more: int = 1_000_000) -> bool:
        """Settle what ended and claim what is due, in one transaction; say whether anything was claimed."""
        now = self._clock()
        self._take_ended()
        ended = self._unsettled
        with self._database.read() as session:
            due = due_endpoints(session, self._due_by or now) if n_more > 0 else {}
        if not ended and not self._slots(due, n_more):
            return False
        with self._database.write() as session:
            settle(session, ended, now=now, chance=random.random)
            disabled = disable_dark(session, now=now)
            claimed = claim(session, self._slots(due, n_more), now=now, due_by=self._due_by)
        self._unsettled = []
        self._count(ended, disabled)
        for message in claimed:
            self._lines[message.endpoint_id] += 1
            self._pool.submit(self._send, message, time.monotonic())
        self.n_claimed += len(claimed)
        return bool(claimed)

    def wait(self, timeout_s: float) -> None:
        """Wait until a send ends, or the time is over."""
        try:
            self._end(self._ended.get(timeout=timeout_s))
        except Empty:
            return

    def report(self) -> SendReport:
        """Return what was done so far."""
        return SendReport(n_sent=self._n_sent, n_failed=self._n_failed, disabled_endpoint_ids=tuple(self._disabled))

    def _slots(self, due: dict[int, bool], n_more: int) -> dict[int, int]:
        n_free = min(self._n_threads - self._lines.total(), n_more)
        slots: dict[int, int] = {}
        for endpoint_id, is_failing in due.items():
            n_lines = N_LINES_FAILING if is_failing else N_LINES
            n_slots = min(n_lines - self._lines[endpoint_id], n_free)
            if n_slots > 0:
                slots[endpoint_id] = n_slots
                n_free -= n_slots
        return slots

    def _send(self, message: Claimed, claimed_s: float) -> None:
        if time.monotonic() - claimed_s > _STILL_MINE_S:  # this machine slept: sending now could break the order
            self._ended.put((message, Verdict(word="lease_lost", took_ms=0)))
            return
        try:
            verdict = self._sender.send(message)
        except Exception:
            verdict = Verdict(word="broken", took_ms=0)  # a bug must cost one try, not the line it ran in
        self._ended.put((message, verdict))

    def _take_ended(self) -> None:
        while not self._ended.empty():
            self._end(self._ended.get())

    def _end(self, ended: tuple[Claimed, Verdict]) -> None:
        self._lines[ended[0].endpoint_id] -= 1
        self._unsettled.append(ended)

    def _count(self, ended: list[tuple[Claimed, Verdict]], disabled: list[int]) -> None:
        n_sent = sum(verdict.is_sent for _, verdict in ended)
        self._n_sent += n_sent
        self._n_failed += len(ended) - n_sent
        self._disabled += disabled


def _word(status: int) -> str:
    if 200 <= status < 300:
        return "sent"
    return "redirect_not_followed" if 300 <= status < 400 else "refused"


def _since_ms(began_s: float) -> int:
    return round((time.monotonic() - began_s) * 1000)
