"""A paper day typed back from its route sheet, stop by stop: the form, what it says, and what is wrong with it.

One door is one form: whoever received signed once for all its pieces, also of several stops of the plan. With the
script each stop is sent by itself as soon as its last field is left; without it the whole page is sent, what is right
is recorded, and the rest comes back as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.forms import reading
from api.pages.common import local_zone, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from api.words import say_day_seconds, say_state, tone
from postal import (
    Act,
    Action,
    Direction,
    EventKind,
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

DONE = "done"
_OPEN_STATES = frozenset({State.ON_ROUND, State.ATTEMPTED, State.ON_COLLECTION_ROUND})
_NOT_YET = frozenset({State.ON_ROUND, State.ON_COLLECTION_ROUND})
_LONGEST = 250
_AT_FIELD = {
    "bad_happened_at": "time",
    "documents_differ": "n-documents",
    "fee_not_collected": "fee-receipt",
    "papers_not_taken_back": "taken-back",
}


class _Wrong(Exception):
    """A field that cannot be read, and what to do about it."""

    def __init__(self, field: str, said: Message) -> None:
        self.field, self.said = field, said
        super().__init__(field)


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What became of one stop: recorded, or wrong at a field."""

    stop_id: int
    said: str = ""
    field: str = ""


@staff.get("/rounds/<int:round_id>/results")
@allow(Action.ENTER_ROUND_RESULTS)
def sheet_entry(round_id: int) -> ResponseReturnValue:
    """Show the stops of a round that is under way, each with the usual answer in its fields."""
    with services().database.read() as session:
        return _page(session, _own_round(session, round_id), {})


@staff.post("/rounds/<int:round_id>/results")
@allow(Action.ENTER_ROUND_RESULTS)
def round_results(round_id: int) -> ResponseReturnValue:
    """Record every stop that has a result; what is wrong with one keeps no other out and names its stop."""
    with acting() as act:
        told = _take(act, _own_round(act.session, round_id))
    wrong = {one.stop_id: one for one in told if one.said}
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"stops": [{"id": o.stop_id, "said": o.said, "field": o.field} for o in told]})
    if len(told) > len(wrong):
        flash(_n("Đã ghi {n} điểm.", n=len(told) - len(wrong)), "done")
    if not wrong:
        return redirect(url_for("staff.round_page", round_id=round_id), 303)
    with services().database.read() as session:
        return _page(session, _own_round(session, round_id), wrong), 422


def _own_round(session: Session, round_id: int) -> models.DeliveryRound:
    found = desk.delivery_round(session, round_id)
    subject = ownership.subject_of_round(found)
    require_own(current_actor(), Action.ENTER_ROUND_RESULTS, subject, what=Message("chuyến phát"))
    if found.status is models.RoundStatus.PLANNED:
        raise NotFound(what=Message("chuyến đang đi"))
    return found


def _take(act: Act, found: models.DeliveryRound) -> list[_Told]:
    told: dict[int, _Told] = {}
    scans: dict[str, tuple[models.RoundStop, doorstep.CourierScan]] = {}
    for stop in found.stops:
        if not _typed("outcome", stop.id):
            continue
        told[stop.id] = _Told(stop_id=stop.id)
        try:
            scans |= {scan.scan_id: (stop, scan) for scan in _scans(found, _door_shown(act.session, found, stop))}
        except _Wrong as wrong:
            told[stop.id] = _Told(stop_id=stop.id, said=_(wrong.said), field=wrong.field)
    for answer in doorstep.record_scans(act, [scan for _stop, scan in scans.values()]):
        stop, _scan = scans[answer.scan_id]
        if answer.status == "refused" and not told[stop.id].said:
            said = _(answer.message) if answer.message else answer.code
            told[stop.id] = _Told(stop_id=stop.id, said=said, field=_AT_FIELD.get(answer.code, ""))
    return list(told.values())


