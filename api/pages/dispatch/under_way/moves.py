"""Stops that pass to another courier: ordered on the round's page, followed and ended on a page of their own."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.common import form_int, form_text, or_back, render_desk
from api.pages.desk.home import staff
from api.pages.paper_links import paper_links
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, Message, NotFound, Session, desk, models, people, require_own, rounds, under_way
from postal.access import ownership

_MOST = 200


@staff.post("/rounds/<int:round_id>/move")
@allow(Action.PLAN)
def round_move(round_id: int) -> ResponseReturnValue:
    """Order stops of a round to go over to another courier's."""

    def change() -> ResponseReturnValue:
        chosen = [int(text) for text in request.form.getlist("stop")[:_MOST] if text.isascii() and text.isdigit()]
        with acting() as act:
            found = _own_round(act.session, round_id)
            own = {stop.id for stop in found.stops}
            if not chosen or not own.issuperset(chosen):
                raise NotFound(what=Message("điểm dừng"))
            ordered = under_way.move_stops(act, chosen, form_int("to_round"), reason=form_text("reason"))
            move_id = ordered.move.id if ordered.move is not None else None
        if ordered.n_at_once:
            flash(_n("Đã chuyển ngay {n} điểm nhận hồ sơ.", n=ordered.n_at_once), "done")
        if move_id is None:
            return redirect(url_for("staff.round_page", round_id=round_id), 303)
        flash(_("Đã báo hai bưu tá. Hai bên quét từng bưu gửi khi trao, hoặc ký phiếu."), "done")
        return redirect(url_for("staff.stop_move", move_id=move_id), 303)

    return or_back(change, lambda: redirect(url_for("staff.round_page", round_id=round_id), 303))


@staff.get("/moves/<int:move_id>")
@allow(Action.SEE_PLAN)
def stop_move(move_id: int) -> ResponseReturnValue:
    """Show what of a move each courier has confirmed."""
    actor = current_actor()
    with services().database.read() as session:
        move = _own_move(session, move_id, Action.SEE_PLAN)
        handover = session.get(models.Handover, move.handover_id) if move.handover_id is not None else None
        return render_desk(
            "staff/stop_move.html",
            _("Phiếu chuyển {number}", number=move.number),
            move=move,
            papers=paper_links(session, documents.MOVE, move, move.id),
            giver=rounds.courier_party(session, move.from_round).name,
            taker=rounds.courier_party(session, move.to_round).name,
            lines=[_line(session, piece) for piece in move.pieces],
            handover=handover,
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


def _own_round(session: Session, round_id: int) -> models.DeliveryRound:
    found = desk.delivery_round(session, round_id)
    require_own(current_actor(), Action.PLAN, ownership.subject_of_round(found), what=Message("chuyến phát"))
    return found


def _own_move(session: Session, move_id: int, action: Action) -> models.StopMove:
    move = under_way.stop_move(session, move_id)
    subject = ownership.subject_of_round(move.from_round)
    require_own(current_actor(), action, subject, what=Message("phiếu chuyển"))
    return move


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
