"""What couriers told and somebody at the office has to see to: trouble on the road, corrections to approve."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_text, or_back, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, Session, Subject, doorstep, models, people, require_own

_DONE = {
    "seen": Message("Đã ghi: có người lo."),
    "approved": Message("Đã duyệt và nhớ cho địa chỉ này."),
    "rejected": Message("Đã ghi: không thay."),
}


@staff.get("/courier-notes")
@allow(Action.ENTER_ROUND_RESULTS)
def courier_notes() -> ResponseReturnValue:
    """List what couriers of one's own office told and nobody settled yet."""
    actor = current_actor()
    with services().database.read() as session:
        found = doorstep.open_notes(session, office_id=actor.office_id)
        return render_desk("staff/courier_notes.html", _("Bưu tá báo về"), lines=[_line(session, one) for one in found])


@staff.post("/courier-notes/<int:note_id>/settle")
@allow(Action.ENTER_ROUND_RESULTS)
def courier_note_settle(note_id: int) -> ResponseReturnValue:
    """See to trouble, approve or reject a correction. A foreign office's note looks as if it were not there."""
    with services().database.read() as session:
        own = Subject(office_ids=frozenset({doorstep.note_with(session, note_id).office_id}))
    require_own(current_actor(), Action.ENTER_ROUND_RESULTS, own, what=Message("mục bưu tá báo"))

    def change() -> ResponseReturnValue:
        settlement = form_text("settlement")
        with acting() as act:
            doorstep.settle_note(act, note_id, settlement, guide=services().guide)
        flash(_(_DONE[settlement]), "done")
        return redirect(url_for("staff.courier_notes"), 303)

    return or_back(change, lambda: redirect(url_for("staff.courier_notes"), 303))


def _line(session: Session, found: models.CourierNote) -> dict[str, Any]:
    said = doorstep.opened(session, found)
    consignment = session.get(models.Consignment, found.consignment_id) if found.consignment_id is not None else None
    person = people.open_person(session, consignment.person) if consignment is not None else None
    courier = people.open_person(session, session.get_one(models.Person, found.courier.person_id))
    return {
        "found": found,
        "courier": courier.full_name,
        "said": said,
        "what": doorstep.TROUBLES.get(said.what),
        "person": person,
        "point": (consignment.lat, consignment.lon) if consignment is not None else None,
        "why_first": doorstep.ORDER_WHY.get(said.what),
        "position": _position(session, found) if found.kind == doorstep.NoteKind.REORDERED else None,
        "is_order": found.kind == doorstep.NoteKind.REORDERED,
        "is_trouble": found.kind == doorstep.NoteKind.TROUBLE,
    }


def _position(session: Session, found: models.CourierNote) -> int | None:
    walked = session.get_one(models.DeliveryRound, found.round_id)
    return next((one.position for one in walked.stops if one.consignment_id == found.consignment_id), None)
