"""The citizen's status page beside a plain page: requests a second, p99 under load, and what timing tells a guesser.

Ours is the page by the label's link with everything on: limiter, decryption, no cache. The peer is what one writes
first: Flask, one query through the ORM by the same token, one compiled template of the same frame, nothing sealed and
nobody counted. Both run in this process on SQLite, in turns; no network is measured. The items are those that the post
has had since the evening before; what the page gives while a courier carries them, with the window in which he comes
worked out for each answer from his round of thirty doors, is told beside it.

`p99_ms` is of an open loop: requests arrive at 300 a second, or at half of what the machine gives where that is less,
and one that has to wait for the one before it waits in its figure. `gap_ms` is the median difference between a wrong
try at a code that exists and at one that does not, in interleaved pairs. The last line is one JSON object.

usage: python benchmarks/tracking.py [--requests 1500] [--pairs 400]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from flask import Flask, render_template  # noqa: E402
from sqlalchemy import String, create_engine, select  # noqa: E402
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column  # noqa: E402

from api import create_app  # noqa: E402
from api.settings import Settings  # noqa: E402
from api.wiring import EXTENSION, build_services  # noqa: E402
from postal import custody  # noqa: E402
from tests import builders as build  # noqa: E402
from tests.postal import day as days  # noqa: E402

RATIO, P99_MS, GAP_MS, ASKED_PER_S = 0.5, 60.0, 2.0, 300
N_ITEMS, N_ROUNDS = 60, 25
PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{{ row.code }}</title>
<link rel="stylesheet" href="/static/page.css"></head><body><main><h1>{{ row.code }}</h1><h2>{{ row.state }}</h2>
<p>{{ row.name }}</p><ol>{% for step in steps %}<li>{{ step }}</li>{% endfor %}</ol></main></body></html>"""


class PeerBase(DeclarativeBase):
    """The peer's own metadata."""


class PeerItem(PeerBase):
    """All the peer keeps of an item, in the clear."""

    __tablename__ = "peer_items"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[str]
    state: Mapped[str]
    name: Mapped[str]
    steps: Mapped[str]


def clock() -> datetime:
    """Return ten in the morning of the day the rounds are out."""
    return datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def ours(folder: Path, *, is_on_the_road: bool = False) -> tuple[Any, list[str], list[str]]:
    """Return our app over items that the post has, or that couriers carry; links to them, and their codes."""
    settings = Settings(secret_key="s" * 40, vault_keys=(b"k" * 32,), lookup_key=b"l" * 32, log_level="error",
                        database_url=f"sqlite:///{folder / 'tannha.db'}", public_url="http://localhost")  # fmt: skip
    build.sqlite_database(folder).engine.dispose()
    services = build_services(settings, clock=clock)
    with services.database.write() as session:
        day = days.build_day(session, *({"phone": f"090512{n:04d}"} for n in range(1, N_ITEMS + 1)))
        links = [f"/t/{custody.token_of(session, item)}" for item in day.items]
        codes = [item.s10 or "" for item in day.items]
        if is_on_the_road:
            days.walking(session)
    return create_app(settings, services), links, codes


def peer(folder: Path, codes: list[str]) -> Flask:
    """Return a plain page that does one query."""
    engine = create_engine(f"sqlite:///{folder / 'peer.db'}")
    PeerBase.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        for code in codes:
            steps = "Đã nhận\nĐã bàn giao\nĐang phát"
            session.add(PeerItem(token=code, code=code, state="Bưu tá đang giữ", name="T. N. T. D. Hằng", steps=steps))
    app = Flask("peer")
    page_of = app.jinja_env.from_string(PAGE)  # compiled once, as a file of templates would be

    @app.get("/t/<token>")
    def page(token: str) -> str:
        with Session(engine) as session:
            row = session.scalars(select(PeerItem).where(PeerItem.token == token)).one()
            return render_template(page_of, row=row, steps=row.steps.splitlines())

    return app


