"""Why a stop is not in the plan, what would help, and how the plan came to be, in a dispatcher's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from api.words import say_date, say_day_seconds, say_duration, say_number
from routing import Comparison

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
    "not_worth": "Có người rảnh nhưng đi hôm nay tốn hơn để lại",
    "no_point": "Chưa có điểm trên bản đồ",
    "commune_not_covered": "Xã, phường chưa có bưu cục phục vụ",
    "not_a_delivery_day": "Hôm nay không phải ngày phát của xã, phường này",
    "wanted_later": "Người dân hẹn ngày khác",
    "tried_before": "Đã phát chưa được, đi lại ngày làm việc sau",
    "waits_for_answer": "Chờ cơ quan hoặc người nhận trả lời",
}
_REMEDY: dict[str, str] = {
    "fix_field": "Xem lại {field_name}",
    "open_commune": "Chờ mở đường lại, rồi bỏ đánh dấu chia cắt",
    "open_commune_on": "Phát vào {day}, khi hết đánh dấu chia cắt; đường mở sớm thì bỏ đánh dấu",
    "widen_window": "Hỏi người nhận có thể nhận từ {from} đến {until}",
    "allow_courier": "Cho phép {courier_id} phát điểm này ({skills})",
    "unlock": "Bỏ gắn riêng với {locked_to}",
    "larger_box": "Cho {courier_id} thùng chứa được {capacity_l} lít",
    "longer_shift": "Kéo dài ca của {courier_id} thêm {by} (thiếu {short_by})",
    "extra_courier": "Thêm một bưu tá cho {office_id}",
    "lend_courier": "{courier_id} đi phát thêm cho {office_id}",
    "must_today": "Đánh dấu phải phát hôm nay: đi tốn {going}, để lại chỉ tính {waiting}",
    "split_sequence": "Bỏ buộc phát liền nhau với các điểm khác",
    "plan_again": "Lập lại từ phương án này: vẫn còn chỗ",
    "another_day": "Để ngày khác",
    "other_day": "Phát vào {day}",
    "not_tried": "Chưa kịp tìm cách gỡ trong thời gian tính",
}
_FIELDS = {
    "point": "tọa độ",
    "window": "khung giờ hẹn",
    "service_s": "thời gian phục vụ",
    "setup_s": "thời gian dừng xe",
    "volume_ml": "thể tích",
    "lateness_per_day": "mức ưu tiên",
    "office_id": "bưu cục phát",
    "kind": "loại việc",
}
_DURATIONS = {"by_s": "by", "short_by_s": "short_by", "going_s": "going", "waiting_s": "waiting"}
_DEGRADED = {
    "solver_broke": "bộ giải hỏng giữa chừng, một phần xếp theo cách đơn giản",
    "out_of_time": "hết thời gian, một phần xếp theo cách đơn giản",
    "check_failed": "phương án của bộ giải không qua kiểm tra, đã xếp theo cách đơn giản",
    "engine_unavailable": "máy chủ tính đường không trả lời, tính theo đường thẳng",
    "bad_travel_times": "máy chủ tính đường trả lời sai, tính theo đường thẳng",
}
_CHANGES = {
    "added": "mới xếp được",
    "dropped": "không còn trong chuyến",
    "moved": "đổi bưu tá",
    "retimed": "đổi giờ",
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
    facts |= {told: say_duration(int(detail[name])) for name, told in _DURATIONS.items() if name in detail}
    facts |= {n: say_day_seconds(int(detail[f"{n}_s"])) for n in ("from", "until") if f"{n}_s" in detail}
    if "day" in detail:
        facts["day"] = say_date(date.fromisoformat(str(detail["day"])))
        change = f"{change}_on" if f"{change}_on" in _REMEDY else change
    if "capacity_ml" in detail:
        facts["capacity_l"] = say_number(-(-int(detail["capacity_ml"]) // 1_000))
    if "skills" in detail:
        facts["skills"] = ", ".join(detail["skills"])
    if "field" in detail:
        facts["field_name"] = _FIELDS.get(str(detail["field"]), str(detail["field"]))
    said = _REMEDY.get(change, "").format_map(_Known(facts))
    return f"{said}; {say_remedy(detail['also'])}" if detail.get("also") else said


def say_rival(detail: Mapping[str, Any]) -> str:
    """Return whose round an unserved stop would have joined, and how much dearer the plan would be with it."""
    if "rival_courier_id" not in detail:
        return ""
    where = f"trên chuyến của {detail['rival_courier_id']}"
    if "rival_dearer_s" not in detail:
        return f"{where}; điểm đó gấp hơn"
    return f"{where}; đổi chỗ thì phương án đắt thêm {say_duration(int(detail['rival_dearer_s']))} đường"


def say_order(kind: str, detail: Mapping[str, Any]) -> str:
    """Return what a dispatcher ordered."""
    if kind == "closed_road":
        detour_s = detail["detour_s"]
        return "Đường bị chặn, " + ("không có đường vòng" if detour_s is None else f"đi vòng {say_duration(detour_s)}")
    if kind == "sequence":
        return f"{detail['courier']} giữ nguyên thứ tự {len(detail['consignments'])} điểm dừng"
    return f"Hồ sơ {detail['dossier']}: {say_remedy(detail['remedy'])}"


def say_degraded(code: str) -> str:
    """Return why a plan may be worse than it should be."""
    return _DEGRADED.get(code, code)


def say_source(name: str) -> str:
    """Return where the travel times came from."""
    return _SOURCES.get(name, name)


def say_change(kind: str) -> str:
    """Return how a stop differs between two plans."""
    return _CHANGES[kind]


def figure_lines(shown: Comparison) -> list[dict[str, str]]:
    """Return the figures of two plans as a table's lines: what, before, after, difference."""
    before, after = shown.before, shown.after
    return [
        _line("Chuyến", before.n_rounds, after.n_rounds, say_number),
        _line("Điểm dừng", before.n_stops, after.n_stops, say_number),
        _line("Chưa xếp được", before.n_unserved, after.n_unserved, say_number),
        _line("Thời gian đi đường", before.travel_s, after.travel_s, say_duration),
        _line("Quãng đường (km)", before.travel_m / 1000, after.travel_m / 1000, lambda km: say_number(km, 1)),
        _line("Chuyến về muộn nhất", before.latest_back_s, after.latest_back_s, say_day_seconds, say_duration),
        _line("Chuyến dài nhất", before.longest_round_s, after.longest_round_s, say_duration),
    ]


def _line(
    what: str,
    before: float,
    after: float,
    say: Callable[[Any], str],
    say_difference: Callable[[Any], str] | None = None,
) -> dict[str, str]:
    difference = after - before
    sign = "+" if difference > 0 else "−"
    told = "" if not difference else sign + (say_difference or say)(abs(difference))
    return {"what": what, "before": say(before), "after": say(after), "difference": told}


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
