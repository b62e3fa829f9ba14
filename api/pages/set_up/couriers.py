"""Couriers, for administrators: added, their office, hours, beat and bounds from a day on, days off, their name."""

from __future__ import annotations

import unicodedata

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.forms import reading
from api.pages.common import form_choice, form_date, form_int, form_text, or_back, read_all, render_desk, today
from api.pages.desk.home import staff
from api.pages.set_up import changing, days_off, value_words
from api.pages.set_up.fields import (
    form_from_day,
    form_one_of,
    form_place,
    form_reason,
    form_span,
    form_ticked,
    form_words,
)
from api.web.auth import acting, allow
from api.web.row_numbers import asked_number
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, NotFound, Session, models
from postal.access import audit
from postal.models import SetUpArea
from postal.network import crew, offices
from postal.people import open_person
from postal.rules import alphabet
from postal.set_up import changes, kinds

_PAGE = 100


@staff.get("/set-up/couriers", endpoint="set_up_couriers")
@allow(Action.MANAGE_SET_UP)
def couriers() -> ResponseReturnValue:
    """List couriers by code, of one office where asked for, and the form that adds one."""
    office_id, after = asked_number("office"), request.args.get("after", "")[:40]
    day = today()
    with services().database.read() as session:
        found = crew.couriers(session, office_id=office_id, after=after, limit=_PAGE + 1)
        shown = found[:_PAGE]
        next_url = url_for("staff.set_up_couriers", office=office_id, after=shown[-1].code) if found[_PAGE:] else None
        ids = [one.id for one in shown]
        return render_desk(
            "staff/set_up/couriers.html",
            _("Bưu tá, địa bàn, ca làm, ngày nghỉ"),
            rows=shown,
            names=crew.names_of(session, ids),
            away={one.courier_id: one for one in reversed(crew.coming_absences(session, ids, on=day))},
            offices=_offices(session),
            asked=office_id,
            next_url=next_url,
            span=value_words.span,
        )


@staff.post("/set-up/couriers")
@allow(Action.MANAGE_SET_UP)
def add_courier() -> ResponseReturnValue:
    """Add a courier with the usual hours; the rest is set on his own page."""

    def change() -> ResponseReturnValue:
        with services().database.read() as session:
            known = [one.code for one in _offices(session)]
        code, office, name, shift, lunch = read_all(
            lambda: form_choice("code"),
            lambda: form_one_of("office", known),
            lambda: form_choice("full_name"),
            lambda: form_span("shift"),
            lambda: form_span("lunch", may_be_none=True),
        )
        time = crew.WorkingTime(from_s=shift[0], until_s=shift[1], lunch=tuple(lunch) if lunch else None)
        with acting() as act:
            place = crew.find_office(act.session, office)
            new = crew.NewCourier(code=code, office=place, full_name=name, beat=(), time=time)
            added = crew.add_courier(act.session, new, now=act.now)
            audit.note(act, "courier_added", "courier", added.id)
            courier_id = added.id
        flash(_("Đã thêm bưu tá {code}. Ghi tiếp địa bàn và điều kiện đi phát.", code=code), "done")
        return redirect(url_for("staff.set_up_courier", courier_id=courier_id), 303)

    return or_back(change, lambda: redirect(url_for("staff.set_up_couriers"), 303))


@staff.get("/set-up/couriers/<int:courier_id>", endpoint="set_up_courier")
@allow(Action.MANAGE_SET_UP)
def courier(courier_id: int) -> ResponseReturnValue:
    """Show one courier with what can be changed, days off, and the changes made."""
    with services().database.read() as session:
        found = _found(session, courier_id)
        now = kinds.couriers.values_of(found)
        account = session.query(models.User).filter_by(courier_id=courier_id, is_active=True).first()
        return render_desk(
            "staff/set_up/courier.html",
            _("Bưu tá {code}", code=found.code),
            found=found,
            full_name=open_person(session, session.get_one(models.Person, found.person_id)).full_name,
            account=account,
            now=now,
            shown={"span": value_words.span, "place": value_words.place},
            offices=_offices(session),
            communes=_communes(session, found),
            absences=crew.coming_absences(session, [found.id], on=today()),
            **changing.of_courier(session, found.code),
        )


