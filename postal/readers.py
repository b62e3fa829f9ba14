"""Reading transactions over connections that stay open from one to the next.

Fetching a connection from the engine's pool and giving it back there takes longer than most of what pages ask: one
that was just read with is simply read with again. Those of the pool that are not resting here serve writers.
"""

from __future__ import annotations

import select
from collections import deque
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

READING = "tannha_reading"
# Fewer than any engine's pool holds, so that idle readers never keep a writer waiting.
_N_RESTING = 5


class Readers:
    """An engine's connections for reading: each is used by one transaction at a time, in whatever thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(**{READING: True})
        self._resting: deque[Connection] = deque()  # its ends are moved atomically: no lock is needed
        event.listen(engine, "engine_disposed", self._end_all)

    def take(self) -> Connection:
        """Return a connection in a transaction that has begun. Raises what the engine raises where it cannot serve."""
        connection = self._rested() or self._engine.connect()
        try:
            begin_to_read(connection)
        except BaseException:
            _drop(connection)
            raise
        return connection

    def give_back(self, connection: Connection) -> None:
        """End a connection's transaction and let it rest; one that broke is closed, and its place is free again."""
        try:
            connection.rollback()  # of a session that asked something the ordinary way
            if not connection.invalidated:
                _driver(connection).rollback()
        except (DBAPIError, connection.dialect.loaded_dbapi.Error):
            _drop(connection)
            return
        if connection.closed:
            return
        if connection.invalidated or len(self._resting) >= _N_RESTING:
            connection.close()
        else:
            self._resting.append(connection)

    def _rested(self) -> Connection | None:
        while self._resting:
            try:
                connection = self._resting.pop()  # the last that came: the others may rest until they are not needed
            except IndexError:  # another thread was faster
                return None
            if _is_quiet(connection):
                return connection
            _drop(connection)
        return None

    def _end_all(self, _engine: Engine) -> None:
        while self._resting:
            connection = self._resting.pop()
            connection.detach()
            connection.close()


class ReadingSession(Session):
    """A session that never writes. It takes its connection at its first question and gives it back at its end."""

    def __init__(self, readers: Readers, info: dict[Any, Any]) -> None:
        super().__init__(autoflush=False, info=info)  # which it copies
        self._readers = readers
        self._held: Connection | None = None

    def held(self) -> Connection:
        """Return this transaction's connection."""
        if self._held is None:
            self._held = self._readers.take()
        return self._held

    def get_bind(self, *_mapper: Any, **_options: Any) -> Connection:
        """Return the connection, whatever is asked for: SQLAlchemy asks before the first statement."""
        return self.held()

    def close(self) -> None:
        """Forget everything and give the connection back."""
        try:
            if self.in_transaction():  # where all that was asked was prepared, there is nothing to forget
                super().close()
        finally:
            connection, self._held = self._held, None
            if connection is not None:
                self._readers.give_back(connection)


def begin_to_read(connection: Connection) -> None:
    """Begin a transaction at the driver, where it has not begun; SQLAlchemy's own joins it at its first statement.

    psycopg begins by itself. On SQLite this touches no file and cannot fail: the long way through SQLAlchemy would take
    as long as a question.
    """
    if connection.dialect.name == "sqlite" and not (driver := _driver(connection)).in_transaction:
        driver.execute("BEGIN")


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _drop(connection: Connection) -> None:
    if not connection.invalidated:
        connection.invalidate()
    connection.close()


def _is_quiet(connection: Connection) -> bool:
    """Say whether nothing came from the server while a connection rested.

    A server that ended the connection has said so on its socket: looking there costs no question, as the pool's own
    look before each use does. SQLite has no server.
    """
    if connection.dialect.name == "sqlite":
        return True
    driver = _driver(connection)
    if driver.closed:
        return False
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return not poll.poll(0)
