"""Connections that stay open between reading transactions: never shared, replaced when they are dead, given back."""

import sqlite3
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from postal.db import Database, make_engine
from postal.models import Office, OfficeKind
from postal.prepared import Prepared
from tests import builders as build

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
N_OFFICES = Prepared(select(func.count(Office.__table__.c.id)))


def number_of(session):
    """Return what tells a connection from others."""
    return id(session.connection().connection.driver_connection)


def count(session):
    return session.scalar(select(func.count(Office.id)))


def test_the_next_reader_takes_the_connection_of_the_one_before(database):
    with database.read() as session:
        first = number_of(session)
    with database.read() as session:
        assert number_of(session) == first
    assert database.engine.pool.checkedout() == 1


def test_a_block_that_asks_nothing_takes_no_connection():
    database = Database(make_engine("postgresql://nobody@127.0.0.1:9/none"), build.vault())
    with database.read():
        pass
    with pytest.raises(OperationalError), database.read() as session:
        count(session)


def test_a_reader_inside_another_has_a_connection_of_its_own(database):
    with database.read() as outer:
        first = number_of(outer)
        with database.read() as inner:
            assert number_of(inner) != first
        assert count(outer) == 0
    with database.write() as session:
        session.add(Office(code="BC-X", kind=OfficeKind.DELIVERY, name="Bưu cục thử"))
    for _ in range(3):  # whichever rested, its old transaction is over
        with database.read() as outer, database.read() as inner:
            assert (count(outer), count(inner)) == (1, 1)


def test_many_readers_at_once_never_share_one_and_few_stay_open(database):
    together, found = threading.Barrier(9), []

    def read():
        with database.read() as session:
            found.append(number_of(session))
            together.wait(30)  # all stand open at this moment

    for _ in range(2):
        threads = [threading.Thread(target=read) for _ in range(9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(found)) == 9
        assert database.engine.pool.checkedout() == 5
        found.clear()


def test_idle_readers_leave_writers_their_room(database):
    test_many_readers_at_once_never_share_one_and_few_stay_open(database)
    for n in range(40):
        with database.write() as session, database.read() as reader:
            session.add(Office(code=f"BC-{n}", kind=OfficeKind.DELIVERY, name=f"Bưu cục {n}"))
            assert count(reader) == n


@pytest.mark.parametrize("fault", [ZeroDivisionError, KeyboardInterrupt])
def test_a_block_that_fails_gives_its_connection_back(database, fault):
    def write_and_fail():
        with database.read() as session:
            session.add(Office(code="BC-X", kind=OfficeKind.DELIVERY, name="Bưu cục thử"))
            session.flush()
            raise fault

    for _ in range(40):
        with pytest.raises(fault):
            write_and_fail()
    assert database.engine.pool.checkedout() == 1
    with database.read() as session:
        assert count(session) == 0


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_block_that_ends_its_transaction_itself_leaves_nothing_open(database, end):
    with database.read() as session:
        assert count(session) == 0
        getattr(session, end)()
        assert count(session) == 0
    with database.write() as session:
        session.add(Office(code="BC-X", kind=OfficeKind.DELIVERY, name="Bưu cục thử"))
    with database.read() as session:
        assert count(session) == 1
    assert database.engine.pool.checkedout() <= 1


def test_nothing_stays_open_in_the_database_between_two_readers(database):
    open_now = [0]
    for name, change in (("begin", 1), ("rollback", -1), ("commit", -1)):
        event.listen(database.engine, name, lambda _connection, by=change: open_now.__setitem__(0, open_now[0] + by))
    with database.read() as session:
        count(session)
        assert open_now == [1]
    assert open_now == [0]


def is_in_transaction(driver):
    """Say whether a driver's connection has a transaction open in the database."""
    return driver.in_transaction if isinstance(driver, sqlite3.Connection) else driver.info.transaction_status != 0


@pytest.mark.parametrize("ways", [("prepared",), ("session",), ("prepared", "session"), ("session", "prepared"), ()])
def test_whichever_way_it_asks_a_block_is_one_transaction_and_ends(database, ways):
    ask = {"prepared": lambda session: N_OFFICES.rows(session)[0][0], "session": count}
    with database.read() as session:
        driver = session.held().connection.driver_connection
        assert [ask[way](session) for way in ways] == [0] * len(ways)
        assert is_in_transaction(driver) == bool(ways or isinstance(driver, sqlite3.Connection))
    assert not is_in_transaction(driver)
    with database.read() as session:
        assert session.held().connection.driver_connection is driver
        assert count(session) == 0


@pytest.mark.parametrize("first", [count, lambda session: N_OFFICES.rows(session)], ids=["session", "prepared"])
def test_on_sqlite_a_block_sees_one_moment_whichever_way_it_asks(sqlite_url, first):
    database = Database(make_engine(sqlite_url), build.vault())
    with database.read() as session:
        first(session)
        with database.write() as other:
            other.add(Office(code="BC-X", kind=OfficeKind.DELIVERY, name="Bưu cục thử"))
        assert N_OFFICES.rows(session) == [[0]]
        assert count(session) == 0
    with database.read() as session:
        assert N_OFFICES.rows(session) == [[1]]
    database.engine.dispose()


def test_connections_that_died_while_they_rested_are_replaced_unnoticed(postgres_url):
    database = Database(make_engine(postgres_url), build.vault())
    with database.read() as one, database.read() as two:
        numbers = [session.scalar(select(func.pg_backend_pid())) for session in (one, two)]
    with database.engine.connect() as other:
        for number in numbers:
            assert other.scalar(select(func.pg_terminate_backend(number, 5_000)))
    with database.read() as one, database.read() as two:
        assert not {session.scalar(select(func.pg_backend_pid())) for session in (one, two)} & set(numbers)
    database.engine.dispose()


def test_one_that_dies_in_use_is_replaced_for_the_next(postgres_url):
    database = Database(make_engine(postgres_url), build.vault())
    for _ in range(40):  # more than the pool holds: no dead one keeps its place
        with database.read() as session:
            number = session.scalar(select(func.pg_backend_pid()))
            with database.engine.connect() as other:
                other.scalar(select(func.pg_terminate_backend(number, 5_000)))
            with pytest.raises(OperationalError):
                count(session)
        with database.read() as session:
            assert count(session) == 0
    database.engine.dispose()


def test_an_engine_that_is_disposed_closes_what_rested(database):
    with database.read() as one, database.read() as two:
        drivers = [session.connection().connection.driver_connection for session in (one, two)]
    database.engine.dispose()
    for driver in drivers:
        with pytest.raises(Exception, match="closed"):
            driver.execute("SELECT 1")
    with database.read() as session:
        assert count(session) == 0
