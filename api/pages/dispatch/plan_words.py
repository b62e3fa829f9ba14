"""Why a stop is not in the plan, what would help, and how the plan came to be, in a dispatcher's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from api.words import gettext as _
from api.words import ngettext as _n
from api.words import say_date, say_day_seconds, say_duration, say_number
from postal import Message, rounds
from postal.models import DayOrder
from routing import (
    AllowCourier,
    Change,
    Comparison,
    FixField,
    LargerBox,
    LongerShift,
    MustToday,
    OpenCommune,
    Remedy,
    Rival,
    WidenWindow,
)

_WHY: dict[str, Message] = {
    "bad_data": Message("Dữ liệu của điểm dừng không dùng được"),
    "commune_closed": Message("Xã, phường đang bị chia cắt"),
    "window_impossible": Message("Khung giờ hẹn kết thúc trước khi bắt đầu"),
    "no_courier": Message("Không có bưu tá nào được phép phát"),
    "unreachable": Message("Không có đường đến điểm này"),
    "too_far": Message("Đi và về không kịp trong ca"),
    "window_closed": Message("Không bưu tá nào đến kịp khung giờ hẹn"),
    "too_large": Message("Lớn hơn mọi thùng xe"),
    "no_room": Message("Hết chỗ trong ngày: các điểm khác được ưu tiên hơn"),
    "not_worth": Message("Có người rảnh nhưng đi hôm nay tốn hơn để lại"),
    "no_point": Message("Chưa có điểm trên bản đồ"),
    "commune_not_covered": Message("Xã, phường chưa có bưu cục phục vụ"),
    "not_a_delivery_day": Message("Ngày này không phải ngày phát của xã, phường này"),
    "wanted_later": Message("Người dân hẹn ngày khác"),
    "tried_before": Message("Lần trước chưa phát được, đi lại vào ngày làm việc sau"),
    "in_doubt": Message("Có lượt phát không khớp, chờ giải quyết ở trang chênh lệch"),
    "by_hand": Message("Người điều hành để lại, chưa xếp"),
    "waits_for_answer": Message("Chờ cơ quan hoặc người nhận trả lời"),
}
_REMEDY: dict[str, Message] = {
    "fix_field": Message("Xem lại {field_name}"),
    "open_commune": Message("Chờ mở đường lại, rồi bỏ đánh dấu chia cắt"),
    "open_commune_on": Message("Phát vào {day}, khi hết đánh dấu chia cắt; đường mở sớm thì bỏ đánh dấu"),
    "widen_window": Message("Hỏi người nhận có thể nhận từ {from} đến {until}"),
    "allow_courier": Message("Cho phép {courier_id} phát điểm này"),
    "allow_courier_skills": Message("Cho phép {courier_id} phát điểm này ({skills})"),
    "unlock": Message("Bỏ gắn riêng với {locked_to}"),
    "larger_box": Message("Cho {courier_id} thùng chứa được {capacity_l} lít"),
    "longer_shift": Message("Kéo dài ca của {courier_id} thêm {by}"),
    "longer_shift_short_by": Message("Kéo dài ca của {courier_id} thêm {by} (thiếu {short_by})"),
    "extra_courier": Message("Thêm một bưu tá cho {office_id}"),
    "lend_courier": Message("{courier_id} đi phát thêm cho {office_id}"),
    "must_today": Message("Đánh dấu phải phát hôm nay: đi tốn {going}, để lại chỉ tính {waiting}"),
    "split_sequence": Message("Bỏ buộc phát liền nhau với các điểm khác"),
    "plan_again": Message("Lập lại từ phương án này: vẫn còn chỗ"),
    "another_day": Message("Để ngày khác"),
    "not_tried": Message("Chưa kịp tìm cách gỡ trong thời gian tính"),
}
_FIELDS = {
    "point": Message("tọa độ"),
    "window": Message("khung giờ hẹn"),
    "service_s": Message("thời gian phục vụ"),
    "setup_s": Message("thời gian dừng xe"),
    "volume_ml": Message("thể tích"),
    "lateness_per_day": Message("mức ưu tiên"),
    "office_id": Message("bưu cục phát"),
    "kind": Message("loại việc"),
}
_DEGRADED = {
    "solver_broke": Message("bộ giải hỏng giữa chừng, một phần xếp theo cách đơn giản"),
    "out_of_time": Message("hết thời gian, một phần xếp theo cách đơn giản"),
    "check_failed": Message("phương án của bộ giải không qua kiểm tra, đã xếp theo cách đơn giản"),
    "engine_unavailable": Message("máy chủ tính đường không trả lời, tính theo đường thẳng"),
    "bad_travel_times": Message("máy chủ tính đường trả lời sai, tính theo đường thẳng"),
}
_CHANGES = {
    "added": Message("mới xếp được"),
    "dropped": Message("không còn trong chuyến"),
    "moved": Message("đổi bưu tá"),
    "retimed": Message("đổi giờ"),
}
_SOURCES = {
    "straight line": Message("đường thẳng nhân hệ số địa hình (ước tính)"),
    "file": Message("bảng thời gian đi từ tệp"),
    "osrm": Message("máy chủ tính đường OSRM"),
}


def say_why(reason: str) -> str:
    """Return the reason of an unserved stop as a sentence."""
    return _(_WHY.get(reason, reason))


def say_remedy(remedy: Remedy) -> str:
    """Return the changes that would let the stop be served."""
    return "; ".join(_say_change(change) for change in remedy.changes)


def _say_change(change: Change) -> str:
    # One value for each placeholder: durations, times of day and amounts as people say them.
    facts = {name: str(value) for name, value in change.to_json().items()}
    kind = change.kind
    match change:
        case LongerShift():
            facts["by"] = say_duration(change.by_s)
            if change.short_by_s is not None:
                facts["short_by"], kind = say_duration(change.short_by_s), "longer_shift_short_by"
        case WidenWindow():
            facts |= {"from": say_day_seconds(change.from_s), "until": say_day_seconds(change.until_s)}
        case AllowCourier() if change.skills:
            facts["skills"], kind = ", ".join(change.skills), "allow_courier_skills"
        case LargerBox():
            facts["capacity_l"] = say_number(-(-change.capacity_ml // 1_000))
        case MustToday():
            facts |= {"going": say_duration(change.going_s), "waiting": say_duration(change.waiting_s)}
        case OpenCommune() if change.day is not None:
            facts["day"], kind = say_date(change.day), "open_commune_on"
        case FixField():
            facts["field_name"] = _(_FIELDS.get(change.field, change.field))
    return _(_REMEDY[kind], **facts)


def say_other_day(detail: Mapping[str, Any]) -> str:
    """Return when a stop that is not of this day goes out, "" where that is not known."""
    if detail.get("kind") != "other_day" or "day" not in detail:
        return ""
    return _("Phát vào {day}", day=say_date(date.fromisoformat(str(detail["day"]))))


def say_rival(rival: Rival) -> str:
    """Return whose round an unserved stop would have joined, and how much dearer the plan would be with it."""
    courier = rival.courier_id
    if rival.dearer_s is None:
        return _("trên chuyến của {courier}; điểm đó gấp hơn", courier=courier)
    dearer = say_duration(rival.dearer_s)
    return _("trên chuyến của {courier}; đổi chỗ thì phương án đắt thêm {time} đường", courier=courier, time=dearer)


def say_order(order: DayOrder, dossier: str) -> str:
    """Return what a dispatcher ordered; ``dossier`` is that of a remedy's stop."""
    detail = order.detail
    if order.kind == "closed_road":
        if detail["detour_s"] is None:
            return _("Đường bị chặn, không có đường vòng")
        return _("Đường bị chặn, đi vòng {time}", time=say_duration(detail["detour_s"]))
    if order.kind == "sequence":
        n = len(detail["consignments"])
        return _n("{courier} giữ nguyên thứ tự {n} điểm dừng", n=n, courier=detail["courier"])
    return _("Hồ sơ {dossier}: {remedy}", dossier=dossier, remedy=say_remedy(rounds.ordered_remedy(order)))


