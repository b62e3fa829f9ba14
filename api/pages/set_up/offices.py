"""Delivery offices and agencies, for administrators: added, what is told of them from a day on, taken out of use."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_text, or_back, read_all, render_desk
from api.pages.desk.home import staff
from api.pages.set_up import changing, value_words
from api.pages.set_up.fields import form_commune, form_from_day, form_one_of, form_place, form_reason
from api.web.auth import acting, allow
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, NotFound, Session, models
from postal.access import audit
from postal.models import SetUpArea
from postal.network import crew, offices
from postal.rules import alphabet
from postal.set_up import changes, kinds

_PAGE = 100
_KINDS = {
    models.OfficeKind.DELIVERY: Message("bưu cục phát"),
    models.OfficeKind.ISSUING: Message("cơ quan trả kết quả"),
}


@staff.get("/set-up/offices", endpoint="set_up_offices")
@allow(Action.MANAGE_SET_UP)
def all_offices() -> ResponseReturnValue:
    """List offices by code, of one kind where asked for, and the form that adds one."""
    asked, after = request.args.get("kind", ""), request.args.get("after", "")[:40]
    with services().database.read() as session:
        found = [one for one in offices.offices(session) if asked in ("", one.kind) and one.code > after]
        found.sort(key=lambda one: one.code)
        shown = found[:_PAGE]
        next_url = url_for("staff.set_up_offices", kind=asked or None, after=shown[-1].code) if found[_PAGE:] else None
        return render_desk(
            "staff/set_up/offices.html",
            _("Bưu cục và cơ quan"),
            rows=shown,
            kinds=_KINDS,
            asked=asked,
            next_url=next_url,
            communes=_communes(),
        )


@staff.post("/set-up/offices")
@allow(Action.MANAGE_SET_UP)
def add_office() -> ResponseReturnValue:
    """Add an office at its point, else at its commune's."""

    def change() -> ResponseReturnValue:
        code, name, which, commune, point = read_all(
            lambda: form_choice("code"),
            lambda: form_choice("name"),
            lambda: form_one_of("kind", tuple(models.OfficeKind)),
            lambda: form_commune("commune"),
            lambda: form_place("point"),
        )
        if point is None:
            there = crew.find_commune(services().guide.register, commune).point
            point = [there.lat, there.lon]
        new = offices.NewOffice(
            code=code, name=name, kind=models.OfficeKind(which), commune_code=commune, lat=point[0], lon=point[1]
        )
        with acting() as act:
            added = offices.add_office(act.session, new)
            audit.note(act, "office_added", "office", added.id)
            office_id = added.id
        flash(_("Đã thêm {office}. Ghi tiếp địa chỉ, điện thoại, giờ mở cửa.", office=name), "done")
        return redirect(url_for("staff.set_up_office", office_id=office_id), 303)

    return or_back(change, lambda: redirect(url_for("staff.set_up_offices"), 303))


@staff.get("/set-up/offices/<int:office_id>", endpoint="set_up_office")
@allow(Action.MANAGE_SET_UP)
def one_office(office_id: int) -> ResponseReturnValue:
    """Show one office with what can be changed, and the changes made."""
    with services().database.read() as session:
        found = _found(session, office_id)
        return render_desk(
            "staff/set_up/office.html",
            found.name,
            found=found,
            kind=_KINDS[found.kind],
            now=kinds.offices.values_of(found),
            place=value_words.place,
            communes=_communes(),
            **changing.of_thing(session, SetUpArea.OFFICE, found.code),
        )


@staff.post("/set-up/offices/<int:office_id>")
@allow(Action.MANAGE_SET_UP)
def change_office(office_id: int) -> ResponseReturnValue:
    """Change what is told of an office from a day on: first shown, then made."""

    def read() -> changes.Wanted:
        names = ("name", "address", "phone", "opening_hours", "zone", "commune", "point")
        *values, day, reason = read_all(
            lambda: form_choice("name"),
            lambda: form_text("address"),
            lambda: form_text("phone", limit=40),
            lambda: form_text("opening_hours"),
            lambda: form_text("zone", limit=60),
            lambda: form_commune("commune", may_be_none=True),
            lambda: form_place("point"),
            form_from_day,
            form_reason,
        )
        after = dict(zip(names, values, strict=True))
        return changes.Wanted(
            area=SetUpArea.OFFICE, subject=_code_of(office_id), after=after, from_day=day, reason=reason
        )

    return changing.ask(read, url_for("staff.set_up_office", office_id=office_id))


@staff.post("/set-up/offices/<int:office_id>/in-use")
@allow(Action.MANAGE_SET_UP)
def use_office(office_id: int) -> ResponseReturnValue:
    """Take an office out of use from a day on, or into use again."""

    def read() -> changes.Wanted:
        day, reason = read_all(form_from_day, form_reason)
        after = {"is_active": form_text("is_active") == "1"}
        return changes.Wanted(
            area=SetUpArea.OFFICE, subject=_code_of(office_id), after=after, from_day=day, reason=reason
        )

    return changing.ask(read, url_for("staff.set_up_office", office_id=office_id))


def _communes() -> list[tuple[str, str]]:
    found = sorted(services().guide.register, key=lambda one: alphabet.alphabetical(one.name))
    return [(one.code, one.full_name) for one in found]


def _code_of(office_id: int) -> str:
    with services().database.read() as session:
        return _found(session, office_id).code


def _found(session: Session, office_id: int) -> models.Office:
    found = session.get(models.Office, office_id)
    if found is None:
        raise NotFound(what=Message("đơn vị"))
    return found
