"""Engines, sessions and the two kinds of transaction: reading, and writing."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from postal.errors import TakenMeanwhile
from postal.models import Base
from postal.people.vault import Vault
from postal.readers import READING, Readers, ReadingSession, begin_to_read
from postal.readings import keep_answers

BUSY_TIMEOUT_MS = 30_000
# The shortest that psycopg knows.
CONNECT_WITHIN_S = 2
N_KEPT_OPEN = 10
_UNIQUE_STATE = "23505"
_ROW_NUMBER = ".id"
log = logging.getLogger("tannha.database")


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
        if connection.get_execution_options().get(READING, False):
            begin_to_read(connection)
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

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
        self._info: dict[Any, Any] = {"vault": vault, "passwords": passwords}
        self._writing = sessionmaker(engine, info=self._info)
        self._readers = Readers(engine)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that commits at the end of the block, or leaves no trace."""
        with self._writing.begin() as session:
            yield session

    def read(self) -> AbstractContextManager[Session]:
        """Open a transaction that never writes."""
        session = ReadingSession(self._readers, self._info)
        keep_answers(session)
        return session


def is_storage_failure(exc: BaseException) -> bool:
    """Say whether the database itself could not serve (busy, full, gone), so that trying later can help."""
    return isinstance(exc, OperationalError | InterfaceError | PoolTimeout)


@contextmanager
def first_wins() -> Iterator[None]:
    """Turn what a unique index refuses into a refusal for whoever was second. Raises TakenMeanwhile.

    A use case looks before it writes and says itself what is taken; only two at one instant come this far. A row
    number that exists already is nobody's doing: a sequence that is behind its table stays the fault it is.
    """
    try:
        yield
    except IntegrityError as exc:
        refused = _unique_index(exc.orig)
        if refused is None or refused.endswith(_ROW_NUMBER):
            raise
        log.warning("Somebody else was first with %s", refused)
        raise TakenMeanwhile from exc


def _unique_index(fault: BaseException | None) -> str | None:
    """Return what must be unique and is not: ``table.column`` names, or an index; None for another fault."""
    if isinstance(fault, sqlite3.IntegrityError):
        is_unique = fault.sqlite_errorname in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
        return str(fault).partition(": ")[2] if is_unique else None
    if getattr(fault, "sqlstate", None) != _UNIQUE_STATE:
        return None
    told = fault.diag  # type: ignore[union-attr]
    table = Base.metadata.tables.get(told.table_name)
    if table is not None and told.constraint_name == table.primary_key.name:
        return ", ".join(f"{table.name}.{column.name}" for column in table.primary_key)
    return str(told.constraint_name)
