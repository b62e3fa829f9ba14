"""A round at the office: its stops, who they are kept for, and the ways to its counts and its sheet."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.common import day_asked, form_int, form_text, or_back, render_desk, require_sure, to_plan
from api.pages.desk.home import staff
from api.pages.paper_links import paper_links
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import (
    Action,
    Direction,
    Message,
    NotFound,
    Session,
    State,
    desk,
    models,
    people,
    require_own,
    rounds,
    under_way,
)
from postal.access import ownership
from postal.network import crew
from postal.rules import local_day

_MOVABLE = frozenset({State.ON_ROUND, State.ATTEMPTED, State.ON_COLLECTION_ROUND})


@staff.get("/rounds", endpoint="rounds")
@allow(Action.SEE_PLAN)
def rounds_page() -> ResponseReturnValue:
    """List the rounds of a day's published plan."""
    actor = current_actor()
    day = day_asked()
    with services().database.read() as session:
        found = desk.published_rounds(session, day, office_id=actor.office_id)
        names = crew.names_of(session, {one.courier_id for one in found})
        return render_desk("staff/rounds.html", _("Chuyến phát"), day=day, rounds=found, names=names)


@staff.get("/rounds/<int:round_id>")
@allow(Action.SEE_PLAN)
def round_page(round_id: int) -> ResponseReturnValue:
    """Show one round with all its stops, and what can be entered now."""
    actor = current_actor()
    with services().database.read() as session:
        found = _own_round(session, round_id, Action.SEE_PLAN)
        may_enter = actor.may(Action.ENTER_ROUND_RESULTS) and found.status == models.RoundStatus.STARTED
        stops = [_stop(session, stop) for stop in found.stops]
        own = [c for c in desk.couriers(session) if c.office_id == found.office_id and c.is_active]
        return render_desk(
            "staff/round.html",
            _("Chuyến {number}", number=found.number),
            r=found,
            papers=paper_links(session, documents.ROUND, found, found.id),
            stops=stops,
            may_load=actor.may(Action.RECEIVE_AT_OFFICE),
            may_show_phones=actor.may(Action.PRINT) and _has_phones_to_show(found),
            sheets_out=[one.number for one in rounds.sheets_out(session, round_id)],
            may_keep=actor.may(Action.PLAN) and found.status == models.RoundStatus.PLANNED,
            crew=own,
            names=crew.names_of(session, {found.courier_id, *(c.id for c in own)}),
            can_enter_any=may_enter,
            may_withdraw=actor.may(Action.ENTER_ROUND_RESULTS) and _is_withdrawable(session, found),
            moves=under_way.moves_of(session, round_id=round_id),
            takers=_takers(session, found) if actor.may(Action.PLAN) else [],
            spare=_spare(session, found) if actor.may(Action.PLAN) else [],
        )


@staff.post("/rounds/<int:round_id>/keep")
@allow(Action.PLAN)
def round_keep(round_id: int) -> ResponseReturnValue:
    """Keep a stop for a courier, or let the planner decide again."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            found = _own_round(act.session, round_id, Action.PLAN)
            stop_id = form_int("stop_id")
            if stop_id not in {stop.id for stop in found.stops}:
                raise NotFound(what=Message("điểm dừng"))
            rounds.keep_stop(act, stop_id, form_text("courier") or None)
        flash(_("Đã ghi. Lập lại phương án để áp dụng."), "done")
        return _to_round(round_id)

    return or_back(change, lambda: _to_round(round_id))


@staff.post("/rounds/<int:round_id>/keep-order")
@allow(Action.PLAN)
def round_keep_order(round_id: int) -> ResponseReturnValue:
    """Keep a round that has not left as it is: its courier, its stops, their order."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            _own_round(act.session, round_id, Action.PLAN)
            rounds.keep_order(act, round_id)
        flash(_("Đã ghi: chuyến này giữ nguyên khi lập lại. Bỏ ở trang lệnh điều hành."), "done")
        return to_plan() or _to_round(round_id)

    return or_back(change, lambda: _to_round(round_id))


@staff.post("/rounds/<int:round_id>/withdraw")
@allow(Action.ENTER_ROUND_RESULTS)
def round_withdraw(round_id: int) -> ResponseReturnValue:
    """Close a round on which nothing is and nothing was."""

    def change() -> ResponseReturnValue:
        require_sure()
        with acting() as act:
            _own_round(act.session, round_id, Action.ENTER_ROUND_RESULTS)
            number = rounds.withdraw_round(act, round_id).number
        flash(_("Đã rút chuyến {number}: không có gì phải đếm.", number=number), "done")
        return _to_round(round_id)

    return or_back(change, lambda: _to_round(round_id))


def _is_withdrawable(session: Session, found: models.DeliveryRound) -> bool:
    is_open = found.plan.status is models.PlanStatus.PUBLISHED and found.status is not models.RoundStatus.CLOSED
    return is_open and not found.stops and rounds.is_empty(session, found.id)


def _has_phones_to_show(found: models.DeliveryRound) -> bool:
    is_set = services().settings.sheet_phones == "unlocated"
    return (
        is_set
        and found.status != models.RoundStatus.CLOSED
        and any(rounds.is_unlocated(stop.consignment) for stop in found.stops)
    )


def _own_round(session: Session, round_id: int, action: Action) -> models.DeliveryRound:
    found = desk.delivery_round(session, round_id)
    require_own(current_actor(), action, ownership.subject_of_round(found), what=Message("chuyến phát"))
    return found


def _takers(session: Session, found: models.DeliveryRound) -> list[tuple[int, str]]:
    """Return the other rounds of the office that are on the road, by the names of their couriers."""
    if found.status is not models.RoundStatus.STARTED:
        return []
    others = desk.published_rounds(session, found.plan.day, office_id=found.office_id)
    return [
        (one.id, rounds.courier_party(session, one).name)
        for one in others
        if one.id != found.id and one.status is models.RoundStatus.STARTED
    ]


def _spare(session: Session, found: models.DeliveryRound) -> list[tuple[str, str]]:
    """Return codes and names of those of the office on shift without a round, who may get one now."""
    if found.status is not models.RoundStatus.STARTED or found.plan.day != local_day(services().now()):
        return []
    able = [one for one in rounds.spare_couriers(session, found.plan) if one.office_id == found.office_id]
    names = crew.names_of(session, {one.id for one in able})
    return [(one.code, names[one.id]) for one in able]


def _to_round(round_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.round_page", round_id=round_id), 303)


def _stop(session: Session, stop: models.RoundStop) -> dict[str, Any]:
    consignment = stop.consignment
    is_collection = consignment.direction is not Direction.RESULT
    person = people.open_person(session, consignment.person)
    return {
        "id": stop.id,
        "is_passed": stop.passed_on_at is not None,
        "may_move": stop.passed_on_at is None and any(i.state in _MOVABLE for i in consignment.items),
        "kept_for_id": stop.kept_for_id,
        "position": stop.position,
        "arrive_s": stop.arrive_s,
        "kind": _("Nhận hồ sơ") if is_collection else _("Phát"),
        "recipient": person.full_name,
        "address": person.address or "",
        "precision": consignment.precision,
        "pieces": [_item(item) for item in consignment.items],
    }


def _item(item: models.Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "s10": item.s10,
        "state": item.state,
        "dossier_code": item.dossier_code,
        "fee_vnd": item.fee_vnd,
        "take_back": item.take_back,
    }
