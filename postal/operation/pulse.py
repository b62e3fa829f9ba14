"""Whether PostgreSQL answers, felt several times a second; where it does not, nobody waits for it.

A server that is stopped, or behind a network that swallows packets, keeps its sockets open: its own statement time-out
does not run, and no client learns anything. So a thread asks one small question on a connection of its own. Where the
answer fails to come, every open connection is shut down at its socket, so that whoever waits gets an error at once, and
no new one is tried until the thread gets an answer again.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from postal.db import CONNECT_WITHIN_S, N_KEPT_OPEN

SILENT_AFTER_S = 1.0
_ASK_EVERY_S = 0.25
# A look that comes much later than it should tells of a machine that stood still, not of the database.
_LONGEST_STEP_S = 0.2
_LOOK_EVERY_S = 0.1


class Pulse:
    """Feels the pulse of one engine's database, from `start` until `stop`. Threads are daemons."""

    def __init__(self, engine: Engine) -> None:
        self._engine = create_engine(engine.url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_WITHIN_S})
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._is_asking = False
        self._is_alive = True
        for one in (engine, self._engine):
            event.listen(one, "connect", self._note)
        event.listen(engine, "do_connect", self._refuse_while_silent)

    @property
    def is_alive(self) -> bool:
        """Return whether the database answered lately; true until it has been asked."""
        return self._is_alive

    def start(self) -> Pulse:
        """Begin to feel."""
        for work in (self._ask, self._look):
            threading.Thread(target=work, name="database-pulse", daemon=True).start()
        return self

    def stop(self) -> None:
        """End both threads soon."""
        self._stop.set()

    def _refuse_while_silent(self, dialect: Any, _record: object, _args: object, _keywords: object) -> None:
        if not self._is_alive:
            raise dialect.loaded_dbapi.OperationalError("the database does not answer")

    def _note(self, connection: Any, _record: object) -> None:
        with self._lock:
            self._open.add(connection)

    def _ask(self) -> None:
        """Ask again and again; a connection that broke is opened anew."""
        while not self._stop.wait(_ASK_EVERY_S):
            self._is_asking = True
            try:
                with self._engine.connect() as connection:
                    self._is_asking = False
                    self._ask_until_it_breaks(connection.execution_options(isolation_level="AUTOCOMMIT").execute)
            except Exception:  # whatever kept the answer away: refused, cut, too many connections, no such database
                self._is_alive = False
            finally:
                self._is_asking = False

    def _ask_until_it_breaks(self, execute: Callable[..., Any]) -> None:
        while True:
            self._is_asking = True
            execute(text("SELECT 1"))
            self._is_asking = False
            self._is_alive = True
            if self._stop.wait(_ASK_EVERY_S):
                return

    def _look(self) -> None:
        """Watch how long a question has been open, and shut everything where it is too long."""
        silent_s, before_s = 0.0, time.monotonic()
        while not self._stop.wait(_LOOK_EVERY_S):
            now_s = time.monotonic()
            silent_s = silent_s + min(now_s - before_s, _LONGEST_STEP_S) if self._is_asking else 0.0
            before_s = now_s
            if silent_s >= SILENT_AFTER_S:
                self._is_alive = False
                self._shut_all()
                silent_s = 0.0

    def _shut_all(self) -> None:
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            try:
                with socket.socket(fileno=os.dup(connection.fileno())) as twin:
                    twin.shutdown(socket.SHUT_RDWR)
            except Exception:  # noqa: S112  closed meanwhile: psycopg has no number for it any more
                continue


def limit_statements(engine: Engine, seconds: float) -> None:
    """Let PostgreSQL end each statement of this engine's new connections after so long."""

    @event.listens_for(engine, "connect")
    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"SET statement_timeout = {round(seconds * 1000)}")
        connection.commit()


def open_ahead(engine: Engine) -> None:
    """Open the connections the pool keeps, as far as the database lets: opening one cannot be cut, only timed out."""
    with ExitStack() as opened, suppress(DBAPIError):
        for _ in range(N_KEPT_OPEN):
            opened.enter_context(engine.connect())
