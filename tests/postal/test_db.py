"""The database's own promises: what a transaction means, what an instant is, on both databases."""

import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import DateTime, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from postal.db import BUSY_TIMEOUT_MS, Database, first_wins, is_storage_failure, make_engine
from postal.errors import TakenMeanwhile
from postal.models import Base, CalendarDay, Item, Office, OfficeKind, Person, PersonKind, UtcDateTime
from tests import builders as build
from tests.scale import record_figure, scaled

HUE = timezone(timedelta(hours=7))


def office(code="BC-1", **changes):
    return Office(code=code, kind=OfficeKind.DELIVERY, name="Bưu cục thử", **changes)


def codes(database):
    with database.read() as session:
        return sorted(session.scalars(select(Office.code)))


@pytest.fixture
def on_sqlite(sqlite_url):
    database = Database(make_engine(sqlite_url), build.vault())
    yield database
    database.engine.dispose()


def test_every_connection_to_sqlite_is_safe_from_its_first_statement(on_sqlite):
    connections = [on_sqlite.engine.connect() for _ in range(3)]
    asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
    for connection in connections:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked}
        # synchronous 2 is FULL: what was committed survives a power cut.
        assert found == dict(zip(asked, ("wal", 2, 1, BUSY_TIMEOUT_MS, 1), strict=True))
        connection.close()


def test_a_writer_on_sqlite_holds_its_place_before_its_first_statement(on_sqlite):
    other = sqlite3.connect(on_sqlite.engine.url.database, timeout=0, isolation_level=None)
    with on_sqlite.write() as session:
        session.connection()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM offices").fetchone() == (0,)
    other.execute("BEGIN IMMEDIATE")
    other.close()


def _number(session):
    return session.scalars(select(Office)).one()


def test_writers_that_read_first_wait_for_each_other_and_lose_nothing(on_sqlite):
    n_threads, n_each = 8, scaled(10, 200)
    failures = []
    with on_sqlite.write() as session:
        session.add(office(zone="0"))

    def count():
        try:
            for _ in range(n_each):
                with on_sqlite.write() as session:
                    row = _number(session)
                    row.zone = str(int(row.zone) + 1)
        except Exception as exc:
            failures.append(exc)

    threads = [threading.Thread(target=count) for _ in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with on_sqlite.read() as session:
        assert _number(session).zone == str(n_threads * n_each)
    record_figure("Ghi sau khi đọc, 8 luồng trên SQLite", n_threads * n_each, "lần, 0 lần bị khóa")


def test_without_taking_the_place_first_the_same_writers_collide(on_sqlite):
    """The negative control: a deferred reader that turns writer fails at once, however long it may wait."""
    path = on_sqlite.engine.url.database
    first, second = (sqlite3.connect(path, timeout=5, isolation_level=None) for _ in range(2))
    for connection in (first, second):
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM offices").fetchone()
    first.execute("INSERT INTO calendar_days (on_date, is_working, note) VALUES ('2026-11-24', 0, '')")
    first.execute("COMMIT")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        second.execute("INSERT INTO calendar_days (on_date, is_working, note) VALUES ('2026-11-25', 0, '')")
    first.close()
    second.close()


def test_readers_see_one_moment_while_others_write(on_sqlite):
    with on_sqlite.read() as reader:
        assert reader.scalars(select(Office.code)).all() == []
        with on_sqlite.write() as session:
            session.add(office())
        assert reader.scalars(select(Office.code)).all() == []
    assert codes(on_sqlite) == ["BC-1"]


def _add_and_fail(session):
    session.add(office())
    session.flush()
    raise ZeroDivisionError


def test_a_block_that_fails_leaves_no_trace(database):
    with pytest.raises(ZeroDivisionError), database.write() as session:
        _add_and_fail(session)
    assert codes(database) == []


def test_what_a_reading_block_changes_is_forgotten(database):
    with database.write() as session:
        session.add(office())
    with database.read() as session:
        session.scalars(select(Office)).one().code = "BC-2"
        session.flush()
    assert codes(database) == ["BC-1"]


def test_nothing_may_refer_to_what_is_not_there(database):
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("INSERT INTO person_words (person_id, word_hash) VALUES (404, 'x')"))


