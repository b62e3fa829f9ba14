"""Why a stop is not in the plan, what would help, and how the plan came to be, in a dispatcher's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.words import say_date, say_duration

_WHY: dict[str, str] = {
    "bad_data": "Dữ liệu của điểm dừng không dùng được",
    "commune_closed": "Xã, phường đang bị chia cắt",
    "window_impossible": "Khung giờ hẹn kết thúc trước khi bắt đầu",
    "no_courier": "Không có bưu tá nào được phép phát",
    "unreachable": "Không có đường đến điểm này",
    "too_far": "Đi và về không kịp trong ca",
    "window_closed": "Không bưu tá nào đến kịp khung giờ hẹn",
    "too_large": "Lớn hơn mọi thùng xe",
    "no_room": "Hết chỗ trong ngày: các điểm khác được ưu tiên hơn",
    "no_point": "Chưa có điểm trên bản đồ",
    "commune_not_covered": "Xã, phường chưa có bưu cục phục vụ",
    "not_a_delivery_day": "Hôm nay không phải ngày phát của xã, phường này",
    "wanted_later": "Người dân hẹn ngày khác",
    "tried_before": "Đã phát chưa được, đi lại ngày làm việc sau",
    "waits_for_answer": "Chờ cơ quan hoặc người nhận trả lời",
}
_REMEDY: dict[str, str] = {
    "fix_field": "Sửa dữ liệu: {field}",
    "open_commune": "Chờ mở đường lại, rồi bỏ đánh dấu chia cắt",
    "widen_window": "Hỏi người nhận nới khung giờ",
    "allow_courier": "Cho phép một bưu tá phát điểm này",
    "larger_box": "Dùng xe có thùng lớn hơn",
    "longer_shift": "Kéo dài ca của {courier_id} thêm {by}",
    "extra_courier": "Thêm một bưu tá cho {office_id}",
    "another_day": "Để ngày khác",
    "other_day": "Phát vào {day}",
}
_DEGRADED = {
    "solver_broke": "bộ giải hỏng giữa chừng, một phần xếp theo cách đơn giản",
    "out_of_time": "hết thời gian, một phần xếp theo cách đơn giản",
    "check_failed": "phương án của bộ giải không qua kiểm tra, đã xếp theo cách đơn giản",
    "engine_unavailable": "máy chủ tính đường không trả lời, tính theo đường thẳng",
    "bad_travel_times": "máy chủ tính đường trả lời sai, tính theo đường thẳng",
}
_SOURCES = {
    "straight line": "đường thẳng nhân hệ số địa hình (ước tính)",
    "file": "bảng thời gian đi từ tệp",
    "osrm": "máy chủ tính đường OSRM",
}


def say_why(reason: str) -> str:
    """Return the reason of an unserved stop as a sentence."""
    return _WHY.get(reason, reason)


def say_remedy(detail: Mapping[str, Any]) -> str:
    """Return the cheapest change that would serve the stop, "" where none is known."""
    change = str(detail.get("change") or detail.get("kind") or "")
    facts = {name: str(value) for name, value in detail.items()}
    if "by_s" in detail:
        facts["by"] = say_duration(int(detail["by_s"]))
    if "day" in detail:
        facts["day"] = say_date(date.fromisoformat(str(detail["day"])))
    return _REMEDY.get(change, "").format_map(_Known(facts))


def say_degraded(code: str) -> str:
    """Return why a plan may be worse than it should be."""
    return _DEGRADED.get(code, code)


def say_source(name: str) -> str:
    """Return where the travel times came from."""
    return _SOURCES.get(name, name)


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
