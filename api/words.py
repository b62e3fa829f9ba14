"""How things are said to people: dates, money, codes, states. Vietnamese first, English second."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from postal import EventKind, Holder, Outcome, State

_DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_WEEKDAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

STATES: dict[State, tuple[str, str]] = {
    State.NEW: ("Mới", "New"),
    State.WAITING: ("Chờ bàn giao", "Waiting for handover"),
    State.BATCHED: ("Đã xếp lô", "In a batch"),
    State.HANDED_OVER: ("Bưu chính đã nhận", "With the post"),
    State.AT_OFFICE: ("Tại bưu cục phát", "At the delivery office"),
    State.ON_ROUND: ("Bưu tá đang giữ", "With the courier"),
    State.ATTEMPTED: ("Chưa phát được", "Attempted, not delivered"),
    State.HELD: ("Giữ tại bưu cục, chờ đến nhận", "Held for collection"),
    State.DELIVERED: ("Đã phát tận tay", "Delivered"),
    State.WITH_CARRIER: ("Đã chuyển bưu chính ngoài tỉnh", "With the national post"),
    State.RETURNING_TO_SENDER: ("Đang chuyển hoàn", "Returning to the office"),
    State.RETURNED_TO_SENDER: ("Đã hoàn về cơ quan", "Returned to the office"),
    State.CANCELLED: ("Đã rút lại", "Withdrawn"),
    State.MISSING: ("Đang tìm kiếm", "Missing, being traced"),
    State.AWAITING_COLLECTION: ("Chờ đến nhà nhận hồ sơ", "Waiting to be collected"),
    State.ON_COLLECTION_ROUND: ("Bưu tá đang đến nhận", "Courier on the way to collect"),
    State.COLLECTED: ("Bưu tá đã nhận hồ sơ", "Collected by the courier"),
    State.DOSSIER_AT_OFFICE: ("Hồ sơ tại bưu cục", "Dossier at the post office"),
    State.SUBMITTED: ("Đã nộp cho cơ quan", "Handed to the agency"),
}

EVENTS: dict[EventKind, tuple[str, str]] = {
    EventKind.ACCEPTED: ("Kết quả đã sẵn sàng, chờ bàn giao cho bưu chính", "The result is ready for the post"),
    EventKind.BATCHED: ("Đã xếp vào lô bàn giao", "Put in a batch"),
    EventKind.UNBATCHED: ("Đưa ra khỏi lô bàn giao", "Taken out of the batch"),
    EventKind.HANDED_OVER: ("Cơ quan đã bàn giao cho bưu chính", "Handed over to the post"),
    EventKind.ARRIVED_AT_OFFICE: ("Đến bưu cục phát", "Arrived at the delivery office"),
    EventKind.OUT_FOR_DELIVERY: ("Bưu tá đang mang đi phát", "Out for delivery"),
    EventKind.ATTEMPT_FAILED: ("Chưa phát được", "Delivery attempted"),
    EventKind.BACK_AT_OFFICE: ("Bưu tá đã mang về bưu cục", "Back at the post office"),
    EventKind.HELD: ("Giữ tại bưu cục, chờ đến nhận", "Held for collection"),
    EventKind.DELIVERED: ("Đã phát tận tay", "Delivered"),
    EventKind.PASSED_TO_CARRIER: ("Chuyển bưu chính ngoài tỉnh", "Passed to the national post"),
    EventKind.RETURN_STARTED: ("Bắt đầu chuyển hoàn về cơ quan", "Return to the office started"),
    EventKind.RETURNED_TO_SENDER: ("Đã hoàn về cơ quan", "Returned to the office"),
    EventKind.CANCELLED: ("Cơ quan rút lại", "Withdrawn by the office"),
    EventKind.DECLARED_MISSING: ("Đang tìm kiếm", "Declared missing"),
    EventKind.FOUND: ("Đã tìm thấy", "Found"),
    EventKind.COLLECTION_ORDERED: ("Đã nhận yêu cầu đến nhà lấy hồ sơ", "Collection ordered"),
    EventKind.OUT_FOR_COLLECTION: ("Bưu tá đang đến nhận hồ sơ", "Courier on the way to collect"),
    EventKind.COLLECTED: ("Bưu tá đã nhận hồ sơ", "Collected"),
    EventKind.COLLECTION_FAILED: ("Chưa nhận được hồ sơ", "Collection attempted"),
    EventKind.SUBMITTED: ("Đã nộp cho cơ quan", "Handed to the agency"),
    EventKind.ADDRESS_CHANGED: ("Đổi địa chỉ phát theo yêu cầu", "Address changed on request"),
}

HOLDERS: dict[Holder, tuple[str, str]] = {
    Holder.AGENCY: ("Cơ quan trả kết quả", "The issuing office"),
    Holder.POST_OFFICE: ("Bưu cục", "The post office"),
    Holder.COURIER: ("Bưu tá", "The courier"),
    Holder.CARRIER: ("Bưu chính ngoài tỉnh", "The national post"),
    Holder.RECIPIENT: ("Người nhận", "The recipient"),
}

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.DELIVERED: ("Đã phát", "Delivered"),
    Outcome.RETURNING: ("Chuyển hoàn", "Returning"),
    Outcome.WAITING: ("Đang chờ", "Waiting"),
    Outcome.REFUSED: ("Từ chối", "Refused"),
}

PRECISIONS: dict[str, tuple[str, str]] = {
    "door": ("đúng cửa", "door"),
    "remembered": ("đã phát trước đây", "known from before"),
    "street": ("theo đường", "street"),
    "commune": ("≈ trong xã/phường", "≈ within the commune"),
    "none": ("chưa có điểm", "no point"),
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


def say_state(state: State | str, language: str = "vi") -> str:
    """Return the state in a clerk's words."""
    return STATES[State(state)][0 if language == "vi" else 1]