def say_degraded(code: str) -> str:
    """Return why a plan may be worse than it should be."""
    return _(_DEGRADED.get(code, code))


def say_source(name: str) -> str:
    """Return where the travel times came from."""
    return _(_SOURCES.get(name, name))


def say_change(kind: str) -> str:
    """Return how a stop differs between two plans."""
    return _(_CHANGES[kind])


def figure_lines(shown: Comparison) -> list[dict[str, str]]:
    """Return the figures of two plans as a table's lines: what, before, after, difference."""
    before, after = shown.before, shown.after
    return [
        _line(_("Chuyến"), before.n_rounds, after.n_rounds, say_number),
        _line(_("Điểm dừng"), before.n_stops, after.n_stops, say_number),
        _line(_("Chưa xếp được"), before.n_unserved, after.n_unserved, say_number),
        _line(_("Thời gian đi đường"), before.travel_s, after.travel_s, say_duration),
        _line(_("Quãng đường (km)"), before.travel_m / 1000, after.travel_m / 1000, lambda km: say_number(km, 1)),
        _line(_("Chuyến về muộn nhất"), before.latest_back_s, after.latest_back_s, say_day_seconds, say_duration),
        _line(_("Chuyến dài nhất"), before.longest_round_s, after.longest_round_s, say_duration),
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
    said = "" if not difference else sign + (say_difference or say)(abs(difference))
    return {"what": what, "before": say(before), "after": say(after), "difference": said}
