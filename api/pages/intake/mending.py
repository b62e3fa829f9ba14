"""A file read for trial, mended where it stands: many rows at once, one row, a column; then brought in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import words
from api.pages.common import form_choice, form_int, form_text, local_zone, or_back, render_desk
from api.pages.desk.home import staff
from api.pages.intake.arrivals import arrival
from api.pages.intake.words import ORDERS, VERDICTS, column, said
from api.web.auth import acting, allow, current_actor
from api.web.row_numbers import asked_number
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, InvalidInput, Session, State, desk, intake, is_own, mending, models, people
from postal.access import ownership

_N_SHOWN = 25
_LONGEST = 2_000
_ORDER = ("refused", "attention", "duplicate", "accepted")
_WIDE = ("address", "documents", "take_back", "landmark")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@staff.get("/intake/files/<int:upload_id>")
@allow(Action.IMPORT_RESULTS)
def intake_file(upload_id: int) -> ResponseReturnValue:
    """Show a file as it stands: its piles, what can be mended at once, and a page of the rows of one pile."""
    with services().database.read() as session:
        upload = mending.own_upload(session, upload_id, current_actor().user_id)
        counts = mending.counts(session, upload_id)
        if not counts:
            return redirect(url_for("staff.intake_columns", upload_id=upload_id), 303)
        show = request.args.get("show", "")
        show = show if show in _ORDER else next(pile for pile in _ORDER if counts[models.RowOutcome(pile)])
        first = min(asked_number("first") or 0, 1_000_000)
        rows = mending.rows_shown(session, upload_id, models.RowOutcome(show), first=first, limit=_N_SHOWN)
        agencies = [one for one in desk.offices(session, models.OfficeKind.ISSUING) if one.is_active]
        return render_desk(
            "staff/intake_file.html",
            _("Tệp đang đọc thử") if upload.intake_id is None else _("Sửa dòng bị từ chối"),
            upload=upload,
            counts={str(pile): counts[pile] for pile in models.RowOutcome},
            n_rows=sum(counts.values()),
            n_to_take=mending.n_to_take(session, upload),
            notes=[_(intake.message_of(one)) for one in upload.notes or ()],
            offices=mending.office_groups(session, upload_id),
            agencies=agencies,
            dates=[_trial(one) for one in mending.date_trials(session, upload_id)],
            rows=_rows(session, rows),
            show=show,
            first=first,
            n_shown=_N_SHOWN,
        )


@staff.post("/intake/files/<int:upload_id>/office")
@allow(Action.IMPORT_RESULTS)
def intake_mend_office(upload_id: int) -> ResponseReturnValue:
    """Put one agency's name into all rows that have the same misspelt one."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            n = mending.mend_office(act, upload_id, form_int("row_id"), form_int("office_id"), arrival())
        flash(_n("Đã sửa tên cơ quan ở {n} dòng.", n=n), "done")
        return _back(upload_id)

    return or_back(change, lambda: _back(upload_id))


@staff.post("/intake/files/<int:upload_id>/dates")
@allow(Action.IMPORT_RESULTS)
def intake_mend_dates(upload_id: int) -> ResponseReturnValue:
    """Read the whole column of dates in one order."""

    def change() -> ResponseReturnValue:
        order = form_choice("order")
        if order not in list(mending.DateOrder):
            raise InvalidInput(field="order")
        with acting() as act:
            n = mending.mend_dates(act, upload_id, mending.DateOrder(order), arrival())
        flash(_n("Đã đọc lại ngày xong ở {n} dòng.", n=n), "done")
        return _back(upload_id)

    return or_back(change, lambda: _back(upload_id))


@staff.get("/intake/files/<int:upload_id>/rows/<int:row_id>")
@allow(Action.IMPORT_RESULTS)
def intake_row(upload_id: int, row_id: int) -> ResponseReturnValue:
    """Show one row with all its cells to be mended."""
    with services().database.read() as session:
        upload = mending.own_upload(session, upload_id, current_actor().user_id)
        row = mending.draft_row(session, upload.id, row_id)
        cells = mending.cells_of(session, row)
        names = [name for name in intake.COLUMNS if name in mending.CELLS]
        return render_desk(
            "staff/intake_row.html",
            _("Dòng {number}", number=row.row_number),
            upload=upload,
            row=_row(session, row, None),
            is_taken=row.is_taken,
            fields=[_field(name, cells) for name in names],
        )


@staff.post("/intake/files/<int:upload_id>/rows/<int:row_id>")
@allow(Action.IMPORT_RESULTS)
def intake_mend_row(upload_id: int, row_id: int) -> ResponseReturnValue:
    """Give one row new cells; what is still wrong with it is said at once."""

    def change() -> ResponseReturnValue:
        cells = {name: form_text(name, limit=_LONGEST) for name in mending.CELLS if name in request.form}
        with acting() as act:
            row = mending.mend_row(act, upload_id, row_id, cells, arrival())
            number, outcome = row.row_number, str(row.outcome)
            told = " ".join(f"{column(one['column'])}: {said(one)}".removeprefix(": ") for one in row.problems)
        if outcome == "accepted":
            flash(_("Dòng {number} đã đúng, sẽ được tiếp nhận.", number=number), "done")
        else:
            flash(_("Dòng {number} đã ghi; còn: {problems}", number=number, problems=told), "warning")
        return _back(upload_id)

    return or_back(change, lambda: redirect(url_for("staff.intake_row", upload_id=upload_id, row_id=row_id), 303))


