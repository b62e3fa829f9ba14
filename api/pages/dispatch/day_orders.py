"""The dispatcher's orders of a day: who is away, what is cut off or blocked, which remedies were chosen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.forms.reading import MINUTES
from api.pages.common import (
    day_asked,
    form_choice,
    form_date,
    form_int,
    form_point,
    form_text,
    or_back,
    read_all,
    render_desk,
    to_plan,
    told,
)
from api.pages.desk.home import staff
from api.pages.dispatch.flood.page import road_closing
from api.pages.dispatch.offices_off import BY_DISPATCHER
from api.pages.dispatch.plan_words import say_order
from api.pages.set_up import days_off as wanted
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import say_short_date
from api.work.planning import Way, order_plan
from postal import Act, Action, Message, PostalError, Session, desk, models, require_for, rounds, under_way
from postal.access import ownership
from postal.network import closures, crew, days_off, offices
from postal.rules import alphabet
from postal.set_up import changes
from routing import Point, is_in_province

_AGAIN_S = 12
_OUTSIDE = Message("{field}: điểm ở ngoài tỉnh. Ghi cả vĩ độ và kinh độ, ví dụ 16,4637; 107,5909.")
_PAGES = {"flood": "staff.flood", "day": "staff.live_day"}


@staff.get("/day-orders")
@allow(Action.SEE_PLAN)
def day_orders() -> ResponseReturnValue:
    """Show what is ordered for a day, and forms to order more."""
    day = day_asked()
    with services().database.read() as session:
        return render_desk(
            "staff/day_orders.html",
            _("Lệnh điều hành {day}", day=say_short_date(day)),
            day=day,
            lines=_lines(session, day),
            crew=_crew(session),
            communes=sorted(services().guide.register, key=lambda c: alphabet.alphabetical(c.name)),
            offices=[o for o in offices.offices(session) if o.kind is models.OfficeKind.DELIVERY],
            may_order=current_actor().may(Action.PLAN),
            **road_closing(session, day),
        )


@staff.post("/plans/<int:plan_id>/unserved/<int:unserved_id>/remedy")
@allow(Action.PLAN)
def remedy_order(plan_id: int, unserved_id: int) -> ResponseReturnValue:
    """Order what a plan told would serve a stop it left out."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            rounds.order_remedy(act, unserved_id, courier=form_text("courier") or None)
        flash(_("Đã chọn cách gỡ. Lập lại phương án để áp dụng."), "done")
        return redirect(url_for("staff.plan", plan_id=plan_id), 303)

    return or_back(change, lambda: redirect(url_for("staff.plan", plan_id=plan_id), 303))


