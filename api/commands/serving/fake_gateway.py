"""`tannha fake-gateway`: a stand-in for an SMS gateway that shows what would be sent, for trying things out.

It keeps messages in memory alone and says on every answer that nothing goes anywhere.
"""

from __future__ import annotations

import json
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

import click

_KEPT = 1_000
_LONGEST_BYTES = 16_384


class Shown:
    """What was handed over, once for each id, oldest first; safe to share between threads.

    ``n_to_fail`` answers are 503 first, so that sending again can be watched.
    """

    def __init__(self, n_to_fail: int = 0) -> None:
        self._lock = Lock()
        self._messages: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._n_to_fail = n_to_fail
        self.n_requests = 0

    def take(self, message: dict[str, Any], message_id: str) -> int:
        """Keep one message; return the status to answer with."""
        with self._lock:
            self.n_requests += 1
            if self._n_to_fail > 0:
                self._n_to_fail -= 1
                return 503
            if message_id and any(one.get("id") == message_id for one in self._messages):
                return 200
            self._messages.append(message | {"id": message_id})
            return 202

    def all(self) -> list[dict[str, Any]]:
        """Return what is kept."""
        with self._lock:
            return list(self._messages)


def gateway(address: tuple[str, int], shown: Shown) -> ThreadingHTTPServer:
    """Return a server that takes JSON and forms by POST and shows what it took by GET."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(size, _LONGEST_BYTES)).decode("utf-8", "replace")
            self._answer(shown.take(_read(body), self.headers.get("Idempotency-Key", "")), {"sent": False})

        def do_GET(self) -> None:
            self._answer(200, {"messages": shown.all(), "sent": False})

        def _answer(self, status: int, told: object) -> None:
            body = json.dumps(told, ensure_ascii=False, indent=1).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Stay quiet: GET shows the messages."""

    return ThreadingHTTPServer(address, Handler)


def _read(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = dict(parse_qsl(body))
    return found if isinstance(found, dict) else {"body": body}


@click.command()
@click.option("--bind", default="127.0.0.1:8470", show_default=True, help="Địa chỉ:cổng / address:port")
@click.option("--fail", default=0, show_default=True, help="Từ chối bấy nhiêu lần đầu / refuse so often at first")
def fake_gateway(bind: str, fail: int) -> None:
    """Take short messages as a gateway would and show them at the same address; nothing is sent."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit():
        raise click.BadParameter("127.0.0.1:8470", param_hint="--bind")
    server = gateway((host, int(port)), Shown(fail))
    shown_at = f"http://{host}:{server.server_address[1]}/"
    click.echo(f"TANNHA_SMS_GATEWAY_URL={shown_at}\nXem tin tại {shown_at} / messages are shown at {shown_at}")
    try:
        server.serve_forever()
    finally:
        server.server_close()
