"""A year's stock, made once of a played evening and kept for the next run: a SQLite file, a PostgreSQL database."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, func, make_url, select, text

from api.demo.house import EVENING, database_file
from benchmarks.history import multiply
from postal import make_engine, models, upgrade


@dataclass(frozen=True)
class Stock:
    """Where a stock is kept, and how much it holds."""

    address: str
    n_items: int
    n_events: int


def stocked(out: Path, wanted: str, n_items: int, n_events: int) -> Stock:
    """Return the stock of an evening's folder, made if it is not kept there yet; its tables are brought up to date.

    ``wanted`` is "sqlite" or the address of a PostgreSQL server, whose user may create databases.
    """
    name = f"stock_{n_items}_{n_events}_{_which_day(out)}"
    address = _in_file(out, name, n_items, n_events) if wanted == "sqlite" else _on_server(
        out, wanted, name, n_items, n_events)  # fmt: skip
    engine = make_engine(address)
    upgrade(engine)
    put_in_order(engine)
    with engine.begin() as connection:
        totals = [connection.scalar(select(func.count()).select_from(table)) or 0
                  for table in (models.Item, models.TrackingEvent)]  # fmt: skip
    engine.dispose()
    return Stock(address, *totals)


def put_in_order(engine: Engine) -> None:
    """Let the database do what its own upkeep does by and by: count what it plans by, and sweep on PostgreSQL."""
    is_server = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        if is_server:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("VACUUM ANALYZE" if is_server else "ANALYZE"))
        connection.commit()


def _which_day(out: Path) -> str:
    """Return what tells one played evening from another: each has keys of its own, and people sealed by them."""
    return hashlib.sha256((out / "demo.env").read_bytes()).hexdigest()[:8]


def _in_file(out: Path, name: str, n_items: int, n_events: int) -> str:
    whole, part = out.resolve() / f"{name}.db", out.resolve() / f"{name}.part.db"
    if not whole.exists():
        for left in out.glob(f"{name}.part.db*"):
            left.unlink()
        _fill(out, f"sqlite:///{part}", n_items, n_events)
        part.rename(whole)
    return f"sqlite:///{whole}"


def _on_server(out: Path, wanted: str, name: str, n_items: int, n_events: int) -> str:
    server, part = make_url(wanted), f"{name}_part"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        known = set(connection.scalars(text("SELECT datname FROM pg_database")))
        if name not in known:
            connection.execute(text(f"DROP DATABASE IF EXISTS {part} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {part}"))
            _fill(out, server.set(database=part).render_as_string(hide_password=False), n_items, n_events)
            connection.execute(text(f"ALTER DATABASE {part} RENAME TO {name}"))
    admin.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


def _fill(out: Path, address: str, n_items: int, n_events: int) -> None:
    began = time.perf_counter()
    played, engine = make_engine(f"sqlite:///{database_file(out, EVENING).resolve()}"), make_engine(address)
    for each in (played, engine):  # the evening may be of an older edition
        upgrade(each)
    _empty(engine)
    multiply(played, engine, n_items=n_items, n_events=n_events)
    engine.dispose()  # the last connection takes SQLite's log into its file
    print(f"stock made in {time.perf_counter() - began:.0f} s", flush=True)


def _empty(engine: Engine) -> None:
    """Take out what a migration put in: it comes with the day as well."""
    with engine.begin() as connection:
        for table in ("installation", "counters"):
            connection.execute(text(f"DELETE FROM {table}"))