@staff.post("/day-orders/<int:order_id>/end")
@allow(Action.PLAN)
def day_order_end(order_id: int) -> ResponseReturnValue:
    """End an order: later plans are made without it."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            day = rounds.end_order(act, order_id).from_date
        return to_plan() or _to_day(day, _("Đã bỏ lệnh."))

    return or_back(change, lambda: redirect(url_for(_page()), 303))


@staff.post("/day-orders/away")
@allow(Action.PLAN)
def courier_away() -> ResponseReturnValue:
    """Keep a courier out of the plans of some days."""

    def change() -> ResponseReturnValue:
        code, first, last = read_all(lambda: form_choice("courier"), *_span())
        with acting() as act:
            found = crew.find_courier(act.session, code)
            require_for(act.by, Action.PLAN, ownership.subject_of_office(found.office_id))
            why = form_text("reason") or BY_DISPATCHER
            changes.make(act, wanted.courier_away(found.code, (first, last), why))
            name = crew.names_by_code(act.session, {code})[code]
        return _to_day(first, _("Đã ghi {courier} nghỉ.", courier=name))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/away/<int:absence_id>/end")
@allow(Action.PLAN)
def courier_back(absence_id: int) -> ResponseReturnValue:
    """Take an absence back: from the day shown on, or wholly where it had not begun."""

    def change() -> ResponseReturnValue:
        day = form_date("day")
        with acting() as act:
            absence = crew.find_absence(act.session, absence_id)
            back, why = act.session.get_one(models.Courier, absence.courier_id), form_text("reason") or BY_DISPATCHER
            require_for(act.by, Action.PLAN, ownership.subject_of_office(back.office_id))
            changes.make(act, wanted.courier_back(back.code, absence.from_date, why, on=day))
            name = crew.names_by_code(act.session, {back.code})[back.code]
        return _to_day(day, _("Đã bỏ ngày nghỉ của {courier}.", courier=name))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/commune/<code>/open")
@allow(Action.PLAN)
def commune_open(code: str) -> ResponseReturnValue:
    """Say that a commune is reachable again from the day shown on."""

    def change() -> ResponseReturnValue:
        day = form_date("day")
        commune = crew.find_commune(services().guide.register, code)
        with acting() as act:
            under_way.open_again(act, [commune.code], on=day)
        return _to_day(day, _("{commune} đi lại được.", commune=commune.full_name))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/commune")
@allow(Action.PLAN)
def commune_close() -> ResponseReturnValue:
    """Plan no stop in a commune that is cut off on some days."""

    def change() -> ResponseReturnValue:
        code, first, last = read_all(lambda: form_choice("commune"), *_span())
        commune = crew.find_commune(services().guide.register, code)
        cut = closures.Cut(communes=(commune.code,), first=first, last=last, reason=form_text("reason"))
        with acting() as act:
            under_way.cut_off(act, cut)
        return _to_day(first, _("Đã đánh dấu {commune} bị chia cắt.", commune=commune.full_name))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/road")
@allow(Action.PLAN)
def road_close() -> ResponseReturnValue:
    """Close a road by a line across it on some days."""

    def change() -> ResponseReturnValue:
        one, other, detour_s, first, last, reason = read_all(
            lambda: _road_end("one_end"),
            lambda: _road_end("other_end"),
            _detour_s,
            *_span(),
            lambda: form_text("reason"),
        )
        again = form_int("plan_id") if form_text("again") else None
        job_id, not_again = None, ""
        with acting() as act:
            rounds.close_road(act, (one, other), (first, last), detour_s=detour_s, reason=reason)
            if again is not None:
                job_id, not_again = _ordered_again(act, again, (first, last))
        if job_id is not None:
            flash(_("Đã ghi đường bị chặn. Đang lập lại từ bây giờ: xem khác biệt trước khi công bố."), "done")
            return redirect(url_for("staff.job_page", job_id=job_id), 303)
        if not_again:
            flash(not_again, "warning")
        return _to_day(first, _("Đã ghi đường bị chặn."))

    return or_back(change, lambda: redirect(url_for(_page()), 303))


def _road_end(name: str) -> Point:
    """Return one end of a closed road. Raises WrongFields for none, or one that lies outside the province."""
    found = form_point(name)
    if not is_in_province(found.lat, found.lon, services().guide.register):
        raise forms.WrongFields([forms.Wrong(name=name, message=_OUTSIDE)])
    return found


def _ordered_again(act: Act, plan_id: int, days: tuple[date, date]) -> tuple[int | None, str]:
    """Order the day of a plan anew; return the job's id, or None and the sentence that says why not.

    A road that is closed stays closed, whatever becomes of the planning.
    """
    day = desk.plan_head(act.session, plan_id).day
    if not days[0] <= day <= days[1]:
        said = _("Chưa lập lại: ngày {day} không nằm trong những ngày đường bị chặn.", day=say_short_date(day))
        return None, said
    try:
        with act.session.begin_nested():
            return order_plan(act, day, Way.AGAIN, seconds=_AGAIN_S, plan_id=plan_id).id, ""
    except PostalError as refusal:
        return None, _("Chưa lập lại: {why}", why=told(refusal))


def _span() -> tuple[Callable[[], date], Callable[[], date]]:
    return lambda: form_date("from"), lambda: form_date("until")


def _detour_s() -> int | None:
    return form_int("detour_min", unit=MINUTES) * 60 if form_text("detour_min") else None


def _to_day(day: date, said: str) -> ResponseReturnValue:
    flash(said + " " + _("Lập lại phương án để áp dụng."), "done")
    return redirect(url_for(_page(), day=day.isoformat()), 303)


def _page() -> str:
    """Return the page whose form this is: roads are closed from the maps of other pages as well."""
    return _PAGES.get(request.form.get("page", ""), "staff.day_orders")


def _crew(session: Session) -> list[tuple[str, str]]:
    """Return the codes of the couriers with their names, by given name."""
    found = [one for one in desk.couriers(session) if one.is_active]
    names = crew.names_of(session, {one.id for one in found})
    found.sort(key=lambda one: alphabet.by_given_name(names[one.id]))
    return [(one.code, f"{names[one.id]} · {one.office.name}") for one in found]


def _lines(session: Session, day: date) -> list[dict[str, Any]]:
    """Return everything that holds on a day, orders, absences and closures, each with where it is ended."""
    lines, orders = [], rounds.orders_of(session, day)
    about = [order.detail.get("consignment_id") for order in orders]
    dossiers = desk.dossier_codes(session, {one for one in about if one is not None})
    for order, consignment_id in zip(orders, about, strict=True):
        end = url_for("staff.day_order_end", order_id=order.id)
        lines.append(_line(say_order(order, dossiers.get(consignment_id or 0, "")), order, order.reason, end))
    for one in [c for c in closures.closures(session, on=day) if c.from_date <= day]:
        said, end = _commune_name(one.commune_code), url_for("staff.commune_open", code=one.commune_code)
        lines.append(_line(_("{commune} bị chia cắt", commune=said), one, one.reason, end))
    for shut in [c for c in days_off.office_closures(session, on=day) if c.from_date <= day]:
        end = url_for("staff.office_back", closure_id=shut.id)
        lines.append(_line(_("{office} nghỉ", office=shut.office.name), shut, shut.reason, end))
    away = crew.absences(session, on=day)
    names = crew.names_by_code(session, {code for _absence, code in away})
    for absence, code in away:
        end = url_for("staff.courier_back", absence_id=absence.id)
        lines.append(_line(_("{courier} nghỉ", courier=names[code]), absence, "", end))
    return lines


def _commune_name(code: str) -> str:
    return services().guide.register.commune(code).full_name


def _line(said: str, when: Any, reason: str, end_url: str) -> dict[str, Any]:
    return {
        "said": said,
        "from_date": when.from_date,
        "until_date": when.until_date,
        "reason": reason,
        "end_url": end_url,
    }
