"""The dispatcher's orders of a day: who is away, what is cut off or blocked, which remedies were chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

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
)
from api.pages.desk.home import staff
from api.pages.dispatch.plan_words import say_order
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import say_short_date
from postal import Action, Session, desk, models, require_for, rounds
from postal.access import audit, ownership
from postal.network import crew, days_off, offices
from postal.rules import alphabet


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
            crew=[c.code for c in desk.couriers(session) if c.is_active],
            communes=sorted(services().guide.register, key=lambda c: alphabet.alphabetical(c.name)),
            offices=[o for o in offices.offices(session) if o.kind is models.OfficeKind.DELIVERY],
            may_order=current_actor().may(Action.PLAN),
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
        return _to_day(day, _("Đã bỏ lệnh."))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/away")
@allow(Action.PLAN)
def courier_away() -> ResponseReturnValue:
    """Keep a courier out of the plans of some days."""

    def change() -> ResponseReturnValue:
        code, first, last = read_all(lambda: form_choice("courier"), *_span())
        with acting() as act:
            found = crew.find_courier(act.session, code)
            require_for(act.by, Action.PLAN, ownership.subject_of_office(found.office_id))
            crew.note_absence(act.session, found, first, last)
            audit.note(act, "courier_away", "courier", found.id)
        return _to_day(first, _("Đã ghi {courier} nghỉ.", courier=code))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/away/<int:absence_id>/end")
@allow(Action.PLAN)
def courier_back(absence_id: int) -> ResponseReturnValue:
    """Take an absence back: from the day shown on, or wholly where it had not begun."""

    def change() -> ResponseReturnValue:
        day = form_date("day")
        with acting() as act:
            back = crew.end_absence(act.session, absence_id, on=day)
            require_for(act.by, Action.PLAN, ownership.subject_of_office(back.office_id))
            code = back.code
            audit.note(act, "courier_back", "absence", absence_id)
        return _to_day(day, _("Đã bỏ ngày nghỉ của {courier}.", courier=code))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/commune/<code>/open")
@allow(Action.PLAN)
def commune_open(code: str) -> ResponseReturnValue:
    """Say that a commune is reachable again from the day shown on."""

    def change() -> ResponseReturnValue:
        day = form_date("day")
        commune = crew.find_commune(services().guide.register, code)
        with acting() as act:
            require_for(act.by, Action.PLAN, ownership.subject_of_commune(act.session, commune.code))
            n_ended = crew.open_commune(act.session, commune.code, on=day)
            audit.note(act, "commune_opened", "closure", n_ended=n_ended)
        return _to_day(day, _("{commune} đi lại được.", commune=commune.full_name))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/commune")
@allow(Action.PLAN)
def commune_close() -> ResponseReturnValue:
    """Plan no stop in a commune that is cut off on some days."""

    def change() -> ResponseReturnValue:
        code, first, last = read_all(lambda: form_choice("commune"), *_span())
        commune = crew.find_commune(services().guide.register, code)
        with acting() as act:
            require_for(act.by, Action.PLAN, ownership.subject_of_commune(act.session, commune.code))
            made = crew.close_commune(act.session, commune.code, first, last, reason=form_text("reason"), now=act.now)
            audit.note(act, "commune_closed", "closure", made.id)
        return _to_day(first, _("Đã đánh dấu {commune} bị chia cắt.", commune=commune.full_name))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


@staff.post("/day-orders/road")
@allow(Action.PLAN)
def road_close() -> ResponseReturnValue:
    """Close a road by a line across it on some days."""

    def change() -> ResponseReturnValue:
        one, other, detour_s, first, last = read_all(
            lambda: form_point("one_end"), lambda: form_point("other_end"), _detour_s, *_span()
        )
        with acting() as act:
            rounds.close_road(act, (one, other), (first, last), detour_s=detour_s, reason=form_text("reason"))
        return _to_day(first, _("Đã ghi đường bị chặn."))

    return or_back(change, lambda: redirect(url_for("staff.day_orders"), 303))


def _span() -> tuple[Callable[[], date], Callable[[], date]]:
    return lambda: form_date("from"), lambda: form_date("until")


def _detour_s() -> int | None:
    return form_int("detour_min", unit=MINUTES) * 60 if form_text("detour_min") else None


def _to_day(day: date, said: str) -> ResponseReturnValue:
    flash(said + " " + _("Lập lại phương án để áp dụng."), "done")
    return redirect(url_for("staff.day_orders", day=day.isoformat()), 303)


def _lines(session: Session, day: date) -> list[dict[str, Any]]:
    """Return everything that holds on a day, orders, absences and closures, each with where it is ended."""
    lines = []
    for order in rounds.orders_of(session, day):
        end = url_for("staff.day_order_end", order_id=order.id)
        lines.append(_line(say_order(order, _dossier(session, order)), order, order.reason, end))
    closed: Sequence[models.CommuneClosure] = [c for c in crew.closures(session, on=day) if c.from_date <= day]
    for one in closed:
        said, end = _commune_name(one.commune_code), url_for("staff.commune_open", code=one.commune_code)
        lines.append(_line(_("{commune} bị chia cắt", commune=said), one, one.reason, end))
    for shut in [c for c in days_off.office_closures(session, on=day) if c.from_date <= day]:
        end = url_for("staff.office_back", closure_id=shut.id)
        lines.append(_line(_("{office} nghỉ", office=shut.office.name), shut, shut.reason, end))
    for absence, code in crew.absences(session, on=day):
        end = url_for("staff.courier_back", absence_id=absence.id)
        lines.append(_line(_("{courier} nghỉ", courier=code), absence, "", end))
    return lines


def _commune_name(code: str) -> str:
    return services().guide.register.commune(code).full_name


def _dossier(session: Session, order: models.DayOrder) -> str:
    """Return the dossier code of the consignment an order is about, "" where it is about none."""
    consignment_id = order.detail.get("consignment_id")
    return "" if consignment_id is None else desk.consignment(session, consignment_id).items[0].dossier_code


def _line(said: str, when: Any, reason: str, end_url: str) -> dict[str, Any]:
    return {
        "said": said,
        "from_date": when.from_date,
        "until_date": when.until_date,
        "reason": reason,
        "end_url": end_url,
    }
