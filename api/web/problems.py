"""Refusals of the web edge itself (a body, a header, a right): stable codes with a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from postal import Message


@dataclass(frozen=True)
class Wording:
    """What a code means: its HTTP status and the sentence shown for it."""

    status: int
    message: Message


# Sentences name the place, never the value: input is not echoed (it may be personal, it may be an attack).
CATALOG: dict[str, Wording] = {
    "bad_json": Wording(400, Message("Nội dung gửi lên không phải JSON hợp lệ.")),
    "json_too_deep": Wording(400, Message("JSON lồng quá sâu, tối đa {limit} tầng.")),
    "object_expected": Wording(400, Message("Cần một đối tượng JSON, ví dụ {{…}}.")),
    "duplicate_key": Wording(400, Message("Một tên trường xuất hiện hai lần trong cùng đối tượng.")),
    "number_not_finite": Wording(400, Message("{field}: số phải hữu hạn (không NaN, không vô cực).")),
    "number_out_of_range": Wording(400, Message("{field}: số nằm ngoài khoảng cho phép.")),
    "bad_unicode": Wording(400, Message("{field}: có ký tự Unicode không hợp lệ.")),
    "control_character": Wording(400, Message("{field}: có ký tự điều khiển không cho phép.")),
    "utf8_required": Wording(400, Message("Nội dung phải mã hóa UTF-8, không có BOM.")),
    "json_required": Wording(415, Message("Cần gửi Content-Type: application/json.")),
    "picture_required": Wording(415, Message("Cần gửi ảnh với Content-Type: image/jpeg hoặc image/png.")),
    "encoding_not_supported": Wording(415, Message("Không nhận nội dung nén (Content-Encoding).")),
    "too_large": Wording(413, Message("Nội dung gửi lên quá lớn.")),
    "invalid": Wording(400, Message("{field}: giá trị không hợp lệ.")),
    "missing_field": Wording(400, Message("{field}: thiếu trường bắt buộc.")),
    "unknown_field": Wording(400, Message("{field}: trường này không có trong API.")),
    "wrong_type": Wording(400, Message("{field}: sai kiểu dữ liệu.")),
    "too_long": Wording(400, Message("{field}: dài quá giới hạn {limit}.")),
    "too_short": Wording(400, Message("{field}: cần ít nhất {limit}.")),
    "too_many": Wording(400, Message("{field}: nhiều quá {limit} mục.")),
    "empty_after_clean": Wording(400, Message("{field}: không còn ký tự nào nhìn thấy được.")),
    "bad_datetime": Wording(400, Message("{field}: cần ngày giờ có múi giờ, ví dụ 2026-11-20T16:30:00+07:00.")),
    "bad_date": Wording(400, Message("{field}: cần ngày dạng 2026-11-23.")),
    "bad_format": Wording(400, Message("{field}: sai định dạng.")),
    "idempotency_key_required": Wording(
        400, Message("Thiếu tiêu đề Idempotency-Key. Xem hướng dẫn theo địa chỉ trong trường type.")
    ),
    "bad_key": Wording(400, Message("Idempotency-Key cần 8–200 ký tự trong A–Z, a–z, 0–9 và . _ : -")),
    "key_in_use": Wording(409, Message("Yêu cầu cùng Idempotency-Key đang được xử lý. Hãy thử lại sau.")),
    "sign_in_required": Wording(401, Message("Cần đăng nhập hoặc khóa API hợp lệ.")),
    "phone_key_required": Wording(401, Message("Điện thoại đang khóa. Mở bằng mã PIN rồi thử lại.")),
    "second_factor_required": Wording(
        403, Message("Vai trò này phải có yếu tố xác thực thứ hai. Hãy thêm ở trang tài khoản.")
    ),
    "csrf_failed": Wording(400, Message("Phiên làm việc đã cũ. Hãy tải lại trang rồi gửi lại.")),
    "bad_request": Wording(400, Message("Yêu cầu không hợp lệ.")),
    "host_not_allowed": Wording(400, Message("Tên máy chủ không được phép.")),
    "forbidden": Wording(403, Message("Ông/Bà không có quyền làm việc này.")),
    "not_found": Wording(404, Message("Không tìm thấy.")),
    "method_not_allowed": Wording(405, Message("Địa chỉ này không nhận phương thức đó.")),
    "not_acceptable": Wording(406, Message("Không có dạng trả lời được yêu cầu.")),
    "conflict": Wording(409, Message("Yêu cầu trái với dữ liệu đã ghi.")),
    "uri_too_long": Wording(414, Message("Địa chỉ quá dài.")),
    "too_many_requests": Wording(429, Message("Quá nhiều yêu cầu. Hãy thử lại sau.")),
    "headers_too_large": Wording(431, Message("Tiêu đề yêu cầu quá lớn.")),
    "internal": Wording(500, Message("Hệ thống gặp lỗi. Xin báo mã yêu cầu cho người quản trị.")),
    "storage_unavailable": Wording(
        503, Message("Cơ sở dữ liệu đang bận hoặc không ghi được. Hãy thử lại sau ít phút.")
    ),
    "unavailable": Wording(503, Message("Dịch vụ tạm thời không sẵn sàng.")),
}


class WebRefusal(Exception):
    """A refusal by the web edge; ``facts`` fill the sentence and hold limits, never input."""

    def __init__(
        self, code: str, *, field: str | None = None, retry_after_s: int | None = None, **facts: object
    ) -> None:
        self.code = code
        self.field = field
        self.retry_after_s = retry_after_s
        self.facts = facts
        super().__init__(code)

    @property
    def status(self) -> int:
        """Return the HTTP status of the code."""
        return CATALOG[self.code].status


def sentence(code: str, *, field: str | None, facts: dict[str, object]) -> Message:
    """Return the sentence of a catalogued code."""
    return CATALOG[code].message.filled(**facts, field=field or "…")
