"""Who asks too often: requests counted in windows of a minute, each client under its own name, strangers by address.

Counted for every page and API call, and exactly: where several processes serve, in a store they share. One that does
not answer neither stops the service nor opens it: each process counts for itself until it answers again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from flask import Flask, Response, g, request
from limits.storage import Storage, storage_from_string
from werkzeug.exceptions import TooManyRequests

WINDOW_S = 60
_ANSWERS_WITHIN_S = 1.0
_ASKED_AGAIN_AFTER_S = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True, slots=True)
class Count:
    """Requests of one client in its running window, this one included, and the seconds until the window ends."""

    n: int
    left_s: float


class Counter(Protocol):
    """Counts requests; a client's window begins with its first."""

    def hit(self, name: str) -> Count:
        """Count one request of a client."""


class OwnCounter:
    """Counts of this process alone. What is over is swept out once a window, by whoever asks next."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, float]] = {}
        self._sweep_at_s = clock() + WINDOW_S

    def hit(self, name: str) -> Count:
        """Count one request of a client."""
        now_s = self._clock()
        with self._lock:
            if now_s >= self._sweep_at_s:
                self._windows = {one: window for one, window in self._windows.items() if window[1] > now_s}
                self._sweep_at_s = now_s + WINDOW_S
            n, ends_s = self._windows.get(name, (0, 0.0))
            if ends_s <= now_s:
                n, ends_s = 0, now_s + WINDOW_S
            self._windows[name] = (n + 1, ends_s)
        return Count(n + 1, ends_s - now_s)

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return len(self._windows)


class SharedCounter:
    """Counts that processes share, by a store of the library ``limits``; while it is silent, the process's own."""

    def __init__(self, store: Storage, own: OwnCounter, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._own, self._clock = store, own, clock
        self._lock = threading.Lock()
        self._n_silent, self._ask_from_s = 0, 0.0

    def hit(self, name: str) -> Count:
        """Count one request of a client."""
        if self._clock() < self._ask_from_s:
            return self._own.hit(name)
        key = f"tannha/requests/{name}"
        try:
            count = Count(self._store.incr(key, WINDOW_S), max(0.0, self._store.get_expiry(key) - time.time()))
        except self._store.base_exceptions as exc:
            if self._wait():
                structlog.get_logger("tannha").warning("rate_limit_store_silent", error=type(exc).__name__)
            return self._own.hit(name)
        self._n_silent = 0
        return count

    def _wait(self) -> bool:
        """Ask no more for a while, longer each time; False where another thread has noticed the same silence before."""
        with self._lock:
            now_s = self._clock()
            if now_s < self._ask_from_s:
                return False
            wait_s = _ASKED_AGAIN_AFTER_S[min(self._n_silent, len(_ASKED_AGAIN_AFTER_S) - 1)]
            self._n_silent, self._ask_from_s = self._n_silent + 1, now_s + wait_s
            return True


def counter_at(url: str) -> Counter:
    """Return what counts at an address: memory:// or redis://…"""
    own = OwnCounter()
    if url.startswith("memory"):
        return own
    options = {"socket_connect_timeout": _ANSWERS_WITHIN_S, "socket_timeout": _ANSWERS_WITHIN_S}
    return SharedCounter(storage_from_string(url, **options), own)  # type: ignore[arg-type]


def register(app: Flask, counter: Counter, *, who: Callable[[], str], limit: Callable[[], int]) -> None:
    """Count every request but those for files and of a supervisor, and refuse what is over the limit of ``who``.

    What is refused before it is counted (a wrong key, nobody signed in, a form of another site) is counted as it is
    answered; only what the service itself failed at is not.
    """

    @app.before_request
    def count() -> None:
        if _is_free():
            return
        found, most = counter.hit(who()), limit()
        g.counted = (most, found)
        if found.n > most:
            raise TooManyRequests(retry_after=max(1, round(found.left_s)))

    @app.after_request
    def tell(response: Response) -> Response:
        if g.get("counted") is None and response.status_code < 500:
            try:
                count()
            except TooManyRequests as exc:
                response = app.make_response(app.handle_user_exception(exc))
        if (counted := g.get("counted")) is not None:
            most, found = counted
            response.headers.add("X-RateLimit-Limit", str(most))
            response.headers.add("X-RateLimit-Remaining", str(max(0, most - found.n)))
            response.headers.add("X-RateLimit-Reset", str(int(time.time() + found.left_s)))
        return response


def _is_free() -> bool:
    # A service that is too busy to say that it lives would be ended by its supervisor.
    return (request.endpoint or "").rpartition(".")[2] == "static" or request.path in ("/healthz", "/readyz")
