"""A fresh, migrated database for each test, on SQLite and on PostgreSQL; services that are there or skipped."""

from __future__ import annotations

import os
import shutil
import socket
import time
import uuid
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from postal.db import Database, make_engine
from postal.migrations import upgrade
from tests import builders as build

SERVER = os.environ.get("TANNHA_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
_BEGAN = pytest.StashKey[float]()
IS_REQUIRED = os.environ.get("TANNHA_REQUIRE_SERVICES") == "1"


# How long an example takes says more about who else uses the machine than about the code.
settings.register_profile("tannha", deadline=None)
settings.load_profile("tannha")

SERVICES = {"empty_sqlite", "postgres_server", "redis_url", "rabbitmq_url"}


def pytest_configure(config):
    config.stash[_BEGAN] = time.monotonic()


def pytest_collection_modifyitems(items):
    """Mark what needs a service or a database, so that `make quick` can leave it out."""
    for item in items:
        if "database_url" in item.fixturenames or SERVICES & set(item.fixturenames):
            item.add_marker("database")


def pytest_terminal_summary(terminalreporter, config):
    """Print how long the run took, and how many tests were skipped for which reason."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", ()))
    minutes, seconds = divmod(round(time.monotonic() - config.stash[_BEGAN]), 60)
    terminalreporter.section("time and skipped tests")
    terminalreporter.write_line(f"took {minutes} min {seconds} s; {sum(reasons.values()) or 'nothing'} skipped")
    for reason, n in sorted(reasons.items()):
        terminalreporter.write_line(f"  {n} skipped: {reason}")


def _reason(report):
    is_place = isinstance(report.longrepr, tuple)
    return (report.longrepr[2] if is_place else str(report.longrepr)).removeprefix("Skipped: ")


def missing(service: str) -> None:
    """Skip a test whose service is not there; where services are required, fail it."""
    if IS_REQUIRED:
        pytest.fail(f"{service} is required here (TANNHA_REQUIRE_SERVICES=1) and missing")
    pytest.skip(f"{service} is missing on this machine")


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


class _Spares:
    """Copies of the template made ahead, and dropped behind, so that no test waits for the server's disk."""

    def __init__(self, server, template):
        self._server, self._template = server, template
        self._pool = ThreadPoolExecutor(1)
        self._ahead = deque(self._pool.submit(self._create) for _ in range(2))

    def _create(self):
        name = f"tannha_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def _run(self, statement):
        with self._server.connect() as connection:
            connection.execute(text(statement))

    def take(self):
        self._ahead.append(self._pool.submit(self._create))
        return self._ahead.popleft().result()

    def drop(self, name):
        self._pool.submit(self._run, f"DROP DATABASE {name} WITH (FORCE)")

    def close(self):
        for name in [spare.result() for spare in self._ahead]:
            self.drop(name)
        self._pool.shutdown()


@pytest.fixture(scope="session")
def spare_databases(postgres_server, empty_postgres):
    """Return databases with all tables, made while earlier tests run."""
    spares = _Spares(postgres_server, empty_postgres)
    yield spares
    spares.close()


@pytest.fixture
def postgres_url(spare_databases):
    """Return the address of an empty PostgreSQL database with all tables in it."""
    name = spare_databases.take()
    yield _url_of(name)
    spare_databases.drop(name)


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
