"""A fresh, migrated database for each test: SQLite, or PostgreSQL where TANNHA_TEST_DATABASE_URL names a server."""

from __future__ import annotations

import os
import shutil
import uuid

import pytest
from sqlalchemy import create_engine, make_url, text

from postal.db import Database, make_engine
from postal.migrations import upgrade
from tests import builders as build

SERVER = os.environ.get("TANNHA_TEST_DATABASE_URL", "")


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory):
    """Migrate once; every test copies the file."""
    database = build.sqlite_database(tmp_path_factory.mktemp("empty"))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    path = database.engine.url.database
    database.engine.dispose()
    return path


@pytest.fixture
def database_url(tmp_path, request):
    """Return the address of an empty database with all tables in it."""
    if not SERVER:
        copy = tmp_path / "tannha.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), copy)
        yield f"sqlite:///{copy}"
        return
    server = create_engine(make_url(SERVER).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    name = f"tannha_{uuid.uuid4().hex[:12]}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    yield url
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def database(database_url):
    """Return the database at that address, with the tests' own keys."""
    database = Database(make_engine(database_url), build.vault())
    yield database
    database.engine.dispose()


@pytest.fixture
def session(database):
    """Return one writing transaction that leaves nothing behind."""
    with database.write() as session:
        yield session
        session.rollback()
