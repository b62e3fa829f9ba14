"""Every page of the desk over a year's stock: server time and statements, on SQLite and PostgreSQL.

A played evening is copied day by day until there are as many items and events as asked for, and kept for the next run.
Each role follows the links from its first page, one path of each kind of page and of each set of filters; the routes no
link led to are asked for with the arguments that mean the most rows. The median of several answers counts, each in this
process: the server's time is its processor time and that of the database, so that others on the machine hardly move
it; the wall's time stands beside it. A list taken as a file asks block by block however long it is: what each took is
told apart. Routes that were not measured are named, with what they answered. The last line is
one JSON object; the promise is 200 ms and 25 statements a page.

usage: python benchmarks/pages.py [--day out] [--items 50000] [--events 500000] [--database sqlite|URL]
       [--only staff.queue] [--figures FIGURES.jsonl]
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from sqlalchemy import Connection, Engine, event, make_url
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from api import create_app  # noqa: E402
from api.demo import accounts_file  # noqa: E402
from api.demo.clock import DayClock  # noqa: E402
from api.demo.command import play_day, results_of  # noqa: E402
from api.demo.house import EVENING, day_file, read_settings  # noqa: E402
from api.demo.serving import STARTS_AT  # noqa: E402
from api.web.auth import rule_of  # noqa: E402
from api.wiring import Services, build_services  # noqa: E402
from api.work import printing  # noqa: E402
from api.work.works import asker  # noqa: E402
from benchmarks.asked_for import ARGUMENT, filtered, paths, searched  # noqa: E402
from benchmarks.morning import next_morning  # noqa: E402
from benchmarks.stock import Stock, put_in_order, stocked  # noqa: E402
from postal import Role  # noqa: E402
from postal.access.policy import ROLE_ACTIONS  # noqa: E402
from postal.jobs import Runner, Works  # noqa: E402
from routing import HUE, find_province  # noqa: E402

MAX_MS, MAX_QUERIES = 200.0, 25
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_TICKET = re.compile(r'name="form_ticket" value="([^"]+)"')
_ITEM = re.compile(r'name="item" value="(\d+)"')
_LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)')
_PAGES = ("text/html", "application/json", "application/pdf", "image/png", "image/jpeg")
# An address that says where a page begins, or when it was, is no other kind of page.
_SAME_KIND = frozenset({"start", "day", "before"})


@dataclass(order=True)
class Seen:
    """One kind of page as one role met it: milliseconds of server and wall, statements, kilobytes."""

    ms: float
    wall_ms: float
    cpu_ms: float
    n_queries: int
    kb: float
    path: str
    role: str


class Statements:
    """Counts the statements an engine is sent, and how long a database worked on them outside this process.

    Of a server on another machine it is how long this process waited.
    """

    def __init__(self, engine: Engine) -> None:
        self.n, self.waited_s = 0, 0.0
        self.is_server = engine.dialect.name != "sqlite"
        self._began: tuple[float, float, float | None] = (0.0, 0.0, None)
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def _before(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        self.n += not statement.startswith("BEGIN")  # which only SQLite is sent as a statement of its own
        self._began = (time.perf_counter(), time.thread_time(), self._worked_there_s(connection))

    def _after(self, connection: Connection, *_: object) -> None:
        passed_s, worked_s = time.perf_counter() - self._began[0], time.thread_time() - self._began[1]
        there_s = self._worked_there_s(connection)
        is_told = there_s is not None and self._began[2] is not None
        self.waited_s += there_s - self._began[2] if is_told else max(0.0, passed_s - worked_s)  # type: ignore[operator]

    def _worked_there_s(self, connection: Connection) -> float | None:
        """Return the processor time of the server's process, where it runs on this machine; None elsewhere."""
        pid = getattr(getattr(connection.connection.driver_connection, "info", None), "backend_pid", None)
        if pid is None:
            return None if self.is_server else 0.0  # SQLite works in this process
        try:
            return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
        except OSError:
            return None


