"""Who serves which commune on which weekdays in which zone, and J+n between zones: changed from a day on."""

from __future__ import annotations

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_int, form_text, read_all, render_desk
from api.pages.desk.home import staff
from api.pages.set_up import changing
from api.pages.set_up.fields import form_from_day, form_one_of, form_reason, form_ticked, form_zone
from api.web.auth import allow
from api.wiring import services
from api.words import gettext as _
from api.words import say_weekdays
from postal import Action, Session, models
from postal.models import SetUpArea
from postal.network import offices, promises
from postal.rules import alphabet
from postal.set_up import changes, kinds

_WEEKDAYS = tuple("0123456")


@staff.get("/set-up/coverage", endpoint="set_up_coverage")
@allow(Action.MANAGE_SET_UP)
def all_communes() -> ResponseReturnValue:
    """List every commune of the register, served or not, with office, weekdays and zone."""
    with services().database.read() as session:
        served = {one.commune_code: one for one in session.query(models.Coverage)}
        names = {one.id: one.name for one in offices.offices(session)}
        return render_desk(
            "staff/set_up/coverage.html",
            _("Xã, phường: bưu cục, ngày phát, vùng"),
            communes=sorted(services().guide.register, key=lambda one: alphabet.alphabetical(one.name)),
            served=served,
            office_names=names,
            say_weekdays=say_weekdays,
        )


@staff.get("/set-up/coverage/<code>", endpoint="set_up_commune")
@allow(Action.MANAGE_SET_UP)
def commune(code: str) -> ResponseReturnValue:
    """Show one commune's service with what can be changed, and the changes made."""
    found = services().guide.register.find(code)
    if found is None:
        abort(404)
    with services().database.read() as session:
        row = session.get(models.Coverage, code)
        return render_desk(
            "staff/set_up/commune.html",
            found.full_name,
            code=code,
            now=kinds.coverage.values_of(row) if row is not None else {"office": "", "weekdays": "01234", "zone": ""},
            offices=[one for one in offices.offices(session) if one.is_active and one.kind == "delivery"],
            zones=_zones(session),
            weekdays=[(day, say_weekdays(day)) for day in _WEEKDAYS],
            **changing.of_thing(session, SetUpArea.COVERAGE, code),
        )


@staff.post("/set-up/coverage/<code>")
@allow(Action.MANAGE_SET_UP)
def change_commune(code: str) -> ResponseReturnValue:
    """Change who serves a commune, when and in which zone, from a day on: first shown, then made."""
    if services().guide.register.find(code) is None:
        abort(404)

    def read() -> changes.Wanted:
        with services().database.read() as session:
            known = [one.code for one in offices.offices(session)]
        office, weekdays, zone, day, reason = read_all(
            lambda: form_one_of("office", known, may_be_none=True),
            lambda: "".join(form_ticked("weekdays", _WEEKDAYS, is_needed=bool(request.form.get("office")))),
            lambda: form_zone("zone"),
            form_from_day,
            form_reason,
        )
        after = {"office": office or None, "weekdays": weekdays, "zone": zone}
        after = after if office else dict.fromkeys(after)  # nobody serves it
        return changes.Wanted(area=SetUpArea.COVERAGE, subject=code, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.set_up_commune", code=code))


@staff.get("/set-up/promises", endpoint="promises")
@allow(Action.MANAGE_SET_UP)
def all_promises() -> ResponseReturnValue:
    """List the rules of J+n between zones with the text each rests on, and the form that changes or adds one."""
    with services().database.read() as session:
        rules = session.query(models.TransitRule).order_by(models.TransitRule.from_zone, models.TransitRule.to_zone)
        return render_desk(
            "staff/set_up/promises.html",
            _("Thời hạn J+n giữa các vùng"),
            rules=rules.all(),
            zones=[*_zones(session), promises.OUTSIDE_ZONE, promises.ANY_ZONE],
            usual=promises.USUAL_DAYS,
            legal_ref=promises.LEGAL_REF,
            **changing.of_area(session, SetUpArea.PROMISE),
        )


@staff.post("/set-up/promises")
@allow(Action.MANAGE_SET_UP)
def change_promise() -> ResponseReturnValue:
    """Change or add a rule from a day on, or let one go: first shown, then made."""

    def read() -> changes.Wanted:
        goes = form_text("goes") == "1"
        from_zone, to_zone, days, legal_ref, day, reason = read_all(
            lambda: form_zone("from_zone"),
            lambda: form_zone("to_zone"),
            lambda: None if goes else form_int("days"),
            lambda: "" if goes else form_choice("legal_ref"),
            form_from_day,
            form_reason,
        )
        after = {"days": days, "legal_ref": None if goes else legal_ref}
        subject = kinds.promises.subject_of(from_zone, to_zone)
        return changes.Wanted(area=SetUpArea.PROMISE, subject=subject, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.promises"))


def _zones(session: Session) -> list[str]:
    found = {zone for (zone,) in session.query(models.Coverage.zone).distinct() if zone}
    return sorted(found, key=alphabet.alphabetical)
