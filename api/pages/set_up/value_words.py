"""What the values of the set-up are called, and how each is said before and after a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from api import words
from api.wiring import services
from api.words import gettext as _
from postal import Message, Role
from postal.models import SetUpArea
from postal.rules import reasons
from postal.set_up import kinds

NONE = "–"
AREAS: Mapping[SetUpArea, Message] = {
    SetUpArea.COURIER: Message("bưu tá"),
    SetUpArea.OFFICE: Message("đơn vị"),
    SetUpArea.COVERAGE: Message("phục vụ xã, phường"),
    SetUpArea.PROMISE: Message("thời hạn giữa hai vùng"),
    SetUpArea.TARIFF: Message("cước"),
    SetUpArea.EVIDENCE: Message("lý do"),
    SetUpArea.PHOTO: Message("ảnh giấy tờ"),
    SetUpArea.TEXT: Message("lời nhắn"),
    SetUpArea.USER: Message("tài khoản"),
    SetUpArea.KEY: Message("khóa API"),
    SetUpArea.RANGE: Message("dải số S10"),
    SetUpArea.COURIER_NAME: Message("họ tên bưu tá"),
    SetUpArea.ABSENCE: Message("bưu tá nghỉ"),
    SetUpArea.OFFICE_OFF: Message("bưu cục nghỉ"),
    SetUpArea.CALENDAR: Message("lịch làm việc"),
}
_LABELS: Mapping[tuple[SetUpArea, str], Message] = {
    (SetUpArea.COURIER, "office"): Message("Bưu cục"),
    (SetUpArea.COURIER, "shift"): Message("Ca làm"),
    (SetUpArea.COURIER, "lunch"): Message("Nghỉ trưa"),
    (SetUpArea.COURIER, "litres"): Message("Sức chở (lít)"),
    (SetUpArea.COURIER, "longest_min"): Message("Đi lâu nhất (phút)"),
    (SetUpArea.COURIER, "skills"): Message("Được phép"),
    (SetUpArea.COURIER, "beat"): Message("Xã, phường quen đi"),
    (SetUpArea.COURIER, "start"): Message("Nơi bắt đầu chuyến"),
    (SetUpArea.COURIER, "end"): Message("Nơi kết thúc chuyến"),
    (SetUpArea.COURIER, "is_active"): Message("Đang đi phát"),
    (SetUpArea.OFFICE, "name"): Message("Tên đầy đủ"),
    (SetUpArea.OFFICE, "address"): Message("Địa chỉ"),
    (SetUpArea.OFFICE, "phone"): Message("Điện thoại"),
    (SetUpArea.OFFICE, "opening_hours"): Message("Giờ mở cửa"),
    (SetUpArea.OFFICE, "zone"): Message("Vùng tính thời hạn"),
    (SetUpArea.OFFICE, "commune"): Message("Xã, phường nơi đặt"),
    (SetUpArea.OFFICE, "point"): Message("Tọa độ"),
    (SetUpArea.OFFICE, "is_active"): Message("Đang dùng"),
    (SetUpArea.COVERAGE, "office"): Message("Bưu cục phát"),
    (SetUpArea.COVERAGE, "weekdays"): Message("Ngày phát"),
    (SetUpArea.COVERAGE, "zone"): Message("Vùng tính thời hạn"),
    (SetUpArea.PROMISE, "days"): Message("Số ngày làm việc"),
    (SetUpArea.PROMISE, "legal_ref"): Message("Căn cứ pháp lý"),
    (SetUpArea.TARIFF, "amount_vnd"): Message("Cước (đồng)"),
    (SetUpArea.TARIFF, "legal_ref"): Message("Căn cứ pháp lý"),
    (SetUpArea.EVIDENCE, "needs"): Message("Bưu tá phải có"),
    (SetUpArea.EVIDENCE, "is_offered"): Message("Hiện trên máy bưu tá"),
    (SetUpArea.PHOTO, "words"): Message("Từ trong tên giấy tờ"),
    (SetUpArea.TEXT, "vi"): Message("Lời tiếng Việt"),
    (SetUpArea.TEXT, "en"): Message("Lời tiếng Anh"),
    (SetUpArea.USER, "role"): Message("Vai trò"),
    (SetUpArea.USER, "office"): Message("Đơn vị"),
    (SetUpArea.USER, "courier"): Message("Mã bưu tá"),
    (SetUpArea.USER, "is_active"): Message("Được đăng nhập"),
    (SetUpArea.KEY, "system"): Message("Hệ thống"),
    (SetUpArea.KEY, "scopes"): Message("Quyền của khóa"),
    (SetUpArea.KEY, "office"): Message("Đơn vị"),
    (SetUpArea.KEY, "is_active"): Message("Đang dùng"),
    (SetUpArea.RANGE, "last"): Message("Số cuối"),
    (SetUpArea.RANGE, "granted_by"): Message("Văn bản cấp"),
    (SetUpArea.RANGE, "is_fake"): Message("Dải giả để thử"),
    (SetUpArea.COURIER_NAME, "full_name"): Message("Họ và tên"),
    (SetUpArea.ABSENCE, "until"): Message("Nghỉ đến hết ngày"),
    (SetUpArea.OFFICE_OFF, "until"): Message("Nghỉ đến hết ngày"),
    (SetUpArea.OFFICE_OFF, "why"): Message("Lý do nghỉ"),
    (SetUpArea.CALENDAR, "kind"): Message("Là ngày"),
    (SetUpArea.CALENDAR, "note"): Message("Ghi chú"),
}


_SUBJECTS: Mapping[tuple[SetUpArea, str], Message] = {
    (SetUpArea.PHOTO, "forbidden"): Message("cấm chụp"),
    (SetUpArea.PHOTO, "required"): Message("phải chụp phong bì"),
    **{(SetUpArea.EVIDENCE, code): one.says for code, one in reasons.REASONS.items()},
}


def subject(area: SetUpArea, of: str) -> str:
    """Return what a change is of: the thing's own code or name, in words where it has some."""
    if area is SetUpArea.CALENDAR:
        return words.say_date(date.fromisoformat(of))
    if area in (SetUpArea.ABSENCE, SetUpArea.OFFICE_OFF):
        code, _space, first = of.rpartition(" ")
        return _("{code} từ {day}", code=code, day=words.say_date(date.fromisoformat(first)))
    if area is SetUpArea.KEY:
        return f"tn_{of}_…"
    known = _SUBJECTS.get((area, of))
    return of if known is None else words.translate(known)


