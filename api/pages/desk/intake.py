"""Bringing in the day's results: a trial reading first, then the import, then its report."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_text, or_back, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.work.importing import order_import
from postal import Action, InvalidInput, Message, desk, intake
from postal.intake import uploads

_SUFFIXES = (".csv", ".xlsx", ".xls")
_N_ROWS_SHOWN = 300
_VERDICTS = {
    "attention": (Message("Cần hỏi"), "warning"),
    "refused": (Message("Từ chối"), "danger"),
    "duplicate": (Message("Trùng"), "plain"),
    "accepted": (Message("Tiếp nhận"), "done"),
}


@staff.get("/intake")
@allow(Action.IMPORT_RESULTS)
def intake_form() -> ResponseReturnValue:
    """Ask for a file, and list what came in before."""
    with services().database.read() as session:
        return render_desk("staff/intake.html", _("Nhập kết quả"), intakes=desk.intakes(session))


@staff.post("/intake/check")
@allow(Action.IMPORT_RESULTS)
def intake_check() -> ResponseReturnValue:
    """Read the file without recording anything and show what would happen."""
    return or_back(_check, lambda: redirect(url_for("staff.intake_form"), 303))


@staff.post("/intake/import")
@allow(Action.IMPORT_RESULTS)
def intake_import() -> ResponseReturnValue:
    """Import the file read before."""
    return or_back(_import, lambda: redirect(url_for("staff.intake_form"), 303))


@staff.get("/intake/<int:intake_id>")
@allow(Action.IMPORT_RESULTS)
def intake_report(intake_id: int) -> ResponseReturnValue:
    """Show what became of every row that needs a look."""
    with services().database.read() as session:
        found = desk.intake(session, intake_id)
        problems = desk.intake_problems(session, intake_id, limit=_N_ROWS_SHOWN)
        rows = [_row(r.row_number, r.sheet, r.dossier_code, r.outcome, r.problems) for r in problems]
        n_rows = found.n_attention + found.n_refused + found.n_duplicate
        return _report(counts=found, rows=rows, n_more_rows=max(0, n_rows - len(rows)), is_trial=False, upload="")


def _check() -> ResponseReturnValue:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput(field=Message("Tệp kết quả"))
    data = sent.read()
    # What the file is, is told from its content; the name only decides what it is called until it is imported.
    suffix = PurePath(sent.filename).suffix.lower()
    suffix = suffix if suffix in _SUFFIXES else ".csv"
    report = intake.try_results(services().database, "results" + suffix, data, _arrival())
    with acting() as act:
        token = uploads.keep(act, uploads.KeptFile(data=data, suffix=suffix))
    rows = [
        _row(
            r.row_number,
            r.sheet,
            r.dossier_code,
            r.outcome,
            [p if isinstance(p, dict) else p.as_json() for p in r.problems],
        )
        for r in report.rows
        if str(r.outcome) != "accepted"
    ]
    return _report(
        counts=report,
        rows=rows[:_N_ROWS_SHOWN],
        n_more_rows=max(0, len(rows) - _N_ROWS_SHOWN),
        is_trial=True,
        upload=token,
    )


def _import() -> ResponseReturnValue:
    with acting() as act:
        job_id = order_import(act, form_text("upload")).id
    return redirect(url_for("staff.job_page", job_id=job_id), 303)


def _report(**context: Any) -> ResponseReturnValue:
    heading = _("Đọc thử tệp") if context["is_trial"] else _("Kết quả nhập")
    notes = [_(intake.message_of(one)) for one in context["counts"].notes or ()]
    return render_desk("staff/intake_report.html", heading, notes=notes, **context)


def _said(problem: dict[str, Any]) -> str:
    said, suggestion = _(intake.message_of(problem)), _(intake.suggestion_of(problem))
    return f"{said[:1].upper()}{said[1:]}. {suggestion}".strip()


def _row(
    row_number: int, sheet: str | None, dossier_code: str, outcome: object, problems: list[dict[str, Any]]
) -> dict[str, Any]:
    verdict, tone = _VERDICTS[str(outcome)]
    return {
        "row_number": row_number,
        "sheet": sheet,
        "dossier_code": dossier_code,
        "verdict": verdict,
        "tone": tone,
        "problems": [{"column": p.get("column", ""), "text": _said(p)} for p in problems],
    }


def _arrival() -> intake.Arrival:
    """Return what every row of the file shares: the system of this installation, and who brings the file in now."""
    return intake.Arrival(
        source_system=services().settings.source_system,
        guide=services().guide,
        by=current_actor(),
        now=services().now(),
    )
