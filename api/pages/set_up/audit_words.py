"""What each act of the audit is called, and what it was done to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from api import words
from postal import Message
from postal.models import AuditEntry

ACTIONS: Mapping[str, Message] = {
    "add_round": Message("cho bưu tá thêm chuyến trong ngày"),
    "answer_address": Message("ghi xã, phường đã hỏi"),
    "answer_office": Message("ghi cơ quan đã hỏi"),
    "answer_outside": Message("ghi địa chỉ ngoài tỉnh"),
    "api_key_added": Message("cấp khóa API"),
    "api_key_revoked": Message("thu hồi khóa API"),
    "badge_printed": Message("in thẻ bưu tá"),
    "badge_revoked": Message("thu hồi thẻ bưu tá"),
    "borders_forgotten": Message("bỏ ranh giới xã, phường"),
    "borders_imported": Message("nhập ranh giới xã, phường"),
    "bulk_batch": Message("xếp lô hàng loạt"),
    "bulk_hold": Message("giữ tại bưu cục hàng loạt"),
    "bulk_invite": Message("in giấy mời hàng loạt"),
    "bulk_label": Message("in nhãn hàng loạt"),
    "bulk_outside": Message("ghi địa chỉ ngoài tỉnh hàng loạt"),
    "bulk_release": Message("chấp nhận điểm gần đúng hàng loạt"),
    "bulk_return": Message("chuyển hoàn hàng loạt vì không phát được"),
    "bulk_return_asked": Message("chuyển hoàn hàng loạt vì cơ quan xin lại"),
    "calendar_day_dropped": Message("bỏ ngoại lệ của lịch"),
    "calendar_day_noted": Message("ghi ngày nghỉ hoặc làm bù"),
    "commune_closed": Message("ghi xã, phường bị chia cắt"),
    "commune_closure_proved": Message("ghi bằng chứng chia cắt"),
    "commune_opened": Message("xã, phường đi lại được"),
    "company_code_issued": Message("cấp mã tổ chức"),
    "company_code_revoked": Message("thu hồi mã tổ chức"),
    "confirm_payment": Message("xác nhận tiền đã nhận"),
    "confirm_point": Message("xác nhận điểm"),
    "copy_confirmed": Message("xác nhận bản khôi phục"),
    "count_cash": Message("đếm tiền chuyến"),
    "count_home": Message("đếm số mang về cuối chuyến"),
    "courier_added": Message("thêm bưu tá"),
    "courier_away": Message("ghi bưu tá nghỉ"),
    "courier_back": Message("bỏ ngày nghỉ của bưu tá"),
    "courier_called": Message("bưu tá ghi đã gọi điện"),
    "courier_card": Message("bưu tá để lại giấy báo"),
    "courier_correction": Message("bưu tá báo chỗ cần sửa"),
    "courier_home": Message("bưu tá khai số mang về"),
    "courier_left_open": Message("bưu tá để lại điểm chưa phát"),
    "courier_note_approved": Message("duyệt điều bưu tá báo"),
    "courier_note_rejected": Message("không theo điều bưu tá báo"),
    "courier_note_seen": Message("ghi có người lo điều bưu tá báo"),
    "courier_receipt": Message("bưu tá giao biên nhận tại cửa"),
    "courier_renamed": Message("đổi họ tên bưu tá"),
    "courier_reordered": Message("bưu tá đổi thứ tự điểm"),
    "courier_trouble": Message("bưu tá báo sự cố"),
    "courier_violation": Message("bưu tá phản ánh vi phạm"),
    "courier_voided": Message("bưu tá báo hủy số biên nhận"),
    "couriers_imported": Message("nhập bảng bưu tá"),
    "drop_point": Message("bỏ điểm sai"),
    "end_move": Message("kết thúc chuyển điểm"),
    "end_order": Message("bỏ lệnh điều hành"),
    "endpoint_added": Message("thêm nơi nhận tin"),
    "endpoint_changed": Message("đổi nơi nhận tin"),
    "endpoint_paused": Message("tạm dừng nơi nhận tin"),
    "endpoint_removed": Message("bỏ nơi nhận tin"),
    "endpoint_resumed": Message("gửi lại nơi nhận tin"),
    "endpoint_rotated": Message("đổi bí mật nơi nhận tin"),
    "enrol_phone": Message("ghi nhận điện thoại"),
    "export_list": Message("xuất danh sách ra tệp"),
    "false_courier_reported": Message("phản ánh người giả bưu tá"),
    "false_courier_settled": Message("xử lý phản ánh giả bưu tá"),
    "held_act_accepted": Message("nhận mục máy bị thu hồi nộp lại"),
    "held_act_dismissed": Message("bỏ mục máy bị thu hồi nộp lại"),
    "hold_acts": Message("máy đã thu hồi nộp lại"),
    "keep_far_point": Message("giữ điểm xa xã, phường"),
    "keep_stop": Message("giữ điểm cho bưu tá"),
    "keys_rotated": Message("mã hóa lại bằng khóa mới"),
    "link_revoked": Message("hủy liên kết tra cứu"),
    "make_phone_code": Message("tạo mã ghi nhận điện thoại"),
    "message": Message("nhắn bưu tá"),
    "move_stop": Message("chuyển điểm trong phương án"),
    "move_stops": Message("chuyển điểm cho bưu tá khác"),
    "network_exported": Message("xuất bảng mạng lưới"),
    "network_seeded": Message("nhập bảng mạng lưới"),
    "numbers_skipped": Message("bỏ qua số chứng từ"),
    "numbers_told": Message("khai số đã dùng"),
    "office_added": Message("thêm đơn vị"),
    "office_closed": Message("ghi đơn vị nghỉ"),
    "office_opened": Message("đơn vị làm việc lại"),
    "order_closed_road": Message("đánh dấu đường bị tắc"),
    "order_remedy": Message("xử lý chuyến có sự cố"),
    "order_sequence": Message("giữ thứ tự chuyến"),
    "passkey_added": Message("thêm khóa truy cập"),
    "passkey_removed": Message("bỏ khóa truy cập"),
    "password_changed": Message("tự đổi mật khẩu"),
    "password_set": Message("đặt mật khẩu cho người khác"),
    "phones_printed": Message("in số điện thoại trên phiếu chuyến"),
    "publish_plan": Message("công bố phương án"),
    "recovery_code_used": Message("dùng mã khôi phục"),
    "recovery_codes_made": Message("tạo mã khôi phục"),
    "refuse_payment": Message("báo tiền chưa đến"),
    "release_point": Message("chấp nhận điểm gần đúng"),
    "reserve_numbers": Message("cấp số biên nhận cho máy"),
    "restored": Message("khôi phục bản sao"),
    "revoke_phone": Message("thu hồi điện thoại"),
    "rights_changed": Message("đổi vai trò, đơn vị"),
    "s10_range_ended": Message("trả lại số S10 chưa dùng"),
    "s10_range_granted": Message("ghi dải số S10"),
    "scan_accepted": Message("chấp nhận lần quét"),
    "second_factor_reset": Message("gỡ yếu tố thứ hai"),
    "secret_rotated": Message("đổi bí mật nơi nhận tin"),
    "see_picture": Message("xem ảnh"),
    "see_signature": Message("xem chữ ký người nhận"),
    "set_up_changed": Message("đổi thiết lập"),
    "set_up_undone": Message("hoàn lại thay đổi thiết lập"),
    "sheet_destroyed": Message("hủy phiếu có số điện thoại"),
    "sheet_lost": Message("báo mất phiếu có số điện thoại"),
    "signed_out_everywhere": Message("đăng xuất ở mọi nơi"),
    "signing_key_made": Message("tạo khóa ký"),
    "tell_payment": Message("báo tiền đã chuyển"),
    "totp_added": Message("thêm ứng dụng mã"),
    "totp_removed": Message("bỏ ứng dụng mã"),
    "undo_edit": Message("hoàn tác trong phương án"),
    "user_added": Message("thêm người dùng"),
    "user_disabled": Message("khóa tài khoản"),
    "user_enabled": Message("mở lại tài khoản"),
    "violation_answered": Message("trả lời phản ánh vi phạm"),
    "violation_reported": Message("phản ánh vi phạm"),
    "void_number": Message("hủy số biên nhận"),
    "withdraw_round": Message("rút chuyến trống"),
    "withdrawn": Message("cơ quan rút lại"),
}
SETTLED = "settle_"
_SETTLED = Message("trả lời câu hỏi lúc tiếp nhận")
_PAGES = {
    "user": ("staff.user", "user_id"),
    "courier": ("staff.set_up_courier", "courier_id"),
    "office": ("staff.set_up_office", "office_id"),
    "consignment": ("staff.consignment", "consignment_id"),
}


def action(name: str) -> str:
    """Return what an act is called; one of an earlier version comes back as it was noted."""
    if name.startswith(SETTLED):
        return words.translate(_SETTLED)
    return words.translate(ACTIONS[name]) if name in ACTIONS else name


def facts(entry: AuditEntry) -> str:
    """Return the identifiers and counts of a line as one text."""
    return ", ".join(f"{name}: {_plain(value)}" for name, value in entry.facts.items())


def page_of(entry: AuditEntry) -> str | None:
    """Return the page of what a line is about, None where it has none."""
    if entry.subject_id is None or entry.subject not in _PAGES or entry.action in _OF_CHANGES:
        return None
    endpoint, name = _PAGES[entry.subject]
    values: dict[str, Any] = {name: entry.subject_id}
    return url_for(endpoint, **values)


# The id of these lines is the change's own, not that of the thing changed.
_OF_CHANGES = frozenset({"set_up_changed", "set_up_undone"})


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={one}" for name, one in value.items())
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
