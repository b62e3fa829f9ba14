"""Use cases of intake: a file, a batch from another system, orders to collect dossiers at home."""

from __future__ import annotations

import hashlib
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.db import Database
from postal.errors import InvalidInput
from postal.intake.columns import CollectionIn, ResultIn
from postal.intake.guide import Guide
from postal.intake.judging import Judged, judge_collection, judge_result
from postal.intake.notes import Note
from postal.intake.reading import BrokenRow, read_rows
from postal.intake.reports import IntakeReport, RowReport, report_of, stored_report
from postal.intake.storing import Arrival, Writer
from postal.models import Intake
from postal.rules.lifecycle import Direction
from postal.tables import content_of
from routing import Message

BLOCK = 1_000
MAX_BATCH = 500
Progress = Callable[[int, int], None]


class TooManyAtOnce(InvalidInput):
    code = "too_many_at_once"
    says = Message("Mỗi lần gửi tối đa {limit} hồ sơ. Chia thành nhiều lần.")


@dataclass(frozen=True, kw_only=True)
class _Incoming:
    """A file judged and ready to be written."""

    arrival: Arrival
    digest: str
    channel: str
    rows: Sequence[Judged]
    notes: Sequence[dict[str, Any]]
    on_progress: Progress | None

    def report_progress(self, n_stored: int) -> None:
        """Report progress: judging is the first half of the way, storing the second."""
        if self.on_progress is not None:
            n = len(self.rows)
            self.on_progress((n + n_stored) // 2, n)


def import_results(
    database: Database, filename: str, data: bytes | Path, arrival: Arrival, *, on_progress: Progress | None = None
) -> IntakeReport:
    """Read, judge and store one file of finished results.

    The same file again gives its first report and creates nothing. One transaction: all of it or none of it.
    Raises BadFile and its kin before anything is written. ``on_progress`` is called with rows done and in all.
    """
    incoming = _incoming(database, filename, data, arrival, on_progress)
    if isinstance(incoming, IntakeReport):
        return incoming
    return _written(database, incoming)


def import_judged(
    database: Database,
    rows: Sequence[Judged],
    arrival: Arrival,
    digest: str,
    notes: Sequence[dict[str, Any]],
    *,
    on_progress: Progress | None = None,
) -> IntakeReport:
    """Store rows that were read and judged before, as `import_results` stores those of a file.

    Rows that came under the same ``digest`` before give their first report and create nothing.
    """
    with database.read() as session:
        known = _known(session, arrival.source_system, digest)
    if known is not None:
        return known
    return _written(
        database,
        _Incoming(arrival=arrival, digest=digest, channel="file", rows=rows, notes=notes, on_progress=on_progress),
    )


def _written(database: Database, incoming: _Incoming) -> IntakeReport:
    try:
        return _write(database, incoming)
    except IntegrityError:
        # Somebody brought in the same dossier or file at this moment: now it is known, and said so.
        return _write(database, incoming)


def try_results(
    database: Database, filename: str, data: bytes | Path, arrival: Arrival, *, on_progress: Progress | None = None
) -> IntakeReport:
    """Read and judge one file, return the report `import_results` would return, and store nothing. Raises as that."""
    incoming = _incoming(database, filename, data, arrival, on_progress)
    return incoming if isinstance(incoming, IntakeReport) else _try_out(database, incoming)


def _incoming(
    database: Database, filename: str, data: bytes | Path, arrival: Arrival, on_progress: Progress | None
) -> _Incoming | IntakeReport:
    """Return the file judged, or the report of the time it was brought in before."""
    content = content_of(data)
    digest = hashlib.sha256(content).hexdigest()
    with database.read() as session:
        known = _known(session, arrival.source_system, digest)
    if known is not None:
        return known
    judged, notes = _judge_file(filename, content, arrival.guide, arrival.now, on_progress)
    said = [one.as_json() for one in notes]
    return _Incoming(arrival=arrival, digest=digest, channel="file", rows=judged, notes=said, on_progress=on_progress)


def accept_results(
    act: Act, results: Sequence[ResultIn | BrokenRow], *, source_system: str, guide: Guide, channel: str = "api"
) -> IntakeReport:
    """Take up to 500 results another system sends, in the caller's transaction; rows are numbered from 1.

    Refused rows are in the report and keep nothing out but themselves. Raises TooManyAtOnce.
    """
    _check_size(results)
    judged = [judge_result(n, row, guide, now=act.now, channel=channel) for n, row in enumerate(results, start=1)]
    arrival = Arrival(source_system=source_system, direction=Direction.RESULT, guide=guide, by=act.by, now=act.now)
    return _take(act.session, judged, arrival, channel)


def order_collections(
    act: Act, orders: Sequence[CollectionIn | BrokenRow], *, source_system: str, guide: Guide, channel: str = "api"
) -> IntakeReport:
    """Take up to 500 orders to fetch a dossier at a citizen's home, in the caller's transaction."""
    _check_size(orders)
    judged = [
        judge_collection(n, order, guide, now=act.now, channel=channel) for n, order in enumerate(orders, start=1)
    ]
    arrival = Arrival(source_system=source_system, direction=Direction.COLLECTION, guide=guide, by=act.by, now=act.now)
    return _take(act.session, judged, arrival, channel)


def _judge_file(
    filename: str, content: bytes, guide: Guide, now: datetime, on_progress: Progress | None
) -> tuple[list[Judged], list[Note]]:
    read = read_rows(filename, content, aliases=guide.aliases)
    rows = deque(read)
    n_rows, has_sheets = len(rows), len({row.sheet for row in rows}) > 1
    judged: list[Judged] = []
    while rows:
        # Taken off the queue as they are judged: a large file need not be in memory twice.
        row = rows.popleft()
        one = judge_result(row.number, row.row, guide, now=now)
        judged.append(replace(one, sheet=row.sheet) if has_sheets else one)
        if on_progress is not None and len(judged) % 200 == 0:
            on_progress(len(judged) // 2, n_rows)
    return judged, read.notes


def _try_out(database: Database, incoming: _Incoming) -> IntakeReport:
    with database.read() as session:
        writer = Writer(session, incoming.arrival)
        rows = [report for block in _blocks(incoming.rows) for report in writer.report(block)]
    return report_of(rows, intake_id=None, notes=incoming.notes)


def _write(database: Database, incoming: _Incoming) -> IntakeReport:
    with database.write() as session:
        known = _known(session, incoming.arrival.source_system, incoming.digest)
        if known is not None:
            return known
        writer = Writer(session, incoming.arrival)
        writer.intake_id = _open_intake(session, incoming.arrival, incoming.digest, incoming.channel)
        rows: list[RowReport] = []
        for block in _blocks(incoming.rows):
            rows += writer.store(block)
            # What is written is written: ten thousand rows need not live in memory twice.
            session.expunge_all()
            incoming.report_progress(len(rows))
        return _close_intake(session, writer.intake_id, rows, incoming.notes)


def _take(session: Session, judged: Sequence[Judged], arrival: Arrival, channel: str) -> IntakeReport:
    # A random digest: a repeat of the request is known by its Idempotency-Key, one of the dossier by its code.
    digest = secrets.token_hex(32)
    try:
        return _take_once(session, judged, arrival, channel, digest)
    except IntegrityError:
        return _take_once(session, judged, arrival, channel, digest)


def _take_once(session: Session, judged: Sequence[Judged], arrival: Arrival, channel: str, digest: str) -> IntakeReport:
    with session.begin_nested():
        writer = Writer(session, arrival)
        writer.intake_id = _open_intake(session, arrival, digest, channel)
        return _close_intake(session, writer.intake_id, writer.store(judged), ())


def _open_intake(session: Session, arrival: Arrival, digest: str, channel: str) -> int:
    intake = Intake(
        source_system=arrival.source_system,
        digest=digest,
        channel=channel,
        received_at=arrival.now,
        user_id=arrival.by.user_id,
    )
    session.add(intake)
    session.flush()
    return intake.id


def _close_intake(
    session: Session, intake_id: int, rows: list[RowReport], notes: Sequence[dict[str, Any]]
) -> IntakeReport:
    report = report_of(rows, intake_id=intake_id, notes=notes)
    counts = {
        "notes": report.notes,
        "n_in": report.n_in,
        "n_accepted": report.n_accepted,
        "n_attention": report.n_attention,
        "n_refused": report.n_refused,
        "n_duplicate": report.n_duplicate,
    }
    session.execute(update(Intake).where(Intake.id == intake_id).values(**counts))
    return report


def _known(session: Session, source_system: str, digest: str) -> IntakeReport | None:
    intake = session.scalar(select(Intake).where(Intake.source_system == source_system, Intake.digest == digest))
    return stored_report(session, intake) if intake is not None else None


def _check_size(rows: Sequence[object]) -> None:
    if len(rows) > MAX_BATCH:
        raise TooManyAtOnce(limit=MAX_BATCH)


def _blocks(rows: Iterable[Judged]) -> Iterator[list[Judged]]:
    remaining = iter(rows)
    while block := list(islice(remaining, BLOCK)):
        yield block
