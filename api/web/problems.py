"""Refusals of the web edge itself (a body, a header, a right): stable codes with a sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """What a code means: its HTTP status and the sentences shown for it."""

    status: int
    vi: str
    en: str


# Sentences name the place, never the value: input is not echoed (it may be personal, it may be an attack).
CATALOG: dict[str, Wording] = {
    "bad_json": Wording(400, "Nội dung gửi lên không phải JSON hợp lệ.", "The body is not valid JSON."),
    "json_too_deep": Wording(
        400, "JSON lồng quá sâu, tối đa {limit} tầng.", "The JSON is nested deeper than {limit} levels."
    ),
    "object_expected": Wording(400, "Cần một đối tượng JSON, ví dụ {{…}}.", "A JSON object such as {{…}} is expected."),
    "duplicate_key": Wording(
        400, "Một tên trường xuất hiện hai lần trong cùng đối tượng.", "One object holds the same key twice."
    ),
    "number_not_finite": Wording(
        400, "{field}: số phải hữu hạn (không NaN, không vô cực).", "{field}: the number must be finite."
    ),
    "number_out_of_range": Wording(
        400, "{field}: số nằm ngoài khoảng cho phép.", "{field}: the number is out of range."
    ),
    "bad_unicode": Wording(
        400, "{field}: có ký tự Unicode không hợp lệ.", "{field}: the text holds half of a surrogate pair."
    ),
    "control_character": Wording(
        400, "{field}: có ký tự điều khiển không cho phép.", "{field}: the text holds a control character."
    ),
    "utf8_required": Wording(
        400, "Nội dung phải mã hoá UTF-8, không có BOM.", "The body must be UTF-8 without a byte order mark."
    ),
    "json_required": Wording(
        415, "Cần gửi Content-Type: application/json.", "The content type must be application/json."
    ),
    "encoding_not_supported": Wording(
        415, "Không nhận nội dung nén (Content-Encoding).", "Compressed bodies (Content-Encoding) are not accepted."
    ),
    "too_large": Wording(413, "Nội dung gửi lên quá lớn.", "The body is too large."),
    "invalid": Wording(400, "{field}: giá trị không hợp lệ.", "{field}: the value is not valid."),
    "missing_field": Wording(400, "{field}: thiếu trường bắt buộc.", "{field}: the field is required."),
    "unknown_field": Wording(400, "{field}: trường này không có trong API.", "{field}: there is no such field."),
    "wrong_type": Wording(400, "{field}: sai kiểu dữ liệu.", "{field}: the value has the wrong type."),
    "too_long": Wording(400, "{field}: dài quá giới hạn {limit}.", "{field}: longer than the limit of {limit}."),
    "too_short": Wording(400, "{field}: cần ít nhất {limit}.", "{field}: at least {limit} needed."),
    "too_many": Wording(400, "{field}: nhiều quá {limit} mục.", "{field}: more than {limit} entries."),
    "empty_after_clean": Wording(
        400, "{field}: không còn ký tự nào nhìn thấy được.", "{field}: no visible character is left."
    ),
    "bad_datetime": Wording(
        400,
        "{field}: cần ngày giờ có múi giờ, ví dụ 2026-11-20T16:30:00+07:00.",
        "{field}: a date and time with its offset is expected, such as 2026-11-20T16:30:00+07:00.",
    ),
    "bad_date": Wording(400, "{field}: cần ngày dạng 2026-11-23.", "{field}: a date such as 2026-11-23 is expected."),
    "bad_format": Wording(400, "{field}: sai định dạng.", "{field}: the format is wrong."),
    "idempotency_key_required": Wording(
        400,
        "Thiếu tiêu đề Idempotency-Key. Xem hướng dẫn theo địa chỉ trong trường type.",
        "The Idempotency-Key header is missing. The address in type says how to use it.",
    ),
    "bad_key": Wording(
        400,
        "Idempotency-Key cần 8–200 ký tự trong A–Z, a–z, 0–9 và . _ : -",
        "Idempotency-Key needs 8–200 characters out of A–Z, a–z, 0–9 and . _ : -",
    ),
    "key_in_use": Wording(
        409,
        "Yêu cầu cùng Idempotency-Key đang được xử lý. Hãy thử lại sau.",
        "A request with this Idempotency-Key is being handled. Try again shortly.",
    ),
    "sign_in_required": Wording(401, "Cần đăng nhập hoặc khoá API hợp lệ.", "Sign in, or send a valid API key."),
    "csrf_failed": Wording(
        400, "Phiên làm việc đã cũ. Hãy tải lại trang rồi gửi lại.", "The page is too old. Reload it and send again."
    ),
    "bad_request": Wording(400, "Yêu cầu không hợp lệ.", "The request is not valid."),
    "host_not_allowed": Wording(400, "Tên máy chủ không được phép.", "This host name is not served."),
    "forbidden": Wording(403, "Ông/Bà không có quyền làm việc này.", "You may not do this."),
    "not_found": Wording(404, "Không tìm thấy.", "Nothing was found here."),
    "method_not_allowed": Wording(
        405, "Địa chỉ này không nhận phương thức đó.", "This address does not take that method."
    ),
    "not_acceptable": Wording(406, "Không có dạng trả lời được yêu cầu.", "No acceptable form of answer."),
    "conflict": Wording(409, "Yêu cầu trái với dữ liệu đã ghi.", "The request contradicts what is recorded."),
    "uri_too_long": Wording(414, "Địa chỉ quá dài.", "The address is too long."),
    "too_many_requests": Wording(429, "Quá nhiều yêu cầu. Hãy thử lại sau.", "Too many requests. Try again later."),
    "headers_too_large": Wording(431, "Tiêu đề yêu cầu quá lớn.", "The request headers are too large."),
    "internal": Wording(
        500,
        "Hệ thống gặp lỗi. Xin báo mã yêu cầu cho người quản trị.",
        "Something failed here. Please tell the administrator the request id.",
    ),
    "storage_unavailable": Wording(
        503,
        "Cơ sở dữ liệu đang bận hoặc không ghi được. Hãy thử lại sau ít phút.",
        "The database is busy or cannot be written. Try again in a few minutes.",
    ),
    "unavailable": Wording(503, "Dịch vụ tạm thời không sẵn sàng.", "The service is not ready for now."),
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


def sentences(code: str, *, field: str | None, facts: dict[str, object]) -> tuple[str, str]:
    """Return the Vietnamese and the English sentence of a catalogued code."""
    wording = CATALOG[code]
    known = _Known({**facts, "field": field or "…"})
    return wording.vi.format_map(known), wording.en.format_map(known)


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"
