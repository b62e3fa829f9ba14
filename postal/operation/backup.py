"""Backups that were checked when made and are checked again before anything is replaced."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from postal.errors import Conflict, PostalError, Unavailable
from postal.migrations import current_revision, known_revisions
from routing import Message

_CHUNK = 1024 * 1024


class BackupBroken(PostalError):
    """The file is not what was written, or never was a backup; ``why`` says which."""

    code = "backup_broken"
    says = Message("Bản sao lưu {file} không dùng được: {why}.")


class BackupDoesNotFit(Conflict):
    """The backup is whole but not for this installation."""

    code = "backup_does_not_fit"
    says = Message("Bản sao lưu {file} không hợp với bản cài đặt này: {why}.")


class FileExists(Conflict):
    code = "file_exists"
    says = Message("Tệp {file} đã có; hãy chọn tên khác.")


class BackupNotWritten(Unavailable):
    """The disk did not take it: full, away, or not ours. Nothing that looks like a backup is left behind."""

    code = "backup_not_written"
    says = Message("Không ghi được bản sao lưu {file}: {why}.")


_WHY = {
    errno.ENOSPC: Message("đĩa đầy"),
    errno.EDQUOT: Message("hết hạn mức đĩa"),
    errno.EFBIG: Message("tệp lớn quá mức hệ thống cho phép"),
    errno.EACCES: Message("không có quyền ghi ở đó"),
    errno.EPERM: Message("không có quyền ghi ở đó"),
    errno.EROFS: Message("chỗ đó chỉ đọc"),
    errno.ENOENT: Message("không có thư mục đó"),
    errno.ENOTDIR: Message("không có thư mục đó"),
}


@dataclass(frozen=True, kw_only=True)
class Backup:
    """What the note beside a backup says of it. ``database`` is "sqlite" or "postgresql"."""

    database: str
    revision: str | None
    made_at: str
    n_bytes: int
    sha256: str


def note_path(file: Path) -> Path:
    """Return where the note of a backup lies: beside it."""
    return file.with_name(file.name + ".json")


def back_up(engine: Engine, file: Path, *, now: datetime) -> Backup:
    """Write the database as it is at one instant to a new file, and a note with checksum and revision beside it.

    Writers go on meanwhile. The name is taken first, so that of two who want it one is refused; until all is written it
    is an empty file without a note, which no restore takes. Raises FileExists, BackupNotWritten, Unavailable where
    PostgreSQL's tools are missing or refuse.
    """
    with _names_in_words(file):
        if note_path(file).exists():
            raise FileExists(file=file.name)
        try:
            _new_file(file)
        except FileExistsError as exc:
            raise FileExists(file=file.name) from exc
        unfinished = file.with_name(f"{file.name}.{secrets.token_hex(4)}.unfinished")
        try:
            return _written(engine, file, unfinished, now)
        except BaseException:
            # Ctrl-C as well: the name is free again.
            note_path(file).unlink(missing_ok=True)
            file.unlink(missing_ok=True)
            raise
        finally:
            unfinished.unlink(missing_ok=True)


def _written(engine: Engine, file: Path, unfinished: Path, now: datetime) -> Backup:
    _new_file(unfinished)
    _write_sqlite(engine, unfinished) if _is_sqlite(engine) else _write_postgresql(engine, unfinished)
    _sync(unfinished)
    backup = Backup(
        database=engine.dialect.name,
        revision=current_revision(engine),
        made_at=now.isoformat(),
        n_bytes=unfinished.stat().st_size,
        sha256=_sha256(unfinished),
    )
    _new_file(note_path(file))
    note_path(file).write_text(json.dumps(asdict(backup), indent=1) + "\n", encoding="utf-8")
    _sync(note_path(file))
    os.replace(unfinished, file)
    _sync(file.parent)
    return backup


def _new_file(path: Path) -> None:
    """Make an empty file that its owner alone may read. Raises FileExistsError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


