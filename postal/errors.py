"""Every expected refusal of the service: one tree, stable codes, a sentence in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class PostalError(Exception):
    """An expected refusal.

    ``code`` never changes once published. ``vi`` and ``en`` are sentences for people; they may hold
    identifiers (S10, dossier code, row, column), never anything personal. ``is_retryable`` says
    whether the same request can succeed later without a change.
    """

    code = "postal_error"
    vi = "Yêu cầu không thực hiện được."
    en = "The request cannot be carried out."
    is_retryable = False

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        self.field = field
        self.facts: Mapping[str, object] = MappingProxyType(dict(facts))
        super().__init__(f"{self.code}: {self.sentence('en')}")

    def sentence(self, language: str = "vi") -> str:
        """Return the sentence for people with this refusal's own identifiers in it."""
        template = self.vi if language == "vi" else self.en
        named = {} if self.field is None else {"field": self.field}
        return template.format_map(_Known({**named, **self.facts}))


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


class NotFound(PostalError):
    code = "not_found"
    vi = "Không tìm thấy {what}."
    en = "{what} was not found."


class UnknownS10(NotFound):
    code = "unknown_s10"
    vi = "Không có bưu gửi mang số hiệu {s10}."
    en = "No item carries the code {s10}."


class BadS10(PostalError):
    code = "bad_s10"
    vi = "Số hiệu bưu gửi {s10} không hợp lệ: cần 2 chữ cái, 9 chữ số và 2 chữ cái, chữ số kiểm tra đúng."
    en = "{s10} is not a valid S10 code: 2 letters, 9 digits, 2 letters with a right check digit."


class RangeExhausted(PostalError):
    code = "s10_range_exhausted"
    vi = "Dải số hiệu đã dùng hết. Xin cấp dải mới trước khi in nhãn."
    en = "The granted S10 ranges are used up. Ask for a new range before printing labels."


class RangeOverlaps(PostalError):
    code = "s10_range_overlaps"
    vi = "Dải số hiệu {first}–{last} trùng với một dải đã cấp."
    en = "The range {first}–{last} overlaps one already granted."


class MoveNotAllowed(PostalError):
    code = "move_not_allowed"
    vi = "Bưu gửi đang ở trạng thái “{state}”, không thể ghi nhận “{kind}”."
    en = "The item is {state}; {kind} does not fit."


class ScanIdReused(PostalError):
    code = "scan_id_reused"
    vi = "Mã lượt quét {scan_id} đã dùng cho một việc khác."
    en = "Scan id {scan_id} was already used for something else."


class InvalidInput(PostalError):
    """A value that cannot be accepted; ``field`` names it."""

    code = "invalid"
    vi = "{field}: giá trị không hợp lệ."
    en = "{field}: the value is not valid."


class Conflict(PostalError):
    """The request contradicts what is already recorded."""

    code = "conflict"
    vi = "Yêu cầu trái với dữ liệu đã ghi."
    en = "The request contradicts what is recorded."


class DossierExists(Conflict):
    code = "dossier_exists"
    vi = "Hồ sơ {dossier_code} đã được tiếp nhận trước đó."
    en = "Dossier {dossier_code} was accepted before."


class EmptyBatch(Conflict):
    code = "empty_batch"
    vi = "Lô chưa có bưu gửi nào."
    en = "The batch holds no item."


class Forbidden(PostalError):
    code = "forbidden"
    vi = "Ông/Bà không có quyền làm việc này."
    en = "You may not do this."


class Unavailable(PostalError):
    """Something outside does not answer; trying again later can help."""

    code = "unavailable"
    vi = "{what} đang không trả lời. Hãy thử lại sau ít phút."
    en = "{what} does not answer. Try again in a few minutes."
    is_retryable = True


class WeakPassword(InvalidInput):
    code = "weak_password"
    vi = "Mật khẩu cần từ 10 đến 200 ký tự và không chứa tên đăng nhập."
    en = "The password needs 10 to 200 characters and may not contain the user name."


class UsernameTaken(Conflict):
    code = "username_taken"
    vi = "Tên đăng nhập {username} đã có người dùng."
    en = "The user name {username} is taken."


class HttpsRequired(InvalidInput):
    code = "https_required"
    vi = "Địa chỉ nhận tin phải bắt đầu bằng https:// và có tên máy chủ."
    en = "The callback address must start with https:// and name a host."


class AddressNotAllowed(InvalidInput):
    code = "address_not_allowed"
    vi = "Địa chỉ nhận tin này không được phép: chỉ gửi tới máy chủ công khai, cổng 443 hoặc 8443, không kèm mật khẩu."
    en = "This callback address is not allowed: public hosts only, port 443 or 8443, no credentials."


class TablesOutOfDate(Conflict):
    code = "tables_out_of_date"
    vi = "Bảng dữ liệu ở phiên bản {current}, chương trình cần {newest}. Chạy: tannha migrate"
    en = "The tables are at revision {current}, this program needs {newest}. Run: tannha migrate"
