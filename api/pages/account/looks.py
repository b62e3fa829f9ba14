"""Who was shown citizens' data: for the auditor all looks, for an item's page its own."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import render_desk
from api.pages.desk.home import staff
from api.web.auth import allow
from api.web.row_numbers import asked_number
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message
from postal.access import looks

_PAGE = 100
_SHOWN_CODES = 4
# What somebody was doing, by the right it takes.
PURPOSES = {
    Action.SEE_QUEUE: Message("xem danh sách, hàng chờ"),
    Action.SEE_ITEM: Message("xem bưu gửi"),
    Action.SEE_RECIPIENT: Message("tìm người nhận"),
    Action.ANSWER_ADDRESS: Message("trả lời câu hỏi về địa chỉ"),
    Action.PRINT: Message("in giấy tờ"),
    Action.SEE_PLAN: Message("xem chuyến phát"),
    Action.SCAN_OWN_ROUND: Message("đi phát chuyến của mình"),
    Action.ENTER_ROUND_RESULTS: Message("ghi kết quả chuyến"),
    Action.RECEIVE_AT_OFFICE: Message("nhận và trả tại bưu cục"),
    Action.HAND_OVER: Message("bàn giao"),
    Action.BATCH: Message("gom lô"),
    Action.RETURN_TO_SENDER: Message("trả cơ quan"),
    Action.SETTLE_DISCREPANCY: Message("giải quyết sự vụ"),
}


@staff.get("/looks", endpoint="looks")
@allow(Action.SEE_AUDIT)
def all_looks() -> ResponseReturnValue:
    """List who was shown whom, the newest first; of one person where asked for."""
    username = request.args.get("user", "").strip()[:80]
    before_id = asked_number("before")
    with services().database.read() as session:
        found = looks.looks(session, before_id=before_id, username=username, limit=_PAGE + 1)
        shown = found[:_PAGE]
        next_url = url_for("staff.looks", user=username or None, before=shown[-1].look.id) if found[_PAGE:] else None
        return render_desk(
            "staff/looks.html",
            _("Ai đã xem người nhận"),
            lines=shown,
            subjects=looks.subjects_of(session, [one.look.id for one in shown]),
            username=username,
            next_url=next_url,
            purpose=purpose,
            n_shown=_SHOWN_CODES,
        )


def purpose(right: str) -> Message | str:
    """Return what a look was for, in words."""
    return PURPOSES.get(Action(right), right)
