"""Every expected refusal of the service: one tree, stable codes, a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from routing import Message


class PostalError(Exception):
    """An expected refusal.

    ``code`` never changes once published. ``says`` is the sentence for people; what is filled into it may be an
    identifier (S10, dossier code, row, column), a limit or another message, never anything personal.
    ``is_retryable`` says whether the same request can succeed later without a change.
    """

    code = "postal_error"
    says = Message("Yêu cầu không thực hiện được.")
    is_retryable = False

    def __init__(self, *, field: str | Message | None = None, **facts: object) -> None:
        self.field = field
        self.facts: Mapping[str, object] = MappingProxyType(dict(facts))
        super().__init__(f"{self.code}: {self.message}")

    @property
    def message(self) -> Message:
        """Return the sentence for people with this refusal's own identifiers in it."""
        named = {} if self.field is None else {"field": self.field}
        return self.says.filled(**{**named, **self.facts})


class NotFound(PostalError):
    code = "not_found"
    says = Message("Không tìm thấy {what}.")


class UnknownS10(NotFound):
    code = "unknown_s10"
    says = Message("Không có bưu gửi mang số hiệu {s10}.")


class BadS10(PostalError):
    code = "bad_s10"
    says = Message("Số hiệu bưu gửi {s10} không hợp lệ: cần 2 chữ cái, 9 chữ số và 2 chữ cái, chữ số kiểm tra đúng.")


class RangeExhausted(PostalError):
    code = "s10_range_exhausted"
    says = Message("Dải số hiệu đã dùng hết. Xin cấp dải mới trước khi in nhãn.")


class RangeOverlaps(PostalError):
    code = "s10_range_overlaps"
    says = Message("Dải số hiệu {first}–{last} trùng với một dải đã cấp.")


class MoveNotAllowed(PostalError):
    code = "move_not_allowed"
    says = Message("Bưu gửi đang ở trạng thái “{state}”, không thể ghi nhận “{kind}”.")


class ScanIdReused(PostalError):
    code = "scan_id_reused"
    says = Message("Mã lượt quét {scan_id} đã dùng cho một việc khác.")


class InvalidInput(PostalError):
    """A value that cannot be accepted; ``field`` names it."""

    code = "invalid"
    says = Message("{field}: giá trị không hợp lệ.")


class Several(InvalidInput):
    """Several refusals of one request at once; each names its own place."""

    code = "several"
    says = Message("Có {n} chỗ chưa đúng. {first}")

    def __init__(self, refusals: Sequence[PostalError]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(n=len(self.refusals), first=self.refusals[0].message)


class Conflict(PostalError):
    """The request contradicts what is already recorded."""

    code = "conflict"
    says = Message("Yêu cầu trái với dữ liệu đã ghi.")


class TakenMeanwhile(Conflict):
    """Two recorded the same thing at one instant: the other one was first, and nothing of this one is recorded."""

    code = "taken_meanwhile"
    says = Message("Người khác vừa ghi cùng mã hoặc tên này. Chưa có gì của lần này được ghi: xem lại rồi ghi lại.")


class EmptyBatch(Conflict):
    code = "empty_batch"
    says = Message("Lô chưa có bưu gửi nào.")


class Forbidden(PostalError):
    code = "forbidden"
    says = Message("Ông/Bà không có quyền làm việc này.")


class Unavailable(PostalError):
    """Something outside does not answer; trying again later can help."""

    code = "unavailable"
    says = Message("{what} đang không trả lời. Hãy thử lại sau ít phút.")
    is_retryable = True


class WeakPassword(InvalidInput):
    code = "weak_password"
    says = Message("Mật khẩu cần từ 10 đến 200 ký tự và không chứa tên đăng nhập.")


class UsernameTaken(Conflict):
    code = "username_taken"
    says = Message("Tên đăng nhập {username} đã có người dùng.")


class HttpsRequired(InvalidInput):
    code = "https_required"
    says = Message("Địa chỉ nhận tin phải bắt đầu bằng https:// và có tên máy chủ.")


class AddressNotAllowed(InvalidInput):
    code = "address_not_allowed"
    says = Message(
        "Địa chỉ nhận tin này không được phép: chỉ gửi tới máy chủ công khai, cổng 443 hoặc 8443, không kèm mật khẩu."
    )


class TablesOutOfDate(Conflict):
    code = "tables_out_of_date"
    says = Message("Bảng dữ liệu ở phiên bản {current}, chương trình cần {newest}. Chạy: tannha migrate")
