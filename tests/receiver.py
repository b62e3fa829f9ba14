"""A receiver of callbacks on this machine: answers as told and keeps what it got for the official library."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Got:
    """One request as it came in."""

    headers: dict[str, str]
    body: bytes
    at_s: float

    @property
    def message_id(self) -> str:
        """Return the id that must never change."""
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict:
        """Return the content; the official library raises where the signature does not hold."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Say:
    """How to answer: a status and headers, or a whole misbehaviour of one's own."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    misbehave: Callable[[BaseHTTPRequestHandler], None] | None = None


class Receiver:
    """Listens on 127.0.0.1; ``answer`` may be changed at any time."""

    def __init__(self, answer: Callable[[Got], Say] | None = None) -> None:
        self.answer = answer or (lambda _got: Say())
        self.got: list[Got] = []
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/tin?ma=1"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if len(body) < int(self.headers["Content-Length"]):  # the sender was killed half-way
                    self.close_connection = True
                    return
                got = Got({k.lower(): v for k, v in self.headers.items()}, body, time.monotonic())
                receiver.got.append(got)
                said = receiver.answer(got)
                if said.misbehave is not None:
                    self.close_connection = True
                    said.misbehave(self)
                    return
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said.body)))
                self.end_headers()
                self.wfile.write(said.body)

            def log_message(self, *_args: object) -> None:
                """Stay quiet."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_args: object) -> None:
        """A sender that hangs up is part of the test."""
