"""Reports of what an agency does against the procedure: made by staff of the post, answered by who runs the house."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.pages.common import form_int, form_text, or_back, read_all, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, InvalidInput, Message, NotFound, Session, desk, models
from postal.life import items
from postal.to_agency import violations as reports

WHAT = {
    "refused": Message("từ chối nhận hoặc trả hồ sơ qua bưu chính"),
    "late": Message("giao kết quả trễ hẹn"),
    "more_papers": Message("đòi thêm giấy tờ ngoài quy định"),
    "more_money": Message("thu thêm tiền ngoài quy định"),
    "harassment": Message("gây khó khăn, phiền hà"),
    "other": Message("việc khác"),
}


@staff.get("/violations")
@allow(Action.REPORT_VIOLATION, Action.ANSWER_VIOLATION)
def violations() -> ResponseReturnValue:
    """Ask for a report, and list one's own with their answers; who answers sees all of them."""
    actor = current_actor()
    may_answer = actor.may(Action.ANSWER_VIOLATION)
    with services().database.read() as session:
        found = reports.violations(session, reported_by_id=None if may_answer else actor.user_id)
        return render_desk(
            "staff/violations.html",
            _("Phản ánh vi phạm thủ tục"),
            lines=[_line(session, one) for one in found],
            agencies=[one for one in desk.offices(session, models.OfficeKind.ISSUING) if one.is_active],
            what=WHAT,
            may_report=actor.may(Action.REPORT_VIOLATION),
            may_answer=may_answer,
        )


@staff.post("/violations")
@allow(Action.REPORT_VIOLATION)
def violation_report() -> ResponseReturnValue:
    """Report what an agency did; the report gets a number."""

    def change() -> ResponseReturnValue:
        if not form_text("agency_id"):
            raise InvalidInput(field=Message("Cơ quan"))
        code, words, agency_id, what = read_all(
            partial(form_text, "code", limit=80),
            partial(form_text, "words", limit=2_000),
            partial(form_int, "agency_id"),
            _what,
        )
        with acting() as act:
            item_id = _item_id(act.session, code) if code else None
            reported = reports.report_violation(act, agency_id, what=what, words=words, item_id=item_id)
            number = reported.number
        flash(_("Đã gửi phản ánh {number}.", number=number), "done")
        return redirect(url_for("staff.violations"), 303)

    return or_back(change, lambda: redirect(url_for("staff.violations"), 303))


@staff.post("/violations/<int:violation_id>/answer")
@allow(Action.ANSWER_VIOLATION)
def violation_answer(violation_id: int) -> ResponseReturnValue:
    """Say what was done about a report."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            number = reports.answer_violation(act, violation_id, words=form_text("words", limit=2_000)).number
        flash(_("Đã trả lời phản ánh {number}.", number=number), "done")
        return redirect(url_for("staff.violations"), 303)

    return or_back(change, lambda: redirect(url_for("staff.violations"), 303))


def _what() -> str:
    """Return what was chosen. Raises InvalidInput for what is none of the list."""
    if form_text("what") not in WHAT:
        raise InvalidInput(field="what")
    return form_text("what")


def _item_id(session: Session, code: str) -> int:
    """Return the item a code names. Raises WrongFields where there is none."""
    try:
        return items.by_code(session, code).id
    except NotFound as refusal:
        raise forms.WrongFields([forms.Wrong(name="code", message=refusal.message)]) from refusal


def _line(session: Session, found: models.Violation) -> dict[str, Any]:
    words, answer = reports.words_of(session, found)
    item = session.get(models.Item, found.item_id) if found.item_id is not None else None
    return {
        "found": found,
        "agency": session.get_one(models.Office, found.agency_id).name,
        "dossier_code": item.dossier_code if item else "",
        "words": words,
        "answer": answer,
    }
