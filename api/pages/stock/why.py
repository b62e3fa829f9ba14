"""Why an item waits where it is, for every line of a list: an answer, another try, a plan, or only its turn."""

from __future__ import annotations

from collections.abc import Mapping

from api.pages.dispatch.plan_words import say_why
from api.words import gettext as _
from postal import Message, State, queue
from postal.rules import reasons

_TURN: dict[State, Message] = {
    State.WAITING: Message("Sẵn sàng, chờ xếp lô"),
    State.BATCHED: Message("Đã vào lô, chờ bàn giao"),
    State.AWAITING_COLLECTION: Message("Chờ bưu tá đến nhà nhận hồ sơ"),
    State.HANDED_OVER: Message("Chờ xếp chuyến"),
    State.AT_OFFICE: Message("Chờ xếp chuyến"),
    State.HELD: Message("Chờ người nhận đến lấy"),
}


def why_waiting(line: queue.Waiting, left_out: Mapping[int, str]) -> str:
    """Return what an item waits for. ``left_out``: by consignment, why the last published plan has no place for it."""
    if line.why:
        return _(queue.say_question(line.why))
    said = []
    if line.tries:
        said.append(_("Lần {number} chưa phát được: {why}", number=len(line.tries), why=reasons.say(line.tries[-1])))
    if line.consignment_id in left_out and line.state is not State.HELD:
        said.append(_("Chưa có trong phương án: {why}", why=say_why(left_out[line.consignment_id])))
    elif not said or line.state is State.HELD:
        said.append(_(_TURN[line.state]))
    return "; ".join(said)
