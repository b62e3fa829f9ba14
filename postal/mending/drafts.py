"""The rows of a file between trial and import: read once, judged, kept sealed until the file itself goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.db import Database
from postal.errors import Conflict, NotFound
from postal.intake.columns import ResultIn
from postal.intake.judging import Judged, judge_result
from postal.intake.reading import BrokenRow, FileRow, read_rows
from postal.intake.reports import RowReport
from postal.intake.storing import Arrival, Writer
from postal.models import DraftRow, Job, Upload
from postal.models.keys import write_many
from postal.people import vault_of
from postal.people.vault import Vault
from routing import Message

CELLS = tuple(field.name for field in fields(ResultIn))
_NEEDED = ("dossier_code", "office", "finished_at", "recipient", "address")
_BLOCK = 1_000


class ImportRunning(Conflict):
    code = "import_running"
    says = Message("Tệp đang được nhập. Đợi xong rồi sửa.")


@dataclass(frozen=True, kw_only=True)
class ReadDraft:
    """A file read and judged and not kept yet: its rows with what is said of each, and notes on the whole."""

    rows: Sequence[tuple[FileRow, Judged, RowReport]]
    notes: Sequence[dict[str, Any]]

    def __repr__(self) -> str:
        return f"<ReadDraft {len(self.rows)} rows>"


def read_draft(
    database: Database, data: bytes, arrival: Arrival, *, columns: Mapping[str, str] | None = None
) -> ReadDraft:
    """Read and judge a file as its import would, and store nothing; ``columns`` maps headers to our columns.

    Raises BadFile and its kin.
    """
    read = read_rows("", data, aliases={**arrival.guide.aliases, **(columns or {})})
    found = list(read)
    has_sheets = len({row.sheet for row in found}) > 1
    judged = [_with_sheet(judge_result(r.number, r.row, arrival.guide, now=arrival.now), r, has_sheets) for r in found]
    with database.read() as session:
        reports = reports_of(session, judged, arrival)
    notes = [one.as_json() for one in read.notes]
    return ReadDraft(rows=list(zip(found, judged, reports, strict=True)), notes=notes)


def reports_of(session: Session, judged: Sequence[Judged], arrival: Arrival) -> list[RowReport]:
    """Return what storing would say of these rows, in their order; the first of equal dossiers is no duplicate."""
    writer, remaining = Writer(session, arrival), iter(judged)
    reports: list[RowReport] = []
    while block := list(islice(remaining, _BLOCK)):
        reports += writer.report(block)
    return reports


def keep_draft(act: Act, upload: Upload, draft: ReadDraft) -> None:
    """Keep the rows of a file beside it; they replace what was kept of it before, with all that was mended."""
    act.session.execute(delete(DraftRow).where(DraftRow.upload_id == upload.id))
    vault = vault_of(act.session)
    upload.notes = list(draft.notes)
    rows = [
        {"upload_id": upload.id, "position": position, "row_number": row.number, "sheet": report.sheet,
         "mended": [], "is_taken": False, **sealed(vault, _cells(row.row)), **said(judged, report)}
        for position, (row, judged, report) in enumerate(draft.rows)
    ]  # fmt: skip
    write_many(act.session, DraftRow, rows)
    act.session.flush()


def own_upload(session: Session, upload_id: int, user_id: int | None, *, is_writing: bool = False) -> Upload:
    """Return a file its owner may mend, held against a second hand where it is written.

    Raises NotFound; ImportRunning where it is to be written while its import waits or runs.
    """
    lock = {"key_share": True} if is_writing else None
    upload = session.get(Upload, upload_id, with_for_update=lock, populate_existing=is_writing)
    if upload is None or user_id is None or upload.user_id != user_id:
        raise NotFound(what=Message("tệp đã đọc thử"))
    if is_writing and session.scalar(select(exists().where(Job.dedupe_key == import_key(upload_id)))):
        raise ImportRunning
    return upload


def import_key(upload_id: int) -> str:
    """Return the key that the job of a file's import holds till it ends."""
    return f"import:{upload_id}"


def cells_of(session: Session, row: DraftRow) -> dict[str, str]:
    """Return the cells of a kept row that hold something, by field; none of a row that could not be told apart."""
    return vault_of(session).open(row.sealed, row.key_id)


def sealed(vault: Vault, cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns that hold a row's cells, and by which rows of one agency are found."""
    data = vault.seal(cells)
    office = cells.get("office", "").strip()
    return {
        "sealed": data.data,
        "key_id": data.key_id,
        "office_hash": vault.look_up("office", office) if office else None,
    }


def said(judged: Judged, report: RowReport) -> dict[str, Any]:
    """Return the columns that hold what is said of a row."""
    codes = dict.fromkeys(str(problem["code"]) for problem in report.problems)
    return {
        "dossier_code": report.dossier_code[:80],
        "dossier_key": judged.dossier_key[:80] or None,
        "outcome": report.outcome,
        "problems": report.problems,
        "asks": "".join(f"{code}," for code in codes)[:300],
    }


def as_result(cells: Mapping[str, str]) -> ResultIn:
    """Return kept cells as the row they were read as."""
    return ResultIn(**dict.fromkeys(_NEEDED, "") | {name: cells[name] for name in CELLS if name in cells})


def _cells(row: ResultIn | BrokenRow) -> dict[str, str]:
    return {} if isinstance(row, BrokenRow) else {name: getattr(row, name) for name in CELLS if getattr(row, name)}


def _with_sheet(judged: Judged, row: FileRow, has_sheets: bool) -> Judged:
    return replace(judged, sheet=row.sheet) if has_sheets else judged