@staff.post("/intake/files/<int:upload_id>/take")
@allow(Action.IMPORT_RESULTS)
def intake_take(upload_id: int) -> ResponseReturnValue:
    """Bring in the rows of a file that were refused at its import and mended since."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            n = mending.take_mended(act, upload_id, arrival())
        flash(_n("Đã tiếp nhận thêm {n} dòng vừa sửa.", n=n), "done" if n else "warning")
        return _back(upload_id)

    return or_back(change, lambda: _back(upload_id))


@staff.get("/intake/files/<int:upload_id>/errors.xlsx")
@allow(Action.IMPORT_RESULTS)
def intake_errors(upload_id: int) -> ResponseReturnValue:
    """Give the rows that are not right yet as a workbook, in the file's own columns, with what is wrong."""

    def told(row: models.DraftRow) -> tuple[str, str]:
        reasons = [f"{column(one['column'])}: {said(one)}".removeprefix(": ") for one in row.problems]
        return _(VERDICTS[str(row.outcome)][0]), "\n".join(reasons)

    headers = [_("Dòng"), _("Kết luận"), _("Lý do và cách sửa")]
    with services().database.read() as session:
        upload = mending.own_upload(session, upload_id, current_actor().user_id)
        book = mending.error_workbook(session, upload, services().guide, told, headers)
    name = 'attachment; filename="dong-can-sua.xlsx"'
    return Response(book, mimetype=_XLSX, headers={"Content-Disposition": name, "Cache-Control": "private, no-store"})


def _back(upload_id: int) -> ResponseReturnValue:
    show = form_text("show") if form_text("show") in _ORDER else None
    return redirect(url_for("staff.intake_file", upload_id=upload_id, show=show), 303)


def _trial(one: mending.DateTrial) -> dict[str, Any]:
    at = datetime.fromisoformat(one.example[1]).replace(tzinfo=local_zone())
    date = words.say_instant(at, local_zone()) if one.has_clock else words.say_date(at.date())
    example = _("{written} là {date}", written=one.example[0], date=date)
    return {"order": one.order.value, "text": _(ORDERS[one.order]), "n_read": one.n_read, "n_asked": one.n_asked,
            "example": example}  # fmt: skip


def _rows(session: Session, rows: Any) -> list[dict[str, Any]]:
    twins = mending.twins_of(session, services().settings.source_system, rows)
    return [_row(session, row, twins.get(row.id)) for row in rows]


def _row(session: Session, row: models.DraftRow, twin: mending.Twin | None) -> dict[str, Any]:
    cells = mending.cells_of(session, row)
    verdict, tone = VERDICTS[str(row.outcome)]
    asked = [intake.FIELD_OF_COLUMN.get(one.get("column", ""), "") for one in row.problems]
    names = dict.fromkeys(other for name in asked for other in (("lat", "lon") if name == "lat" else (name,)) if name)
    return {
        "id": row.id,
        "row_number": row.row_number,
        "sheet": row.sheet,
        "dossier_code": row.dossier_code,
        "recipient": cells.get("recipient", ""),
        "address": cells.get("address", ""),
        "verdict": verdict,
        "tone": tone,
        "is_taken": row.is_taken,
        "is_mended": bool(row.mended),
        "problems": [
            {
                "column": column(one.get("column", "")),
                "value": cells.get(intake.FIELD_OF_COLUMN.get(one.get("column", ""), ""), ""),
                "text": said(one),
            }
            for one in row.problems
        ],
        "fields": [_field(name, cells) for name in names] if cells and not row.is_taken else [],
        "twin": _twin(session, twin) if twin is not None else None,
    }


def _field(name: str, cells: dict[str, str]) -> dict[str, Any]:
    label = column(intake.COLUMNS[name])
    return {"name": name, "label": label, "value": cells.get(name, ""), "is_wide": name in _WIDE}


def _twin(session: Session, twin: mending.Twin) -> dict[str, Any]:
    """Return the twin as the page shows it: of an item what may be seen of its recipient, and where it is.

    Of another office's item nothing but its code.
    """
    if twin.item is not None:
        if not is_own(current_actor(), ownership.subject_of_consignment(session, twin.item.consignment)):
            return {"dossier_code": twin.item.dossier_code}
        person = people.open_person(session, twin.item.consignment.person)
        return {
            "dossier_code": twin.item.dossier_code,
            "recipient": person.full_name,
            "address": person.address or "",
            "state": State(twin.item.state),
            "since": twin.item.consignment.accepted_at,
            "consignment_id": twin.item.consignment_id,
        }
    cells = twin.cells or {}
    return {
        "dossier_code": cells.get("dossier_code", ""),
        "recipient": cells.get("recipient", ""),
        "address": cells.get("address", ""),
        "row_number": twin.row.row_number if twin.row is not None else None,
    }