def test_what_others_refer_to_cannot_be_taken_away(database):
    with database.write() as session:
        person_id = build.accepted(session)[0].consignment.person_id
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("DELETE FROM people WHERE id = :id"), {"id": person_id})


def test_a_naive_instant_never_reaches_the_database(database):
    with pytest.raises(StatementError, match="naive"), database.write() as session:
        session.add(Person(kind=PersonKind.STAFF, key_id="k", added_at=datetime(2026, 11, 20, 17, 0)))


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 20, 17, 0, tzinfo=HUE),
        datetime(2026, 11, 20, 17, 0, 0, 123_456, tzinfo=HUE),
        datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=timezone(timedelta(hours=-11, minutes=-30))),
    ],
)
def test_an_instant_comes_back_the_same_and_in_utc(database, instant):
    with database.write() as session:
        if database.engine.dialect.name == "postgresql":
            session.execute(text("SET TIME ZONE 'Asia/Ho_Chi_Minh'"))
        person = Person(kind=PersonKind.STAFF, key_id="k", added_at=instant)
        session.add(person)
        session.flush()
        session.expire(person)
        assert person.added_at == instant
        assert person.added_at.utcoffset() == timedelta(0)
        # And a comparison is one of instants, not of the text they are kept as.
        assert session.scalar(select(Person.id).where(Person.added_at == instant.astimezone(HUE))) == person.id


def test_no_column_holds_an_instant_without_its_zone():
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    instants = [c for c in columns if isinstance(c.type, UtcDateTime)]
    assert len(instants) > 20
    assert not [c for c in columns if isinstance(c.type, DateTime)]
    assert not [c.name for c in instants if not f"_{c.name}".endswith(("_at", "_until", "_by", "_since"))]


def test_a_database_that_cannot_serve_is_told_from_a_question_that_is_wrong(tmp_path, on_sqlite):
    missing = make_engine("postgresql://nobody@127.0.0.1:9/none")
    assert missing.dialect.driver == "psycopg"
    with pytest.raises(OperationalError) as gone, missing.connect():
        pass
    assert is_storage_failure(gone.value)
    with pytest.raises(IntegrityError) as wrong, on_sqlite.write() as session:
        session.add_all([office(), office()])
    assert not is_storage_failure(wrong.value)


def test_a_row_says_no_more_of_itself_than_its_number(database):
    with database.write() as session:
        item = build.accepted(session)[0]
        said = f"{item!r} {item.consignment!r} {item.consignment.person!r}"
        assert session.get(Item, item.id) is item
    assert "Hằng" not in said
    assert "Lê Lợi" not in said


def _office(code, name="", **more):
    return Office(code=code, name=name or code, kind=OfficeKind.DELIVERY, zone="", lat=16.46, lon=107.59, **more)


@pytest.mark.parametrize(
    ("rows", "taken"),
    [
        (lambda: [_office("BC-1"), _office("BC-1", "Khác")], "offices.code uq_offices_code"),
        (lambda: [CalendarDay(on_date=date(2027, 9, 2), is_working=False, note="lễ")] * 2, "calendar_days.on_date"),
    ],
)
def test_whoever_is_second_is_told_and_the_log_names_what_was_taken(database, caplog, rows, taken):
    one, other = (insert(type(row)).values(**_values(row)) for row in rows())
    with database.write() as session:
        session.execute(one)
    with pytest.raises(TakenMeanwhile), first_wins(), database.write() as session:
        session.execute(other)
    said = caplog.records[-1].getMessage().split()[-1]
    assert said in taken.split()
    assert "BC-1" not in caplog.text


def test_a_row_number_that_exists_already_is_a_fault_and_no_rival(database):
    """A sequence behind its table, as after rows were brought in by hand."""
    with database.write() as session:
        session.add(_office("BC-1", id=7))
    with pytest.raises(IntegrityError), first_wins(), database.write() as session:
        session.execute(insert(Office).values(**_values(_office("BC-2", id=7))))


def _values(row):
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}
