"""Days off of the whole post and of offices, for administrators; a courier's are on his own page."""

from __future__ import annotations

from datetime import date, timedelta

from flask import url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_date, form_int, form_text, read_all, render_desk, today
from api.pages.desk.home import staff
from api.pages.set_up import changing, value_words
from api.pages.set_up.fields import form_one_of, form_reason
from api.web.auth import allow
from api.wiring import services
from api.words import gettext as _
from postal import Action, models
from postal.models import SetUpArea
from postal.network import days_off as off
from postal.network import offices
from postal.rules import alphabet
from postal.set_up import changes, kinds


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
            kinds=value_words.DAYS,
            **changing.of_days_off(session),
        )


@staff.post("/set-up/days-off")
@allow(Action.MANAGE_SET_UP)
def note_day_off() -> ResponseReturnValue:
    """Make a day a holiday of the whole post, or a worked one: first shown, then made."""

    def read() -> changes.Wanted:
        day, kind, note, reason = read_all(
            lambda: form_date("day"),
            lambda: form_one_of("kind", value_words.DAYS),
            lambda: form_text("note", limit=120),
            form_reason,
        )
        return _of_calendar(day, {"kind": kind, "note": note}, reason)

    return changing.ask(read, url_for("staff.days_off"))


@staff.post("/set-up/days-off/drop")
@allow(Action.MANAGE_SET_UP)
def drop_day_off() -> ResponseReturnValue:
    """Let a day to come be what its weekday is: first shown, then made."""

    def read() -> changes.Wanted:
        day, reason = read_all(lambda: form_date("day"), form_reason)
        return _of_calendar(day, {"kind": None, "note": None}, reason)

    return changing.ask(read, url_for("staff.days_off"))


@staff.post("/set-up/days-off/office")
@allow(Action.MANAGE_SET_UP)
def note_office_off() -> ResponseReturnValue:
    """Let an office plan no round on some days: first shown, then made."""

    def read() -> changes.Wanted:
        _chosen, first, last, reason = read_all(
            lambda: form_choice("office"), lambda: form_date("from"), lambda: form_date("until"), form_reason
        )
        with services().database.read() as session:
            code = off.delivery_office(session, form_int("office")).code
        return office_off(code, (first, last), reason)

    return changing.ask(read, url_for("staff.days_off"))


@staff.post("/set-up/days-off/office/<int:closure_id>/end")
@allow(Action.MANAGE_SET_UP)
def end_office_off(closure_id: int) -> ResponseReturnValue:
    """Take an office's days off back from today on: first shown, then made."""

    def read() -> changes.Wanted:
        with services().database.read() as session:
            closure = off.find_closure(session, closure_id)
            return office_back(closure.office.code, closure.from_date, form_reason(), on=today())

    return changing.ask(read, url_for("staff.days_off"))


def office_off(code: str, period: off.Period, reason: str) -> changes.Wanted:
    """Return the change that lets an office be off, both days included."""
    first, last = period
    return changes.Wanted(
        area=SetUpArea.OFFICE_OFF,
        subject=kinds.days_off.subject_of(code, first),
        after={"until": last.isoformat(), "why": reason},
        from_day=today(),
        reason=reason,
        settles=kinds.days_off.noted,
    )


def office_back(code: str, first: date, reason: str, *, on: date) -> changes.Wanted:
    """Return the change that lets an office work again from a day on."""
    return changes.Wanted(
        area=SetUpArea.OFFICE_OFF,
        subject=kinds.days_off.subject_of(code, first),
        after=kinds.days_off.office_shortened(first, on=on),
        from_day=today(),
        reason=reason,
    )


def courier_away(code: str, period: off.Period, reason: str) -> changes.Wanted:
    """Return the change that keeps a courier out of the plans, both days included."""
    first, last = period
    return changes.Wanted(
        area=SetUpArea.ABSENCE,
        subject=kinds.days_off.subject_of(code, first),
        after={"until": last.isoformat()},
        from_day=today(),
        reason=reason,
        settles=kinds.days_off.noted,
    )


def courier_back(code: str, first: date, reason: str, *, on: date) -> changes.Wanted:
    """Return the change that lets a courier walk again from a day on."""
    return changes.Wanted(
        area=SetUpArea.ABSENCE,
        subject=kinds.days_off.subject_of(code, first),
        after=kinds.days_off.shortened(first, on=on),
        from_day=today(),
        reason=reason,
    )


def _of_calendar(day: date, after: kinds.Values, reason: str) -> changes.Wanted:
    return changes.Wanted(
        area=SetUpArea.CALENDAR, subject=day.isoformat(), after=after, from_day=today(), reason=reason
    )
