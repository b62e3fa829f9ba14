"""Days on which a delivery office does not work, noted and taken back on the page of the day's orders."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_date, form_int, form_text, or_back, read_all
from api.pages.desk.home import staff
from api.pages.set_up import days_off as wanted
from api.pages.set_up.fields import form_reason
from api.web.auth import acting, allow
from api.words import gettext as _
from postal import Action, Message, require_for
from postal.access import ownership
from postal.network import days_off
from postal.set_up import changes

BY_DISPATCHER = Message("lệnh điều hành trong ngày").text
"""Why days off are noted or taken back where a dispatcher gives no reason; kept as it is, in no other language."""


@staff.post("/day-orders/office")
@allow(Action.PLAN)
def office_off() -> ResponseReturnValue:
    """Let an office plan no round on some days."""

    def change() -> ResponseReturnValue:
        _chosen, first, last, reason = read_all(
            lambda: form_choice("office"), lambda: form_date("from"), lambda: form_date("until"), form_reason
        )
        with acting() as act:
            require_for(act.by, Action.PLAN, ownership.subject_of_office(form_int("office")))
            office = days_off.delivery_office(act.session, form_int("office"))
            changes.make(act, wanted.office_off(office.code, (first, last), reason))
            name = office.name
        flash(_("Đã ghi {office} nghỉ. Lập lại phương án để áp dụng.", office=name), "done")
        return redirect(url_for("staff.day_orders", day=first.isoformat()), 303)

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/office/<int:closure_id>/end")
@allow(Action.PLAN)
def office_back(closure_id: int) -> ResponseReturnValue:
    """Take an office's days off back, from the day shown on."""

    def change() -> ResponseReturnValue:
        day = form_date("day")
        with acting() as act:
            closure = days_off.find_closure(act.session, closure_id)
            require_for(act.by, Action.PLAN, ownership.subject_of_office(closure.office_id))
            name, why = closure.office.name, form_text("reason") or BY_DISPATCHER
            changes.make(act, wanted.office_back(closure.office.code, closure.from_date, why, on=day))
        flash(_("{office} làm việc lại. Lập lại phương án để áp dụng.", office=name), "done")
        return redirect(url_for("staff.day_orders", day=day.isoformat()), 303)

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))
