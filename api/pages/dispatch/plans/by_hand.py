"""The dispatcher's hand in a draft: stops moved by drag, keys or form, kept, undone; a broken rule needs a reason."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api.forms import Wrong, WrongFields
from api.pages.cards import label_cells
from api.pages.common import form_int, form_text, or_back, told
from api.pages.desk.home import staff
from api.pages.dispatch.plans import board
from api.pages.dispatch.plans.fault_words import say_faults
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import say_duration
from api.work.planning import weights
from postal import Action, Conflict, Message, NotFound, PostalError, Session, desk, models, require_for, rounds
from postal.network import crew

OFF, NEW = "off", "new:"
"""Where a stop goes that stays at the office, and to a courier without a round: "new:" and his code."""
_LAST = 9_999
_NO_STOP = Message("{field}: chưa chọn. Chọn rồi gửi lại.")


@staff.get("/plans/<int:plan_id>/board")
@allow(Action.SEE_PLAN)
def plan_board(plan_id: int) -> ResponseReturnValue:
    """Return the lists of a plan's page alone, as they are after an act."""
    with services().database.read() as session:
        edit = rounds.last_edit(session, plan_id)
        found = found_plan(session, plan_id)
        lists = shown(session, found, edit)
        asked = asked_of_address(session, plan_id, edit)
    return label_cells(render_template("staff/plan_board.html", is_part=True, tried=tried(asked, lists), **lists))


@staff.post("/plans/<int:plan_id>/move")
@allow(Action.PLAN)
def plan_move(plan_id: int) -> ResponseReturnValue:
    """Move a stop to a round and a place in it, take it off, or put in one that was left over."""

    def change() -> ResponseReturnValue:
        move = _asked(plan_id, request.form)
        try:
            with services().database.read() as session:
                asked = _read(session, move)
        except rounds.EditedMeanwhile:
            with acting():  # sent twice, it is its own first sending that changed the plan: that one's answer stands
                raise
        found, reason = _judged(asked), form_text("reason")
        if found.faults and not reason:
            return _to_board(plan_id, stop=move.consignment_id, to=_to(move), position=move.position)
        with acting() as act:
            rounds.move_stop(act, found, reason=reason)
        flash(_said(found), "done")
        return _to_board(plan_id)

    return _or_told(plan_id, change)


@staff.post("/plans/<int:plan_id>/keep")
@allow(Action.PLAN)
def plan_keep(plan_id: int) -> ResponseReturnValue:
    """Keep a stop of a draft for the courier it is with, or let it go again."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            is_kept = rounds.keep_in_draft(act, plan_id, form_int("edit"), _stop_chosen(request.form))
        flash(_("Đã giữ điểm cho bưu tá này.") if is_kept else _("Đã bỏ giữ điểm."), "done")
        return _to_board(plan_id)

    return _or_told(plan_id, change)


@staff.post("/plans/<int:plan_id>/undo")
@allow(Action.PLAN)
def plan_undo(plan_id: int) -> ResponseReturnValue:
    """Undo the last act of the reader's office that stands."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            rounds.undo(act, plan_id, form_int("edit"))
        flash(_("Đã hoàn tác."), "done")
        return _to_board(plan_id)

    return _or_told(plan_id, change)


def found_plan(session: Session, plan_id: int) -> models.DayPlan:
    """Return the plan of a page, with the stops that are judged where its address asks. Raises NotFound."""
    return (desk.plan_outline if "stop" in request.args else desk.plan_head)(session, plan_id)


def shown(session: Session, found: models.DayPlan, edit: int) -> dict[str, Any]:
    """Return what the lists of a plan's page show, and what of them may be changed by hand.

    ``edit`` is the plan's last act as read before the plan.
    """
    own = board.own_rounds(found.rounds)
    is_draft = found.status is models.PlanStatus.DRAFT
    may_edit = is_draft and current_actor().may(Action.PLAN)
    spare = board.on_shift(session, found) if may_edit else []
    stops, office_id = desk.plan_stops(session, found.id), current_actor().office_id
    left, left_of = desk.left_over(session, found.id, office_id=office_id, most=board.N_LEFT, besides=_stop_asked())
    needs_courier = any(board.may_need_courier(one.unserved) for one in left)
    able = rounds.free_couriers(session, found) if needs_courier else []
    # All names at once: what is shown of each group is read of them afterwards.
    names = crew.names_of(session, {one.courier_id for one in own} | {one.id for one in (*spare, *able)})
    cards = board.cards(own, stops, names)
    standing = rounds.standing_edits(session, found.id) if may_edit else []
    return {
        "plan": found,
        "rounds": cards,
        "locked": board.locked(session, found, cards) if found.status is not models.PlanStatus.SUPERSEDED else {},
        "loads": board.loads(session, own, stops, left_of),
        "n_left": sum(left_of.values()),
        "unserved": board.unserved_lines(session, found, stops, left),
        "spare": [(one.code, f"{names[one.id]} · {one.office.name}") for one in spare],
        "free": [(one.code, names[one.id]) for one in able],
        "may_edit": may_edit,
        "is_of_office": current_actor().may(Action.PLAN) and not board.may_for_all(session, Action.PLAN),
        "may_lock": found.status is not models.PlanStatus.SUPERSEDED and current_actor().may(Action.PLAN),
        "may_publish": is_draft and board.may_for_all(session, Action.PUBLISH),
        "edit": edit,
        "n_standing": len(rounds.own_edits(session, current_actor(), standing)),
        "knowingly": [one for one in standing if one.reason and _is_own(one, {card["id"] for card in cards})],
    }


