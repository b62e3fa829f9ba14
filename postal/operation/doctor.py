"""A look over the installation: what is well, what needs a hand soon, what is broken."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from postal.custody import serials
from postal.db import Database
from postal.jobs import counts as job_counts
from postal.migrations import current_revision, newest_revision
from postal.models import S10Range, TrackingEvent
from postal.outside import stuck
from postal.people import resealing

MIN_S10_LEFT = 5_000
MIN_DISK_BYTES, LOW_DISK_BYTES = 200_000_000, 2_000_000_000
MAX_WAL_BYTES = 256_000_000
CLOCK_TOLERANCE = timedelta(seconds=30)
LATE_AFTER = timedelta(minutes=10)
# https://sqlite.org/wal.html#walresetbug: fixed in 3.51.3, and in these older lines.
_WAL_RESET_FIXED, _WAL_RESET_FIXED_TOO = (3, 51, 3), {(3, 50, 7), (3, 44, 6)}


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the examination. ``check`` is a stable name; the sentences hold counts and identifiers only."""

    check: str
    level: Level
    vi: str
    en: str


def examine(database: Database, *, now: datetime) -> list[Finding]:
    """Look at everything; a look that fails is itself a finding."""
    first = _database(database)
    if first.level is Level.BAD:
        return [first]
    found = [first, _revision(database)]
    if found[-1].level is Level.BAD:
        return [*found, *_file(database)]
    checks: tuple[Callable[[Session, datetime], Finding], ...] = (_clock, _keys, _s10, _callbacks, _jobs)
    for check in checks:
        try:
            with database.read() as session:
                found.append(check(session, now))
        except SQLAlchemyError as exc:
            name = check.__name__.strip("_")
            found.append(
                _finding(name, Level.BAD, "không kiểm tra được", f"could not be checked ({type(exc).__name__})")
            )
    return [*found, *_file(database)]


def _finding(check: str, level: Level, vi: str, en: str) -> Finding:
    return Finding(check=check, level=level, vi=vi, en=en)


def _database(database: Database) -> Finding:
    try:
        with database.read() as session:
            if session.get_bind().dialect.name != "sqlite":
                version = session.scalar(text("SHOW server_version"))
                return _finding("database", Level.OK, f"PostgreSQL {version} trả lời", f"PostgreSQL {version} answers")
            is_wal = session.scalar(text("PRAGMA journal_mode")) == "wal"
            is_full = session.scalar(text("PRAGMA synchronous")) == 2
    except (SQLAlchemyError, OSError) as exc:
        kind = type(exc).__name__
        return _finding("database", Level.BAD, f"cơ sở dữ liệu không trả lời ({kind})", f"does not answer ({kind})")
    if not (is_wal and is_full):
        return _finding(
            "database", Level.BAD, "SQLite không ở chế độ WAL, FULL", "SQLite is not in WAL mode with FULL sync"
        )
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _WAL_RESET_FIXED and sqlite3.sqlite_version_info not in _WAL_RESET_FIXED_TOO:
        return _finding(
            "database",
            Level.WARN,
            f"SQLite {version} (WAL, FULL) có lỗi hiếm làm hỏng WAL; nên dùng 3.51.3 trở lên hoặc PostgreSQL",
            f"SQLite {version} (WAL, FULL) has the rare WAL-reset bug; use 3.51.3 or newer, or PostgreSQL",
        )
    return _finding("database", Level.OK, f"SQLite {version}, WAL, FULL", f"SQLite {version}, WAL, FULL")


def _revision(database: Database) -> Finding:
    current, newest = current_revision(database.engine), newest_revision()
    if current == newest:
        return _finding("revision", Level.OK, f"bảng dữ liệu ở phiên bản {current}", f"the tables are at {current}")
    return _finding(
        "revision",
        Level.BAD,
        f"bảng dữ liệu ở {current or 'không có'}, cần {newest}: chạy tannha migrate",
        f"the tables are at {current or 'none'}, {newest} is needed: run tannha migrate",
    )


def _clock(session: Session, now: datetime) -> Finding:
    newest = session.scalar(select(func.max(TrackingEvent.recorded_at)))
    if session.get_bind().dialect.name == "postgresql":
        there: datetime = session.execute(select(func.now())).scalar_one()
        if abs(there - now) > CLOCK_TOLERANCE:
            gap_s = round((there - now).total_seconds())
            vi = f"đồng hồ máy này lệch máy cơ sở dữ liệu {gap_s} giây"
            return _finding("clock", Level.BAD, vi, f"this clock is {gap_s} s away from the database's")
    if newest is not None and newest > now + CLOCK_TOLERANCE:
        gap_s = round((newest - now).total_seconds())
        vi = f"có sự kiện ghi sau giờ hiện tại {gap_s} giây: đồng hồ chạy chậm?"
        return _finding("clock", Level.BAD, vi, f"an event was recorded {gap_s} s in the future: is the clock slow?")
    return _finding(
        "clock", Level.OK, f"giờ máy {now:%Y-%m-%d %H:%M:%S} UTC", f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC"
    )


