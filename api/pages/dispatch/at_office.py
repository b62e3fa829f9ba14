"""What lies at a post office or is on its way there: arrivals, and what goes on to other provinces."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_text, or_back, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, InvalidInput, Message, Subject, custody, desk, models, require_own

_BETWEEN_CODES = re.compile(r"[\r\n\t,;]+")
_N_NAMED = 6


@staff.get("/at-office")
@allow(Action.RECEIVE_AT_OFFICE)
def at_office() -> ResponseReturnValue:
    """Show each of one's offices: what is to arrive, and what waits there for the national post."""
    own = current_actor().office_id
    with services().database.read() as session:
        found = [o for o in desk.offices(session, models.OfficeKind.DELIVERY) if own in (None, o.id) and o.is_active]
        arriving, outside = custody.n_arriving(session), custody.n_outside(session)
        cards: list[dict[str, Any]] = [
            {
                "office": one,
                "n_arriving": arriving.get(one.id, 0),
                "n_outside": outside.get(one.id, 0) + outside.get(None, 0),
            }
            for one in found
        ]
        cards.sort(key=lambda card: -(card["n_arriving"] + card["n_outside"]))  # what needs somebody comes first
        return render_desk("staff/at_office.html", _("Tại bưu cục"), cards=cards)


@staff.post("/offices/<int:office_id>/arrivals")
@allow(Action.RECEIVE_AT_OFFICE)
def office_arrivals(office_id: int) -> ResponseReturnValue:
    """Note what arrived at an office, code by code; what cannot arrive now is named and set apart."""

    own = Subject(office_ids=frozenset({office_id}))
    require_own(current_actor(), Action.RECEIVE_AT_OFFICE, own, what=Message("bưu cục"))

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.at_office"), 303)

    def change() -> ResponseReturnValue:
        codes = [text for text in _BETWEEN_CODES.split(form_text("codes", limit=400_000)) if text.strip()]
        if not codes:
            raise InvalidInput(field=Message("Mã bưu gửi"))
        with acting() as act:
            desk.office(act.session, office_id, models.OfficeKind.DELIVERY)
            counted = custody.receive_at_office(act, office_id, codes)
        flash(_n("Đã nhận {n} bưu gửi về bưu cục.", n=len(counted.present)), "done" if counted.present else "")
        _name_apart(_("Không nhận được lúc này, để riêng"), counted.extra)
        _name_apart(_("Không phải bưu gửi của hệ thống, để riêng"), counted.wrong)
        return back()

    return or_back(change, back)


def _name_apart(said: str, codes: tuple[str, ...]) -> None:
    if codes:
        flash(f"{said}: {', '.join(codes[:_N_NAMED])}{' …' if len(codes) > _N_NAMED else ''}", "danger")
