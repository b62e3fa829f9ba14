"""Whether somebody serves this database now: the service holds a lock that a restore asks for alone.

The lock goes with the process that holds it, however it ends: a file's lock for SQLite, a session's for PostgreSQL.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from postal.errors import Conflict
from routing import Message

# Advisory locks share one space of numbers in a database: this one is ours.
_LOCK = 7_460_846_201


class ServiceRunning(Conflict):
    """Something serves the database that is to be replaced."""

    code = "service_running"
    says = Message("Dịch vụ đang chạy trên cơ sở dữ liệu này. Dừng tannha run và tannha worker rồi khôi phục.")


class BeingRestored(Conflict):
    """A restore is replacing the database that was to be served."""

    code = "being_restored"
    says = Message("Cơ sở dữ liệu đang được khôi phục. Hãy chạy lại khi xong.")


@contextmanager
def serving(engine: Engine) -> Iterator[None]:
    """Hold the database for serving, together with whoever else serves it. Raises BeingRestored."""
    with _held(engine, is_alone=False) as is_ours:
        if not is_ours:
            raise BeingRestored
        yield


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Hold the database for replacing it. Raises ServiceRunning where anybody serves it or works in it."""
    with _held(engine, is_alone=True) as is_ours:
        if not is_ours:
            raise ServiceRunning
        yield


@contextmanager
def _held(engine: Engine, *, is_alone: bool) -> Iterator[bool]:
    if engine.dialect.name == "sqlite":
        with _file_locked(Path(f"{engine.url.database}.serving"), is_alone=is_alone) as is_ours:
            yield is_ours
        return
    # A connection of its own, outside of any transaction, that nobody else gets from the pool meanwhile.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        take = "pg_try_advisory_lock" if is_alone else "pg_try_advisory_lock_shared"
        is_ours = bool(connection.scalar(text(f"SELECT {take}(:lock)"), {"lock": _LOCK}))
        try:
            yield is_ours
        finally:
            if is_ours:
                give = take.replace("_try", "").replace("_lock", "_unlock", 1)
                connection.execute(text(f"SELECT {give}(:lock)"), {"lock": _LOCK})


@contextmanager
def _file_locked(path: Path, *, is_alone: bool) -> Iterator[bool]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
