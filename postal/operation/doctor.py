"""Checks the installation: what is in order, what needs attention soon, what is broken."""

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

from postal import chain
from postal.citizen.guessing import last_alarm
from postal.custody import serials
from postal.db import Database
from postal.jobs import counts as job_counts
from postal.migrations import current_revision, newest_revision
from postal.models import Person, S10Range, TrackingEvent
from postal.network.home import installation, is_unconfirmed_copy
from postal.operation import copies
from postal.outside import stuck
from postal.outside.notices import due_notices, failed_notices
from postal.people import is_found_by_its_hash, resealing
from postal.people.vault import VaultLocked
from routing import Message

MIN_S10_LEFT = 5_000
MIN_DISK_BYTES, LOW_DISK_BYTES = 200_000_000, 2_000_000_000
MAX_WAL_BYTES = 256_000_000
CLOCK_TOLERANCE = timedelta(seconds=30)
LATE_AFTER = timedelta(minutes=10)
OLD_SIGNING_KEY = timedelta(days=2 * 365)
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
    message: Message


def examine(database: Database, *, now: datetime) -> list[Finding]:
    """Look at everything; a look that fails is itself a finding."""
    first = _database(database)
    if first.level is Level.BAD:
        return [first]
    found = [first, _revision(database)]
    if found[-1].level is Level.BAD:
        return [*found, *_file(database)]
    checks: tuple[Callable[[Session, datetime], Finding], ...] = (
        _copy, _network, _clock, _keys, _signing, _lookup, _s10, _callbacks, _notices, _guessing, _jobs,
    )  # fmt: skip
    for check in checks:
        try:
            with database.read() as session:
                found.append(check(session, now))
        except SQLAlchemyError as exc:
            name = check.__name__.strip("_")
            failed = Message("không kiểm tra được ({error})").filled(error=type(exc).__name__)
            found.append(_finding(name, Level.BAD, failed))
    return [*found, *_file(database)]


def _finding(check: str, level: Level, message: Message) -> Finding:
    return Finding(check=check, level=level, message=message)


def _database(database: Database) -> Finding:
    try:
        with database.read() as session:
            if session.get_bind().dialect.name != "sqlite":
                version = session.scalar(text("SHOW server_version"))
                return _finding("database", Level.OK, Message("PostgreSQL {version} trả lời").filled(version=version))
            is_wal = session.scalar(text("PRAGMA journal_mode")) == "wal"
            is_full = session.scalar(text("PRAGMA synchronous")) == 2
    except (SQLAlchemyError, OSError) as exc:
        silent = Message("cơ sở dữ liệu không trả lời ({error})").filled(error=type(exc).__name__)
        return _finding("database", Level.BAD, silent)
    if not (is_wal and is_full):
        return _finding("database", Level.BAD, Message("SQLite không ở chế độ WAL, FULL"))
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _WAL_RESET_FIXED and sqlite3.sqlite_version_info not in _WAL_RESET_FIXED_TOO:
        return _finding(
            "database",
            Level.WARN,
            Message(
                "SQLite {version} (WAL, FULL) có lỗi hiếm làm hỏng WAL; nên dùng 3.51.3 trở lên hoặc PostgreSQL"
            ).filled(version=version),
        )
    return _finding("database", Level.OK, Message("SQLite {version}, WAL, FULL").filled(version=version))


def _revision(database: Database) -> Finding:
    current, newest = current_revision(database.engine), newest_revision()
    if current == newest:
        return _finding("revision", Level.OK, Message("bảng dữ liệu ở phiên bản {current}").filled(current=current))
    return _finding(
        "revision",
        Level.BAD,
        Message("bảng dữ liệu ở phiên bản {current}, cần {newest}: chạy tannha migrate").filled(
            current=current or "–", newest=newest
        ),
    )


