"""Statements given straight to the driver, answered as a session answers them."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Boolean, bindparam, cast, func, literal, null, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from postal import is_storage_failure
from postal.citizen import dossiers, pieces, rounds_seen
from postal.db import Database, make_engine
from postal.life import facts
from postal.models import ArrivalDay, Base, CalendarDay, Dossier, Item, Office, OfficeKind, Person, TrackingEvent
from postal.prepared import Prepared
from postal.readers import ReadingSession
from tests import builders as build
from tests.statements import asked

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
_TABLES = (Item, Person, TrackingEvent, Office, ArrivalDay, Dossier)
_IN_USE = {
    "by_digest": pieces._BY_DIGEST,
    "by_id": pieces._BY_ID,
    "stops_beside": pieces._STOPS_BESIDE,
    "done": pieces._DONE,
    "rows_of": facts._ROWS_OF,
    "steps_before": dossiers._STEPS_BEFORE,
    "expected": rounds_seen._EXPECTED,
}
_VALUES = {
    "by_digest": {"key": "0" * 64, "today": NOW.date(), "device": None, "known_since": NOW},
    "by_id": {"key": 1, "today": NOW.date(), "device": "d" * 64, "known_since": NOW},
    "stops_beside": {"stop_id": 1},
    "done": {"round_id": 1, "of_round": "r1:%"},
    "rows_of": {"item_id": 1},
    "steps_before": {"dossier_id": 1},
    "expected": {"office_id": 1},
}


@pytest.fixture
def filled(database):
    """Return a database with rows in which columns of every kind hold something."""
    with database.write() as session:
        build.accepted(session, build.result(1, fee_vnd="50000"), build.result(2), now=NOW)
        office_id = session.scalar(select(Office.id).limit(1))
        learned = {"số": [1, 2.5, None], "đúng": True}
        session.add(ArrivalDay(office_id=office_id, day=date(2026, 11, 22), learned=learned, expected={}))
        session.add(CalendarDay(on_date=date(2026, 11, 24), is_working=False, note="nghỉ %s :x ?"))
    return database


def both_ways(database, query, **values):
    """Return the rows of a statement as it is prepared, and as a session gives them."""
    with database.read() as session:
        assert isinstance(session, ReadingSession)
        return [tuple(row) for row in Prepared(query).rows(session, **values)], [
            tuple(row) for row in session.execute(query, values)
        ]


@pytest.mark.parametrize("table", _TABLES, ids=lambda table: table.__tablename__)
def test_each_kind_of_column_is_read_as_a_session_reads_it(filled, table):
    columns = table.__table__.c
    prepared, ordinary = both_ways(filled, select(*columns).order_by(columns[0]))
    assert prepared == ordinary
    assert [[type(cell) for cell in row] for row in prepared] == [[type(cell) for cell in row] for row in ordinary]
    assert ordinary or table is Dossier


def test_columns_of_every_type_we_use_were_among_them():
    ours = {type(c.type).__name__ for table in Base.metadata.sorted_tables for c in table.columns}
    tried = {type(c.type).__name__ for table in _TABLES for c in table.__table__.c}
    # A number of digits stands in no statement that is prepared.
    assert ours - tried <= {"Float", "Numeric", "Uuid", "Text", "SmallInteger"}, ours - tried


@pytest.mark.parametrize("value", ["", "nghỉ %s :x ?", "100%", "'; --", "\u1ec7 🎈", None])
def test_texts_are_bound_and_never_written_into_the_statement(filled, value):
    query = select(CalendarDay.note, bindparam("said", type_=CalendarDay.note.type), literal("%s ? :y %(z)s")).where(
        CalendarDay.note.like("%\\%s%", escape="\\")
    )
    prepared, ordinary = both_ways(filled, query, said=value)
    assert prepared == ordinary == [("nghỉ %s :x ?", value, "%s ? :y %(z)s")]


@pytest.mark.parametrize("at", [NOW, datetime(2026, 11, 23, 10, 0, tzinfo=UTC).astimezone(), None])
def test_values_are_written_as_a_session_writes_them(filled, at):
    query = select(
        Item.id, Item.state_since, cast(null(), Boolean), func.count().over(), Item.state == bindparam("state")
    ).where(Item.state_since <= func.coalesce(bindparam("at", type_=Item.state_since.type), Item.state_since))
    with filled.read() as session:
        state = session.scalar(select(Item.state).limit(1))
    prepared, ordinary = both_ways(filled, query.order_by(Item.id), at=at, state=state)
    assert prepared == ordinary
    assert prepared


def test_a_naive_instant_is_refused(filled):
    query = Prepared(select(Item.id).where(Item.state_since < bindparam("at")))
    with filled.read() as session, pytest.raises(ValueError, match="naive"):
        query.rows(session, at=datetime(2026, 11, 23, 3, 0))


def test_a_value_that_is_not_given_is_refused(filled):
    with filled.read() as session, pytest.raises(KeyError):
        Prepared(select(Item.id).where(Item.id == bindparam("item_id"))).rows(session)


def test_a_statement_whose_text_depends_on_its_values_is_refused(filled):
    query = Prepared(select(Item.id).where(Item.id.in_(bindparam("ids", expanding=True))))
    with filled.read() as session, pytest.raises(ValueError, match="same text"):
        query.rows(session, ids=[1, 2])


@pytest.mark.parametrize("name", _IN_USE)
def test_those_in_use_are_answered_alike_both_ways(filled, name):
    prepared, values = _IN_USE[name], dict(_VALUES[name])
    with filled.read() as session:
        if name == "by_digest":
            values["key"] = session.scalar(select(Item.token_hash).where(Item.token_hash.is_not(None))) or values["key"]
        straight = [tuple(row) for row in prepared.rows(session, **values)]
        assert straight == [tuple(row) for row in session.execute(prepared._query, values)]
    assert straight or name in ("by_digest", "stops_beside", "done", "steps_before")


def test_they_see_what_the_same_reading_transaction_sees(filled):
    count = Prepared(select(func.count()).select_from(Office.__table__))
    with filled.read() as session:
        before = session.scalar(select(func.count(Office.id)))
        assert count.rows(session) == [[before]]
        session.add(Office(code="BC-X", kind=OfficeKind.DELIVERY, name="Bưu cục thử"))
        session.flush()
        assert count.rows(session) == [[before + 1]]
    with filled.read() as session:
        assert count.rows(session) == [[before]]


def test_one_that_writes_sees_what_it_has_not_written_yet(filled):
    named = Prepared(select(Office.name).where(Office.code == bindparam("code")))
    with filled.write() as session:
        session.add(Office(code="BC-X", kind=OfficeKind.DELIVERY, name="Bưu cục thử"))
        assert [tuple(row) for row in named.rows(session, code="BC-X")] == [("Bưu cục thử",)]


def test_whoever_counts_statements_counts_them_too(filled):
    query = Prepared(select(Item.id))
    with asked(filled.engine) as found, filled.read() as session:
        query.rows(session)
    assert len(found) == 1


def test_a_driver_s_error_is_raised_as_a_session_raises_it(filled):
    wrong = Prepared(select(func.no_such_function(Item.id)))
    with filled.read() as session, pytest.raises((OperationalError, ProgrammingError)) as prepared:
        wrong.rows(session)
    with filled.read() as session, pytest.raises((OperationalError, ProgrammingError)) as ordinary:
        session.execute(wrong._query)
    assert type(prepared.value) is type(ordinary.value)
    assert type(prepared.value.orig) is type(ordinary.value.orig)
    assert prepared.value.statement == ordinary.value.statement
    with filled.read() as session:  # and the connection serves whoever comes next
        assert Prepared(select(literal(1))).rows(session) == [[1]]


def test_a_connection_that_ends_under_a_statement_is_told_and_replaced(postgres_url):
    database = Database(make_engine(postgres_url), build.vault())
    one = Prepared(select(literal(1)))
    with database.read() as session:
        end_from_outside(database, session)
        with pytest.raises(OperationalError) as gone:
            one.rows(session)
    assert is_storage_failure(gone.value)
    assert gone.value.connection_invalidated
    with database.read() as session:
        assert one.rows(session) == [[1]]
    database.engine.dispose()


def end_from_outside(database, session):
    """Let the server end the connection of a reading transaction."""
    number = session.scalar(select(func.pg_backend_pid()))
    with database.engine.connect() as other:
        other.execute(select(func.pg_terminate_backend(number)))
