"""Rows judged again after a mend, with every other row of the same dossiers: which is the first and which its twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.intake.judging import Judged, judge_result
from postal.intake.storing import Arrival
from postal.mending.drafts import as_result, cells_of, reports_of, said, sealed
from postal.models import DraftRow, RowOutcome, Upload
from postal.models.keys import blocks
from postal.people import vault_of


def judged_of(row: DraftRow, cells: Mapping[str, str], arrival: Arrival) -> Judged:
    """Return a kept row judged as it stands."""
    judged = judge_result(row.row_number, as_result(cells), arrival.guide, now=arrival.now)
    return replace(judged, sheet=row.sheet, mended=tuple(row.mended))


def change_cells(session: Session, upload: Upload, changes: Mapping[int, dict[str, str]], arrival: Arrival) -> int:
    """Give rows new cells, by row id, and judge them again; return how many changed. What is in already stays.

    A row that was not taken as it stood is judged again even where nothing of it changes: what it lacked may be here.
    ``changes`` holds only the fields that change; an empty text empties a cell.
    """
    rows: dict[int, DraftRow] = {}
    for ids in blocks(list(changes)):
        query = select(DraftRow).where(DraftRow.upload_id == upload.id, DraftRow.id.in_(ids), ~DraftRow.is_taken)
        rows |= {row.id: row for row in session.scalars(query)}
    vault, cells, keys = vault_of(session), {}, {row.dossier_key for row in rows.values()}
    changed, as_before = [], []
    for row in rows.values():
        before = cells_of(session, row)
        after = {**before, **changes[row.id]}
        cells[row.id] = after
        altered = [name for name, text in changes[row.id].items() if text != before.get(name, "")]
        if not altered:
            as_before += [row] if row.outcome in (RowOutcome.REFUSED, RowOutcome.DUPLICATE) else []
            continue
        changed.append(row)
        row.mended = [*dict.fromkeys([*row.mended, *altered])]
        for column, value in sealed(vault, after).items():
            setattr(row, column, value)
        keys.add(judged_of(row, after, arrival).dossier_key[:80])
    _judge(session, upload, [*changed, *as_before], keys, cells, arrival)
    session.flush()
    return len(changed)


def _judge(
    session: Session,
    upload: Upload,
    changed: Sequence[DraftRow],
    keys: set[str | None],
    cells: dict[int, dict[str, str]],
    arrival: Arrival,
) -> None:
    """Judge rows again together with all rows of the same dossiers, in the order of the file."""
    together = {row.id: row for row in changed}
    for some in blocks([key for key in keys if key]):
        query = select(DraftRow).where(DraftRow.upload_id == upload.id, DraftRow.dossier_key.in_(some))
        together |= {row.id: row for row in session.scalars(query) if not row.is_taken}
    rows = sorted(together.values(), key=lambda row: row.position)
    told = [(row, cells.get(row.id) or cells_of(session, row)) for row in rows]
    whole = [(row, one) for row, one in told if one]  # a row that could not be told apart stays as it was read
    judged = [judged_of(row, one, arrival) for row, one in whole]
    for (row, _), one, report in zip(whole, judged, reports_of(session, judged, arrival), strict=True):
        for column, value in said(one, report).items():
            setattr(row, column, value)
