"""The post's prices, for administrators: with legal reference, from a day on, older ones kept."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from api.forms.reading import DONG
from api.pages.common import form_choice, form_int, form_text, read_all, render_desk, today
from api.pages.desk.home import staff
from api.pages.set_up import changing
from api.pages.set_up.fields import form_from_day, form_reason
from api.web.auth import allow
from api.wiring import services
from api.words import gettext as _
from postal import Action
from postal.models import SetUpArea
from postal.set_up import changes, kinds


@staff.get("/set-up/tariffs", endpoint="tariffs")
@allow(Action.MANAGE_SET_UP)
def all_tariffs() -> ResponseReturnValue:
    """List the prices in force, the changes made, and the forms that change one or let it go."""
    with services().database.read() as session:
        return render_desk(
            "staff/set_up/tariffs.html",
            _("Bảng cước"),
            rows=kinds.tariffs.in_force(session, on=today()),
            **changing.of_area(session, SetUpArea.TARIFF),
        )


@staff.post("/set-up/tariffs")
@allow(Action.MANAGE_SET_UP)
def change_tariff() -> ResponseReturnValue:
    """Change or add a price from a day on, or let it go: first shown, then made."""

    def read() -> changes.Wanted:
        goes = form_text("goes") == "1"
        name, amount_vnd, legal_ref, day, reason = read_all(
            lambda: form_choice("name"),
            lambda: None if goes else form_int("amount_vnd", unit=DONG),
            lambda: None if goes else form_choice("legal_ref"),
            form_from_day,
            form_reason,
        )
        after = {"amount_vnd": amount_vnd, "legal_ref": legal_ref}
        return changes.Wanted(area=SetUpArea.TARIFF, subject=name, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.tariffs"))
