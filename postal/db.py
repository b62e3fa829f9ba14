"""Engines, sessions and the two kinds of transaction: reading, and writing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from postal.people.vault import Vault

BUSY_TIMEOUT_MS = 30_000
# The shortest that psycopg knows.
CONNECT_WITHIN_S = 2
N_KEPT_OPEN = 10


def make_engine(url: str) -> Engine:
    """Return an engine for SQLite (WAL, synchronous=FULL) or PostgreSQL (psycopg 3)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(
        parsed,
        pool_pre_ping=True,
        pool_size=N_KEPT_OPEN,
        max_overflow=20,
        pool_timeout=10,
        connect_args={"connect_timeout": CONNECT_WITHIN_S},
    )


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})

    @event.listens_for(engine, "do_connect")
    def make_private(_dialect: object, _record: object, arguments: Sequence[Any], _options: object) -> None:
        _make_private(str(arguments[0]))

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy opens transactions itself (below): sqlite3's own implicit BEGIN is deferred, and a
        # deferred reader that turns writer fails at once with "database is locked".
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                       f"busy_timeout={BUSY_TIMEOUT_MS}", "secure_delete=ON"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_reading = connection.get_execution_options().get("tannha_reading", False)
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")

    return engine


def _make_private(database: str) -> None:
    """Make the file of a new database its owner's alone; SQLite gives its log and index the same rights."""
    if database == ":memory:" or database.startswith("file:"):
        return
    with suppress(OSError):  # a folder that is not there, or a file that is: the first connection says what is wrong
        os.close(os.open(database, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


class Database:
    """One database with the keys that open its people table.

    ``passwords`` hashes those of its users; `postal.access.accounts.STRONG` where none is given.
    """

    def __init__(self, engine: Engine, vault: Vault, passwords: PasswordHasher | None = None) -> None:
        self.engine = engine
        info: dict[Any, Any] = {"vault": vault, "passwords": passwords}
        self._writing = sessionmaker(engine, info=info)
        self._reading = sessionmaker(engine.execution_options(tannha_reading=True), info=info, autoflush=False)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that commits at the end of the block, or leaves no trace."""
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that never writes."""
        with self._reading() as session:
            yield session
            session.rollback()


def is_storage_failure(exc: BaseException) -> bool:
    """Say whether the database itself could not serve (busy, full, gone), so that trying later can help."""
    return isinstance(exc, OperationalError | InterfaceError | PoolTimeout)
