"""The web's server: gunicorn starts and replaces the processes, Waitress reads and writes inside each.

Waitress reads heads and bodies in one loop, many connections at once, and gives a request to a thread when the whole of
it has arrived: a slow client costs a connection and never a thread. What it lacks, a limit on the whole time of a
request, is added here: a client that sends a byte every few seconds is never idle.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

ARRIVES_WITHIN_S = 15.0
"""A request may take so long to arrive, from its first byte, and a second more for each ``SLOWEST_BYTES_S`` of it."""
SLOWEST_BYTES_S = 500
"""A phone at the edge of its network is faster; who sends a byte every few seconds is not."""
IDLE_S = 15
"""Longer than a page that refreshes itself every two seconds waits, so that its connection is used again."""
N_CONNECTIONS = 1_000
_LOOK_EVERY_S = 0.5


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection; it knows since when its unfinished request has been arriving."""

    arriving_since_s: float | None = None

    def received(self, data: bytes) -> bool:
        """Take bytes in; the first of a request start its clock, its last end it."""
        if self.request is None:
            self.arriving_since_s = time.monotonic()
        is_taken = bool(super().received(data))
        if self.request is None:
            self.arriving_since_s = None
        return is_taken

    def is_too_slow(self, now_s: float) -> bool:
        """Return whether the request in arrival has had its time."""
        request, since_s = self.request, self.arriving_since_s
        if request is None or since_s is None:
            return False
        n_bytes = int(request.header_bytes_received + request.body_bytes_received)
        return now_s - since_s > ARRIVES_WITHIN_S + n_bytes / SLOWEST_BYTES_S


class _Server(TcpWSGIServer):  # type: ignore[misc]
    channel_class = _Channel

    def maintenance(self, now: float) -> None:
        """Close connections that are idle, and those whose request takes too long to arrive."""
        super().maintenance(now)
        now_s = time.monotonic()
        for channel in list(self.active_channels.values()):
            if channel.is_too_slow(now_s):
                channel.will_close = True


class WaitressWorker(Worker):  # type: ignore[misc]
    """One web process: the sockets are gunicorn's, the loop and the threads are Waitress's."""

    def run(self) -> None:
        """Serve until gunicorn says stop; then finish what runs, within the time it grants."""
        logging.getLogger("waitress").setLevel(logging.ERROR)  # requests are logged by the app
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        loop: dict[int, Any] = {}
        servers = [self._server(listener, loop, dispatcher) for listener in self.sockets]
        while self.alive:
            self._turn(loop)
            if self.ppid != os.getppid():  # the master died: nobody would replace or stop this process
                break
        for server in servers:
            server.accepting = False
        self._finish(loop, servers)
        dispatcher.shutdown(cancel_pending=True, timeout=0)
        wasyncore.close_all(loop)

    def _server(self, listener: Any, loop: dict[int, Any], dispatcher: ThreadedTaskDispatcher) -> _Server:
        adjustments = Adjustments(
            threads=self.cfg.threads,
            ident=None,
            connection_limit=N_CONNECTIONS,
            cleanup_interval=1,
            channel_timeout=IDLE_S,
            clear_untrusted_proxy_headers=False,  # the app trusts as many proxies as its settings say
            asyncore_use_poll=True,  # select() ends at 1,024 open files
            log_socket_errors=False,
        )
        sock = getattr(listener, "sock", listener)  # gunicorn wraps its sockets
        address = (sock.family, sock.type, sock.proto, sock.getsockname())
        return _Server(self.wsgi, loop, True, sock, dispatcher=dispatcher, adj=adjustments, sockinfo=address,
                       bind_socket=False)  # fmt: skip

    def _turn(self, loop: dict[int, Any]) -> None:
        self.notify()
        wasyncore.loop(timeout=_LOOK_EVERY_S, use_poll=True, map=loop, count=1)

    def _finish(self, loop: dict[int, Any], servers: list[_Server]) -> None:
        """Let running requests end and their answers leave, as long as gunicorn's grace lasts."""
        until_s = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < until_s and any(_is_busy(server) for server in servers):
            self.notify()
            wasyncore.loop(timeout=0.1, use_poll=True, map=loop, count=1)


def _is_busy(server: _Server) -> bool:
    return any(channel.requests or channel.total_outbufs_len for channel in server.active_channels.values())


def end_at_once(_server: object, worker: Worker) -> None:
    """End a process that has finished its work (gunicorn's hook): unloading hundreds of modules takes a busy second."""
    if worker.booted and not worker.aborted:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
