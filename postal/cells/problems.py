"""What can be wrong with an incoming row: a stable code, what it is, and what to do about it.

A problem names the column and the rule, never the value: problems are stored, shown and sent back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from routing import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong with one cell. ``is_refusal`` says whether the row cannot be taken at all."""

    column: str
    code: str
    message: Message
    suggestion: Message
    is_refusal: bool

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with the row."""
        return {
            "column": self.column,
            "code": self.code,
            "message": self.message.as_json(),
            "suggestion": self.suggestion.as_json(),
        }


def message_of(stored: Mapping[str, Any]) -> Message:
    """Return what is wrong, of a stored problem; rows of before the catalogue hold a Vietnamese sentence."""
    return Message.from_json(stored["message"]) if "message" in stored else Message(str(stored.get("vi", "")))


def suggestion_of(stored: Mapping[str, Any]) -> Message:
    """Return what to do about a stored problem."""
    suggestion = stored.get("suggestion", "")
    return Message.from_json(suggestion) if isinstance(suggestion, Mapping) else Message(suggestion)


class Rule(NamedTuple):
    """What a code means: what is wrong, and what to do about it."""

    message: Message
    suggestion: Message


# {limit} and the like are facts of the rule, never of the person.
REFUSALS: dict[str, Rule] = {
    "error_value": Rule(
        Message("ô chứa lỗi của bảng tính (#N/A, #REF!…)"),
        Message("Sửa công thức hoặc gõ giá trị vào ô rồi gửi lại dòng."),
    ),
    "letters_lost": Rule(
        Message("mất chữ: có dấu ? hoặc ô vuông thay cho chữ"),
        Message("Gõ lại bằng chữ Việt có dấu, lưu tệp dạng .xlsx hoặc CSV UTF-8."),
    ),
    "required": Rule(
        Message("thiếu giá trị"),
        Message("Điền ô này rồi gửi lại dòng."),
    ),
    "empty_after_clean": Rule(
        Message("chỉ có dấu cách hoặc ký tự không nhìn thấy"),
        Message("Gõ lại nội dung bằng tay rồi gửi lại dòng."),
    ),
    "too_long": Rule(
        Message("dài quá {limit} ký tự"),
        Message("Rút gọn còn tối đa {limit} ký tự."),
    ),
    "control_character": Rule(
        Message("có ký tự điều khiển không đọc được"),
        Message("Gõ lại ô này bằng tay."),
    ),
    "legacy_encoding_suspected": Rule(
        Message("chữ bị hỏng mã: bảng mã cũ (TCVN3, VNI) hoặc UTF-8 mã hóa hai lần"),
        Message("Chuyển sang Unicode (UniKey: Ctrl+Shift+F6) rồi gửi lại."),
    ),
    "bad_dossier_code": Rule(
        Message("mã hồ sơ không đúng dạng"),
        Message("Ví dụ: H57.15-261120-0001 hoặc 000.00.01.H57-261120-0001."),
    ),
    "bad_datetime": Rule(
        Message("ngày giờ không đọc được"),
        Message("Ghi theo mẫu 20/11/2026 16:30; phần mềm ghi 2026-11-20T16:30:00+07:00."),
    ),
    "bad_money": Rule(
        Message("số tiền phải là số đồng nguyên từ 0 đến {limit}"),
        Message("Ghi số đồng, chỉ chữ số, ví dụ 135000; không thu thì ghi 0."),
    ),
    "bad_phone": Rule(
        Message("số điện thoại không đúng: thiếu, thừa chữ số hoặc sai đầu số"),
        Message("Ghi 10 chữ số, ví dụ 0905123456; không có điện thoại thì để trống."),
    ),
    "cccd_invalid": Rule(
        Message("số định danh không đúng: cần 12 chữ số, mã tỉnh và thế kỷ hợp lệ"),
        Message("Kiểm tra lại số CCCD; không có thì để trống."),
    ),
    "bad_day": Rule(
        Message("ngày hẹn không đúng dạng, đã qua hoặc xa hơn một năm"),
        Message("Ghi theo mẫu 2026-11-25; ngày nào cũng được thì để trống."),
    ),
    "bad_window": Rule(
        Message("khung giờ không đúng dạng hoặc giờ cuối trước giờ đầu"),
        Message("Ghi theo mẫu 07:30-11:30; không hẹn giờ thì để trống."),
    ),
    "postal_not_allowed": Rule(
        Message("thủ tục này không trả kết quả qua bưu chính (QĐ 45/2016 Điều 1)"),
        Message("Mời công dân nhận tại quầy."),
    ),
    "too_many_documents": Rule(
        Message("nhiều hơn {limit} tài liệu"),
        Message("Tách thành nhiều hồ sơ."),
    ),
    "cells_too_many": Rule(
        Message("thừa ô so với dòng tiêu đề, có thể một ô chứa dấu phân cách mà không có ngoặc kép"),
        Message("Đặt ô có dấu phân cách trong ngoặc kép."),
    ),
    "quote_not_closed": Rule(
        Message("ngoặc kép mở ra mà không đóng lại"),
        Message("Đóng ngoặc kép hoặc bỏ nó đi."),
    ),
    "cell_too_large": Rule(
        Message("ô quá lớn (hơn {limit} ký tự)"),
        Message("Kiểm tra tệp: có thể nhiều dòng dính vào một ô."),
    ),
    "dossier_exists": Rule(
        Message("hồ sơ đã được tiếp nhận trước đó"),
        Message("Không cần gửi lại. Nếu là hồ sơ khác, sửa mã hồ sơ."),
    ),
    "dossier_exists_other_person": Rule(
        Message("mã hồ sơ trùng với một hồ sơ đã tiếp nhận của người khác"),
        Message("Kiểm tra lại mã hồ sơ: có thể đã gõ nhầm."),
    ),
}

QUESTIONS: dict[str, Rule] = {
    "office_new": Rule(
        Message("cơ quan này chưa có, tên gần giống một cơ quan đã có"),
        Message("Hỏi cơ quan gửi: gõ nhầm tên, hay là cơ quan mới?"),
    ),
    "point_far": Rule(
        Message("tọa độ xa xã, phường ghi trong địa chỉ"),
        Message("Hỏi người nhận: nhà ở xã, phường nào? Xác nhận điểm trên bản đồ."),
    ),
    "too_many_documents": Rule(
        Message("quá nhiều tài liệu, chỉ giữ những tài liệu đầu"),
        Message("Hỏi cơ quan danh sách tài liệu đầy đủ."),
    ),
    "control_character": Rule(
        Message("có ký tự điều khiển nên không đọc"),
        Message("Hỏi cơ quan nội dung của ô, nếu cần."),
    ),
    "too_long": Rule(
        Message("nội dung dài quá nên bị cắt bớt"),
        Message("Xem lại nội dung; hỏi cơ quan nếu thiếu."),
    ),
    "error_value": Rule(
        Message("ô chứa lỗi của bảng tính (#N/A, #REF!…)"),
        Message("Hỏi cơ quan nội dung của ô, nếu cần."),
    ),
    "cccd_invalid": Rule(
        Message("số định danh không đúng: cần 12 chữ số, mã tỉnh và thế kỷ hợp lệ"),
        Message("Không cần sửa ngay; bưu tá xem giấy tờ khi phát."),
    ),
    "month_first": Rule(
        Message("ngày xong ghi tháng trước ngày"),
        Message("Hỏi cơ quan ngày xong, nếu ngày đang ghi không đúng."),
    ),
    "broken_address": Rule(
        Message("địa chỉ có chữ bị hỏng mã hoặc mất chữ"),
        Message("Hỏi lại địa chỉ, gõ bằng chữ Việt có dấu."),
    ),
    "odd_name": Rule(
        Message("tên có ký hiệu hoặc chữ không thể là tên"),
        Message("Hỏi lại họ tên người nhận."),
    ),
    "typing_suspected": Rule(
        Message("tên có vẻ còn nguyên phím gõ Telex hoặc VNI"),
        Message("Hỏi lại họ tên, gõ bằng chữ Việt có dấu."),
    ),
    "odd_money": Rule(
        Message("số tiền thu hộ nhỏ hơn mọi mức phí, có thể mất ba số 0"),
        Message("Hỏi cơ quan: thu bao nhiêu đồng?"),
    ),
    "bad_money": Rule(
        Message("số tiền thu hộ không đọc được"),
        Message("Hỏi cơ quan: thu bao nhiêu đồng, hay không thu?"),
    ),
    "bad_phone": Rule(
        Message("số điện thoại không đúng: thiếu, thừa chữ số hoặc sai đầu số"),
        Message("Hỏi lại số điện thoại (10 chữ số, ví dụ 0905123456)."),
    ),
    "date_in_future": Rule(
        Message("ngày xong ở tương lai"),
        Message("Hỏi cơ quan: kết quả đã xong chưa, ngày nào?"),
    ),
    "bad_window": Rule(
        Message("khung giờ không đúng dạng hoặc giờ cuối trước giờ đầu"),
        Message("Hỏi lại người nhận giờ nào có ở nhà."),
    ),
    "unprintable": Rule(
        Message("có chữ không in được lên nhãn (vị trí {position})"),
        Message("Hỏi lại cách viết, gõ bằng chữ Việt có dấu."),
    ),
    "address_ambiguous": Rule(
        Message("địa chỉ có thể thuộc nhiều xã, phường"),
        Message("Hỏi người nhận: xã, phường nào trong các nơi gợi ý?"),
    ),
    "address_unknown": Rule(
        Message("không rõ xã, phường nào"),
        Message("Hỏi người nhận tên xã, phường hiện nay."),
    ),
    "bad_coordinates": Rule(
        Message("tọa độ không dùng được: {why}"),
        Message("Không cần sửa ngay; điểm sẽ lấy theo địa chỉ."),
    ),
}

# Questions that keep an item from being handed over; the rest are worth asking and stop nothing.
BLOCKING = frozenset({
    "date_in_future", "unprintable", "address_ambiguous", "address_unknown", "bad_money", "odd_money",
    "typing_suspected", "odd_name", "broken_address", "point_far", "office_new",
})  # fmt: skip


def refusal(column: str, code: str, **facts: object) -> Problem:
    """Return a problem that keeps the row out."""
    return _problem(REFUSALS[code], column, code, True, facts)


def question(column: str, code: str, **facts: object) -> Problem:
    """Return a problem that lets the row in and must be asked about."""
    return _problem(QUESTIONS[code], column, code, False, facts)


def _problem(rule: Rule, column: str, code: str, is_refusal: bool, facts: dict[str, object]) -> Problem:
    return Problem(
        column=column,
        code=code,
        message=rule.message.filled(**facts),
        suggestion=rule.suggestion.filled(**facts),
        is_refusal=is_refusal,
    )