def _clock(session: Session, now: datetime) -> Finding:
    newest = session.scalar(select(func.max(TrackingEvent.recorded_at)))
    if session.get_bind().dialect.name == "postgresql":
        there: datetime = session.execute(select(func.now())).scalar_one()
        if abs(there - now) > CLOCK_TOLERANCE:
            gap_s = round((there - now).total_seconds())
            away = Message("đồng hồ máy này lệch máy cơ sở dữ liệu {seconds} giây").filled(seconds=gap_s)
            return _finding("clock", Level.BAD, away)
    if newest is not None and newest > now + CLOCK_TOLERANCE:
        gap_s = round((newest - now).total_seconds())
        future = Message("có sự kiện ghi sau giờ hiện tại {seconds} giây: đồng hồ chạy chậm?").filled(seconds=gap_s)
        return _finding("clock", Level.BAD, future)
    return _finding("clock", Level.OK, Message("giờ máy {time} UTC").filled(time=f"{now:%Y-%m-%d %H:%M:%S}"))


def _keys(session: Session, _now: datetime) -> Finding:
    if locked := resealing.locked_keys(session):
        lost = Message("thiếu khóa mở dữ liệu: {keys}").filled(keys=", ".join(locked))
        return _finding("keys", Level.BAD, lost)
    if n_left := resealing.n_left(session):
        older = Message("{count} bản ghi còn mã hóa bằng khóa cũ: chạy tannha rotate-keys").filled(count=n_left)
        return _finding("keys", Level.WARN, older)
    return _finding("keys", Level.OK, Message("mọi dữ liệu mở được bằng khóa hiện có"))


def _signing(session: Session, now: datetime) -> Finding:
    present = chain.signing_keys(session)[0]
    if present.since is None:
        derived = Message("biên bản còn ký bằng khóa suy từ TANNHA_LOOKUP_KEY: chạy tannha rotate-signing-key")
        return _finding("signing", Level.WARN, derived)
    told = Message("khóa ký biên bản {name}, dùng {days} ngày")
    age = now - present.since
    if age > OLD_SIGNING_KEY:
        told = Message("khóa ký biên bản {name}, dùng {days} ngày: nên đổi (tannha rotate-signing-key)")
    level = Level.WARN if age > OLD_SIGNING_KEY else Level.OK
    return _finding("signing", level, told.filled(name=present.name, days=age.days))


def _copy(session: Session, now: datetime) -> Finding:
    n_held = len(copies.held(session, now=now))
    if is_unconfirmed_copy(session):
        waits = Message("bản khôi phục chưa ai xác nhận: không gửi tin báo, {count} dãy chưa cấp số (tannha restored)")
        return _finding("copy", Level.BAD, waits.filled(count=n_held))
    if n_held:
        held = Message("{count} dãy chưa cấp số sau khi khôi phục: tannha restored").filled(count=n_held)
        return _finding("copy", Level.BAD, held)
    return _finding("copy", Level.OK, Message("không phải bản khôi phục đang chờ"))


def _network(session: Session, _now: datetime) -> Finding:
    here = installation(session)
    said = Message("{province}: {post}").filled(province=here.province, post=here.post_name)
    if here.is_draft:
        draft = Message("{province}: mạng lưới là bản thảo (tannha seed --export, --from)")
        return _finding("network", Level.WARN, draft.filled(province=here.province))
    return _finding("network", Level.OK, said)


def _lookup(session: Session, _now: datetime) -> Finding:
    """Compare a stored hash with the one the lookup key makes of the same data now."""
    newest = select(Person).where(Person.sealed.is_not(None), Person.name_hash.is_not(None))
    person = session.scalars(newest.order_by(Person.id.desc()).limit(1)).first()
    if person is None:
        return _finding("lookup", Level.OK, Message("chưa có ai để tra"))
    try:
        is_right = is_found_by_its_hash(session, person)
    except VaultLocked:
        return _finding("lookup", Level.WARN, Message("chưa mở được dữ liệu để so khóa tra cứu"))
    if not is_right:
        wrong = Message(
            "TANNHA_LOOKUP_KEY không phải khóa của dữ liệu này: không ai tra được theo tên, số điện thoại hay mã vuông"
        )
        return _finding("lookup", Level.BAD, wrong)
    return _finding("lookup", Level.OK, Message("khóa tra cứu đúng với dữ liệu"))