def tone(state: State | str) -> str:
    """Return the colour word that goes with a state (never without its text)."""
    return _TONES.get(State(state), "plain")


def say_event(kind: EventKind | str, language: str = "vi") -> str:
    """Return what happened in a citizen's words."""
    return EVENTS[EventKind(kind)][0 if language == "vi" else 1]


def say_holder(holder: Holder | str, language: str = "vi") -> str:
    """Return who holds the item."""
    return HOLDERS[Holder(holder)][0 if language == "vi" else 1]


def say_outcome(outcome: Outcome | str, language: str = "vi") -> str:
    """Return the pile of the balance."""
    return OUTCOMES[Outcome(outcome)][0 if language == "vi" else 1]


def say_precision(precision: str, language: str = "vi") -> str:
    """Return how near the point is to the door."""
    return PRECISIONS[str(precision)][0 if language == "vi" else 1]


def say_date(day: date, language: str = "vi") -> str:
    """Return "thứ Hai 23/11/2026", or "Monday 23/11/2026"."""
    name = _WEEKDAYS_VI[day.weekday()] if language == "vi" else day.strftime("%A")
    return f"{name} {day:%d/%m/%Y}"


def say_time(instant: datetime, zone: tzinfo) -> str:
    """Return the local time of an instant: "10:30"."""
    return f"{instant.astimezone(zone):%H:%M}"


def say_instant(instant: datetime, zone: tzinfo, language: str = "vi") -> str:
    """Return "10:30, thứ Hai 23/11/2026"."""
    local = instant.astimezone(zone)
    return f"{local:%H:%M}, {say_date(local.date(), language)}"


def say_day_seconds(seconds: int) -> str:
    """Return seconds since local midnight as a time of day: "07:30"."""
    minutes = round(seconds / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def say_duration(seconds: int) -> str:
    """Return "2 giờ 05 phút", or "35 phút"."""
    minutes = round(seconds / 60)
    return f"{minutes // 60} giờ {minutes % 60:02d} phút" if minutes >= 60 else f"{minutes} phút"


def say_money(amount_vnd: int) -> str:
    """Return "135.000 đ"."""
    return f"{amount_vnd:,}".replace(",", ".") + " đ"


def say_number(number: float, digits: int = 0) -> str:
    """Return a number the Vietnamese way: "1.234,5"."""
    return f"{number:,.{digits}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def say_code(s10: str | None) -> str:
    """Return an S10 in its printed groups: "EJ 423 686 407 VN"."""
    if not s10 or len(s10) != 13:
        return s10 or ""
    return f"{s10[:2]} {s10[2:5]} {s10[5:8]} {s10[8:11]} {s10[11:]}"


def say_age(since: datetime, now: datetime) -> str:
    """Return how long something has lasted: "3 ngày", "5 giờ", "12 phút"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)} ngày"
    return f"{minutes // 60} giờ" if minutes >= 60 else f"{minutes} phút"


def say_weekdays(weekdays: str) -> str:
    """Return "T2–T6" for "01234", or "T3, T6"."""
    days = sorted(int(day) for day in weekdays)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{_DAYS[days[0]]}–{_DAYS[days[-1]]}"
    return ", ".join(_DAYS[day] for day in days)
