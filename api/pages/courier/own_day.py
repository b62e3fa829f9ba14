"""A courier's day for reading, for who signed in with a password: any browser, no scripts."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import square_code
from api.pages.courier.app import courier
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, NotFound, citizen, phones
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
        day = local_day(now)
        link = url_for("track.genuine_by_square", token=citizen.badge_token(act.session, courier_id, day), lang=None)
        return render_template(
            "courier/day.html",
            heading=_("Chuyến hôm nay"),
            day=day,
            told=told,
            communes=communes,
            day_code=citizen.day_code(act.session, courier_id, day),
            square=square_code(services().settings.public_url.rstrip("/") + link),
        )


def _commune(code: str | None) -> str:
    found = services().guide.register.find(code or "")
    return found.full_name if found else ""