def _keys(session: Session, _now: datetime) -> Finding:
    if locked := resealing.locked_keys(session):
        names = ", ".join(locked)
        vi, en = f"thiếu khoá mở dữ liệu: {names}", f"keys that open people's data are missing: {names}"
        return _finding("keys", Level.BAD, vi, en)
    if n_left := resealing.n_left(session):
        vi = f"{n_left} bản ghi còn mã hoá bằng khoá cũ: chạy tannha rotate-keys"
        return _finding(
            "keys", Level.WARN, vi, f"{n_left} records are sealed with an older key: run tannha rotate-keys"
        )
    return _finding("keys", Level.OK, "mọi dữ liệu mở được bằng khoá hiện có", "the keys at hand open everything")


def _s10(session: Session, _now: datetime) -> Finding:
    n_left = serials.left(session)
    n_fake = session.scalar(select(func.count()).where(S10Range.is_fake)) or 0
    vi, en = f"còn {n_left} số hiệu S10", f"{n_left} S10 numbers are left"
    if n_fake:
        vi, en = vi + f" ({n_fake} dải giả dùng thử)", en + f" ({n_fake} fake ranges for trying out)"
    if n_left == 0:
        return _finding("s10", Level.BAD, vi + ": chạy tannha range", en + ": run tannha range")
    return _finding("s10", Level.WARN if n_left < MIN_S10_LEFT or n_fake else Level.OK, vi, en)


def _callbacks(session: Session, now: datetime) -> Finding:
    found = stuck(session, now=now)
    vi = f"{found.n_due} tin đến hạn, {found.n_parked} tin dừng lại"
    en = f"{found.n_due} callbacks due, {found.n_parked} parked"
    if found.disabled_endpoint_ids or found.failing_endpoint_ids:
        vi += f"; nơi nhận lỗi {list(found.failing_endpoint_ids)}, đã tắt {list(found.disabled_endpoint_ids)}"
        en += f"; endpoints failing {list(found.failing_endpoint_ids)}, disabled {list(found.disabled_endpoint_ids)}"
    if found.oldest_due_at is not None and found.oldest_due_at < now - LATE_AFTER:
        vi, en = vi + "; không ai gửi: chạy tannha worker", en + "; nobody sends: run tannha worker"
        return _finding("callbacks", Level.BAD, vi, en)
    is_well = not (found.n_parked or found.n_beyond_ladder or found.failing_endpoint_ids or found.disabled_endpoint_ids)
    return _finding("callbacks", Level.OK if is_well else Level.WARN, vi, en)


def _jobs(session: Session, now: datetime) -> Finding:
    found = job_counts(session, now=now)
    vi = f"việc nền: {found.n_waiting} chờ, {found.n_running} đang chạy, {found.n_failed} hỏng"
    en = f"jobs: {found.n_waiting} wait, {found.n_running} run, {found.n_failed} failed"
    if found.oldest_due_at is not None and found.oldest_due_at < now - LATE_AFTER:
        return _finding(
            "jobs", Level.BAD, vi + "; không ai chạy: tannha worker", en + "; nobody runs them: tannha worker"
        )
    return _finding("jobs", Level.WARN if found.n_failed else Level.OK, vi, en)


def _file(database: Database) -> Iterator[Finding]:
    path = database.engine.url.database
    if database.engine.dialect.name != "sqlite" or not path:
        return
    wal = Path(path + "-wal")
    n_wal = wal.stat().st_size if wal.exists() else 0
    level = Level.WARN if n_wal > MAX_WAL_BYTES else Level.OK
    yield _finding("wal", level, f"tệp WAL {n_wal / 1e6:.1f} MB", f"the WAL file has {n_wal / 1e6:.1f} MB")
    n_free = shutil.disk_usage(Path(path).absolute().parent).free
    level = Level.BAD if n_free < MIN_DISK_BYTES else Level.WARN if n_free < LOW_DISK_BYTES else Level.OK
    yield _finding("disk", level, f"đĩa còn {n_free / 1e9:.1f} GB", f"{n_free / 1e9:.1f} GB of disk are free")