@staff.post("/set-up/couriers/<int:courier_id>")
@allow(Action.MANAGE_SET_UP)
def change_courier(courier_id: int) -> ResponseReturnValue:
    """Change what holds for a courier's rounds from a day on: first shown, then made."""

    def read() -> changes.Wanted:
        code, known, places = _code_and_choices(courier_id)
        office, shift, lunch, litres, longest, skills, beat, start, end, day, reason = read_all(
            lambda: form_one_of("office", places),
            lambda: form_span("shift"),
            lambda: form_span("lunch", may_be_none=True),
            lambda: form_int("litres"),
            lambda: form_int("longest_min", unit=reading.MINUTES) if form_text("longest_min") else None,
            lambda: form_words("skills"),
            lambda: form_ticked("beat", known),
            lambda: form_place("start"),
            lambda: form_place("end"),
            form_from_day,
            form_reason,
        )
        values = {"office": office, "shift": shift, "lunch": lunch, "litres": litres, "longest_min": longest}
        values |= {"skills": skills, "beat": beat, "start": start, "end": end}
        return changes.Wanted(area=SetUpArea.COURIER, subject=code, after=values, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.set_up_courier", courier_id=courier_id))


@staff.post("/set-up/couriers/<int:courier_id>/in-use")
@allow(Action.MANAGE_SET_UP)
def use_courier(courier_id: int) -> ResponseReturnValue:
    """Let a courier walk no more from a day on, or again."""

    def read() -> changes.Wanted:
        code, *_choices = _code_and_choices(courier_id)
        day, reason = read_all(form_from_day, form_reason)
        after = {"is_active": form_text("is_active") == "1"}
        return changes.Wanted(area=SetUpArea.COURIER, subject=code, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.set_up_courier", courier_id=courier_id))


@staff.post("/set-up/couriers/<int:courier_id>/name")
@allow(Action.MANAGE_SET_UP)
def rename_courier(courier_id: int) -> ResponseReturnValue:
    """Give a courier another name from a day on: first shown, then made; the audit says that, not what to."""

    def read() -> changes.Wanted:
        code, *_choices = _code_and_choices(courier_id)
        name, day, reason = read_all(lambda: form_choice("full_name"), form_from_day, form_reason)
        after = {"full_name": unicodedata.normalize("NFC", name)}
        return changes.Wanted(area=SetUpArea.COURIER_NAME, subject=code, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.set_up_courier", courier_id=courier_id))


@staff.post("/set-up/couriers/<int:courier_id>/away")
@allow(Action.MANAGE_SET_UP)
def set_courier_away(courier_id: int) -> ResponseReturnValue:
    """Keep a courier out of the plans of some days: first shown, then made."""

    def read() -> changes.Wanted:
        code, *_choices = _code_and_choices(courier_id)
        first, last, reason = read_all(lambda: form_date("from"), lambda: form_date("until"), form_reason)
        return days_off.courier_away(code, (first, last), reason)

    return changing.ask(read, url_for("staff.set_up_courier", courier_id=courier_id))


@staff.post("/set-up/absences/<int:absence_id>/end")
@allow(Action.MANAGE_SET_UP)
def end_courier_away(absence_id: int) -> ResponseReturnValue:
    """Take days off back from today on; those that have not begun are gone: first shown, then made."""
    with services().database.read() as session:
        code, first, back_to = "", None, url_for("staff.set_up_couriers")
        if (absence := session.get(models.Absence, absence_id)) is not None:
            code, first = session.get_one(models.Courier, absence.courier_id).code, absence.from_date
            back_to = url_for("staff.set_up_courier", courier_id=absence.courier_id)

    def read() -> changes.Wanted:
        if first is None:
            raise NotFound(what=Message("ngày nghỉ"))
        return days_off.courier_back(code, first, form_reason(), on=today())

    return changing.ask(read, back_to)


def _code_and_choices(courier_id: int) -> tuple[str, list[str], list[str]]:
    """Return a courier's code, and the codes of communes and of offices his form offers. Raises NotFound."""
    with services().database.read() as session:
        found = _found(session, courier_id)
        communes = [code for code, _name, _ticked in _communes(session, found)]
        return found.code, communes, [found.office.code, *(one.code for one in _offices(session))]


def _communes(session: Session, found: models.Courier) -> list[tuple[str, str, bool]]:
    """Return every commune that some office serves, with whether it is on the courier's beat: his office's first."""
    register = services().guide.register
    served = {row.commune_code: row.office_id for row in session.query(models.Coverage)}
    codes = [code for code in {*served, *found.beat} if register.find(code) is not None]
    codes.sort(
        key=lambda code: (served.get(code) != found.office_id, alphabet.alphabetical(register.commune(code).name))
    )
    return [(code, register.commune(code).full_name, code in found.beat) for code in codes]


def _offices(session: Session) -> list[models.Office]:
    found = [one for one in offices.offices(session) if one.kind is models.OfficeKind.DELIVERY and one.is_active]
    return sorted(found, key=lambda one: alphabet.alphabetical(one.name))


def _found(session: Session, courier_id: int) -> models.Courier:
    found = session.get(models.Courier, courier_id)
    if found is None:
        raise NotFound(what=Message("bưu tá"))
    return found
