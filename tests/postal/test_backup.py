"""Backups: whole, checked, and restored wholly or not at all."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from postal.db import Database, make_engine
from postal.errors import Unavailable
from postal.migrations import newest_revision, upgrade
from postal.models import AuditEntry, Item
from postal.operation import backup, doctor
from postal.operation.backup import BackupBroken, BackupDoesNotFit, FileExists, note_path
from tests import builders as build
from tests.scale import record_figure, scaled

NOW = build.EVENING


def fill(database, n=3):
    with database.write() as session:
        build.accepted(session, *(build.result(i + 1) for i in range(n)))


def n_items(database):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Item))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "sao-luu.bak"


def test_what_was_there_when_it_was_made_comes_back(database, file):
    fill(database)
    made = backup.back_up(database.engine, file, now=NOW)
    assert (made.revision, made.n_bytes) == (newest_revision(), file.stat().st_size)
    with database.write() as session:
        build.accepted(session, build.result(9))
    assert n_items(database) == 4
    assert backup.restore(database.engine, file) == made
    assert n_items(database) == 3
    fill_more = build.result(10)
    with database.write() as session:
        build.accepted(session, fill_more)
    assert n_items(database) == 4


def test_it_can_be_restored_where_nothing_is_yet(sqlite_url, tmp_path, file):
    database = Database(make_engine(sqlite_url), build.vault())
    fill(database)
    backup.back_up(database.engine, file, now=NOW)
    elsewhere = Database(make_engine(f"sqlite:///{tmp_path / 'moi' / 'tannha.db'}"), build.vault())
    backup.restore(elsewhere.engine, file)
    assert n_items(elsewhere) == 3
    with elsewhere.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_nobody_else_on_the_machine_can_read_it_and_no_name_lies_open_in_it(database, file):
    fill(database)
    backup.back_up(database.engine, file, now=NOW)
    assert file.stat().st_mode & 0o077 == 0
    data = file.read_bytes()
    for personal in ("Diễm", "Tôn Nữ", "0905120001", "Lê Lợi"):
        assert personal.encode() not in data


def test_an_older_backup_is_never_overwritten(database, file):
    backup.back_up(database.engine, file, now=NOW)
    with pytest.raises(FileExists):
        backup.back_up(database.engine, file, now=NOW)
    file.unlink()
    with pytest.raises(FileExists):
        backup.back_up(database.engine, file, now=NOW)


def _flip(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _change_note(**changes):
    def change(file):
        note = json.loads(note_path(file).read_text())
        note_path(file).write_text(json.dumps(note | changes))

    return change


@pytest.mark.parametrize(
    "harm",
    [
        _flip,
        lambda file: file.write_bytes(file.read_bytes()[:-4096]),
        lambda file: file.write_bytes(b""),
        lambda file: file.unlink(),
        lambda file: note_path(file).unlink(),
        lambda file: note_path(file).write_text("{"),
        lambda file: note_path(file).write_text('{"sha256": 1}'),
        _change_note(sha256="0" * 64),
    ],
    ids=["bit", "cut", "empty", "gone", "no note", "torn note", "other note", "other sum"],
)
def test_a_harmed_backup_replaces_nothing(database, file, harm):
    fill(database)
    backup.back_up(database.engine, file, now=NOW)
    harm(file)
    with pytest.raises(BackupBroken):
        backup.restore(database.engine, file)
    assert n_items(database) == 3


def test_pages_that_do_not_fit_together_are_found_though_the_sum_is_right(sqlite_url, file):
    database = Database(make_engine(sqlite_url), build.vault())
    fill(database)
    backup.back_up(database.engine, file, now=NOW)
    data = bytearray(file.read_bytes())
    data[8192:12288], data[16384:20480] = data[16384:20480], data[8192:12288]
    file.write_bytes(data)
    _change_note(sha256=backup._sha256(file))(file)
    with pytest.raises(BackupBroken):
        backup.verify(file)


def test_a_backup_of_another_kind_or_of_a_newer_version_is_refused(database, file):
    backup.back_up(database.engine, file, now=NOW)
    note = note_path(file).read_text()
    _change_note(revision="9999")(file)
    with pytest.raises(BackupDoesNotFit):
        backup.restore(database.engine, file)
    note_path(file).write_text(note)
    _change_note(database="oracle")(file)
    with pytest.raises(BackupDoesNotFit):
        backup.restore(database.engine, file)


def test_without_postgresqls_own_tools_it_says_so(postgres_url, file, monkeypatch):
    engine = make_engine(postgres_url)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(Unavailable, match="pg_dump"):
        backup.back_up(engine, file, now=NOW)
    assert not file.exists()
    assert not note_path(file).exists()
    engine.dispose()


def test_backups_under_load_are_whole_and_miss_nothing_that_was_acknowledged_before(database, tmp_path):
    """Each transaction writes two rows: a backup with an odd number would be torn."""
    stop, n_written = threading.Event(), [0]

    def write():
        while not stop.is_set():
            with database.write() as session:
                session.add_all(
                    [AuditEntry(at=NOW, action="a", subject="s"), AuditEntry(at=NOW, action="b", subject="s")]
                )
            n_written[0] += 2
            time.sleep(0.002)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    began_s, n_cycles = time.monotonic(), scaled(3, 50)
    for number in range(n_cycles):
        file = tmp_path / f"{number}.bak"
        n_before = n_written[0] - 4
        backup.back_up(database.engine, file, now=NOW + timedelta(seconds=number))
        backup.verify(file)
        if database.engine.dialect.name == "sqlite":
            with sqlite3.connect(file) as copy:
                n_rows = copy.execute("SELECT count(*) FROM audit_entries").fetchone()[0]
            assert n_rows % 2 == 0
            assert n_rows >= n_before
    stop.set()
    for writer in writers:
        writer.join()
    record_figure(f"backup and verify under load, {database.engine.dialect.name}",
                  round((time.monotonic() - began_s) / n_cycles, 2), "s")  # fmt: skip


def test_an_unfinished_backup_leaves_no_file_that_looks_like_one(sqlite_url, file, monkeypatch):
    engine = make_engine(sqlite_url)

    def full(_descriptor):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(backup.BackupNotWritten, match="đĩa đầy"):
        backup.back_up(engine, file, now=NOW)
    assert not list(file.parent.glob("sao-luu.bak*"))


def test_of_many_who_want_one_name_one_gets_it(sqlite_url, file):
    """As two cron jobs would: every other one is refused in a sentence, and what is there is whole."""
    database = Database(make_engine(sqlite_url), build.vault())
    fill(database)
    barrier, told = threading.Barrier(6), []

    def make():
        engine = make_engine(sqlite_url)
        barrier.wait()
        try:
            told.append(backup.back_up(engine, file, now=NOW))
        except FileExists as exc:
            told.append(exc.code)
        engine.dispose()

    threads = [threading.Thread(target=make) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert told.count("file_exists") == 5
    assert backup.verify(file) in told
    assert sorted(one.name for one in file.parent.glob("sao-luu*")) == [file.name, note_path(file).name]


_FULL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from postal.db import make_engine
from postal.operation import backup, doctor
engine = make_engine(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
try:
    backup.back_up(engine, Path(sys.argv[2]), now=datetime(2026, 11, 20, tzinfo=UTC))
except backup.BackupNotWritten as exc:
    print(exc.code, exc.message)
"""


