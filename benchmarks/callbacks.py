"""Callbacks a second: the real outbox and sender, beside the loop one writes first.

Ours claims each callback durably, signs it, sends it on a checked address, and notes the try; order for each
item is kept and a killed process loses nothing. The peer is a plain loop of requests and the official
standardwebhooks library over a list in memory: no database, no order, no retries. Both send to the same
receiver in a process of its own, which verifies nothing and answers after ``--answer-ms`` milliseconds, as a
real one across a network does. The last line is one JSON object; ours and peer are callbacks a second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SYSTEM = "bench"
N_ITEMS, N_ENDPOINTS, ANSWER_MS = 2_000, 4, 10


def serve(answer_ms: int) -> None:
    """Answer 204 to everything after a while; print the port first."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(answer_ms / 1000)
            self.wfile.write(b"HTTP/1.1 204 No Content\r\n\r\n")

        def log_message(self, *_args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.request_queue_size = 128
    print(server.server_address[1], flush=True)
    server.serve_forever()


def prepare(folder: Path, urls: list[str], n: int):
    """Register the endpoints and bring ``n`` results in; return the database with n × endpoints callbacks."""
    from postal import ANONYMOUS, Act, Database, Vault, intake, make_engine, outside, upgrade
    from routing import AddressResolver, Register

    database = Database(make_engine(f"sqlite:///{folder / 'bench.db'}"), Vault([b"k" * 32], b"l" * 32))
    upgrade(database.engine)
    policy = outside.AddressPolicy(allow_http_hosts=frozenset({"127.0.0.1"}))
    with database.write() as session:
        for url in urls:
            outside.register_endpoint(session, SYSTEM, url, (), policy=policy, now=NOW)
    register = Register.builtin()
    guide = intake.Guide(register=register, resolver=AddressResolver(register))
    for first in range(0, n, 500):
        results = [_result(intake, number) for number in range(first, min(first + 500, n))]
        with database.write() as session:
            intake.accept_results(Act(session, ANONYMOUS, NOW), results, source_system=SYSTEM, guide=guide)
    return database, policy


def _result(intake, number: int):
    return intake.ResultIn(
        dossier_code=f"H57.15-261120-{number:04d}",
        office="Trung tâm Phục vụ hành chính công thành phố Huế",
        finished_at="2026-11-20T15:00:00+07:00",
        recipient="Tôn Nữ Thị Diễm Hằng",
        phone=f"09051{number:05d}",
        address=f"{number} Lê Lợi, phường Thuận Hóa, thành phố Huế",
        procedure_code="1.004227",
        procedure_name="Đăng ký biến động",
        documents="Giấy chứng nhận (bản chính)",
        fee_vnd="0",
        lat="16.4632",
        lon="107.5862",
    )


def ours(database, policy) -> tuple[int, float]:
    """Send everything that is due; return how many and the seconds."""
    from postal import outside

    sender = outside.RequestsSender.with_policy(policy, lambda: datetime.now(UTC))
    began = time.perf_counter()
    report = outside.send_due(database, sender, now=NOW + timedelta(minutes=1))
    return report.n_sent, time.perf_counter() - began


def peer(urls: list[str], bodies: list[str]) -> tuple[int, float]:
    """Sign and post one after another over one session."""
    import requests
    from standardwebhooks import Webhook

    hook, http, n_sent = Webhook("whsec_" + "A" * 43 + "="), requests.Session(), 0
    began = time.perf_counter()
    for number, body in enumerate(bodies):
        for url in urls:
            now, message_id = datetime.now(UTC), f"msg_{number}"
            headers = {
                "Content-Type": "application/json",
                "webhook-id": message_id,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": hook.sign(message_id, now, body),
            }
            n_sent += http.post(url, data=body.encode(), headers=headers, timeout=10).status_code == 204
    return n_sent, time.perf_counter() - began


def main() -> None:
    """Run both sides and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=N_ITEMS)
    parser.add_argument("--endpoints", type=int, default=N_ENDPOINTS)
    parser.add_argument("--answer-ms", type=int, default=ANSWER_MS)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.serve:
        serve(options.answer_ms)
        return
    began = time.perf_counter()
    command = [sys.executable, __file__, "--serve", "--answer-ms", str(options.answer_ms)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as receiver,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert receiver.stdout is not None
        port = int(receiver.stdout.readline())
        urls = [f"http://127.0.0.1:{port}/{number}" for number in range(options.endpoints)]
        database, policy = prepare(Path(folder), urls, options.items)
        n_ours, ours_s = ours(database, policy)
        n_peer, peer_s = peer(urls, ['{"type":"item.accepted","data":' + '"x"' * 150 + "}"] * (options.items // 4))
        receiver.kill()
    print(f"receiver answers after {options.answer_ms} ms, {options.endpoints} endpoints")
    print(f"ours: {n_ours} sent durably, in order, in {ours_s:.2f} s = {n_ours / ours_s:.0f}/s")
    print(f"peer: {n_peer} sent by a plain loop in {peer_s:.2f} s = {n_peer / peer_s:.0f}/s")
    figures = {
        "ours": round(n_ours / ours_s),
        "peer": round(n_peer / peer_s),
        "ratio": round((n_ours / ours_s) / (n_peer / peer_s), 2),
        "seconds": round(time.perf_counter() - began, 1),
        "cores": os.cpu_count(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
