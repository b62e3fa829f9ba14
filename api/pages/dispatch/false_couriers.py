"""Reports of false couriers: an office sees its own and those for all, and says what it did."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.citizen.genuine import WHAT
from api.pages.common import form_text, or_back, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, citizen, desk


@staff.get("/false-couriers")
@allow(Action.SETTLE_DISCREPANCY)
def false_couriers() -> ResponseReturnValue:
    """List what was reported, open reports first."""
    with services().database.read() as session:
        found = citizen.false_couriers(session, office_id=current_actor().office_id)
        names = {one.id: one.name for one in desk.all_offices(session).values()}
        lines = [
            {"found": one, "words": citizen.words_of(session, one), "office": names.get(one.office_id or 0, "")}
            for one in found
        ]
        return render_desk("staff/false_couriers.html", _("Người giả bưu tá"), lines=lines, what=WHAT)


@staff.post("/false-couriers/<int:report_id>/settle")
@allow(Action.SETTLE_DISCREPANCY)
def settle_false_courier(report_id: int) -> ResponseReturnValue:
    """Note what was done about a report."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            done = form_text("done")
            citizen.settle_false_courier(act, report_id, done=done, office_id=current_actor().office_id)
        flash(_("Đã ghi."), "done")
        return redirect(url_for("staff.false_couriers"), 303)

    return or_back(change, lambda: redirect(url_for("staff.false_couriers"), 303))
