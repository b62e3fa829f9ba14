"""What a phone's acts cost the server: batches of 500 acts beside one act a request, in one run on the same round.

Deliveries and failures with their evidence go the whole way of `POST /v1/scans`: cookie, contract, rights, one SQLite
file that is synced to the disk. Half of a round's acts are sent by batches, half one by one; statements are counted at
the database, BEGIN and SAVEPOINT left out. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from api import create_app  # noqa: E402
from api.settings import Settings  # noqa: E402
from api.wiring import build_services  # noqa: E402
from postal import custody, phones  # noqa: E402
from postal.db import Database  # noqa: E402
from postal.models import Item  # noqa: E402
from tests import builders as build  # noqa: E402
from tests.postal import day as a_day  # noqa: E402

NOON = a_day.MORNING + timedelta(hours=5)
SETTINGS = Settings(
    secret_key="s" * 40,
    vault_keys=(b"k" * 32,),
    lookup_key=b"l" * 32,
    source_system=build.SYSTEM,
    rate_limits_enabled=False,
    log_level="error",
    public_url="http://localhost",
)
_NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


def walked_round(database: Database, n: int) -> tuple[int, list[str]]:
    """Load one courier's round of so many pieces; return the courier and the codes."""
    with database.write() as session:
        _, couriers = a_day.set_up(session, n_couriers=1)
        build.s10_range(session)
        items: list[Item] = []
        for first in range(0, n, 500):
            results = (build.result(k + 1) for k in range(first, min(first + 500, n)))
            items += build.accepted(session, *results)
        office = items[0].consignment.issuing_office
        office.zone = "Huế"
        batch = custody.open_batch(build.act(session), office.id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id).lines]
        custody.hand_over(build.act(session), batch.id, scanned=codes, giver=a_day.GIVER, receiver=a_day.RECEIVER)
        a_day.walking(session, shares=[[str(item.consignment_id) for item in items]])
        return couriers[0].id, [str(item.s10) for item in items]


def acts_on(codes: list[str]) -> list[dict[str, Any]]:
    """Return one act for each code, every fifth a failure."""
    proof = {"receiver_name": "Tôn Nữ Thị Diễm Hằng", "id_tail": "1234", "n_documents": 1}
    made = []
    for n, code in enumerate(codes):
        at = (NOON - timedelta(seconds=len(codes) - n)).isoformat()
        failed = {"kind": "attempt_failed", "reason": "VANG_NHA", "called_at": [at]}
        how = failed if n % 5 == 4 else {"kind": "delivered", "proof": proof}
        made.append({"scan_id": f"bench-{code}", "code": code, "happened_at": at, **how})
    return made


class Phone:
    """An enrolled phone that sends, and what its sending costs."""

    def __init__(self, database: Database, courier_id: int) -> None:
        built = build_services(SETTINGS, clock=lambda: NOON)
        built.database.engine.dispose()
        self.app = create_app(SETTINGS, dataclasses.replace(built, database=database))
        self.client = self.app.test_client()
        with database.write() as session:
            code = phones.make_code(build.act(session, NOON), courier_id)
        answer = self.client.post("/v1/courier/phones", json={"code": code})
        assert answer.status_code == 201, answer.text
        self.engine = database.engine
        self.n_statements = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what the database is asked inside."""

        def count(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            self.n_statements += not statement.startswith(_NOT_COUNTED)

        self.n_statements = 0
        event.listen(self.engine, "before_cursor_execute", count)
        try:
            yield
        finally:
            event.remove(self.engine, "before_cursor_execute", count)

    def send(self, requests: list[dict[str, Any]], n_acts: int) -> tuple[float, float]:
        """Send each body; return acts a second and statements an act."""
        began = time.perf_counter()
        with self.counting():
            for body in requests:
                answer = self.client.post("/v1/scans", json=body | {"sent_at": NOON.isoformat()})
                assert answer.status_code == 200, answer.text
                assert {one["status"] for one in answer.json["scans"]} == {"recorded"}, answer.json["scans"][0]
        return n_acts / (time.perf_counter() - began), self.n_statements / n_acts


def main() -> None:
    """Measure both ways and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acts", type=int, default=500, help="acts of one batch, and as many one by one")
    n = parser.parse_args().acts
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        database = build.sqlite_database(Path(folder))
        courier_id, codes = walked_round(database, 2 * n)
        phone = Phone(database, courier_id)
        acts = acts_on(codes)
        theirs, theirs_asked = phone.send([{"scans": [act]} for act in acts[:n]], n)
        ours, ours_asked = phone.send([{"scans": acts[n:]}], n)
        database.engine.dispose()
    print(f"one batch of {n}          {ours:8.1f} acts/s   {ours_asked:6.1f} statements an act")
    print(f"one act a request        {theirs:8.1f} acts/s   {theirs_asked:6.1f} statements an act")
    last = {
        "ours": round(ours, 1),
        "peer": round(theirs, 1),
        "ratio": round(ours / theirs, 2),
        "seconds": round(time.perf_counter() - began, 1),
        "cores": os.cpu_count(),
        "statements_an_act": round(ours_asked, 2),
        "statements_an_act_peer": round(theirs_asked, 2),
        "acts": n,
    }
    print(json.dumps(last))


if __name__ == "__main__":
    main()
