"""Counting 5,000 items scan by scan, and checking a chain of 100,000 events: beside the loops one writes first.

Each scan is a transaction of its own on a SQLite file that is synced to the disk; every fifth goes the whole way of a
clerk's scanner, through `POST /v1/batches/<id>/count` with session, rights, token and answer. The peer of the count
loads the list, looks for the code and stores the scan; the peer of the check reads events through the ORM and hashes
their JSON, without salts, proofs, receipts or any search for rows that were put in. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from api import create_app  # noqa: E402
from api.settings import Settings  # noqa: E402
from api.wiring import build_services  # noqa: E402
from postal import NewUser, Role, chain, counting, custody  # noqa: E402
from postal.access import accounts  # noqa: E402
from postal.custody import Party  # noqa: E402
from postal.db import Database  # noqa: E402
from postal.models import CountedScan, Item, Manifest, ManifestLine, TrackingEvent  # noqa: E402
from postal.rules.lifecycle import EventKind  # noqa: E402
from tests import builders as build  # noqa: E402

NOW = build.EVENING
BATCH = counting.all_lists()["batch"]
MAX_P95_MS, MIN_EVENTS_PER_S = 150.0, 100_000


def closed_batch(database: Database, n_items: int) -> tuple[int, list[str]]:
    """Bring items in and close them into one list; return the batch and its codes in a random order."""
    guide = build.guide()
    with database.write() as session:
        build.s10_range(session)
        for first in range(0, n_items, 500):
            results = (build.result(first + i + 1) for i in range(min(500, n_items - first)))
            build.accepted(session, *results, guide=guide)
        office_id = session.scalars(select(Item)).first().consignment.issuing_office_id  # type: ignore[union-attr]
        batch = custody.open_batch(build.act(session, NOW), office_id)
        manifest = build.closed_batch(session, batch.id, now=NOW)
        codes = [line.s10 for line in manifest.lines]
        batch_id = batch.id
    random.Random(7).shuffle(codes)
    return batch_id, codes


def p95_ms(took_s: list[float]) -> float:
    """Return the 95th percentile in milliseconds."""
    return round(statistics.quantiles(took_s, n=20)[-1] * 1000, 2)


def count_ours(database: Database, batch_id: int, codes: list[str]) -> float:
    """Count every code in a transaction of its own; return the p95 in milliseconds."""
    took = []
    for code in codes:
        began = time.perf_counter()
        with database.write() as session:
            told = counting.scan_codes(build.act(session, NOW), BATCH, batch_id, [code])
        took.append(time.perf_counter() - began)
        assert told.answers[0].match is counting.Match.RIGHT
    return p95_ms(took)


def count_by_page(database: Database, batch_id: int, codes: list[str]) -> float:
    """Count every code as a signed-in clerk's page does, a request for each; return the p95 in milliseconds."""
    settings = Settings(
        secret_key="s" * 40,
        vault_keys=(b"k" * 32,),
        lookup_key=b"l" * 32,
        source_system=build.SYSTEM,
        rate_limits_enabled=False,
        log_level="error",
        public_url="http://localhost",
    )
    built = build_services(settings)
    built.database.engine.dispose()
    client = create_app(settings, dataclasses.replace(built, database=database)).test_client()
    who = {"username": "kiem-dem", "password": "mot mat khau dai"}
    with database.write() as session:
        accounts.add_user(session, NewUser(**who, full_name="Người Đếm", role=Role.POSTAL_CLERK), now=NOW)
    token = _csrf(client.get("/staff/sign-in").text)
    assert client.post("/staff/sign-in", data={"csrf_token": token, **who}).status_code == 303
    headers = {"X-CSRFToken": _csrf(client.get("/track").text)}
    took = []
    for code in codes:
        began = time.perf_counter()
        answer = client.post(f"/v1/batches/{batch_id}/count", json={"codes": [code]}, headers=headers)
        took.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.text
        assert answer.json["scans"][0]["said"] == "right", answer.text
    return p95_ms(took)


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, page[:500]
    return found[1]