def _door_shown(session: Session, found: models.DeliveryRound, first: models.RoundStop) -> doorstep.Door:
    """Return the door as its form was shown: what passed to another courier since is told of all the same.

    Raises _Wrong where the office parted it since: nothing that was ticked is left out without a word.
    """
    shown = request.form.getlist(f"stop-of-{first.id}")
    others = [stop for stop in found.stops if str(stop.id) in shown and stop.id != first.id]
    if not all(doorstep.is_same_door(session, stop.consignment, first.consignment) for stop in others):
        raise _Wrong("", Message("Điểm này vừa được tách thành nhiều điểm. Mở lại trang rồi nhập từng điểm."))
    return doorstep.Door(stops=(first, *others))


def _scans(found: models.DeliveryRound, door: doorstep.Door) -> list[doorstep.CourierScan]:
    """Return one scan for each piece the door's result is about. Raises _Wrong."""
    stop = door.first
    # What the form named and no other piece: what came to the door since was in nobody's hand.
    outcome, pieces = _typed("outcome", stop.id), [item for _, item in door.pieces if _typed("piece", item.id)]
    if not pieces:
        raise _Wrong("piece", Message("Chưa chọn bưu gửi nào của điểm này."))
    if outcome != DONE and reasons.reason(outcome) is None:
        raise _Wrong("outcome", Message("Kết quả không có trong danh mục."))
    at = _time(_typed("time", stop.id))
    base = doorstep.CourierScan(
        scan_id="",
        kind=EventKind.DELIVERED,
        happened_at=datetime.combine(found.plan.day, at, local_zone()),
        reason=None if outcome == DONE else outcome,
        round_id=found.id,
        is_paper=True,
    )
    return [
        replace(
            base,
            # The same line typed twice is one act; a second try at another time is another.
            scan_id=f"paper:{found.id}:{item.id}:{outcome}:{at:%H%M}",
            s10=item.s10,
            dossier_code=None if item.s10 else item.dossier_code,
            kind=_kind(item, outcome == DONE),
            proof=_proof(stop, item) if outcome == DONE else None,
        )
        for item in pieces
    ]


def _time(text: str) -> time:
    found = reading.clock(text)
    if found is None:
        raise _Wrong("time", Message("Giờ ghi như 0915 hoặc 9:15."))
    return found


def _kind(item: models.Item, is_done: bool) -> EventKind:
    if item.direction is Direction.RESULT:
        return EventKind.DELIVERED if is_done else EventKind.ATTEMPT_FAILED
    return EventKind.COLLECTED if is_done else EventKind.COLLECTION_FAILED


def _proof(stop: models.RoundStop, item: models.Item) -> doorstep.ProofIn:
    n_documents = _typed("n-documents", item.id)
    if n_documents and not (n_documents.isascii() and n_documents.isdigit() and len(n_documents) < 4):
        raise _Wrong("n-documents", Message("Số tài liệu phải là số."))
    tail = _typed("id-tail", stop.id)
    if item.direction is Direction.RESULT and not re.fullmatch(r"[0-9A-Za-z]{4}", tail, re.ASCII):
        raise _Wrong("id-tail", Message("Ghi 4 ký tự cuối của giấy tờ."))
    if not _typed("receiver", stop.id):
        raise _Wrong("receiver", Message("Ghi họ tên người ký."))
    relation = _typed("relation", stop.id) or "self"
    letter = _typed("letter", stop.id)[:40]
    if relation == "introduced" and not letter:
        raise _Wrong("letter", Message("Ghi số giấy giới thiệu của tổ chức."))
    receipt = _typed("fee-receipt", item.id)[:40]
    if item.fee_vnd and not receipt:
        raise _Wrong("fee-receipt", Message("Ghi số biên lai đã giao cho người nộp."))
    return doorstep.ProofIn(
        receiver_name=_typed("receiver", stop.id),
        relation=relation,
        id_kind=_typed("id-kind", stop.id) or "cccd",
        id_tail=tail,
        is_authorised=relation == "authorised",
        letter_number=letter if relation == "introduced" else "",
        n_documents=int(n_documents) if n_documents else None,
        fee_vnd=item.fee_vnd,
        fee_receipt=receipt or None,
        taken_back=[d["name"] for n, d in enumerate(item.take_back) if _typed(f"taken-back-{n}", item.id)],
        entered_from="paper",
    )


