"""Stops that pass to another courier: ordered on the round's page, followed and ended on a page of their own."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from api import documents
from api.pages.common import form_text, or_back, render_desk, told
from api.pages.desk.home import staff
from api.pages.dispatch.plans.by_hand import NEW
from api.pages.dispatch.plans.fault_words import say_faults
from api.pages.paper_links import paper_links
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from api.work.planning import weights
from postal import (
    Action,
    Conflict,
    InvalidInput,
    Message,
    NotFound,
    Session,
    desk,
    models,
    people,
    require_own,
    rounds,
    under_way,
)
from postal.access import ownership
from postal.network import crew
from postal.rules import local_seconds
from routing import HandMade

_MOST, _DIGITS = 200, 15


@staff.get("/rounds/<int:round_id>/move")
@allow(Action.PLAN)
def round_move_asked(round_id: int) -> ResponseReturnValue:
    """Show what passing the chosen stops on does to both rounds, before anything is ordered."""
    back = redirect(url_for("staff.round_page", round_id=round_id), 303)
    if not request.args.getlist("stop"):
        with services().database.read() as session:
            _own_round(session, round_id)
        flash(_("Chưa chọn điểm nào để chuyển."), "warning")
        return back
    try:
        found = _judged(round_id, request.args)
    except (Conflict, InvalidInput) as refusal:
        flash(told(refusal), "danger")
        return back
    with services().database.read() as session:
        giver, taker = _both(session, round_id, _to(request.args))
        return render_desk(
            "staff/move_asked.html",
            _("Chuyển điểm của chuyến {number}", number=giver.number),
            r=giver,
            to_round=request.args.get("to_round", ""),
            is_new=taker.id is None,
            chosen=_chosen(request.args),
            seen=found.fingerprint,
            **_shown(session, found, giver, taker),
        )


@staff.post("/rounds/<int:round_id>/move")
@allow(Action.PLAN)
def round_move(round_id: int) -> ResponseReturnValue:
    """Order stops of a round to go over to another courier's; whoever orders saw what that does to both rounds."""
    chosen = _chosen(request.form)
    to_asked = url_for("staff.round_move_asked", round_id=round_id, stop=chosen, to_round=request.form.get("to_round"))

    def change() -> ResponseReturnValue:
        found = _judged(round_id, request.form)
        if form_text("seen") != found.fingerprint:
            flash(_("Hai chuyến vừa đổi. Xem lại bên dưới rồi bấm chuyển."), "warning")
            return redirect(to_asked, 303)
        with acting() as act:
            _own_round(act.session, round_id)
            broken = list(dict.fromkeys(fault.code for fault in found.faults))
            to = _to(request.form)
            ordered = under_way.move_stops(act, chosen, to, reason=form_text("reason"), broken=broken)
            move_id = ordered.move.id if ordered.move is not None else None
        if ordered.n_at_once:
            flash(_n("Đã chuyển ngay {n} điểm nhận hồ sơ.", n=ordered.n_at_once), "done")
        if move_id is None:
            return redirect(url_for("staff.round_page", round_id=round_id), 303)
        flash(_("Đã báo hai bưu tá. Hai bên quét từng bưu gửi khi trao, hoặc ký phiếu."), "done")
        return redirect(url_for("staff.stop_move", move_id=move_id), 303)

    def or_conflict() -> ResponseReturnValue:
        try:
            return change()
        except Conflict as refusal:  # sent twice, or somebody was faster: told on the round as it is now
            flash(told(refusal), "danger")
            return redirect(url_for("staff.round_page", round_id=round_id), 303)

    return or_back(or_conflict, lambda: redirect(to_asked, 303))


@staff.get("/moves/<int:move_id>")
@allow(Action.SEE_PLAN)
def stop_move(move_id: int) -> ResponseReturnValue:
    """Show what of a move each courier has confirmed."""
    actor = current_actor()
    with services().database.read() as session:
        move = _own_move(session, move_id, Action.SEE_PLAN)
        handover = session.get(models.Handover, move.handover_id) if move.handover_id is not None else None
        names = crew.names_of(session, {move.from_round.courier_id, move.to_round.courier_id})
        return render_desk(
            "staff/stop_move.html",
            _("Phiếu chuyển {number}", number=move.number),
            move=move,
            papers=paper_links(session, documents.MOVE, move, move.id),
            giver=names[move.from_round.courier_id],
            taker=names[move.to_round.courier_id],
            lines=[_line(session, piece) for piece in move.pieces],
            handover=handover,
            is_emptied=_is_emptied(session, move.to_round),
            may_end=actor.may(Action.ENTER_ROUND_RESULTS) and move.ended_at is None,
        )


