"""Bringing in the day's results: a trial reading first, mended where it must be, then the import, then its report."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_text, or_back, render_desk
from api.pages.desk.home import staff
from api.pages.intake.arrivals import arrival
from api.pages.intake.words import VERDICTS, column, said
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.work.importing import imported_as, order_import
from postal import Action, InvalidInput, Message, desk, intake, mending, models
from postal.intake import uploads
from postal.queue import questions

_N_ROWS_SHOWN = 300


@staff.get("/intake")
@allow(Action.IMPORT_RESULTS)
def intake_form() -> ResponseReturnValue:
    """Ask for a file, and list what came in before."""
    with services().database.read() as session:
        kept = uploads.of_owner(session, current_actor().user_id)
        return render_desk(
            "staff/intake.html",
            _("Nhập kết quả"),
            intakes=desk.intakes(session),
            kept=[{"file": one, "n_rows": sum(mending.counts(session, one.id).values())} for one in kept],
        )


@staff.post("/intake/check")
@allow(Action.IMPORT_RESULTS)
def intake_check() -> ResponseReturnValue:
    """Read the file without recording anything; its page shows what would happen."""
    return or_back(_check, lambda: redirect(url_for("staff.intake_form"), 303))


@staff.post("/intake/import")
@allow(Action.IMPORT_RESULTS)
def intake_import() -> ResponseReturnValue:
    """Import the file read before."""
    return or_back(_import, lambda: redirect(url_for("staff.intake_form"), 303))


@staff.get("/intake/<int:intake_id>")
@allow(Action.IMPORT_RESULTS)
def intake_report(intake_id: int) -> ResponseReturnValue:
    """Show what became of every row that needs a look, and where it can be mended."""
    actor = current_actor()
    with services().database.read() as session:
        found = desk.intake(session, intake_id)
        problems = desk.intake_problems(session, intake_id, limit=_N_ROWS_SHOWN)
        n_rows = found.n_attention + found.n_refused + found.n_duplicate
        may_ask = actor.may(Action.ANSWER_ADDRESS)
        return render_desk(
            "staff/intake_report.html",
            _("Kết quả nhập"),
            intake_id=intake_id,
            counts=found,
            notes=[_(intake.message_of(one)) for one in found.notes or ()],
            rows=[_row(one) for one in problems],
            n_more_rows=max(0, n_rows - len(problems)),
            n_asked=len(questions.addresses_asked(session, intake_id, office_id=actor.office_id)) if may_ask else 0,
            upload_id=uploads.of_intake(session, intake_id, actor.user_id),
        )


def _check() -> ResponseReturnValue:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput(field=Message("Tệp kết quả"))
    data = sent.read()
    # What the file is, is told from its content; the name only decides what it is called until it is imported.
    suffix = PurePath(sent.filename).suffix.lower()
    file = uploads.KeptFile(data=data, suffix=suffix if suffix in uploads.SUFFIXES else ".csv")
    try:
        draft = mending.read_draft(services().database, data, arrival())
    except intake.ColumnMissing:
        if mending.headings_of(data, services().guide, {}) is None:
            raise
        draft = None  # its columns go by other names: which is which is asked next
    with acting() as act:
        upload = uploads.keep(act, file)
        if draft is not None:
            mending.keep_draft(act, upload, draft)
        upload_id = upload.id
    page = "staff.intake_file" if draft is not None else "staff.intake_columns"
    return redirect(url_for(page, upload_id=upload_id), 303)


def _import() -> ResponseReturnValue:
    """Queue the import; a page of before it leads to the report: what was mended since makes another file of it."""
    with acting() as act:
        number = form_text("upload")
        intake_id = imported_as(act, number)
        job_id = order_import(act, number).id if intake_id is None else None
    if job_id is None:
        flash(_("Tệp này đã nhập rồi: đây là kết quả của lần nhập ấy."), "warning")
        return redirect(url_for("staff.intake_report", intake_id=intake_id), 303)
    return redirect(url_for("staff.job_page", job_id=job_id), 303)


def _row(row: models.IntakeRow) -> dict[str, Any]:
    verdict, tone = VERDICTS[str(row.outcome)]
    return {
        "row_number": row.row_number,
        "sheet": row.sheet,
        "dossier_code": row.dossier_code,
        "verdict": verdict,
        "tone": tone,
        "problems": [{"column": column(p.get("column", "")), "text": said(p)} for p in row.problems],
    }