def _typed(name: str, row_id: int) -> str:
    return request.form.get(f"{name}-{row_id}", "").strip()[:_LONGEST]


def _page(session: Session, found: models.DeliveryRound, wrong: Mapping[int, _Told]) -> str:
    doors = sorted(doorstep.doors_of(session, found.stops), key=lambda door: door.first.position)
    stops = [_stop(session, door, wrong.get(door.first.id)) for door in doors]
    return render_desk(
        "staff/sheet_entry.html",
        _("Nhập phiếu đi phát, chuyến {number}", number=found.number),
        r=found,
        courier=people.open_person(session, session.get_one(models.Person, found.courier.person_id)).full_name,
        stops=stops,
        n_left=sum(1 for stop in stops if stop["is_left"]),
        reasons=[
            {"code": one.code, "text": one.says, "number": n} for n, one in enumerate(reasons.REASONS.values(), start=1)
        ],
        id_kinds=ID_KIND_WORDS,
    )


ID_KIND_WORDS = {
    "cccd": Message("1. Thẻ căn cước"),
    "vneid": Message("2. VNeID"),
    "passport": Message("3. Hộ chiếu"),
    "other": Message("4. Giấy tờ khác"),
}


RELATION_WORDS = {
    "self": Message("Chính người nhận"),
    "introduced": Message("Người mang giấy giới thiệu của tổ chức"),
    "authorised": Message("Người có giấy ủy quyền"),
}


def _stop(session: Session, door: doorstep.Door, wrong: _Told | None) -> dict[str, Any]:
    stop, consignment = door.first, door.first.consignment
    person = people.open_person(session, consignment.person)
    items: Sequence[models.Item] = [item for _, item in door.pieces]
    stop_codes = [rounds.stop_code(one.round_id, one.position) for one in door.stops]
    relations = doorstep.relations_for(person.full_name)
    may_enter = stop.round.status is models.RoundStatus.STARTED
    usual = {
        "outcome": "",
        "time": say_day_seconds(stop.start_s),
        "receiver": person.full_name,
        "relation": relations[0],
        "letter": "",
        "id-kind": "cccd",
        "id-tail": "",
    }
    return {
        "id": stop.id,
        "stop_ids": [one.id for one in door.stops],
        "position": "+".join(str(position) for position in door.positions),
        "codes": " ".join([*stop_codes, *(i.s10 or i.dossier_code for i in items)]),
        "recipient": person.full_name,
        "address": " / ".join(doorstep.addresses_at(session, door)),
        "relations": [(name, RELATION_WORDS[name]) for name in relations],
        "is_collection": consignment.direction is not Direction.RESULT,
        "is_open": may_enter and any(item.state in _OPEN_STATES for item in items),
        "is_left": may_enter and any(item.state in _NOT_YET for item in items),
        "states": list(dict.fromkeys((say_state(item.state), tone(item.state)) for item in items)),
        "pieces": [_piece(item) for item in items if item.state in _OPEN_STATES],
        # What was typed stays; else the usual answer stands there.
        "fills": usual if wrong is None else {name: _typed(name, stop.id) for name in usual},
        "wrong": None if wrong is None else {"said": wrong.said, "field": wrong.field},
        "was_typed": wrong is not None,
    }


def _piece(item: models.Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "code": item.s10 or item.dossier_code,
        "dossier_code": item.dossier_code,
        "fee_vnd": item.fee_vnd,
        "take_back": [d["name"] for d in item.take_back],
        "n_documents": len(item.documents),
        "is_ticked": bool(_typed("piece", item.id)),
        "receipt": _typed("fee-receipt", item.id),
        "n_typed": _typed("n-documents", item.id),
        "back_ticked": [bool(_typed(f"taken-back-{n}", item.id)) for n in range(len(item.take_back))],
    }