@staff.post("/moves/<int:move_id>/end")
@allow(Action.ENTER_ROUND_RESULTS)
def stop_move_end(move_id: int) -> ResponseReturnValue:
    """Call off what both couriers have not confirmed."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            _own_move(act.session, move_id, Action.ENTER_ROUND_RESULTS)
            handover = under_way.end_move(act, move_id)
            said = _("Đã hủy phần chưa xác nhận.") if handover is not None else _("Đã hủy: người giao vẫn giữ tất cả.")
        flash(said, "done")
        return redirect(url_for("staff.stop_move", move_id=move_id), 303)

    return or_back(change, lambda: redirect(url_for("staff.stop_move", move_id=move_id), 303))


def _chosen(values: MultiDict[str, str]) -> list[int]:
    texts = values.getlist("stop")[:_MOST]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= _DIGITS]


def _to(values: MultiDict[str, str]) -> int | under_way.NewRound:
    """Return where stops go: a round, or "new:" and the code of a courier who is to get one."""
    text = values.get("to_round", "")
    if text.startswith(NEW):
        return under_way.NewRound(courier_code=text.removeprefix(NEW))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def _judged(round_id: int, values: MultiDict[str, str]) -> under_way.JudgedPassing:
    """Return what passing stops on does. It asks for travel times: no transaction stands open meanwhile."""
    chosen = _chosen(values)
    with services().database.read() as session:
        own = {stop.id for stop in _own_round(session, round_id).stops}
        if not chosen or not own.issuperset(chosen):
            raise NotFound(what=Message("điểm dừng"))
        asked = under_way.asked_passing(session, chosen, _to(values), now=services().now(), weights=weights(services()))
    return under_way.judged_passing(asked, travel=services().travel, fallback=services().estimate)


def _both(
    session: Session, round_id: int, to: int | under_way.NewRound
) -> tuple[models.DeliveryRound, models.DeliveryRound]:
    """Return the round stops are taken from, which is the reader's, and the one that gets them."""
    if isinstance(to, under_way.NewRound):
        giver = _required_own(desk.delivery_round(session, round_id))
        courier = rounds.spare_courier(session, giver.plan, to.courier_code)
        return giver, rounds.empty_round(giver.plan, courier, leave_at_s=local_seconds(services().now()))
    giver, taker = desk.delivery_rounds(session, [round_id, to])
    return _required_own(giver), taker


def _shown(
    session: Session, found: under_way.JudgedPassing, giver: models.DeliveryRound, taker: models.DeliveryRound
) -> dict[str, Any]:
    """Return both rounds before and after, the stops' new times, and the rules broken, as the page shows them."""
    asked = found.asked
    stops = {str(stop.consignment_id): stop for one in (taker, giver) for stop in one.stops}
    names = {one: people.open_person(session, stops[one].consignment.person).full_name for one in stops}
    known = crew.names_of(session, {giver.courier_id, taker.courier_id})
    couriers = {one.courier.code: known[one.courier_id] for one in (giver, taker)}
    before, after = _times(found.before), _times(found.after)
    return {
        "faults": say_faults(found.faults, names | couriers),
        "courier_rounds": [
            {
                "courier": couriers[code],
                "back": [_back(made, code) for made in (found.before, found.after)],
                "n_stops": [len(order[code]) for order in (asked.before, asked.after)],
            }
            for code in (asked.giver, asked.taker)
        ],
        "moved": [{"recipient": names[one], "before": before.get(one), "after": after[one]} for one in asked.moved],
        "others": [
            {"recipient": names[one], "courier": couriers[code], "before": before[one], "after": after[one]}
            for code in (asked.taker, asked.giver)
            for one in asked.after[code]
            if one not in asked.moved
        ],
    }


def _times(made: HandMade) -> dict[str, int]:
    return {visit.stop_id: visit.start_s for one in made.rounds for visit in one.visits}


def _back(made: HandMade, courier: str) -> int | None:
    """Return when a courier is back; None for who has nothing left to walk."""
    return next((one.back_at_s for one in made.rounds if one.courier_id == courier), None)


def _own_round(session: Session, round_id: int) -> models.DeliveryRound:
    return _required_own(desk.round_outline(session, round_id))


def _required_own(found: models.DeliveryRound) -> models.DeliveryRound:
    require_own(current_actor(), Action.PLAN, ownership.subject_of_round(found), what=Message("chuyến phát"))
    return found


def _own_move(session: Session, move_id: int, action: Action) -> models.StopMove:
    move = under_way.stop_move(session, move_id)
    subject = ownership.subject_of_round(move.from_round)
    require_own(current_actor(), action, subject, what=Message("phiếu chuyển"))
    return move


def _is_emptied(session: Session, found: models.DeliveryRound) -> bool:
    return found.status is not models.RoundStatus.CLOSED and rounds.is_empty(session, found.id)


def _line(session: Session, piece: models.MovedPiece) -> dict[str, Any]:
    person = people.open_person(session, piece.item.consignment.person)
    may_see = current_actor().may(Action.SEE_RECIPIENT)
    return {
        "s10": piece.item.s10,
        "dossier_code": piece.item.dossier_code,
        "state": piece.item.state,
        "recipient": person.full_name if may_see else people.mask_name(person.full_name),
        "given_at": piece.given_at,
        "taken_at": piece.taken_at,
    }
