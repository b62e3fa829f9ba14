"""What revoked phones handed in: the office accepts or dismisses each, with a reason."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_text, or_back, render_desk
from api.pages.desk.home import staff
from api.rest.couriers.notes import NoteBody, note_in
from api.rest.scans import ScanBody, courier_scan
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, InvalidInput, Message, Session, Subject, doorstep, models, people, phones, require_own
from postal.rules import reasons

_KINDS = {
    "out_for_delivery": Message("Nhận đi phát"),
    "delivered": Message("Đã phát"),
    "attempt_failed": Message("Chưa phát được"),
    "out_for_collection": Message("Đi nhận hồ sơ"),
    "collected": Message("Đã nhận hồ sơ"),
    "collection_failed": Message("Chưa nhận được hồ sơ"),
    "called": Message("Đã gọi người nhận"),
    "trouble": Message("Sự cố trên đường"),
    "correction": Message("Sửa vị trí, địa chỉ"),
    "card": Message("Đã để giấy mời"),
    "left_open": Message("Điểm còn để lại"),
    "violation": Message("Phản ánh vi phạm thủ tục"),
    "reordered": Message("Đổi thứ tự điểm dừng"),
    "receipt": Message("Đã đưa biên nhận"),
    "home": Message("Hàng mang về, bưu tá tự đếm"),
    "voided": Message("Số biên nhận hủy"),
}


@staff.get("/held-acts")
@allow(Action.ENTER_ROUND_RESULTS)
def held_acts() -> ResponseReturnValue:
    """List what revoked phones of one's own office handed in and nobody decided yet."""
    with services().database.read() as session:
        found = phones.held_acts(session, office_id=current_actor().office_id)
        lines = [_line(session, one) for one in found]
        return render_desk("staff/held_acts.html", _("Máy đã thu hồi nộp lại"), lines=lines)


@staff.post("/held-acts/<int:held_id>")
@allow(Action.ENTER_ROUND_RESULTS)
def held_act_settle(held_id: int) -> ResponseReturnValue:
    """Accept or dismiss one. A foreign office's looks as if it were not there."""
    with services().database.read() as session:
        own = Subject(office_ids=frozenset({phones.held_act(session, held_id).office_id}))
    require_own(current_actor(), Action.ENTER_ROUND_RESULTS, own, what=Message("mục giữ lại"))

    def change() -> ResponseReturnValue:
        settlement, reason = form_choice("settlement"), form_text("reason")
        told = _told(held_id) if settlement == phones.ACCEPTED else None
        with acting() as act:
            if told is not None:
                phones.accept(act, held_id, told, reason=reason)
                done = _("Đã nhận: mục này được ghi như bưu tá đã gửi.")
            elif settlement == phones.DISMISSED:
                phones.dismiss(act, held_id, reason=reason)
                done = _("Đã bỏ: mục này không được ghi.")
            else:
                raise InvalidInput(field="settlement")
        flash(done, "done")
        return redirect(url_for("staff.held_acts"), 303)

    return or_back(change, lambda: redirect(url_for("staff.held_acts"), 303))


def _told(held_id: int) -> doorstep.CourierScan | doorstep.NoteIn:
    with services().database.read() as session:
        held = phones.held_act(session, held_id)
        about, inside = held.about, phones.held_inside(session, held)
    if about == "note":
        return note_in(NoteBody.model_validate(inside), None)
    return courier_scan(ScanBody.model_validate(inside), None)


def _line(session: Session, held: models.HeldAct) -> dict[str, Any]:
    inside = phones.held_inside(session, held)
    courier = held.phone.courier
    person = people.open_person(session, session.get_one(models.Person, courier.person_id))
    why = reasons.reason(inside.get("reason") or "")
    return {
        "held": held,
        "courier": person.full_name,
        "courier_code": courier.code,
        "kind": _KINDS[inside["kind"]],
        "code": inside.get("code"),
        "position": inside.get("position"),
        "why": why.says if why is not None else None,
        "proof": inside.get("proof"),
    }
