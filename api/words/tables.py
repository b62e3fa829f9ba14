"""What people read for the members of our enumerations: states, events, holders, outcomes."""

from __future__ import annotations

from api.words.language import NAMES, translate
from postal import EventKind, Holder, Message, Outcome, Role, State

STATES: dict[State, Message] = {
    State.NEW: Message("Mới"),
    State.WAITING: Message("Chờ bàn giao"),
    State.BATCHED: Message("Đã xếp lô"),
    State.HANDED_OVER: Message("Bưu chính đã nhận"),
    State.AT_OFFICE: Message("Tại bưu cục phát"),
    State.ON_ROUND: Message("Bưu tá đang giữ"),
    State.ATTEMPTED: Message("Chưa phát được"),
    State.HELD: Message("Giữ tại bưu cục, chờ đến nhận"),
    State.DELIVERED: Message("Đã phát tận tay"),
    State.WITH_CARRIER: Message("Đã chuyển bưu chính ngoài tỉnh"),
    State.RETURNING_TO_SENDER: Message("Đang chuyển hoàn"),
    State.RETURNED_TO_SENDER: Message("Đã hoàn về cơ quan"),
    State.CANCELLED: Message("Đã rút lại"),
    State.MISSING: Message("Đang tìm kiếm"),
    State.AWAITING_COLLECTION: Message("Chờ đến nhà nhận hồ sơ"),
    State.ON_COLLECTION_ROUND: Message("Bưu tá đang đến nhận"),
    State.COLLECTED: Message("Bưu tá đã nhận hồ sơ"),
    State.DOSSIER_AT_OFFICE: Message("Hồ sơ tại bưu cục"),
    State.SUBMITTED: Message("Đã nộp cho cơ quan"),
}

EVENTS: dict[EventKind, Message] = {
    EventKind.ACCEPTED: Message("Kết quả đã sẵn sàng, chờ bàn giao cho bưu chính"),
    EventKind.BATCHED: Message("Đã xếp vào lô bàn giao"),
    EventKind.UNBATCHED: Message("Đưa ra khỏi lô bàn giao"),
    EventKind.HANDED_OVER: Message("Cơ quan đã bàn giao cho bưu chính"),
    EventKind.ARRIVED_AT_OFFICE: Message("Đến bưu cục phát"),
    EventKind.OUT_FOR_DELIVERY: Message("Bưu tá đang mang đi phát"),
    EventKind.ATTEMPT_FAILED: Message("Chưa phát được"),
    EventKind.BACK_AT_OFFICE: Message("Bưu tá đã mang về bưu cục"),
    EventKind.HELD: Message("Giữ tại bưu cục, chờ đến nhận"),
    EventKind.DELIVERED: Message("Đã phát tận tay"),
    EventKind.PASSED_TO_CARRIER: Message("Chuyển bưu chính ngoài tỉnh"),
    EventKind.RETURN_STARTED: Message("Bắt đầu chuyển hoàn về cơ quan"),
    EventKind.RETURNED_TO_SENDER: Message("Đã hoàn về cơ quan"),
    EventKind.CANCELLED: Message("Cơ quan rút lại"),
    EventKind.DECLARED_MISSING: Message("Đang tìm kiếm"),
    EventKind.FOUND: Message("Đã tìm thấy"),
    EventKind.COLLECTION_ORDERED: Message("Đã nhận yêu cầu đến nhà lấy hồ sơ"),
    EventKind.OUT_FOR_COLLECTION: Message("Bưu tá đang đến nhận hồ sơ"),
    EventKind.COLLECTED: Message("Bưu tá đã nhận hồ sơ"),
    EventKind.COLLECTION_FAILED: Message("Chưa nhận được hồ sơ"),
    EventKind.SUBMITTED: Message("Đã nộp cho cơ quan"),
    EventKind.ADDRESS_CHANGED: Message("Đổi địa chỉ phát theo yêu cầu"),
    EventKind.PASSED_ON: Message("Bưu tá khác nhận lại, đi phát tiếp"),
}

HOLDERS: dict[Holder, Message] = {
    Holder.AGENCY: Message("Cơ quan trả kết quả"),
    Holder.POST_OFFICE: Message("Bưu cục"),
    Holder.COURIER: Message("Bưu tá"),
    Holder.CARRIER: Message("Bưu chính ngoài tỉnh"),
    Holder.RECIPIENT: Message("Người nhận"),
}

OUTCOMES: dict[Outcome, Message] = {
    Outcome.DELIVERED: Message("Đã phát"),
    Outcome.RETURNING: Message("Chuyển hoàn"),
    Outcome.WAITING: Message("Đang chờ"),
    Outcome.REFUSED: Message("Từ chối"),
}

PRECISIONS: dict[str, Message] = {
    "door": Message("đúng cửa"),
    "remembered": Message("đã phát trước đây"),
    "street": Message("theo đường"),
    "commune": Message("gần đúng, trong xã, phường"),
    "none": Message("chưa có điểm"),
}

_TONES: dict[State, str] = {
    State.DELIVERED: "done",
    State.SUBMITTED: "done",
    State.ATTEMPTED: "warning",
    State.HELD: "warning",
    State.RETURNING_TO_SENDER: "warning",
    State.RETURNED_TO_SENDER: "warning",
    State.MISSING: "danger",
    State.ON_ROUND: "accent",
    State.ON_COLLECTION_ROUND: "accent",
}

ROLES: dict[Role, Message] = {
    Role.ADMINISTRATOR: Message("quản trị"),
    Role.CENTRE_CLERK: Message("cán bộ trung tâm"),
    Role.POSTAL_CLERK: Message("giao dịch viên bưu cục"),
    Role.DISPATCHER: Message("điều hành"),
    Role.COURIER: Message("bưu tá"),
}
NAMES.update({State: STATES, EventKind: EVENTS, Holder: HOLDERS, Outcome: OUTCOMES})


def say_state(state: State | str, language: str | None = None) -> str:
    """Return the state in a clerk's words."""
    return translate(STATES[State(state)], language)


def tone(state: State | str) -> str:
    """Return the colour word that goes with a state (never without its text)."""
    return _TONES.get(State(state), "plain")


def say_event(kind: EventKind | str, language: str | None = None) -> str:
    """Return what happened in a citizen's words."""
    return translate(EVENTS[EventKind(kind)], language)


def say_precision(precision: str, language: str | None = None) -> str:
    """Return how near the point is to the door."""
    return translate(PRECISIONS[str(precision)], language)
