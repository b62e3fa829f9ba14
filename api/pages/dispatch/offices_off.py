"""Days on which a delivery office does not work, noted and taken back on the page of the day's orders."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_date, form_int, form_text, or_back, read_all
from api.pages.desk.home import staff
from api.web.auth import acting, allow
from api.words import gettext as _
from postal import Action, require_for
from postal.access import audit, ownership
from postal.network import days_off


@staff.post("/day-orders/office")
@allow(Action.PLAN)
def office_off() -> ResponseReturnValue:
    """Let an office plan no round on some days."""

    def change() -> ResponseReturnValue:
        _chosen, first, last = read_all(
            lambda: form_choice("office"), lambda: form_date("from"), lambda: form_date("until")
        )
        with acting() as act:
            require_for(act.by, Action.PLAN, ownership.subject_of_office(form_int("office")))
            closure = days_off.close_office(
                act.session, form_int("office"), (first, last), reason=form_text("reason"), now=act.now
            )
            audit.note(act, "office_closed", "office", closure.office_id)
            name = closure.office.name
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
            office = days_off.open_office(act.session, closure_id, on=day)
            require_for(act.by, Action.PLAN, ownership.subject_of_office(office.id))
            audit.note(act, "office_opened", "office", office.id)
            name = office.name
        flash(_("{office} làm việc lại. Lập lại phương án để áp dụng.", office=name), "done")
        return redirect(url_for("staff.day_orders", day=day.isoformat()), 303)

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))
