"""Borders of communes for the maps, for administrators: brought in as GeoJSON, seen on a map, forgotten again."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, or_back, render_desk, require_sure
from api.pages.desk.home import staff
from api.pages.dispatch.plans.areas import ground
from api.web.auth import acting, allow
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, InvalidInput, Message
from postal.network import borders


@staff.get("/set-up/borders", endpoint="set_up_borders")
@allow(Action.MANAGE_SET_UP)
def borders_page() -> ResponseReturnValue:
    """Show which communes have borders, all of them on a map, and the form that brings borders in."""
    register = services().guide.register
    with services().database.read() as session:
        known = borders.borders(session)
        return render_desk(
            "staff/set_up/borders.html",
            _("Ranh giới xã, phường trên bản đồ"),
            ground=ground(session),
            standing=borders.standing(session),
            n_known=len(known),
            missing=[one.full_name for one in register if known and one.code not in known],
        )


@staff.post("/set-up/borders")
@allow(Action.MANAGE_SET_UP)
def borders_import() -> ResponseReturnValue:
    """Bring borders in, in place of those there are."""

    def change() -> ResponseReturnValue:
        source, sent = form_choice("source"), request.files.get("file")
        if sent is None or not sent.filename:
            raise InvalidInput(field=Message("Tệp ranh giới"))
        found = borders.read_borders(sent.read(), services().guide.register)
        with acting() as act:
            n = borders.keep_borders(act, found, source=source)
        flash(_n("Đã ghi ranh giới của {n} xã, phường.", n=n), "done")
        if found.n_unknown:
            flash(_n("{n} mục của tệp không phải xã, phường của tỉnh: bỏ qua.", n=found.n_unknown), "warning")
        return _back()

    return or_back(change, _back)


@staff.post("/set-up/borders/forget")
@allow(Action.MANAGE_SET_UP)
def borders_forget() -> ResponseReturnValue:
    """Let the maps draw cells again."""

    def change() -> ResponseReturnValue:
        require_sure()
        with acting() as act:
            borders.forget_borders(act)
        flash(_("Đã bỏ ranh giới: bản đồ vẽ ô quanh tâm xã, phường."), "done")
        return _back()

    return or_back(change, _back)


def _back() -> ResponseReturnValue:
    return redirect(url_for("staff.set_up_borders"), 303)
