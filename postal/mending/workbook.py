"""The rows that are not right yet as a workbook: the file's own headers and values, and beside them what is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.intake.columns import FIELD_OF_COLUMN, Headers
from postal.intake.guide import Guide
from postal.intake.heading import find_heading
from postal.mending.columns import columns_of_file
from postal.mending.drafts import cells_of
from postal.models import DraftRow, RowOutcome, Upload
from postal.people import vault_of
from postal.tables import Sheet, content_of, sheets_of
from postal.xlsx_out import write_xlsx

Said = Callable[[DraftRow], tuple[str, str]]


def error_workbook(session: Session, upload: Upload, guide: Guide, said: Said, own_headers: Sequence[str]) -> bytes:
    """Return an .xlsx with every row that is refused, doubled or asked about, and its header as it stands in the file.

    ``said`` gives verdict and reasons of a row, ``own_headers`` what stands above row number, verdict and reasons.
    Tables of further sheets follow below.
    """
    vault = vault_of(session)
    headers = Headers({**guide.aliases, **columns_of_file(session, upload)})
    query = select(DraftRow).where(
        DraftRow.upload_id == upload.id, ~DraftRow.is_taken, DraftRow.outcome != RowOutcome.ACCEPTED
    )
    wanted: dict[tuple[str | None, int], DraftRow] = {
        (row.sheet, row.row_number): row for row in session.scalars(query.order_by(DraftRow.position))
    }
    has_sheets = any(sheet is not None for sheet, _ in wanted)
    tables: list[list[list[str]]] = []
    for sheet in sheets_of(content_of(vault.open_bytes(upload.sealed, upload.key_id)), headers):
        own = {number: row for (name, number), row in wanted.items() if not has_sheets or name == sheet.name}
        if rows := _rows(session, sheet, headers, own, said):
            tables.append([[*own_headers, *rows[0]], *rows[1:]])
    out = io.BytesIO()
    first, *others = tables or [[list(own_headers)]]
    write_xlsx(out, first[0], [*first[1:], *(row for table in others for row in ([], *table))])
    return out.getvalue()


def _rows(session: Session, sheet: Sheet, headers: Headers, wanted: dict[int, DraftRow], said: Said) -> list[list[str]]:
    """Return the header of a sheet and its wanted rows, each begun by its number and what is said; [] for none."""
    _, heading, rest = find_heading(sheet.rows, headers)
    if heading is None or not wanted:
        return []
    fields = [FIELD_OF_COLUMN.get(column) for column in headers.columns(heading.cells)]
    rows = [heading.cells]
    for number, cells in rest:
        row = wanted.get(number)
        if row is None:
            continue
        own = list(cells) if isinstance(cells, list) else [cells.first_cell]
        mended = cells_of(session, row) if row.mended else {}
        for at, name in enumerate(fields):
            if name in row.mended:
                own += [""] * (at + 1 - len(own))
                own[at] = mended.get(name, "")
        rows.append([str(number), *said(row), *own])
    return rows if len(rows) > 1 else []