@dataclass
class Reader:
    """Somebody signed in, with the pages measured so far; what one reader measured the next one leaves out."""

    app: Flask
    statements: Statements
    account: accounts_file.Account
    n_times: int
    only: str
    seen: dict[tuple[str, frozenset[str]], Seen] = field(default_factory=dict)
    missed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client: FlaskClient = self.app.test_client()
        sent = {"username": self.account.username, "password": self.account.password}
        self.client.post("/staff/sign-in", data=sent | _tokens(self.client.get("/staff/sign-in")))

    def follow(self) -> None:
        """Follow every link from the first page on, to one page of each kind."""
        look, known = ["/staff/"], set[tuple[str, frozenset[str]]]()
        while look:
            path = look.pop(0)
            kind = self.kind_of(path)
            if kind is None or kind in known:
                continue
            known.add(kind)
            answer = self.client.get(path)
            if self.is_page(answer):
                self.measure(path, partial(self.client.get, path))
                if answer.mimetype == "text/html":
                    look += [unescape(link) for link in _LINK.findall(answer.text) if link.startswith("/")]

    def look_up(self, engine: Engine) -> None:
        """Ask for the routes with arguments where they mean the most rows, and for those no link led to."""
        for rule in _routes(self.app, Role(self.account.role)):
            why = "no row" if ARGUMENT.findall(rule.rule) else ""
            for path in paths(self.app, rule, engine):
                answer = self.client.get(path)
                why = f"{answer.status_code}" if answer.status_code != 200 else answer.mimetype
                if self.is_page(answer):
                    self.measure(path, partial(self.client.get, path))
                    break
            self.missed[rule.endpoint] = why
        for path in filtered(engine):
            if self.is_page(self.client.get(path)):
                self.measure(path, partial(self.client.get, path))

    def find(self, asked: Iterable[tuple[str, str]]) -> None:
        """Search as every page's head offers it: by a code, by a telephone, by a name."""
        for what, words in asked:
            form = _tokens(self.client.get("/staff/")) | {"person": words}
            self.measure(f"/staff/find ({what})", partial(self.client.post, "/staff/find", data=form))

    def is_page(self, answer: TestResponse) -> bool:
        return answer.status_code == 200 and answer.mimetype in _PAGES

    def kind_of(self, path: str) -> tuple[str, frozenset[str]] | None:
        """Return the endpoint of a path and the names of its filters; None of what is no page of the desk."""
        parts = urlsplit(path)
        if not parts.path.startswith("/staff") or "." in parts.path:  # a paper is drawn, not shown
            return None
        try:
            endpoint = str(self.app.url_map.bind("localhost").match(parts.path, method="GET")[0])
        except HTTPException:
            return None
        return endpoint, frozenset(name for name, _value in parse_qsl(parts.query)) - _SAME_KIND

    def measure(self, path: str, ask: Callable[[], object]) -> None:
        """Ask several times and keep the median; of pages of one kind the costliest."""
        kind = self.kind_of(path) or (path, frozenset())
        if self.only not in kind[0]:
            return
        before = self.statements
        rows = []
        for _ in range(self.n_times):
            n, waited_s, began, worked = before.n, before.waited_s, time.perf_counter(), time.thread_time()
            answer = ask()
            wall_s, cpu_s = time.perf_counter() - began, time.thread_time() - worked
            rows.append((cpu_s + before.waited_s - waited_s, wall_s, cpu_s, before.n - n))
        ms, wall_ms, cpu_ms = (statistics.median(row[k] for row in rows) * 1000 for k in range(3))
        kb = len(answer.data) / 1024 if isinstance(answer, TestResponse) else 0.0
        new = Seen(ms, wall_ms, cpu_ms, max(row[3] for row in rows), kb, path, self.account.role)
        old = self.seen.get(kind)
        if old is None or (new.n_queries > MAX_QUERIES, new.ms) > (old.n_queries > MAX_QUERIES, old.ms):
            self.seen[kind] = new


def _routes(app: Flask, role: Role) -> list[Rule]:
    """Return the pages of the desk a role may open, by their routes."""
    found = []
    for rule in app.url_map.iter_rules():
        asked = rule_of(app, rule.endpoint)
        if rule.rule.startswith("/staff") and "GET" in (rule.methods or ()) and "." not in rule.rule and asked:
            found += [rule] if ROLE_ACTIONS[role] & set(asked.actions) else []
    return found


def _order_in_bulk(reader: Reader, services: Services) -> None:
    """Order labels for as much of the queue and of what is late as one order takes; a job draws those of the queue."""
    for of in ("late", "queue"):
        sent = _tokens(reader.client.get(f"/staff/{of}"))
        shown = reader.client.post("/staff/bulk", data=sent | {"list": of, "deed": "label", "all": "1"}).location
    job = _confirmed(reader, shown)
    if job is not None and "/jobs/" in job:
        reader.measure(job, partial(reader.client.get, job))
        drawing = {printing.KIND: printing.labels_work(services, asker)}
        Runner(services.database, Works(by_kind=drawing), clock=services.clock).run_due()
        reader.measure(f"{job}/labels", partial(reader.client.get, f"{job}/labels"))
    page = reader.client.get("/staff/queue")
    some = {"list": "queue", "deed": "label", "item": _ITEM.findall(page.text)}
    _confirmed(reader, reader.client.post("/staff/bulk", data=_tokens(page) | some).location)


def _confirmed(reader: Reader, shown: str | None) -> str | None:
    """Confirm an order of labels; return where that leads."""
    if shown is None:
        return None
    sent = _tokens(reader.client.get(shown)) | {"size": "A6", "reason": "in lại"}
    return reader.client.post(f"{urlsplit(shown).path}/confirm", data=sent).location