def label(area: SetUpArea, name: str) -> str:
    """Return what a value is called."""
    return words.translate(_LABELS[area, name])


def said(name: str, value: Any) -> str:
    """Return a value in words, "–" for none."""
    if value is None or value in ("", []):
        return NONE
    say = _SAID.get(name)
    return say(value) if say is not None else words.say_number(value) if isinstance(value, int) else str(value)


def span(value: list[int]) -> str:
    """Return a span of hours as forms take it: "07:30-17:30"."""
    return "-".join(map(words.say_day_seconds, value))


def place(value: list[float] | None) -> str:
    """Return a point as forms take it: "16.4637, 107.5909", empty for none."""
    return "" if value is None else f"{value[0]:.6g}, {value[1]:.7g}"


DAYS: Mapping[str, Message] = {
    kinds.days_off.OFF: Message("cả bưu điện nghỉ"),
    kinds.days_off.WORKING: Message("làm bù"),
}
NEEDS: Mapping[str, Message] = {
    reasons.Need.CALL: Message("cuộc gọi"),
    reasons.Need.WORDS: Message("ghi lại bằng lời"),
    reasons.Need.PHOTO: Message("ảnh chỗ phát"),
}


def _needs(needs: list[str]) -> str:
    return ", ".join(words.translate(NEEDS[need]) for need in needs)


def _communes(codes: list[str]) -> str:
    found = (services().guide.register.find(code) for code in codes)
    return ", ".join(one.full_name if one is not None else code for one, code in zip(found, codes, strict=True))


def _yes_or_no(value: bool) -> str:
    return _("có") if value else _("không")


def _role(value: str) -> str:
    return words.translate(words.ROLES[Role(value)])


def _kind_of_day(value: str) -> str:
    return words.translate(DAYS[value])


_SAID: Mapping[str, Callable[[Any], str]] = {
    "shift": span,
    "lunch": span,
    "skills": ", ".join,
    "beat": _communes,
    "start": place,
    "end": place,
    "is_active": _yes_or_no,
    "is_fake": _yes_or_no,
    "role": _role,
    "scopes": " ".join,
    "last": "{:08d}".format,
    "until": lambda text: words.say_date(date.fromisoformat(text)),
    "kind": _kind_of_day,
    "is_offered": _yes_or_no,
    "needs": _needs,
    "words": "; ".join,
    "point": place,
    "commune": lambda code: _communes([code]),
    "weekdays": words.say_weekdays,
    "days": lambda days: f"J+{days}",
}
