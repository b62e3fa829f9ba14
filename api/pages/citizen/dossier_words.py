"""What the tracking page says of a dossier before its result. Plain words; never the name of a procedure."""

from __future__ import annotations

from datetime import tzinfo

from api.words import gettext as _
from api.words import say_date, say_instant
from postal import Message
from postal.citizen import DossierHistory, DossierStatus

# The national list of dossier statuses, as a citizen is told them.
_STATUSES: dict[int, Message] = {
    1: Message("Đã gửi hồ sơ, chờ cơ quan tiếp nhận"),
    2: Message("Cơ quan đã tiếp nhận hồ sơ"),
    3: Message("Cơ quan không tiếp nhận hồ sơ"),
    4: Message("Cơ quan đang giải quyết"),
    5: Message("Cơ quan yêu cầu bổ sung giấy tờ"),
    6: Message("Cơ quan yêu cầu nộp phí, lệ phí"),
    7: Message("Ông/Bà đã xin rút hồ sơ"),
    8: Message("Cơ quan đã dừng giải quyết"),
}
_NEXT: dict[int, Message] = {
    1: Message("cơ quan kiểm tra hồ sơ rồi tiếp nhận."),
    2: Message("cơ quan giải quyết; có kết quả thì bưu chính mang đến."),
    3: Message("mời Ông/Bà liên hệ {office} để biết lý do."),
    4: Message("có kết quả thì bưu chính mang đến."),
    5: Message("mời Ông/Bà nộp giấy tờ còn thiếu cho {office}."),
    6: Message("mời Ông/Bà nộp phí, lệ phí cho {office}."),
    7: Message("hồ sơ trở về Ông/Bà; mời liên hệ {office}."),
    8: Message("mời Ông/Bà liên hệ {office} để biết lý do."),
}


def say_status(step: DossierStatus) -> str:
    """Return one status."""
    return _(_STATUSES[step.status])


def say_next(history: DossierHistory) -> str:
    """Return what comes next, "" where nothing was told yet."""
    return _(_NEXT[history.steps[0].status], office=history.office_name) if history.steps else ""


def say_appointment(history: DossierHistory) -> str:
    """Return the day the agency promised, with an apology where it passed; "" where none was told."""
    if history.appointment_on is None:
        return ""
    day = say_date(history.appointment_on)
    if history.is_late:
        late = Message("Đã quá hẹn trả {day}. {office} xin lỗi Ông/Bà; mời gọi cơ quan để biết ngày mới.")
        return _(late, day=day, office=history.office_name)
    return _("Hẹn trả kết quả: {day}.", day=day)


def timeline(steps: tuple[DossierStatus, ...], zone: tzinfo) -> list[dict[str, str]]:
    """Return steps as the page lists them."""
    return [
        {"at_iso": step.at.isoformat(), "at": say_instant(step.at, zone), "text": say_status(step)} for step in steps
    ]
