"""A round at the office: its load check, a paper day typed back, and what comes home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.common import day_asked, form_int, form_text, local_zone, or_back, render_desk
from api.pages.desk.home import staff
from api.pages.paper_links import paper_links
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import (
    Action,
    Direction,
    EventKind,
    InvalidInput,
    Message,
    NotFound,
    Session,
    State,
    desk,
    doorstep,
    models,
    people,
    require_own,
    rounds,
)
from postal.access import ownership
from postal.rules import reasons

_OPEN_STATES = frozenset({State.ON_ROUND, State.ATTEMPTED, State.ON_COLLECTION_ROUND})
_DONE = "done"


@staff.get("/rounds", endpoint="rounds")
@allow(Action.SEE_PLAN)
def rounds_page() -> ResponseReturnValue:
    """List the rounds of a day's published plan."""
    actor = current_actor()
    day = day_asked()
    with services().database.read() as session:
        found = desk.published_rounds(session, day, office_id=actor.office_id)
        return render_desk("staff/rounds.html", _("Chuyến phát"), day=day, rounds=found)


@staff.get("/rounds/<int:round_id>")
@allow(Action.SEE_PLAN)
def round_page(round_id: int) -> ResponseReturnValue:
    """Show one round with all its stops, and what can be entered now."""
    actor = current_actor()
    with services().database.read() as session:
        found = _own_round(session, round_id, Action.SEE_PLAN)
        may_enter = actor.may(Action.ENTER_ROUND_RESULTS) and found.status == models.RoundStatus.STARTED
        stops = [_stop(session, stop, may_enter) for stop in found.stops]
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
            crew=[c for c in desk.couriers(session) if c.office_id == found.office_id and c.is_active],
            can_enter_any=any(item["can_enter"] for stop in stops for item in stop["pieces"]),
            reasons=[{"code": r.code, "text": r.says} for r in reasons.REASONS.values()],
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
        return _to_round(round_id)

    return or_back(change, lambda: _to_round(round_id))


@staff.post("/rounds/<int:round_id>/results")
@allow(Action.ENTER_ROUND_RESULTS)
def round_results(round_id: int) -> ResponseReturnValue:
    """Type a paper day back: one line for each item that has a result."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            found = _own_round(act.session, round_id, Action.ENTER_ROUND_RESULTS)
            scans = _scans_of_form(found)
            answers = doorstep.record_scans(act, scans)
        refused = [answer for answer in answers if answer.status == "refused"]
        flash(_n("Đã ghi {n} kết quả.", n=len(answers) - len(refused)), "done")
        for answer in refused:
            flash(_(answer.message) if answer.message else answer.code, "danger")
        return _to_round(round_id)

    return or_back(change, lambda: _to_round(round_id))


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


def _to_round(round_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.round_page", round_id=round_id), 303)


def _items(delivery_round: models.DeliveryRound) -> Sequence[models.Item]:
    return [item for stop in delivery_round.stops for item in stop.consignment.items]


def _stop(session: Session, stop: models.RoundStop, may_enter: bool) -> dict[str, Any]:
    consignment = stop.consignment
    is_collection = consignment.direction is not Direction.RESULT
    person = people.open_person(session, consignment.person)
    whole_name = people.unseal(session, consignment.person).full_name
    return {
        "id": stop.id,
        "kept_for_id": stop.kept_for_id,
        "position": stop.position,
        "arrive_s": stop.arrive_s,
        "kind": _("Nhận hồ sơ") if is_collection else _("Phát"),
        "is_organisation": not is_collection and "self" not in doorstep.relations_for(whole_name),
        "recipient": person.full_name,
        "address": person.address or "",
        "precision": consignment.precision,
        "codes": " ".join(
            [rounds.stop_code(stop.round_id, stop.position), *(i.s10 or i.dossier_code for i in consignment.items)]
        ),
        "pieces": [_item(item, may_enter, is_collection) for item in consignment.items],
    }


def _item(item: models.Item, may_enter: bool, is_collection: bool) -> dict[str, Any]:
    return {
        "id": item.id,
        "s10": item.s10,
        "state": item.state,
        "dossier_code": item.dossier_code,
        "fee_vnd": item.fee_vnd,
        "take_back": item.take_back,
        "can_enter": may_enter and item.state in _OPEN_STATES,
        "done_text": _("Đã nhận hồ sơ") if is_collection else _("Đã phát tận tay"),
    }


def _scans_of_form(delivery_round: models.DeliveryRound) -> list[doorstep.CourierScan]:
    day = delivery_round.plan.day
    scans = []
    for item in _items(delivery_round):
        outcome = form_text(f"outcome-{item.id}")
        if not outcome:
            continue
        try:
            at = time.fromisoformat(form_text(f"time-{item.id}"))
        except ValueError as exc:
            raise InvalidInput(field=Message("Giờ của {code}").filled(code=item.s10 or item.dossier_code)) from exc
        happened_at = datetime.combine(day, at, local_zone())
        is_done = outcome == _DONE
        scans.append(
            doorstep.CourierScan(
                # The same line typed twice is one act; a second try at another time is another.
                scan_id=f"paper:{delivery_round.id}:{item.id}:{outcome}:{at:%H%M}",
                s10=item.s10,
                dossier_code=None if item.s10 else item.dossier_code,
                kind=_kind(item, is_done),
                happened_at=happened_at,
                reason=None if is_done else outcome,
                proof=_proof(item) if is_done else None,
                round_id=delivery_round.id,
            )
        )
    return scans


def _kind(item: models.Item, is_done: bool) -> EventKind:
    if item.direction is Direction.RESULT:
        return EventKind.DELIVERED if is_done else EventKind.ATTEMPT_FAILED
    return EventKind.COLLECTED if is_done else EventKind.COLLECTION_FAILED


def _proof(item: models.Item) -> doorstep.ProofIn:
    return doorstep.ProofIn(
        receiver_name=form_text(f"receiver-{item.id}"),
        relation=form_text(f"relation-{item.id}") or "self",
        id_kind="cccd",
        id_tail=form_text(f"id-tail-{item.id}"),
        is_authorised=form_text(f"relation-{item.id}") == "authorised",
        letter_number=form_text(f"letter-{item.id}", limit=40),
        n_documents=len(item.documents) or None,
        fee_vnd=item.fee_vnd,
        fee_receipt=form_text(f"fee-receipt-{item.id}") or None,
        taken_back=[d["name"] for d in item.take_back] if form_text(f"taken-back-{item.id}") == "1" else [],
        entered_from="paper",
    )
