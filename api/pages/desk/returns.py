"""Sending back to the agency: what is due today all at once, or one item for a stated reason."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_text, or_back, require_sure
from api.pages.desk.consignment_acts import carry_out, item_of_form
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Act, Action, Session, models
from postal.rules import reasons
from postal.to_agency import returns

_N_SHOWN = 50


@staff.post("/returns/start-due")
@allow(Action.RETURN_TO_SENDER)
def returns_start_due() -> ResponseReturnValue:
    """Start every return that is due today at the reader's office, or at every one."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.giving_back"), 303)

    def change() -> ResponseReturnValue:
        require_sure()
        with acting() as act:
            started = returns.start_due_returns(act)
        flash(_n("{n} bưu gửi bắt đầu chuyển hoàn.", n=len(started)), "done")
        return back()

    return or_back(change, back)


@staff.post("/consignments/<int:consignment_id>/return")
@allow(Action.RETURN_TO_SENDER)
def consignment_return(consignment_id: int) -> ResponseReturnValue:
    """Start sending one item back: refused, not met in time, or because the agency wishes it."""

    def change(act: Act, found: models.Consignment) -> str:
        require_sure()
        item = returns.start_return(act, item_of_form(found).id, form_text("reason"))
        return _("{code} bắt đầu chuyển hoàn về {agency}.", code=item.s10, agency=found.issuing_office.name)

    return carry_out(consignment_id, Action.RETURN_TO_SENDER, change)


def due_shown(session: Session) -> dict[str, Any]:
    """Return how much is due back today where the reader works, and the first of it with the reason and its law."""
    office_id = current_actor().office_id
    n_due, shown = returns.first_due(session, now=services().now(), office_id=office_id, most=_N_SHOWN)
    lines = [{"item": item, "why": reasons.say(code), "legal": reasons.legal_basis(code)} for item, code in shown]
    return {"due": lines, "n_due": n_due}
