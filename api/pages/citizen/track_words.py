"""What the tracking page says. Plain words; never a name of a procedure."""

from __future__ import annotations

from datetime import tzinfo

from api.words import EVENTS, HOLDERS, STATES, say_date, say_instant, say_money
from api.words import gettext as _
from postal import Direction, Message, PublicHistory, PublicStep, State
from postal.rules import reasons

NOT_FOUND = Message(
    "Không tìm thấy, hoặc 4 số chưa đúng. Ông/Bà kiểm tra lại mã và số điện thoại. "
    "Nếu đã thử nhiều lần, xin đợi đến ngày mai hoặc quét mã vuông trên nhãn."
)
LINK_DEAD = Message("Đường dẫn này không còn mở được. Ông/Bà tra bằng mã hồ sơ và 4 số cuối điện thoại.")

_COURIER_COMES = Message("bưu tá đến trong hôm nay.")
_TO_THE_AGENCY = Message("hồ sơ được nộp cho cơ quan.")
# What comes next, as far as it is known.
_NEXT: dict[State, Message] = {
    State.WAITING: Message("cơ quan bàn giao cho bưu chính trong lần nhận gần nhất."),
    State.BATCHED: Message("cơ quan bàn giao cho bưu chính hôm nay."),
    State.HANDED_OVER: Message("bưu tá mang đến."),
    State.AT_OFFICE: Message("bưu tá mang đến."),
    State.ON_ROUND: _COURIER_COMES,
    State.ATTEMPTED: Message(
        "bưu tá gọi lại và đến lần nữa. Ông/Bà cũng có thể hẹn giờ qua số điện thoại trên giấy mời."
    ),
    State.HELD: Message("mời Ông/Bà đến bưu cục nhận, mang theo giấy tờ tùy thân."),
    State.WITH_CARRIER: Message("bưu chính ngoài tỉnh phát đến Ông/Bà."),
    State.RETURNING_TO_SENDER: Message("kết quả trở về cơ quan; mời Ông/Bà liên hệ cơ quan đã nhận hồ sơ."),
    State.RETURNED_TO_SENDER: Message("mời Ông/Bà nhận tại cơ quan đã nhận hồ sơ."),
    State.MISSING: Message("bưu chính đang tìm và sẽ báo Ông/Bà."),
    State.AWAITING_COLLECTION: Message("bưu tá đến nhà nhận hồ sơ."),
    State.ON_COLLECTION_ROUND: _COURIER_COMES,
    State.COLLECTED: _TO_THE_AGENCY,
    State.DOSSIER_AT_OFFICE: _TO_THE_AGENCY,
}
# The same where the promised day is known.
_NEXT_BY: dict[State, Message] = {
    State.HANDED_OVER: Message("bưu tá mang đến trước hết {day}."),
    State.AT_OFFICE: Message("bưu tá mang đến trước hết {day}."),
}
_COMING = frozenset(
    {State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.ATTEMPTED, State.HELD, State.WAITING, State.BATCHED}
)


def say_now(history: PublicHistory) -> str:
    """Return where the item is, in one short phrase."""
    return _(STATES[history.state])


def say_who(history: PublicHistory, zone: tzinfo) -> str:
    """Return who holds it and since when."""
    return _("{holder}, từ {time}", holder=HOLDERS[history.holder], time=say_instant(history.since, zone))


def say_next(history: PublicHistory, zone: tzinfo) -> str:
    """Return what comes next and by when, "" when it is over."""
    if history.promised_by is not None and history.state in _NEXT_BY:
        return _(_NEXT_BY[history.state], day=say_date(history.promised_by.astimezone(zone).date()))
    return _(_NEXT[history.state]) if history.state in _NEXT else ""


def say_bring(history: PublicHistory) -> list[str]:
    """Return what the recipient should have ready when the courier comes."""
    if history.direction is not Direction.RESULT or history.state not in _COMING:
        return []
    things = [_("Giấy tờ tùy thân (căn cước, hộ chiếu)")]
    if history.fee_vnd:
        things.append(_("{amount} tiền phí, lệ phí", amount=say_money(history.fee_vnd)))
    else:
        things.append(_("Không thu tiền"))
    if history.has_take_back:
        things.append(_("Giấy tờ cũ phải nộp lại cho cơ quan"))
    return things


def say_step(step: PublicStep) -> str:
    """Return one thing that happened, with its reason where there is one."""
    text = _(EVENTS[step.kind])
    return f"{text}: {_(reasons.say(step.reason))}" if step.reason else text