def per_second(ask: Callable[[int], object], n: int) -> float:
    """Return how many requests a second are answered one after the other."""
    began_s = time.perf_counter()
    for number in range(n):
        ask(number)
    return n / (time.perf_counter() - began_s)


def p99_ms(ask: Callable[[int], object], rate: float, n: int) -> float:
    """Return the 99th percentile of answers to requests that arrive at a rate, waiting included."""
    took, began_s = [], time.perf_counter()
    for number in range(n):
        due_s = began_s + number / rate
        if (early_s := due_s - time.perf_counter()) > 0:
            time.sleep(early_s)
        ask(number)
        took.append(time.perf_counter() - due_s)
    return 1_000 * statistics.quantiles(took, n=100)[98]


def gap_ms(app: Any, codes: list[str], n: int) -> float:
    """Return the median difference between wrong tries at codes that exist and at codes that do not, in pairs."""
    gaps = []
    for number in range(n):
        pair = [codes[number % len(codes)], f"EY{number:08d}0VN"]
        took = {}
        for code in pair if number % 2 else reversed(pair):
            took[code] = _wrong_try(app, code, number)
        gaps.append(took[pair[0]] - took[pair[1]])
    return 1_000 * abs(statistics.median(gaps))


def _wrong_try(app: Any, code: str, number: int) -> float:
    source = {"REMOTE_ADDR": f"198.51.{number // 200 % 200}.{number % 200}"}
    client = app.test_client()
    form = client.get("/track", environ_base=source).text
    token = form.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    data = {"csrf_token": token, "code": code, "tail": "0000"}
    began_s = time.perf_counter()
    answer = client.post("/track", data=data, environ_base=source)
    took_s = time.perf_counter() - began_s
    if answer.status_code != 404:
        raise SystemExit(f"a wrong try was answered {answer.status_code}")
    return took_s


def asker(app: Any, links: list[str]) -> Callable[[int], None]:
    """Return what asks an app for one link after the other, each from an address of its own."""
    client = app.test_client()

    def ask(number: int) -> None:
        source = {"REMOTE_ADDR": f"192.0.{number // 200 % 200}.{number % 200}"}
        answer = client.get(links[number % len(links)], environ_base=source)
        if answer.status_code != 200:
            raise SystemExit(f"{answer.status_code} for a good link")

    return ask


def main() -> None:
    """Measure in turns and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1_500)
    parser.add_argument("--pairs", type=int, default=400)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        app, links, codes = ours(Path(place))
        plain = peer(Path(place), codes)
        road = Path(place) / "road"
        road.mkdir()
        carried, carried_links, _ = ours(road, is_on_the_road=True)
        us, them = asker(app, links), asker(plain, [f"/t/{code}" for code in codes])
        us_carried = asker(carried, carried_links)
        for ask in (us, them, us_carried):
            per_second(ask, 100)  # compile templates, open connections
        n = arguments.requests // N_ROUNDS
        turns = [(per_second(us, n), per_second(them, n), per_second(us_carried, n)) for _ in range(N_ROUNDS)]
        mine, theirs, on_the_road = (statistics.median(one[side] for one in turns) for side in (0, 1, 2))
        rate = min(ASKED_PER_S, mine / 2)
        found = {
            "ours": round(mine, 1),
            "peer": round(theirs, 1),
            "ratio": round(statistics.median(one / other for one, other, _ in turns), 3),
            "p99_ms": round(p99_ms(us, rate, arguments.requests), 1),
            "gap_ms": round(gap_ms(app, codes, arguments.pairs), 2),
        }
        print(f"p99 at {rate:.0f} requests a second ({'asked' if rate == ASKED_PER_S else 'half of what it gives'})")
        print(f"asked for: ratio >= {RATIO}, p99_ms <= {P99_MS}, gap_ms <= {GAP_MS}")
        print(f"while couriers carry the items: {on_the_road:.1f} a second, {on_the_road / theirs:.3f} of the peer's")
        for one in (app, carried):
            one.extensions[EXTENSION].database.engine.dispose()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
