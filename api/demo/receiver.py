"""The centre's system of the demo: a process of its own that verifies every callback.

Uses the official Standard Webhooks library and nothing of ours, so that a signature it accepts is one
that any integrator's library accepts. Writes what it saw to a JSON file after each callback.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Ledger:
    """Counts what arrived: verified, refused, repeated, out of order."""

    def __init__(self, report: Path) -> None:
        self._report = report
        self._lock = Lock()
        self._seen: set[str] = set()
        self._last: dict[str, int] = {}
        self.counts: Counter[str] = Counter()

    def take(self, message_id: str, body: bytes) -> None:
        """Note one verified callback."""
        message = json.loads(body)
        item, sequence = message["data"]["dossier_code"], message["data"]["sequence"]
        key = f"{message['data']['direction']} {item}"
        with self._lock:
            if message_id in self._seen:
                self.counts["repeated"] += 1
                return
            self._seen.add(message_id)
            self.counts["verified"] += 1
            self.counts[message["type"]] += 1
            self.counts["out_of_order"] += sequence <= self._last.get(key, 0)
            self._last[key] = max(sequence, self._last.get(key, 0))

    def refuse(self) -> None:
        """Note a callback whose signature did not hold."""
        with self._lock:
            self.counts["refused"] += 1

    def write(self) -> None:
        """Put the counts where the demo reads them."""
        with self._lock:
            self._report.write_text(json.dumps(self.counts, indent=1, sort_keys=True), encoding="utf-8")


def serve(ledger: Ledger, secrets: list[str]) -> ThreadingHTTPServer:
    """Return a server on a free port of 127.0.0.1 that verifies what is posted to it by the one in ``secrets``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                Webhook(secrets[0]).verify(body, {k.lower(): v for k, v in self.headers.items()})
            except (WebhookVerificationError, ValueError):
                ledger.refuse()
                self._answer(401)
                return
            ledger.take(self.headers["webhook-id"], body)
            self._answer(204)

        def do_GET(self) -> None:
            """Write the report when asked, so that the demo reads a settled file."""
            ledger.write()
            self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Stay quiet: the counts are the report."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def main() -> None:
    """Serve until standard input closes: the port goes to standard output, then secrets come in, a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, required=True)
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the demo, which ends this process
    secrets: list[str] = []
    server = serve(Ledger(arguments.report), secrets)
    print(server.server_address[1], flush=True)  # noqa: T201 - the parent process reads it
    Thread(target=server.serve_forever, daemon=True).start()
    for line in sys.stdin:  # registering the address is what makes the secret
        secrets[:] = [line.strip()]
    # The demo is gone, however it ended.


if __name__ == "__main__":
    main()
