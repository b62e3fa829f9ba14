"""Databases ready for tests: each kind is made once in a session, and every test takes a copy of its own."""

from __future__ import annotations

import shutil
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url, text

from postal.db import make_engine
from postal.migrations import upgrade
from tests.town import LAYERS, opened


class SqliteStock:
    """Files, by how many layers of the town are in them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: list[dict[str, Any]] = []

    def copy_to(self, path: Path, depth: int) -> str:
        """Copy the database with that many layers; return the copy's address."""
        self.found(depth)
        shutil.copy(self._path(depth), path)
        return f"sqlite:///{path}"

    def found(self, depth: int) -> dict[str, Any]:
        """Return the ids of what lies in such a database; fill it if it was not asked for yet."""
        while len(self._found) <= depth:
            self._fill(len(self._found))
        return self._found[depth]

    def _fill(self, depth: int) -> None:
        database = opened(f"sqlite:///{self._path(depth)}")
        if depth == 0:
            upgrade(database.engine)
            found: dict[str, Any] = {}
        else:
            shutil.copy(self._path(depth - 1), self._path(depth))
            found = self._found[depth - 1] | _fill_of(depth)(database)
        with database.engine.connect() as connection:  # what the log holds goes into the file that is copied
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        database.engine.dispose()
        self._found.append(found)

    def _path(self, depth: int) -> Path:
        return self._folder / f"layer_{depth}.db"


class PostgresStock:
    """Template databases, and copies of them made ahead and dropped behind, so that no test waits for the disk."""

    def __init__(self, server: Engine, address: str) -> None:
        self._server, self._address = server, address
        self._pool = ThreadPoolExecutor(1)
        self._templates: list[str] = []
        self._found: list[dict[str, Any]] = []
        self._ahead: dict[int, deque[Any]] = {}

    def take(self, depth: int) -> str:
        """Return the name of a database with that many layers."""
        self.found(depth)
        if depth not in self._ahead:
            self._ahead[depth] = deque(self._pool.submit(self._create, self._templates[depth]) for _ in range(2))
        ahead = self._ahead[depth]
        ahead.append(self._pool.submit(self._create, self._templates[depth]))
        return str(ahead.popleft().result())

    def drop(self, name: str) -> None:
        """Drop it some time later."""
        self._pool.submit(self._run, f"DROP DATABASE {name} WITH (FORCE)")

    def found(self, depth: int) -> dict[str, Any]:
        """Return the ids of what lies in such a database; fill it if it was not asked for yet."""
        while len(self._found) <= depth:
            self._fill(len(self._found))
        return self._found[depth]

    def close(self) -> None:
        """Drop what nobody took, and the templates."""
        for ahead in self._ahead.values():
            for spare in ahead:
                self.drop(spare.result())
        for name in self._templates:
            self.drop(name)
        self._pool.shutdown()

    def url_of(self, name: str) -> str:
        """Return a database's address."""
        return make_url(self._address).set(database=name).render_as_string(hide_password=False)

    def _fill(self, depth: int) -> None:
        name = self._create(self._templates[depth - 1] if depth else "template1")
        if depth == 0:
            engine = make_engine(self.url_of(name))
            upgrade(engine)
            engine.dispose()
            found: dict[str, Any] = {}
        else:
            database = opened(self.url_of(name))
            found = self._found[depth - 1] | _fill_of(depth)(database)
            database.engine.dispose()
        self._templates.append(name)
        self._found.append(found)

    def _create(self, template: str) -> str:
        name = f"tannha_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _run(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(statement))


def _fill_of(depth: int) -> Any:
    return list(LAYERS.values())[depth - 1]
