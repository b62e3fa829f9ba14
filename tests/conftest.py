"""A fresh, migrated database for each test, on SQLite and on PostgreSQL; services that are there or skipped."""

from __future__ import annotations

import os
import shutil
import socket
import uuid

import pytest
from sqlalchemy import create_engine, make_url, text

from postal.db import Database, make_engine
from postal.migrations import upgrade
from tests import builders as build

SERVER = os.environ.get("TANNHA_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
IS_REQUIRED = os.environ.get("TANNHA_REQUIRE_SERVICES") == "1"


def missing(service: str) -> None:
    """Skip a test whose service is not there; where services are required, fail it."""
    if IS_REQUIRED:
        pytest.fail(f"{service} is required here (TANNHA_REQUIRE_SERVICES=1) and does not answer")
    pytest.skip(f"{service} does not answer on this machine")


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def redis_url():
    """Return the address of a Redis server, database 15."""
    if not _listens(6379):
        missing("Redis (127.0.0.1:6379)")
    return "redis://127.0.0.1:6379/15"


@pytest.fixture(scope="session")
def rabbitmq_url():
    """Return the address of a RabbitMQ broker."""
    if not _listens(5672):
        missing("RabbitMQ (127.0.0.1:5672)")
    return "amqp://guest:guest@127.0.0.1:5672/"


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


@pytest.fixture(scope="session")
def postgres_server():
    """Return an engine on the server's own database, for making and dropping others."""
    server = create_engine(make_url(SERVER), isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception:
        missing("PostgreSQL")
    yield server
    server.dispose()


@pytest.fixture(scope="session")
def empty_postgres(postgres_server):
    """Migrate one database; every test copies it as a template."""
    name = f"tannha_template_{uuid.uuid4().hex[:12]}"
    with postgres_server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(_url_of(name))
    upgrade(engine)
    engine.dispose()
    yield name
    with postgres_server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _url_of(name: str) -> str:
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(tmp_path, empty_sqlite):
    """Return the address of an empty SQLite database with all tables in it."""
    copy = tmp_path / "tannha.db"
    shutil.copy(empty_sqlite, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def postgres_url(postgres_server, empty_postgres):
    """Return the address of an empty PostgreSQL database with all tables in it."""
    name = f"tannha_{uuid.uuid4().hex[:12]}"
    with postgres_server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {empty_postgres}"))
    yield _url_of(name)
    with postgres_server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """Return an empty database's address: every test that asks runs on both."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


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