def _export(reader: Reader) -> list[str]:
    """Take each list as a file, which asks block by block however long it is; return a line on each."""
    told = []
    for of, form in (("queue", "csv"), ("queue", "xlsx"), ("late", "csv"), ("returns", "csv"), ("outside", "csv")):
        sent = _tokens(reader.client.get(f"/staff/{of}")) | {"list": of, "form": form}
        n, waited_s, worked = reader.statements.n, reader.statements.waited_s, time.thread_time()
        answer = reader.client.post("/staff/lists/export", data=sent)
        s = time.thread_time() - worked + reader.statements.waited_s - waited_s
        n_rows = answer.data.count(b"\n") - 1 if form == "csv" else 0
        told.append(f"export of {of}, {form}: {answer.status_code}, {n_rows:,} rows, {len(answer.data) / 1024:,.0f} kB,"
                    f" {s:.2f} s, {reader.statements.n - n} statements")  # fmt: skip
    return told


def _tokens(page: TestResponse) -> dict[str, str]:
    """Return what a form of a page sends besides its fields."""
    found = (("csrf_token", _TOKEN.search(page.text)), ("form_ticket", _TICKET.search(page.text)))
    return {name: match[1] for name, match in found if match}


def measured(asked: argparse.Namespace, stock: Stock) -> list[Seen]:
    """Ask for every page as every role and return what each cost at its costliest."""
    clock = DayClock(date.fromisoformat(day_file(asked.day, EVENING).read_text(encoding="utf-8")))
    evening = clock.move_to(clock.at(STARTS_AT[EVENING]))
    changes = {"database_url": _single(stock.address), "rate_limits_enabled": False}
    settings = read_settings(asked.day, EVENING).model_copy(update=changes)
    services = build_services(settings, clock=clock)
    clock.move_to(next_morning(services, evening))
    app = create_app(settings, services)
    engine = services.database.engine
    put_in_order(engine)
    statements = Statements(engine)
    seen: dict[tuple[str, frozenset[str]], Seen] = {}
    missed: dict[str, str] = {}
    exports: list[str] = []
    for account in {one.role: one for one in reversed(accounts_file.read_all(asked.day))}.values():
        reader = Reader(app, statements, account, asked.times, asked.only, seen, missed)
        if ROLE_ACTIONS[Role(account.role)] & {"print"}:
            _order_in_bulk(reader, services)
            exports = exports or _export(reader)
        reader.follow()
        reader.look_up(engine)
        if ROLE_ACTIONS[Role(account.role)] & {"see_recipient"}:
            reader.find(searched(engine))
    met = {kind[0] for kind in seen}
    for endpoint, why in sorted(missed.items()):
        if endpoint not in met and not asked.only:
            print(f"not measured: {endpoint} ({why})")
    print("\n".join(exports))
    engine.dispose()
    return list(seen.values())


def _single(address: str) -> str:
    """Let a server use one process a question: the work of its helpers is told by nobody."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        url = url.update_query_dict({"options": "-c max_parallel_workers_per_gather=0"})
    return url.render_as_string(hide_password=False)


def main() -> None:
    """Fill a database or take the one kept, ask for every page, print the costliest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--day", type=Path, default=Path("out"), help="folder of an evening, played if need be")
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, or the address of a PostgreSQL server")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", default="", help="a part of the endpoint's name")
    parser.add_argument("--figures", type=Path, help="a file that gets the figures, for python -m tests.quality")
    asked = parser.parse_args()
    if not day_file(asked.day, EVENING).exists():
        province = find_province(HUE.name)
        play_day(Console(), province, results_of(province, asked.day), asked.day, EVENING, plan_seconds=20)
    stock = stocked(asked.day, asked.database, asked.items, asked.events)
    seen = measured(asked, stock)
    database = "sqlite" if asked.database == "sqlite" else "postgresql"
    last = _tell(seen, stock, database)
    if asked.figures:
        value = f"{last['worst_ms']:.0f} ms; {last['worst_queries']}"
        name = f"worst of {len(seen)} desk pages, {stock.n_items:,} items, {stock.n_events:,} events, {database}"
        with asked.figures.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"name": name, "value": value, "unit": "statements"}) + "\n")


def _tell(seen: list[Seen], stock: Stock, database: str) -> dict[str, object]:
    print("  server ms  wall ms   cpu ms statements     kB  role           page")
    for page in sorted(seen, reverse=True):
        mark = "  BROKEN" if page.ms > MAX_MS or page.n_queries > MAX_QUERIES else ""
        times = f"{page.ms:11.0f} {page.wall_ms:8.0f} {page.cpu_ms:8.0f}"
        print(f"{times} {page.n_queries:10} {page.kb:6.0f}  {page.role:14} {page.path}{mark}")
    n_kept = sum(page.ms <= MAX_MS and page.n_queries <= MAX_QUERIES for page in seen)
    print(f"{n_kept} of {len(seen)} pages within {MAX_MS:.0f} ms and {MAX_QUERIES} statements")
    last: dict[str, object] = {
        "worst_page": max(seen).path,
        "worst_ms": round(max(seen).ms, 1),
        "worst_queries": max(page.n_queries for page in seen),
        "items": stock.n_items,
        "events": stock.n_events,
        "database": database,
    }
    print(json.dumps(last))
    return last


if __name__ == "__main__":
    main()
