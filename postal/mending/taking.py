"""A mended file brought in; after that, refused rows mended: each replaces its refusal, which stays written down."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.cells.problems import Problem, message_of, suggestion_of
from postal.db import Database
from postal.intake.importing import Progress, import_judged
from postal.intake.judging import Judged
from postal.intake.reports import IntakeReport, RowReport
from postal.intake.storing import Arrival, Writer
from postal.mending.again import judged_of
from postal.mending.drafts import cells_of, own_upload, said
from postal.models import DraftRow, Intake, IntakeRow, RowOutcome, Upload
from postal.people import vault_of

_REFUSED = (RowOutcome.REFUSED, RowOutcome.DUPLICATE)


def is_mended(session: Session, upload: Upload) -> bool:
    """Say whether a file is not as it came: a cell was changed, or a header was said to be another column."""
    rows = session.scalars(select(DraftRow.mended).where(DraftRow.upload_id == upload.id))
    return upload.columns is not None or any(rows)


def import_draft(
    database: Database, upload_id: int, arrival: Arrival, *, on_progress: Progress | None = None
) -> IntakeReport | None:
    """Bring in a file as it was mended, None for one that nobody changed: that is imported as it came.

    The same file with the same mends again gives its first report and creates nothing.
    """
    with database.read() as session:
        upload = session.get_one(Upload, upload_id)
        if not is_mended(session, upload):
            return None
        content = vault_of(session).open_bytes(upload.sealed, upload.key_id)
        query = select(DraftRow).where(DraftRow.upload_id == upload_id).order_by(DraftRow.position)
        digest = hashlib.sha256(content)
        judged: list[Judged] = []
        for row in session.scalars(query).all():
            cells = cells_of(session, row)
            digest.update(json.dumps(cells, ensure_ascii=False, sort_keys=True).encode() + b"\n")
            judged.append(judged_of(row, cells, arrival) if cells else _unreadable(row))
        notes = list(upload.notes or ())
    return import_judged(database, judged, arrival, digest.hexdigest(), notes, on_progress=on_progress)


def note_imported(session: Session, upload_id: int, intake_id: int) -> None:
    """Write down which rows of a file are in, and what was said of the others at the import."""
    upload = session.get_one(Upload, upload_id)
    upload.intake_id = intake_id
    columns = (IntakeRow.row_number, IntakeRow.sheet, IntakeRow.outcome, IntakeRow.problems, IntakeRow.item_id)
    told = {(number, sheet): rest for number, sheet, *rest in session.execute(
        select(*columns).where(IntakeRow.intake_id == intake_id)
    )}  # fmt: skip
    rows = session.execute(
        select(DraftRow.id, DraftRow.row_number, DraftRow.sheet).where(DraftRow.upload_id == upload_id)
    )
    changes = []
    for row_id, number, sheet in rows:
        if (found := told.get((number, sheet))) is not None:
            outcome, problems, item_id = found
            asks = "".join(f"{code}," for code in dict.fromkeys(one["code"] for one in problems))[:300]
            changes.append(
                {"id": row_id, "outcome": outcome, "problems": problems, "asks": asks, "is_taken": item_id is not None}
            )
    if changes:
        session.execute(update(DraftRow), changes)


def n_to_take(session: Session, upload: Upload) -> int:
    """Return how many rows of a file that is in were mended since and can be taken now."""
    if upload.intake_id is None:
        return 0
    query = select(func.count()).select_from(DraftRow).where(*_takeable(upload))
    return session.scalar(query) or 0


def take_mended(act: Act, upload_id: int, arrival: Arrival) -> int:
    """Bring in the rows that were refused at the import and mended since; return how many.

    Each line of the intake stays one line: it has its item now, and what it was refused for, when and by whom it was
    mended beside it. So what came in is still what was delivered, returns, waits or is refused. A line that another
    file of the same intake brought in since is not taken again. Raises NotFound.
    """
    upload = own_upload(act.session, upload_id, act.by.user_id, is_writing=True)
    intake_id = upload.intake_id
    if intake_id is None:
        return 0
    lines = _open_lines(act.session, intake_id)
    rows = []
    for row in act.session.scalars(select(DraftRow).where(*_takeable(upload)).order_by(DraftRow.position)).all():
        row.is_taken = (row.row_number, row.sheet) not in lines
        if not row.is_taken:
            rows.append(row)
    judged = [judged_of(row, cells_of(act.session, row), arrival) for row in rows]
    writer = Writer(act.session, arrival, intake_id=intake_id)
    n_taken = 0
    for row, one, report in zip(rows, judged, writer.store_again(judged), strict=True):
        for column, value in said(one, report).items():
            setattr(row, column, value)
        if report.item_id is None:
            continue
        row.is_taken, n_taken = True, n_taken + 1
        _replace_refusal(act, lines[row.row_number, row.sheet], report, row)
    act.session.flush()
    _count_again(act.session, intake_id)
    return n_taken


def _takeable(upload: Upload) -> tuple[ColumnElement[bool], ...]:
    return DraftRow.upload_id == upload.id, DraftRow.is_taken.is_(False), DraftRow.outcome.not_in(_REFUSED)


def _open_lines(session: Session, intake_id: int) -> dict[tuple[int, str | None], IntakeRow]:
    """Return the lines of an intake that have no item, by row and sheet, held against whoever else takes them."""
    query = select(IntakeRow).where(IntakeRow.intake_id == intake_id, IntakeRow.item_id.is_(None))
    query = query.order_by(IntakeRow.id).with_for_update().execution_options(populate_existing=True)
    return {(line.row_number, line.sheet): line for line in session.scalars(query)}


def _replace_refusal(act: Act, line: IntakeRow, report: RowReport, row: DraftRow) -> None:
    line.refused_for = line.problems
    line.outcome, line.problems, line.item_id = report.outcome, report.problems, report.item_id
    line.dossier_code, line.mended = report.dossier_code, list(row.mended)
    line.mended_at, line.mended_by_id = act.now, act.by.user_id


def _count_again(session: Session, intake_id: int) -> None:
    query = select(IntakeRow.outcome, func.count()).where(IntakeRow.intake_id == intake_id).group_by(IntakeRow.outcome)
    n = {key: int(n) for key, n in session.execute(query)}
    session.execute(
        update(Intake)
        .where(Intake.id == intake_id)
        .values(
            n_accepted=n.get(RowOutcome.ACCEPTED, 0),
            n_attention=n.get(RowOutcome.ATTENTION, 0),
            n_refused=n.get(RowOutcome.REFUSED, 0),
            n_duplicate=n.get(RowOutcome.DUPLICATE, 0),
        )
    )


def _unreadable(row: DraftRow) -> Judged:
    """Return a row whose cells could not be told apart, refused for what it was refused before."""
    problems = tuple(
        Problem(
            column=str(one["column"]),
            code=str(one["code"]),
            message=message_of(one),
            suggestion=suggestion_of(one),
            is_refusal=True,
        )
        for one in row.problems
    )
    return Judged(row_number=row.row_number, dossier_code=row.dossier_code, problems=problems, sheet=row.sheet)
