"""Sending what is due at one endpoint: a few messages at a time, each item's in order, settled many at once."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from postal.outside.due import Message, Verdict
from postal.outside.sender import Sender

log = logging.getLogger("tannha.callbacks")

# After a failure an endpoint gets one line until it answers again; after three on end it counts as down.
N_LINES, N_LINES_FAILING, N_FAILURES_DOWN = 4, 1, 3
# How much is read ahead: what the endpoint takes in this time, so that a read serves many messages.
_AHEAD_S, _MAX_AHEAD = 1.0, 200
# Messages that end within this time are settled in one transaction.
_GATHER_S, _SETTLE_EVERY_S, _LOOK_EVERY_S = 0.02, 0.25, 0.5


class Unit(Protocol):
    """What sending needs of the job that carries it: fenced transactions, and whether to go on."""

    def due(self, endpoint_id: int, *, n: int, without: Sequence[int]) -> list[Message]:
        """Return up to ``n`` messages that are due now, without those under way."""

    def settle(self, endpoint_id: int, ended: Sequence[tuple[Message, Verdict]], *, is_down: bool) -> list[int]:
        """Write down how tries ended; return the endpoints disabled by it. Raises LeaseLost."""

    def check(self) -> None:
        """Raise where the job must end now."""


@dataclass(frozen=True, kw_only=True)
class SendReport:
    """What was sent and what failed; the endpoints that were disabled meanwhile."""

    n_sent: int = 0
    n_failed: int = 0
    disabled_endpoint_ids: tuple[int, ...] = ()

    def __add__(self, other: SendReport) -> SendReport:
        return SendReport(
            n_sent=self.n_sent + other.n_sent,
            n_failed=self.n_failed + other.n_failed,
            disabled_endpoint_ids=self.disabled_endpoint_ids + other.disabled_endpoint_ids,
        )


class Sending:
    """Sends what is due at one endpoint. The threads only send; this object alone reads and writes rows."""

    def __init__(self, unit: Unit, sender: Sender, endpoint_id: int) -> None:
        self._unit = unit
        self._sender = sender
        self._endpoint_id = endpoint_id
        self._ahead: deque[Message] = deque()
        self._under_way: dict[Future[Verdict], Message] = {}
        self._ended: list[tuple[Message, Verdict]] = []
        self._settled_s = time.monotonic()
        self._took_s = _AHEAD_S
        self._n_lines = N_LINES
        self._n_failed_on_end = 0
        self.report = SendReport()

    def send_all(self) -> SendReport:
        """Send until nothing is due, the endpoint is down or the job must end; return what was done.

        What is under way when the job ends is waited for and settled if the lease still holds.
        """
        with ThreadPoolExecutor(N_LINES, thread_name_prefix="callback") as pool:
            try:
                self._read_ahead()
                while self._ahead or self._under_way:
                    self._unit.check()
                    self._begin(pool)
                    self._wait()
                    if not self._ahead or time.monotonic() - self._settled_s > _SETTLE_EVERY_S:
                        self._settle()
                    if not self._ahead and self._n_failed_on_end < N_FAILURES_DOWN:
                        self._read_ahead()
            finally:
                if self._under_way:
                    wait(self._under_way)
                    self._collect()
                self._settle()
        return self.report

    def _read_ahead(self) -> None:
        n = max(N_LINES, min(int(N_LINES * _AHEAD_S / max(self._took_s, 0.001)), _MAX_AHEAD))
        without = [message.callback_id for message in self._under_way.values()]
        self._ahead.extend(self._unit.due(self._endpoint_id, n=n, without=without))

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        while self._ahead and len(self._under_way) < self._n_lines:
            message = self._ahead.popleft()
            self._under_way[pool.submit(self._send, message)] = message

    def _wait(self) -> None:
        wait(self._under_way, timeout=_LOOK_EVERY_S, return_when=FIRST_COMPLETED)
        if len(self._under_way) > 1 and not self._ahead:  # let the neighbours end, so that one transaction serves all
            time.sleep(min(_GATHER_S, self._took_s))
        self._collect()

    def _collect(self) -> None:
        for future in [future for future in self._under_way if future.done()]:
            verdict = future.result()
            self._ended.append((self._under_way.pop(future), verdict))
            self._n_failed_on_end = 0 if verdict.is_sent else self._n_failed_on_end + 1
            self._n_lines = N_LINES if verdict.is_sent else N_LINES_FAILING
            if not verdict.is_sent:
                self._ahead.clear()  # they stay due; the next read takes them again

    def _send(self, message: Message) -> Verdict:
        began_s = time.monotonic()
        try:
            verdict = self._sender.send(message)
        except Exception as exc:  # a bug must cost one try, not the line it ran in
            log.error("callback %s: %s", message.callback_id, type(exc).__name__)
            verdict = Verdict(word="broken", took_ms=0)
        self._took_s = time.monotonic() - began_s
        return verdict

    def _settle(self) -> None:
        self._settled_s = time.monotonic()
        if not self._ended:
            return
        ended, self._ended = self._ended, []
        is_down = self._n_failed_on_end >= N_FAILURES_DOWN
        disabled = self._unit.settle(self._endpoint_id, ended, is_down=is_down)
        n_sent = sum(verdict.is_sent for _, verdict in ended)
        self.report += SendReport(n_sent=n_sent, n_failed=len(ended) - n_sent, disabled_endpoint_ids=tuple(disabled))
