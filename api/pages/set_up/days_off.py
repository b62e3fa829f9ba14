"""Days off of the whole post and of offices, for administrators; a courier's are on his own page."""

from __future__ import annotations

from datetime import date, timedelta

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_date, form_int, form_text, or_back, read_all, render_desk, today
from api.pages.desk.home import staff
from api.pages.set_up.fields import form_one_of, form_reason
from api.web.auth import acting, allow
from api.wiring import services
from api.words import gettext as _
from api.words import say_date
from postal import Action, InvalidInput, Message, models
from postal.access import audit
from postal.network import days_off as off
from postal.network import offices
from postal.rules import alphabet

_KINDS = {"off": Message("cả bưu điện nghỉ"), "working": Message("làm bù")}


@staff.get("/set-up/days-off", endpoint="days_off")
@allow(Action.MANAGE_SET_UP)
def days_off() -> ResponseReturnValue:
    """List the days off to come, with what takes each back, and the forms that note more."""
    day = today()
    with services().database.read() as session:
        found = [one for one in offices.offices(session) if one.kind is models.OfficeKind.DELIVERY and one.is_active]
        return render_desk(
            "staff/set_up/days_off.html",
            _("Ngày nghỉ"),
            days=off.calendar_days(session, since=day - timedelta(days=31)),
            closures=off.office_closures(session, on=day),
            offices=sorted(found, key=lambda one: alphabet.alphabetical(one.name)),
            kinds=_KINDS,
            today=day,
        )


@staff.post("/set-up/days-off")
@allow(Action.MANAGE_SET_UP)
def note_day_off() -> ResponseReturnValue:
    """Make a day a holiday of the whole post, or a worked one."""

    def change() -> ResponseReturnValue:
        day, kind, note = read_all(
            lambda: form_date("day"), lambda: form_one_of("kind", _KINDS), lambda: form_text("note", limit=120)
        )
        with acting() as act:
            off.note_day(act.session, _coming(day), is_working=kind == "working", note=note)
            audit.note(act, "calendar_day_noted", "calendar", day=day.isoformat(), kind=kind)
        flash(_("Đã ghi {day}. Lập lại phương án của ngày đó nếu đã lập.", day=say_date(day)), "done")
        return redirect(url_for("staff.days_off"), 303)

    return or_back(change, lambda: redirect(url_for("staff.days_off"), 303))


@staff.post("/set-up/days-off/drop")
@allow(Action.MANAGE_SET_UP)
def drop_day_off() -> ResponseReturnValue:
    """Let a day to come be what its weekday is."""

    def change() -> ResponseReturnValue:
        day = form_date("day")
        with acting() as act:
            off.drop_day(act.session, _coming(day))
            audit.note(act, "calendar_day_dropped", "calendar", day=day.isoformat())
        flash(_("{day} lại như thường lệ.", day=say_date(day)), "done")
        return redirect(url_for("staff.days_off"), 303)

    return or_back(change, lambda: redirect(url_for("staff.days_off"), 303))


@staff.post("/set-up/days-off/office")
@allow(Action.MANAGE_SET_UP)
def note_office_off() -> ResponseReturnValue:
    """Let an office plan no round on some days."""

    def change() -> ResponseReturnValue:
        _chosen, first, last, reason = read_all(
            lambda: form_choice("office"), lambda: form_date("from"), lambda: form_date("until"), form_reason
        )
        with acting() as act:
            closure = off.close_office(act.session, form_int("office"), (first, last), reason=reason, now=act.now)
            audit.note(act, "office_closed", "office", closure.office_id)
            name = closure.office.name
        flash(_("Đã ghi {office} nghỉ. Lập lại phương án để áp dụng.", office=name), "done")
        return redirect(url_for("staff.days_off"), 303)

    return or_back(change, lambda: redirect(url_for("staff.days_off"), 303))


@staff.post("/set-up/days-off/office/<int:closure_id>/end")
@allow(Action.MANAGE_SET_UP)
def end_office_off(closure_id: int) -> ResponseReturnValue:
    """Take an office's days off back from today on."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            office = off.open_office(act.session, closure_id, on=today())
            audit.note(act, "office_opened", "office", office.id)
            name = office.name
        flash(_("{office} làm việc lại. Lập lại phương án để áp dụng.", office=name), "done")
        return redirect(url_for("staff.days_off"), 303)

    return or_back(change, lambda: redirect(url_for("staff.days_off"), 303))


def _coming(day: date) -> date:
    """Return a day that has not passed: what was promised by an earlier one stands. Raises InvalidInput."""
    if day < today():
        raise InvalidInput(field="day")
    return day