def test_a_disk_that_takes_no_more_ends_in_a_sentence_and_leaves_nothing(sqlite_url, file):
    fill(Database(make_engine(sqlite_url), build.vault()))
    command = [sys.executable, "-c", _FULL, sqlite_url, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("backup_not_written Không ghi được bản sao lưu sao-luu.bak: ")
    assert done.stderr == ""
    assert list(file.parent.glob("sao-luu*")) == []


@pytest.mark.parametrize("place", ["khong-co/sao-luu.bak", "/proc/sao-luu.bak"])
def test_a_place_that_takes_no_file_is_told_in_a_sentence(sqlite_url, tmp_path, place):
    fill(Database(make_engine(sqlite_url), build.vault()))
    with pytest.raises(backup.BackupNotWritten, match="backup_not_written"):
        backup.back_up(make_engine(sqlite_url), tmp_path / place, now=NOW)


def test_the_files_of_a_new_database_and_its_backup_are_their_owners_alone(tmp_path, file):
    database = Database(make_engine(f"sqlite:///{tmp_path / 'moi.db'}"), build.vault())
    upgrade(database.engine)
    with database.write() as session:
        build.s10_range(session)
    backup.back_up(database.engine, file, now=NOW)
    files = [*tmp_path.glob("moi.db*"), file, note_path(file)]
    assert len(files) == 5
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
    (tmp_path / "moi.db").chmod(0o644)
    found = {one.check: one for one in doctor.examine(database, now=NOW)}["readers"]
    assert (found.level, "moi.db" in str(found.message)) == (doctor.Level.WARN, True)
