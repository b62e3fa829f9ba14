"""A fresh, migrated database for each test, on SQLite and on PostgreSQL; services that are there or skipped."""

from __future__ import annotations

import gc
import os
import socket
import time
from collections import Counter

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from postal.db import Database
from tests import builders as build
from tests.scale import first_on_both, one_database_each
from tests.stock import PostgresStock, SqliteStock
from tests.town import LAYERS, engine_at

SERVER = os.environ.get("TANNHA_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
_BEGAN = pytest.StashKey[float]()
IS_REQUIRED = os.environ.get("TANNHA_REQUIRE_SERVICES") == "1"


# How long an example takes says more about who else uses the machine than about the code.
settings.register_profile("tannha", deadline=None)
settings.load_profile("tannha")

SERVICES = {"sqlite_stock", "postgres_server", "redis_url", "rabbitmq_url"}


def pytest_configure(config):
    config.stash[_BEGAN] = time.monotonic()


def pytest_collection_modifyitems(items):
    """Mark what needs a service or a database, so that `make quick` can leave it out."""
    for item in items:
        if "database_url" in item.fixturenames or SERVICES & set(item.fixturenames):
            item.add_marker("database")
    journeys = [item for item in items if item.get_closest_marker("journey")]
    one_database_each(journeys)
    first_on_both(item for item in items if item not in set(journeys))


def pytest_collection_finish():
    """Look for waste among new objects alone: thousands of collected tests stay until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


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
def sqlite_stock(tmp_path_factory):
    """Return SQLite databases to copy."""
    return SqliteStock(tmp_path_factory.mktemp("stock"))


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
def postgres_stock(postgres_server):
    """Return PostgreSQL databases to take."""
    stock = PostgresStock(postgres_server, SERVER)
    yield stock
    stock.close()


@pytest.fixture
def depth(request):
    """Return how many layers of the town (`tests.town`) this test begins with."""
    wanted = max((n for n, name in enumerate(LAYERS, 1) if name in request.fixturenames), default=0)
    return min(wanted, 1) if "before_the_round" in request.fixturenames else wanted


@pytest.fixture
def before_the_round():
    """Asked for by what happens before the round is planned: the round is then laid when its turn comes."""


@pytest.fixture
def sqlite_url(tmp_path, sqlite_stock, depth):
    """Return the address of a SQLite database with all tables in it, and those layers."""
    return sqlite_stock.copy_to(tmp_path / "tannha.db", depth)


@pytest.fixture
def postgres_url(postgres_stock, depth):
    """Return the address of a PostgreSQL database with all tables in it, and those layers."""
    name = postgres_stock.take(depth)
    yield postgres_stock.url_of(name)
    postgres_stock.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """Return an empty database's address: every test that asks runs on both."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


def _found_in(layer):
    @pytest.fixture(name=layer)
    def found(request, database_url, depth):
        if list(LAYERS).index(layer) >= depth:
            return LAYERS[layer](request.getfixturevalue("database"))
        stock = "sqlite_stock" if database_url.startswith("sqlite") else "postgres_stock"
        return dict(request.getfixturevalue(stock).found(depth))

    return found


# Whoever asks for one of them begins with a database in which it is already, and is told its ids.
with_house, with_planned_round, with_round_under_way = map(_found_in, LAYERS)


@pytest.fixture
def database(database_url):
    """Return the database at that address, with the tests' own keys."""
    database = Database(engine_at(database_url), build.vault())
    yield database
    database.engine.dispose()


@pytest.fixture
def session(database):
    """Return one writing transaction that leaves nothing behind."""
    with database.write() as session:
        yield session
        session.rollback()