def _s10(session: Session, _now: datetime) -> Finding:
    n_left = serials.left(session)
    n_fake = session.scalar(select(func.count()).where(S10Range.is_fake)) or 0
    if n_left == 0:
        return _finding("s10", Level.BAD, Message("không còn số hiệu S10: chạy tannha range"))
    left = Message("còn {count} số hiệu S10")
    if n_fake:
        left = Message("còn {count} số hiệu S10 ({fakes} dải giả dùng thử)").filled(fakes=n_fake)
    return _finding("s10", Level.WARN if n_left < MIN_S10_LEFT or n_fake else Level.OK, left.filled(count=n_left))


def _callbacks(session: Session, now: datetime) -> Finding:
    found = stuck(session, now=now)
    failing, disabled = list(found.failing_endpoint_ids), list(found.disabled_endpoint_ids)
    counts = Message("{due} tin đến hạn, {parked} tin dừng lại")
    if failing or disabled:
        counts = Message("{due} tin đến hạn, {parked} tin dừng lại; nơi nhận lỗi {failing}, đã tắt {disabled}")
    counts = counts.filled(due=found.n_due, parked=found.n_parked, failing=failing, disabled=disabled)
    if found.oldest_due_at is not None and found.oldest_due_at < now - LATE_AFTER:
        silent = Message("{counts}; không ai gửi: chạy tannha worker").filled(counts=counts)
        return _finding("callbacks", Level.BAD, silent)
    is_well = not (found.n_parked or found.n_beyond_waits or failing or disabled)
    return _finding("callbacks", Level.OK if is_well else Level.WARN, counts)


def _notices(session: Session, now: datetime) -> Finding:
    n_failed, n_due = failed_notices(session, now=now), due_notices(session, now=now)
    counts = Message("tin nhắn: {due} chờ gửi, {failed} không gửi được trong một ngày qua")
    level = Level.WARN if n_failed or n_due else Level.OK
    return _finding("notices", level, counts.filled(due=n_due, failed=n_failed))


def _guessing(session: Session, now: datetime) -> Finding:
    alarm = last_alarm(session, now=now)
    if alarm is None:
        return _finding("guessing", Level.OK, Message("không ai dò mã tra cứu trong một giờ qua"))
    told = Message("có người dò mã tra cứu lúc {time} UTC: {count} lần sai trong ngày")
    return _finding("guessing", Level.BAD, told.filled(time=f"{alarm.at:%H:%M}", count=alarm.facts["n_today"]))


def _jobs(session: Session, now: datetime) -> Finding:
    found = job_counts(session, now=now)
    counts = Message("việc nền: {waiting} chờ, {running} đang chạy, {failed} hỏng").filled(
        waiting=found.n_waiting, running=found.n_running, failed=found.n_failed
    )
    if found.oldest_due_at is not None and found.oldest_due_at < now - LATE_AFTER:
        return _finding("jobs", Level.BAD, Message("{counts}; không ai chạy: tannha worker").filled(counts=counts))
    return _finding("jobs", Level.WARN if found.n_failed else Level.OK, counts)


def _file(database: Database) -> Iterator[Finding]:
    path = database.engine.url.database
    if database.engine.dialect.name != "sqlite" or not path:
        return
    yield _readers(Path(path))
    wal = Path(path + "-wal")
    n_wal = wal.stat().st_size if wal.exists() else 0
    level = Level.WARN if n_wal > MAX_WAL_BYTES else Level.OK
    yield _finding("wal", level, Message("tệp WAL {size} MB").filled(size=f"{n_wal / 1e6:.1f}"))
    n_free = shutil.disk_usage(Path(path).absolute().parent).free
    level = Level.BAD if n_free < MIN_DISK_BYTES else Level.WARN if n_free < LOW_DISK_BYTES else Level.OK
    yield _finding("disk", level, Message("đĩa còn {size} GB").filled(size=f"{n_free / 1e9:.1f}"))


def _readers(path: Path) -> Finding:
    """Name the files of the database that others on this machine may read."""
    files = [one for ending in ("", "-wal", "-shm") if (one := path.with_name(path.name + ending)).exists()]
    open_ones = [one.name for one in files if one.stat().st_mode & 0o077]
    if open_ones:
        told = Message("người khác trên máy đọc được {files}: chmod 600").filled(files=", ".join(open_ones))
        return _finding("readers", Level.WARN, told)
    return _finding("readers", Level.OK, Message("chỉ chủ sở hữu đọc được tệp dữ liệu"))
