"""A courier's day for reading, for who signed in with a password: any browser, no scripts."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from api.pages.courier.app import courier
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, NotFound, phones
from postal.access import audit
from postal.rules import local_day


@courier.get("/day", endpoint="own_day")
@allow(Action.SCAN_OWN_ROUND)
def own_day_page() -> ResponseReturnValue:
    """Show today's stops in order; on a day without a round say so, and whom to ask."""
    courier_id, now = current_actor().courier_id, services().clock()
    if courier_id is None:
        raise NotFound(what=Message("bưu tá"))
    with acting() as act:
        told = phones.day_of(act.session, courier_id, now=now)
        communes = {stop.commune_code: _commune(stop.commune_code) for stop in told.stops}
        if told.stops:
            audit.note(act, "open_own_round", "courier", courier_id)
        return render_template(
            "courier/day.html", heading=_("Chuyến hôm nay"), day=local_day(now), told=told, communes=communes
        )


def _commune(code: str | None) -> str:
    found = services().guide.register.find(code or "")
    return found.full_name if found else ""
