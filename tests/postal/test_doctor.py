"""The doctor sees what is broken, and says so in a line."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, text

from postal import jobs, outside
from postal.custody import serials
from postal.db import Database, make_engine
from postal.models import Person, TrackingEvent
from postal.operation import doctor
from postal.operation.doctor import Level
from postal.people import find_by_phone, open_person, resealing
from postal.people.vault import Vault, VaultLocked
from tests import builders as build
from tests.postal.told import NOW, endpoint, walk

KEYS = [b"n" * 32, b"k" * 32]


@pytest.fixture
def now(database):
    """Return the database's own time: the doctor compares clocks."""
    if database.engine.dialect.name == "sqlite":
        return NOW + timedelta(hours=1)
    with database.read() as session:
        return session.scalar(text("SELECT now()"))


def levels(database, now):
    return {finding.check: finding.level for finding in doctor.examine(database, now=now)}


def keyed(database, *keys):
    return Database(database.engine, Vault(keys, b"l" * 32))


def test_a_sound_house_has_nothing_bad(database, now):
    with database.write() as session:
        serials.grant_range(session, serials.Grant(indicator="EY", first=1, last=90_000, granted_by="VNPost"), now=NOW)
    found = doctor.examine(database, now=now)
    assert not [finding for finding in found if finding.level is Level.BAD]
    assert {"database", "revision", "clock", "keys", "s10", "callbacks", "jobs"} <= {one.check for one in found}
    assert all(str(one.message) and "…" not in str(one.message) for one in found)


def test_a_database_that_does_not_answer_is_all_that_is_said():
    database = Database(make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"), build.vault())
    assert levels(database, NOW) == {"database": Level.BAD}


def test_an_empty_database_needs_its_tables(tmp_path):
    database = Database(make_engine(f"sqlite:///{tmp_path / 'x.db'}"), build.vault())
    assert levels(database, NOW)["revision"] is Level.BAD


def test_a_database_without_its_safety_is_bad(sqlite_url):
    database = Database(make_engine(sqlite_url), build.vault())
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
        connection.exec_driver_sql("BEGIN")
    assert levels(database, NOW)["database"] is Level.BAD


def test_numbers_run_out_in_time_to_ask_for_more(database, now):
    assert levels(database, now)["s10"] is Level.BAD
    with database.write() as session:
        serials.grant_range(session, serials.Grant(indicator="EY", first=1, last=4_000, granted_by="VNPost"), now=NOW)
    assert levels(database, now)["s10"] is Level.WARN
    with database.write() as session:
        serials.grant_range(
            session, serials.Grant(indicator="EY", first=5_000, last=90_000, granted_by="VNPost"), now=NOW
        )
    assert levels(database, now)["s10"] is Level.OK


def test_a_lost_key_is_bad_and_an_old_one_is_a_warning(database, now):
    with database.write() as session:
        build.accepted(session)
    assert levels(database, now)["keys"] is Level.OK
    assert levels(keyed(database, *KEYS), now)["keys"] is Level.WARN
    assert levels(keyed(database, KEYS[0]), now)["keys"] is Level.BAD


def test_callbacks_nobody_sends_are_bad_and_a_failing_receiver_is_a_warning(database, now):
    endpoint_id, _ = endpoint(database, "http://127.0.0.1:9/")
    walk(database, 1, now=now - timedelta(minutes=30))
    assert levels(database, now)["callbacks"] is Level.BAD
    with database.write() as session:
        outside.disable(session, outside.find_endpoint(session, endpoint_id))
    assert levels(database, now)["callbacks"] is Level.WARN


def test_jobs_nobody_runs_are_bad(database, now):
    with database.write() as session:
        jobs.enqueue(session, jobs.NewJob(kind="note_overdue"), now=now - timedelta(hours=1))
    assert levels(database, now)["jobs"] is Level.BAD


def test_a_clock_that_lags_behind_what_was_recorded_is_bad(database, now):
    with database.write() as session:
        build.accepted(session, now=now + timedelta(minutes=5))
    assert levels(database, now)["clock"] is Level.BAD
    with database.write() as session:
        build.lift_guards(session)
        session.execute(delete(TrackingEvent))
    assert levels(database, now)["clock"] is Level.OK


def test_a_full_disk_is_bad_before_it_is_full(sqlite_url, monkeypatch):
    database = Database(make_engine(sqlite_url), build.vault())
    for n_free, level in ((10**8, Level.BAD), (10**9, Level.WARN), (10**10, Level.OK)):
        monkeypatch.setattr("shutil.disk_usage", lambda _path, n=n_free: type("Usage", (), {"free": n}))
        assert levels(database, NOW)["disk"] is level


def test_a_rotation_reseals_everything_in_steps_and_can_be_stopped_anywhere(database):
    endpoint(database, "http://127.0.0.1:9/")
    with database.write() as session:
        items = build.accepted(session, *(build.result(i + 1) for i in range(7)))
        names = [open_person(session, item.consignment.person).full_name for item in items]
        ids = [item.consignment.person_id for item in items]
    rotating = keyed(database, *KEYS)
    steps = []
    while not steps or steps[-1]:
        with rotating.read() as session:
            left = resealing.n_left(session)
        with rotating.write() as session:
            steps.append(resealing.reseal_batch(session, limit=3))
        with rotating.read() as session:
            assert resealing.n_left(session) == left - steps[-1]
    assert sum(steps) >= 8
    new = keyed(database, KEYS[0])
    with new.write() as session:
        assert resealing.locked_keys(session) == []
        assert [open_person(session, session.get_one(Person, one)).full_name for one in ids] == names
        assert find_by_phone(session, "0905120001") == [ids[0]]
        assert resealing.n_left(session) == 0


def test_a_rotation_without_the_old_key_destroys_nothing(database):
    with database.write() as session:
        person_id = build.accepted(session)[0].consignment.person_id
    with keyed(database, KEYS[0]).write() as session, pytest.raises(VaultLocked):
        resealing.reseal_batch(session)
    with database.read() as session:
        assert open_person(session, session.get_one(Person, person_id)).full_name == "Tôn Nữ Thị Diễm Hằng"


def test_every_sealed_column_has_a_column_that_names_its_key():
    assert {("people", "sealed", "key_id"), ("delivery_signatures", "sealed", "key_id")} <= {
        (table.name, data, key) for table, data, key in resealing.SEALED
    }
    assert all(key in table.columns and len(table.primary_key.columns) == 1 for table, _, key in resealing.SEALED)
