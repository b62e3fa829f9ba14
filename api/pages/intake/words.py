"""Columns of a file in words, and what each pile of rows is called."""

from __future__ import annotations

from typing import Any

from api.words import gettext as _
from postal import Message, intake, mending

COLUMN_WORDS: dict[str, Message] = {
    "ma_ho_so": Message("Mã hồ sơ"),
    "ma_tthc": Message("Mã thủ tục"),
    "ten_tthc": Message("Tên thủ tục"),
    "co_quan": Message("Cơ quan"),
    "ngay_xong": Message("Ngày xong"),
    "nguoi_nhan": Message("Người nhận"),
    "dien_thoai": Message("Điện thoại"),
    "dia_chi": Message("Địa chỉ"),
    "tai_lieu": Message("Tài liệu"),
    "thu_ho": Message("Thu hộ (đồng)"),
    "thu_hoi": Message("Giấy tờ thu hồi"),
    "vi_do": Message("Vĩ độ"),
    "kinh_do": Message("Kinh độ"),
    "khung_gio": Message("Giờ có ở nhà"),
    "muc_do_dvc": Message("Mức độ dịch vụ"),
    "kenh": Message("Kênh"),
    "chi_dan": Message("Chỉ dẫn thêm"),
    "thu_dien_tu": Message("Thư điện tử"),
    "so_dinh_danh": Message("Số định danh"),
    "ngay_hen": Message("Ngày hẹn"),
}
VERDICTS = {
    "attention": (Message("Cần hỏi"), "warning"),
    "refused": (Message("Từ chối"), "danger"),
    "duplicate": (Message("Trùng"), "plain"),
    "accepted": (Message("Tiếp nhận"), "done"),
}
ORDERS = {
    mending.DateOrder.DAY_FIRST: Message("ngày/tháng/năm"),
    mending.DateOrder.MONTH_FIRST: Message("tháng/ngày/năm"),
    mending.DateOrder.YEAR_FIRST: Message("năm/tháng/ngày"),
    mending.DateOrder.YEAR_DAY: Message("năm/ngày/tháng"),
}


def column(name: str) -> str:
    """Return a column of ours in words, "" for the row as a whole."""
    return _(COLUMN_WORDS[name]) if name in COLUMN_WORDS else ""


def said(problem: dict[str, Any]) -> str:
    """Return what is wrong and what to do about it."""
    told, suggestion = _(intake.message_of(problem)), _(intake.suggestion_of(problem))
    return f"{told[:1].upper()}{told[1:]}. {suggestion}".strip()
