"""What a clerk mends: one row, one agency's name in all rows that have it, one order of dates for the column."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound
from postal.intake.storing import Arrival
from postal.mending.again import change_cells
from postal.mending.dates import DateOrder, read_in
from postal.mending.drafts import CELLS, cells_of, own_upload
from postal.models import DraftRow, Office, OfficeKind
from routing import Message


class AlreadyIn(Conflict):
    code = "row_already_in"
    says = Message("Dòng này đã nhập rồi; sửa tiếp ở trang của hồ sơ.")


def mend_row(act: Act, upload_id: int, row_id: int, cells: Mapping[str, str], arrival: Arrival) -> DraftRow:
    """Give one row new cells, by field, and judge it again. Raises NotFound, AlreadyIn, InvalidInput."""
    upload = own_upload(act.session, upload_id, act.by.user_id, is_writing=True)
    row = act.session.get(DraftRow, row_id)
    if row is None or row.upload_id != upload.id:
        raise NotFound(what=Message("dòng trong tệp"))
    if row.is_taken:
        raise AlreadyIn
    unknown = [name for name in cells if name not in CELLS]
    if unknown or not cells:
        raise InvalidInput(field=Message("Ô cần sửa"))
    change_cells(act.session, upload, {row.id: dict(cells)}, arrival)
    return row


def mend_office(act: Act, upload_id: int, row_id: int, office_id: int, arrival: Arrival) -> int:
    """Put an agency's name into every row that has the same name as this one; return how many changed.

    Raises NotFound, InvalidInput for what is no agency in use.
    """
    upload = own_upload(act.session, upload_id, act.by.user_id, is_writing=True)
    office = act.session.get(Office, office_id)
    if office is None or office.kind is not OfficeKind.ISSUING or not office.is_active:
        raise InvalidInput(field="office_id")
    like = act.session.get(DraftRow, row_id)
    if like is None or like.upload_id != upload.id or like.office_hash is None:
        raise NotFound(what=Message("dòng trong tệp"))
    query = select(DraftRow.id).where(
        DraftRow.upload_id == upload.id, DraftRow.office_hash == like.office_hash, ~DraftRow.is_taken
    )
    changes = {found: {"office": office.name} for found in act.session.scalars(query)}
    return change_cells(act.session, upload, changes, arrival)


def mend_dates(act: Act, upload_id: int, order: DateOrder, arrival: Arrival) -> int:
    """Read the column of dates in one order, in every row where it is one; return how many changed.

    Also rows nobody complained of: where a column puts the month first, 03/11 was read as another day. Raises NotFound.
    """
    upload = own_upload(act.session, upload_id, act.by.user_id, is_writing=True)
    return change_cells(act.session, upload, dict(_dates(act.session, upload.id, order)), arrival)


def _dates(session: Session, upload_id: int, order: DateOrder) -> list[tuple[int, dict[str, str]]]:
    query = select(DraftRow).where(DraftRow.upload_id == upload_id, ~DraftRow.is_taken).order_by(DraftRow.position)
    found = []
    for row in session.scalars(query):
        written = read_in(cells_of(session, row).get("finished_at", ""), order)
        if written is not None:
            found.append((row.id, {"finished_at": written}))
    return found