@contextlib.contextmanager
def _names_in_words(file: Path) -> Iterator[None]:
    """Say in a sentence what a disk refused. Raises BackupNotWritten."""
    try:
        yield
    except OSError as exc:
        why = _WHY.get(exc.errno or 0, Message("hệ thống báo lỗi {number}").filled(number=exc.errno))
        raise BackupNotWritten(file=file.name, why=why) from exc
    except (sqlite3.Error, BackupBroken) as exc:
        full = getattr(exc, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        why = _WHY[errno.ENOSPC] if full else Message("SQLite không ghi được")
        raise BackupNotWritten(file=file.name, why=why) from exc


def verify(file: Path) -> Backup:
    """Check a backup against its note and, for SQLite, every page of it. Raises BackupBroken."""
    if not file.is_file():
        raise BackupBroken(file=file.name, why=Message("không có tệp"))
    try:
        backup = Backup(**json.loads(note_path(file).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as exc:
        why = Message("thiếu hoặc hỏng tệp .json đi kèm")
        raise BackupBroken(file=file.name, why=why) from exc
    if file.stat().st_size != backup.n_bytes or _sha256(file) != backup.sha256:
        raise BackupBroken(file=file.name, why=Message("sai mã kiểm tra"))
    if backup.database == "sqlite":
        _check_sqlite(file)
    return backup


def restore(engine: Engine, file: Path) -> Backup:
    """Replace the database by a verified backup, in one transaction: it is wholly the old or wholly the new.

    Raises BackupBroken, BackupDoesNotFit, Unavailable. Tables of an older revision need `tannha migrate` after.
    """
    backup = verify(file)
    if backup.database != engine.dialect.name:
        why = Message("bản sao lưu của {database}").filled(database=backup.database)
        raise BackupDoesNotFit(file=file.name, why=why)
    if backup.revision is not None and backup.revision not in known_revisions():
        why = Message("do phiên bản mới hơn tạo ra")
        raise BackupDoesNotFit(file=file.name, why=why)
    engine.dispose()
    _read_sqlite(engine, file) if _is_sqlite(engine) else _read_postgresql(engine, file)
    engine.dispose()
    return backup


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _write_sqlite(engine: Engine, file: Path) -> None:
    with _sqlite(_sqlite_path(engine)) as source, _sqlite(file) as target:
        # All pages in one step: one reader's snapshot, which in WAL mode holds up no writer.
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    _check_sqlite(file)


def _read_sqlite(engine: Engine, file: Path) -> None:
    path = _sqlite_path(engine)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # Into the database, not over its file: whoever has it open sees the change as one transaction.
        with _sqlite(file, "ro") as source, _sqlite(path) as target:
            target.execute("PRAGMA synchronous=FULL")
            source.backup(target)
            target.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as exc:
        raise Unavailable(what="SQLite") from exc


def _check_sqlite(file: Path) -> None:
    try:
        with _sqlite(file, "ro") as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as exc:
        raise BackupBroken(file=file.name, why=Message("không phải tệp SQLite")) from exc
    if found != "ok":
        raise BackupBroken(file=file.name, why=Message("SQLite báo hỏng"))


@contextlib.contextmanager
def _sqlite(path: Path, mode: str = "rwc") -> Any:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def _sqlite_path(engine: Engine) -> Path:
    if not engine.url.database or engine.url.database == ":memory:":
        raise Unavailable(what="SQLite")
    return Path(engine.url.database)


def _write_postgresql(engine: Engine, file: Path) -> None:
    _postgresql(engine, "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", "--file", str(file)])


def _read_postgresql(engine: Engine, file: Path) -> None:
    options = ["--single-transaction", "--exit-on-error", "--clean", "--if-exists", "--no-owner", "--no-privileges"]
    _postgresql(engine, "pg_restore", [*options, str(file)])


def _postgresql(engine: Engine, tool: str, arguments: list[str]) -> None:
    program = shutil.which(tool)
    if program is None:
        raise Unavailable(what=f"{tool} (postgresql-client)")
    url = engine.url
    where = {"--host": url.host, "--port": url.port, "--username": url.username, "--dbname": url.database}
    known = [f"{option}={value}" for option, value in where.items() if value is not None]
    # The password goes by the tool's own variable: an argument is visible to everybody on the machine.
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - our own arguments
        [program, "--no-password", *known, *arguments],
        env={"LC_ALL": "C.UTF-8", **secret},
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(what=f"{tool} ({done.stderr.decode(errors='replace').strip().splitlines()[-1:]})")


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
