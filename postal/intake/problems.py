"""What can be wrong with an incoming row: a stable code, a sentence in both languages, and what to do about it.

A problem names the column and the rule, never the value: problems are stored, shown and sent back.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong with one cell. ``is_refusal`` says whether the row cannot be taken at all."""

    column: str
    code: str
    vi: str
    en: str
    suggestion: str
    is_refusal: bool

    def as_json(self) -> dict[str, str]:
        """Return what is stored with the row."""
        return {
            "column": self.column,
            "code": self.code,
            "vi": self.vi,
            "en": self.en,
            "suggestion": self.suggestion,
        }


# code → (Vietnamese, English, what to do). {limit} and the like are facts of the rule, never of the person.
REFUSALS: dict[str, tuple[str, str, str]] = {
    "required": ("thiếu giá trị", "a value is missing", "Điền ô này rồi gửi lại dòng."),
    "empty_after_clean": (
        "chỉ có dấu cách hoặc ký tự không nhìn thấy",
        "only spaces or invisible characters",
        "Gõ lại nội dung bằng tay rồi gửi lại dòng.",
    ),
    "too_long": ("dài quá {limit} ký tự", "longer than {limit} characters", "Rút gọn còn tối đa {limit} ký tự."),
    "control_character": (
        "có ký tự điều khiển không đọc được",
        "holds a control character",
        "Gõ lại ô này bằng tay.",
    ),
    "legacy_encoding_suspected": (
        "chữ có vẻ gõ bằng bảng mã cũ (TCVN3 hoặc VNI)",
        "looks like text in an old encoding (TCVN3 or VNI)",
        "Chuyển sang Unicode (UniKey: Ctrl+Shift+F6) rồi gửi lại.",
    ),
    "bad_dossier_code": (
        "mã hồ sơ không đúng dạng",
        "not a dossier code",
        "Ví dụ: H57.15-261120-0001 hoặc 000.00.01.H57-261120-0001.",
    ),
    "bad_datetime": (
        "ngày giờ không đúng dạng",
        "not an ISO date and time with an offset",
        "Ghi theo mẫu 2026-11-20T16:30:00+07:00.",
    ),
    "bad_money": (
        "số tiền không đúng",
        "not a whole number of đồng from 0 to {limit}",
        "Ghi số đồng, chỉ chữ số, ví dụ 135000; không thu thì ghi 0.",
    ),
    "bad_phone": (
        "số điện thoại không đúng: thiếu, thừa chữ số hoặc sai đầu số",
        "not a phone number: digits missing, too many, or a wrong prefix",
        "Ghi 10 chữ số, ví dụ 0905123456; không có điện thoại thì để trống.",
    ),
    "cccd_invalid": (
        "số định danh không đúng: cần 12 chữ số, mã tỉnh và thế kỷ hợp lệ",
        "not a citizen identity number: 12 digits with a valid province and century",
        "Kiểm tra lại số CCCD; không có thì để trống.",
    ),
    "bad_day": (
        "ngày hẹn không đúng dạng, đã qua hoặc xa hơn một năm",
        "not a day YYYY-MM-DD between today and a year from now",
        "Ghi theo mẫu 2026-11-25; ngày nào cũng được thì để trống.",
    ),
    "bad_window": (
        "khung giờ không đúng dạng hoặc giờ cuối trước giờ đầu",
        "not a time window HH:MM-HH:MM, or it ends before it begins",
        "Ghi theo mẫu 07:30-11:30; không hẹn giờ thì để trống.",
    ),
    "postal_not_allowed": (
        "thủ tục này không trả kết quả qua bưu chính (QĐ 45/2016 Điều 1)",
        "results of this procedure may not travel by post",
        "Mời công dân nhận tại quầy.",
    ),
    "too_many_documents": (
        "nhiều hơn {limit} tài liệu",
        "more than {limit} documents",
        "Tách thành nhiều hồ sơ.",
    ),
    "cells_too_many": (
        "thừa ô so với dòng tiêu đề, có thể một ô chứa dấu phân cách mà không có ngoặc kép",
        "more cells than the header: a cell may hold the separator without quotes",
        "Đặt ô có dấu phân cách trong ngoặc kép.",
    ),
    "quote_not_closed": (
        "ngoặc kép mở ra mà không đóng lại",
        "a quote was opened and never closed",
        "Đóng ngoặc kép hoặc bỏ nó đi.",
    ),
    "cell_too_large": (
        "ô quá lớn (hơn {limit} ký tự)",
        "a cell of more than {limit} characters",
        "Kiểm tra tệp: có thể nhiều dòng dính vào một ô.",
    ),
    "dossier_exists": (
        "hồ sơ đã được tiếp nhận trước đó",
        "the dossier was accepted before",
        "Không cần gửi lại. Nếu là hồ sơ khác, sửa mã hồ sơ.",
    ),
    "dossier_exists_other_person": (
        "mã hồ sơ trùng với một hồ sơ đã tiếp nhận của người khác",
        "the dossier code equals that of another person's dossier accepted before",
        "Kiểm tra lại mã hồ sơ: có thể đã gõ nhầm.",
    ),
}

QUESTIONS: dict[str, tuple[str, str, str]] = {
    "bad_phone": (
        "số điện thoại không đúng: thiếu, thừa chữ số hoặc sai đầu số",
        "not a phone number: digits missing, too many, or a wrong prefix",
        "Hỏi lại số điện thoại (10 chữ số, ví dụ 0905123456).",
    ),
    "date_in_future": (
        "ngày xong ở tương lai",
        "finished in the future",
        "Hỏi cơ quan: kết quả đã xong chưa, ngày nào?",
    ),
    "bad_window": (
        "khung giờ không đúng dạng hoặc giờ cuối trước giờ đầu",
        "not a time window HH:MM-HH:MM, or it ends before it begins",
        "Hỏi lại người nhận giờ nào có ở nhà.",
    ),
    "unprintable": (
        "có chữ không in được lên nhãn (vị trí {position})",
        "holds a letter the label's font cannot print (position {position})",
        "Hỏi lại cách viết, gõ bằng chữ Việt có dấu.",
    ),
    "address_ambiguous": (
        "địa chỉ có thể thuộc nhiều xã, phường",
        "the address may lie in several communes",
        "Hỏi người nhận: xã, phường nào trong các nơi gợi ý?",
    ),
    "address_unknown": (
        "không rõ xã, phường nào",
        "no commune can be told from the address",
        "Hỏi người nhận tên xã, phường hiện nay.",
    ),
    "bad_coordinates": (
        "tọa độ không dùng được: {why}",
        "the coordinates cannot be used: {why}",
        "Không cần sửa ngay; điểm sẽ lấy theo địa chỉ.",
    ),
}

# Questions that keep an item from being handed over; the rest are worth asking and stop nothing.
BLOCKING = frozenset({"date_in_future", "unprintable", "address_ambiguous", "address_unknown"})


def refusal(column: str, code: str, **facts: object) -> Problem:
    """Return a problem that keeps the row out."""
    return _problem(REFUSALS[code], column, code, True, facts)


def question(column: str, code: str, **facts: object) -> Problem:
    """Return a problem that lets the row in and must be asked about."""
    return _problem(QUESTIONS[code], column, code, False, facts)


def _problem(
    texts: tuple[str, str, str], column: str, code: str, is_refusal: bool, facts: dict[str, object]
) -> Problem:
    vi, en, suggestion = (text.format_map(facts) for text in texts)
    return Problem(column=column, code=code, vi=vi, en=en, suggestion=suggestion, is_refusal=is_refusal)
