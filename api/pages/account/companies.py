"""Codes by which companies see all their dossiers: issued and shown once, revoked. The centre's."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.forms import once
from api.pages.common import form_text, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, PostalError, citizen


@staff.get("/company-codes")
@allow(Action.MANAGE_COMPANY_CODES)
def company_codes() -> ResponseReturnValue:
    """List the codes that were issued, and the form that issues one."""
    return _page()


@staff.post("/company-codes")
@allow(Action.MANAGE_COMPANY_CODES)
def issue_company_code() -> ResponseReturnValue:
    """Issue a code; its text is on this one answer and nowhere else."""
    try:
        with acting() as act:
            _issued, text = citizen.issue_company_code(act, form_text("code"))
    except PostalError as refusal:
        return forms.refused_page(_page(), forms.wrong_in(refusal)), 400
    return _page(text=text)


@staff.post("/company-codes/<int:company_code_id>/revoke")
@allow(Action.MANAGE_COMPANY_CODES)
def revoke_company_code(company_code_id: int) -> ResponseReturnValue:
    """End a code at once."""
    with acting() as act:
        citizen.revoke_company_code(act, company_code_id)
    flash(_("Đã thu hồi mã. Trang đang mở bằng mã ấy cũng đóng."), "done")
    return redirect(url_for("staff.company_codes"), 303)


def _page(text: str = "") -> str:
    if text:
        once.shown_once()
    with services().database.read() as session:
        return render_desk(
            "staff/company_codes.html",
            _("Mã tra cứu của tổ chức"),
            rows=citizen.company_codes(session, office_id=current_actor().office_id),
            typed="" if text else request.form.get("code", "")[:200],
            text=text,
            address=services().settings.public_url.rstrip("/") + url_for("track.company", lang=None),
        )