def _stop_asked() -> int | None:
    """Return the consignment that an address asks about, None where it names none."""
    text = request.args.get("stop", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _is_own(edit: models.PlanEdit, own: set[int]) -> bool:
    """Say whether an act changed a round that the reader may see."""
    return not own.isdisjoint(told["id"] for told in edit.detail["rounds"])


def asked_of_address(session: Session, plan_id: int, edit: int) -> rounds.AskedMove | None:
    """Read what a move of the address is about, as part of the page's own reading; None for what is not possible."""
    if "stop" not in request.args or not current_actor().may(Action.PLAN):
        return None
    try:
        return _read(session, _asked(plan_id, request.args, edit=edit))
    except PostalError:
        return None


def tried(asked: rounds.AskedMove | None, lists: dict[str, Any]) -> dict[str, Any] | None:
    """Return how the lists ask about a move that breaks rules; None once it is possible as it is, or not at all.

    It asks for travel times: no transaction of the page may stand open meanwhile.
    """
    if asked is None:
        return None
    judged, move = _judged(asked), asked.move
    if not judged.faults:
        return None
    plan, cards, spare = lists["plan"], lists["rounds"], dict(lists["spare"])
    names = {str(s.id): s.dossier_code for card in cards for s in card["stops"]}
    names |= {str(u["consignment_id"]): u["dossier_code"] for u in lists["unserved"]}
    names |= {one.courier.code: card["courier"] for one in plan.rounds for card in cards if card["id"] == one.id}
    names |= spare
    to = next((card["courier"] for card in cards if card["id"] == move.to_round_id), spare.get(move.to_courier, ""))
    return {
        "stop": move.consignment_id,
        "dossier_code": names.get(str(move.consignment_id), ""),
        "to": _to(move),
        "to_said": to,
        "position": move.position,
        "faults": say_faults(judged.faults, names),
    }


def _asked(plan_id: int, values: Any, *, edit: int | None = None) -> rounds.Move:
    to, position = values.get("to", "").strip(), values.get("position", "").strip()
    if not (to.isdecimal() or to == OFF or (to.startswith(NEW) and to != NEW)):
        raise WrongFields([Wrong(name="to", message=_NO_STOP)])
    return rounds.Move(
        plan_id=plan_id,
        edit=form_int("edit") if edit is None else edit,
        consignment_id=_stop_chosen(values),
        to_round_id=int(to[:9]) if to.isdecimal() else None,
        position=_place(values, position),
        to_courier=to.removeprefix(NEW) if to.startswith(NEW) else "",
    )


def _to(move: rounds.Move) -> str:
    """Return where a move goes, as the form says it."""
    return f"{NEW}{move.to_courier}" if move.to_courier else str(move.to_round_id or OFF)


def _place(values: Any, position: str) -> int:
    """Return a place in a round; the last one where none is told, or none an address can mean."""
    if position and values is request.form:
        return form_int("position")
    return int(position[:4]) if position.isdecimal() else _LAST


def _stop_chosen(values: Any) -> int:
    chosen = values.get("stop", "").strip()
    if not chosen.isdecimal() or len(chosen) > 18:
        raise WrongFields([Wrong(name="stop", message=_NO_STOP)])
    return int(chosen)


def _read(session: Session, move: rounds.Move) -> rounds.AskedMove:
    asked = rounds.asked_move(session, move, now=services().now(), weights=weights(services()))
    _require_seen(session, move)
    return asked


def _judged(asked: rounds.AskedMove) -> rounds.JudgedMove:
    return rounds.judged(asked, travel=services().travel, fallback=services().estimate)


def _require_seen(session: Session, move: rounds.Move) -> None:
    """Refuse a round of another office as if it were not there, and so a stop on one; or one left over elsewhere."""
    plan = desk.plan_outline(session, move.plan_id)
    found = plan.rounds
    if move.to_courier and move.to_courier not in {one.code for one in board.on_shift(session, plan)}:
        raise rounds.NotSpare(courier=move.to_courier)
    own = {one.id for one in board.own_rounds(found)}
    if move.to_round_id is not None and move.to_round_id not in own:
        raise NotFound(what=Message("chuyến phát"))
    givers = {one.id for one in found for stop in one.stops if stop.consignment_id == move.consignment_id}
    if not givers <= own:
        raise NotFound(what=Message("điểm dừng"))
    if not givers:
        require_for(current_actor(), Action.PLAN, rounds.subject_of_stops(session, [move.consignment_id]))


def _said(found: rounds.JudgedMove) -> str:
    if found.dearer > 0:
        return _("Đã chuyển điểm: thêm {time} đường.", time=say_duration(found.dearer))
    return _("Đã chuyển điểm: bớt {time} đường.", time=say_duration(-found.dearer))


def _or_told(plan_id: int, change: Any) -> ResponseReturnValue:
    """Carry out an act; who comes second, or changes what is no draft any more, is told on the lists as they are."""

    def or_conflict() -> ResponseReturnValue:
        try:
            return change()  # type: ignore[no-any-return]
        except Conflict as refusal:
            flash(told(refusal), "danger")
            return _to_board(plan_id)

    return or_back(or_conflict, lambda: redirect(url_for("staff.plan", plan_id=plan_id), 303))


def _to_board(plan_id: int, **asked: Any) -> ResponseReturnValue:
    page = "staff.plan_board" if request.form.get("part") else "staff.plan"
    return redirect(url_for(page, plan_id=plan_id, **asked), 303)