def count_peer(database: Database, batch_id: int, codes: list[str]) -> float:
    """Load the list for every scan, as one writes first; return the p95 in milliseconds."""
    took = []
    for code in codes:
        began = time.perf_counter()
        with database.write() as session:
            query = select(Manifest).where(Manifest.batch_id == batch_id).options(joinedload(Manifest.lines))
            manifest = session.scalars(query).unique().one()
            lines: list[ManifestLine] = [line for line in manifest.lines if line.s10 == code]
            assert lines
            session.add(CountedScan(list_of=BATCH.name, code=code, is_expected=True, scanned_at=NOW))
        took.append(time.perf_counter() - began)
    return p95_ms(took)


def long_chain(database: Database, batch_id: int, codes: list[str], n_events: int) -> None:
    """Hand the list over, add events until there are enough, and seal them all."""
    party = Party(name="Nguyễn Văn Thử")
    with database.write() as session:
        custody.hand_over(build.act(session, NOW), batch_id, scanned=codes, giver=party, receiver=party)
        item_ids = session.scalars(select(Item.id)).all()
        events = [
            {
                "item_id": item_ids[number % len(item_ids)],
                "kind": EventKind.ATTEMPT_FAILED,
                "scan_id": f"bench-{number}",
                "happened_at": NOW + timedelta(seconds=number),
                "recorded_at": NOW + timedelta(seconds=number + 5),
                "is_applied": False,
                "reason": "VANG_NHA",
                "facts": {"cost_bearer": "recipient"},
            }
            for number in range(n_events)
        ]
        session.execute(insert(TrackingEvent), events)
        chain.seal(session, now=NOW + timedelta(days=30))


def check_ours(database: Database) -> tuple[int, float]:
    """Check the whole chain; return how many links and the seconds."""
    began = time.perf_counter()
    with database.read() as session:
        checked = chain.check_chain(session)
    assert checked.broken is None, checked.broken
    return checked.n_links, time.perf_counter() - began


def check_peer(database: Database) -> tuple[int, float]:
    """Hash every event's JSON onto the hash before, read through the ORM; return how many and the seconds."""
    began, head, n_events = time.perf_counter(), "", 0
    with database.read() as session:
        for event in session.scalars(
            select(TrackingEvent).order_by(TrackingEvent.id).execution_options(yield_per=1000)
        ):
            told = {column.name: getattr(event, column.name) for column in TrackingEvent.__table__.columns}
            head = hashlib.sha256((head + json.dumps(told, default=str, sort_keys=True)).encode()).hexdigest()
            n_events += 1
    return n_events, time.perf_counter() - began


def main() -> None:
    """Measure both sides of both promises and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=5_000)
    parser.add_argument("--events", type=int, default=100_000)
    arguments = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        database = build.sqlite_database(Path(folder))
        batch_id, codes = closed_batch(database, arguments.items)
        theirs_ms = count_peer(database, batch_id, codes[: min(100, len(codes))])
        n_by_page = len(codes) // 5
        ours_ms = count_ours(database, batch_id, codes[n_by_page:])
        page_ms = count_by_page(database, batch_id, codes[:n_by_page])
        print(f"count   ours p95 {ours_ms:8.2f} ms   list loaded for each scan p95 {theirs_ms:8.2f} ms")
        print(f"count   the whole request p95 {page_ms:8.2f} ms, {len(codes):,} items on the list")
        long_chain(database, batch_id, codes, arguments.events)
        ours, theirs = (max(n / seconds for n, seconds in (check(database) for _ in range(3)))
                        for check in (check_ours, check_peer))  # fmt: skip
        print(f"check   ours {ours:10,.0f} events/s   ORM and JSON {theirs:10,.0f} events/s")
        database.engine.dispose()
    for what, is_kept in ((f"p95 <= {MAX_P95_MS:.0f} ms", max(ours_ms, page_ms) <= MAX_P95_MS),
                          (f">= {MIN_EVENTS_PER_S:,} events/s", ours >= MIN_EVENTS_PER_S)):  # fmt: skip
        print(f"promise ({what}): {'kept' if is_kept else 'BROKEN'}")
    last = {
        "ours": round(ours),
        "peer": round(theirs),
        "ratio": round(ours / theirs, 2),
        "seconds": round(time.perf_counter() - began, 1),
        "cores": os.cpu_count(),
        "scan_p95_ms": ours_ms,
        "request_p95_ms": page_ms,
        "scan_p95_ms_peer": theirs_ms,
        "items": arguments.items,
    }
    print(json.dumps(last))


if __name__ == "__main__":
    main()
