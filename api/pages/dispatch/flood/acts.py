"""The flood page and its acts: foresee, cut off, prove, open again. What an order does is shown before it is noted."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import day_asked, form_date, form_text, or_back, read_all, render_desk
from api.pages.desk.home import staff
from api.pages.dispatch.flood import page
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from api.words import say_date, say_short_date
from postal import Action, under_way
from postal.network import closures, crew


@staff.get("/flood")
@allow(Action.SEE_PLAN)
def flood() -> ResponseReturnValue:
    """Show which communes and roads are closed on a day, on a map and as lists, and forms to close and open them."""
    day = day_asked()
    actor = current_actor()
    with services().database.read() as session:
        areas = page.areas(session, day)
        return render_desk(
            "staff/flood.html",
            _("Ngày lũ {day}", day=say_short_date(day)),
            day=day,
            areas=areas,
            offices=page.by_office(areas),
            standing=page.standing(session, day),
            ended=page.ended(session, day),
            roads=page.roads(session, day),
            own={one["code"] for one in areas if one["may_close"]},
            may_close_roads=actor.may(Action.PLAN) and actor.office_id is None,
        )


@staff.post("/flood/effect")
@allow(Action.PLAN)
def flood_effect() -> ResponseReturnValue:
    """Show what cutting these communes off would do; nothing is noted yet."""

    def look() -> ResponseReturnValue:
        cut = _cut()
        with acting() as act:
            found = page.effect(act.session, under_way.foresee(act, cut), cut)
        return render_desk("staff/flood_effect.html", _("Chia cắt: xem trước khi ghi"), cut=cut, **found)

    return or_back(look, lambda: redirect(url_for("staff.flood"), 303))


@staff.post("/flood/close")
@allow(Action.PLAN)
def flood_close() -> ResponseReturnValue:
    """Note communes as cut off: stops wait, with proof their clocks stand still, recipients are told if wished."""

    def change() -> ResponseReturnValue:
        cut = _cut()
        with acting() as act:
            noted = under_way.cut_off(act, cut, tells=bool(request.form.get("tell")))
        n = len(noted)
        flash(_n("Đã đánh dấu {n} xã, phường bị chia cắt đến hết {day}.", n=n, day=say_date(cut.last)), "done")
        return _to_flood(cut.first)

    return or_back(change, lambda: redirect(url_for("staff.flood"), 303))


@staff.post("/flood/<int:closure_id>/prove")
@allow(Action.PLAN)
def flood_prove(closure_id: int) -> ResponseReturnValue:
    """Add what shows that a commune was cut off: its clocks stand still from the first day."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            first = under_way.prove(act, closure_id, form_text("proof")).from_date
        flash(_("Đã ghi căn cứ; thời hạn của bưu gửi trong xã được tính lại từ {day}.", day=say_date(first)), "done")
        return _to_flood(first)

    return or_back(change, lambda: redirect(url_for("staff.flood"), 303))


@staff.post("/flood/open")
@allow(Action.PLAN)
def flood_open() -> ResponseReturnValue:
    """Let communes be reached again from a day on; a note that had not begun by then is taken back."""

    def change() -> ResponseReturnValue:
        day, communes = form_date("day"), _communes()
        if not communes:
            raise under_way.NoCommune(field="commune")
        with acting() as act:
            under_way.open_again(act, communes, on=day, tells=bool(request.form.get("tell")))
        flash(_n("{n} xã, phường đi lại được từ {day}.", n=len(communes), day=say_date(day)), "done")
        return _to_flood(day)

    return or_back(change, lambda: redirect(url_for("staff.flood"), 303))


def _cut() -> closures.Cut:
    first, last = read_all(lambda: form_date("from"), lambda: form_date("until"))
    return closures.Cut(
        communes=_communes(), first=first, last=last, reason=form_text("reason"), proof=form_text("proof")
    )


def _communes() -> tuple[str, ...]:
    register = services().guide.register
    return tuple(crew.find_commune(register, code).code for code in dict.fromkeys(request.form.getlist("commune")))


def _to_flood(day: date) -> ResponseReturnValue:
    return redirect(url_for("staff.flood", day=day.isoformat()), 303)
