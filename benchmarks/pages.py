"""Every page of the desk over a year's stock: server time and statements, on SQLite and PostgreSQL.

A played evening is copied day by day until there are as many items and events as asked for. Each role follows the
links from its first page, one path of each kind of page, and asks for each several times in this process: the least
time counts, without the network. The last line is one JSON object; the promise is 200 ms and 25 statements a page.

usage: python benchmarks/pages.py [--day out] [--items 50000] [--events 500000] [--database sqlite|URL]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from sqlalchemy import Engine, create_engine, event, make_url, text
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from api import create_app  # noqa: E402
from api.demo import accounts_file  # noqa: E402
from api.demo.clock import DayClock  # noqa: E402
from api.demo.command import play_day, results_of  # noqa: E402
from api.demo.house import EVENING, database_file, day_file, read_settings  # noqa: E402
from api.demo.serving import STARTS_AT  # noqa: E402
from api.wiring import build_services  # noqa: E402
from benchmarks.history import multiply  # noqa: E402
from postal import make_engine, upgrade  # noqa: E402
from routing import HUE, find_province  # noqa: E402

MAX_MS, MAX_QUERIES = 200.0, 25
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)')
_FILES = (".pdf", ".png", ".zpl", ".csv", ".xlsx")


@dataclass(order=True)
class Seen:
    """One kind of page as one role met it: milliseconds, statements, kilobytes."""

    ms: float
    n_queries: int
    kb: float
    endpoint: str
    path: str
    role: str


class Statements:
    """Counts the statements an engine is sent."""

    def __init__(self, engine: Engine) -> None:
        self.n = 0
        event.listen(engine, "before_cursor_execute", self._one_more)

    def _one_more(self, *_: object) -> None:
        self.n += 1


@contextmanager
def stocked(out: Path, wanted: str, n_items: int, n_events: int) -> Iterator[tuple[str, int, int]]:
    """Yield the address of a database with the copies, and how many items and events it holds."""
    played = create_engine(f"sqlite:///{database_file(out, EVENING).resolve()}")
    if wanted == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            address = f"sqlite:///{folder}/stock.db"
            yield address, *_filled(played, address, n_items, n_events)
        return
    server = make_url(wanted)
    name = f"tannha_pages_{int(time.time())}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        address = server.set(database=name).render_as_string(hide_password=False)
        yield address, *_filled(played, address, n_items, n_events)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _filled(played: Engine, address: str, n_items: int, n_events: int) -> tuple[int, int]:
    engine = make_engine(address)
    upgrade(engine)
    with engine.begin() as connection:  # what a migration puts in comes with the day as well
        for table in ("installation", "counters"):
            connection.execute(text(f"DELETE FROM {table}"))
    began = time.perf_counter()
    totals = multiply(played, engine, n_items=n_items, n_events=n_events)
    engine.dispose()
    print(f"{totals[0]:,} items, {totals[1]:,} events, made in {time.perf_counter() - began:.0f} s", flush=True)
    return totals


def pages_of(app: Flask, statements: Statements, account: accounts_file.Account, n_times: int) -> list[Seen]:
    """Return what one person's pages cost, one path of each kind."""
    client = app.test_client()
    page = client.get("/staff/sign-in").text
    token = _TOKEN.search(page)
    sent = {"csrf_token": token[1] if token else "", "username": account.username, "password": account.password}
    client.post("/staff/sign-in", data=sent)
    routes = app.url_map.bind("localhost")
    found: dict[str, Seen] = {}
    look = ["/staff/"]
    while look:
        path = look.pop(0)
        endpoint = _endpoint_of(routes, urlsplit(path).path)
        if endpoint is None or endpoint in found:
            continue
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        ms, n_queries = _cost(client, statements, path, n_times)
        found[endpoint] = Seen(ms, n_queries, len(answer.data) / 1024, endpoint, path, account.role)
        look += [unescape(link) for link in _LINK.findall(answer.text) if link.startswith("/")]
    return list(found.values())


def _endpoint_of(routes: MapAdapter, path: str) -> str | None:
    if path.endswith(_FILES) or path.startswith("/static/"):
        return None
    try:
        return str(routes.match(path, method="GET")[0])
    except HTTPException:
        return None


def _cost(client: FlaskClient, statements: Statements, path: str, n_times: int) -> tuple[float, int]:
    times, n_queries = [], 0
    for _ in range(n_times):
        before = statements.n
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        n_queries = statements.n - before
    return min(times), n_queries


def main() -> None:
    """Fill a database, ask for every page, print the costliest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--day", type=Path, default=Path("out"), help="folder of an evening, played if need be")
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, or the address of a PostgreSQL server")
    parser.add_argument("--times", type=int, default=4)
    asked = parser.parse_args()
    if not day_file(asked.day, EVENING).exists():
        province = find_province(HUE.name)
        play_day(Console(), province, results_of(province, asked.day), asked.day, EVENING, plan_seconds=20)
    clock = DayClock(date.fromisoformat(day_file(asked.day, EVENING).read_text(encoding="utf-8")))
    clock.move_to(clock.at(STARTS_AT[EVENING]))
    with stocked(asked.day, asked.database, asked.items, asked.events) as (address, n_items, n_events):
        settings = read_settings(asked.day, EVENING).model_copy(
            update={"database_url": address, "rate_limits_enabled": False}
        )
        services = build_services(settings, clock=clock)
        app = create_app(settings, services)
        statements = Statements(services.database.engine)
        people = {account.role: account for account in reversed(accounts_file.read_all(asked.day))}
        seen = [page for account in people.values() for page in pages_of(app, statements, account, asked.times)]
        services.database.engine.dispose()
    _tell(seen, n_items, n_events, "sqlite" if asked.database == "sqlite" else "postgresql")


def _tell(seen: list[Seen], n_items: int, n_events: int, database: str) -> None:
    for page in sorted(seen, reverse=True):
        mark = "  BROKEN" if page.ms > MAX_MS or page.n_queries > MAX_QUERIES else ""
        print(f"{page.ms:8.0f} ms {page.n_queries:5} {page.kb:6.0f} kB  {page.role:14} {page.path}{mark}")
    n_kept = sum(page.ms <= MAX_MS and page.n_queries <= MAX_QUERIES for page in seen)
    print(f"{n_kept} of {len(seen)} pages within {MAX_MS:.0f} ms and {MAX_QUERIES} statements")
    last = {
        "worst_page": max(seen).path,
        "worst_ms": round(max(seen).ms, 1),
        "worst_queries": max(page.n_queries for page in seen),
        "items": n_items,
        "events": n_events,
        "database": database,
    }
    print(json.dumps(last))


if __name__ == "__main__":
    main()
