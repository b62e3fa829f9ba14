"""Why a file cannot be read as a table at all; nothing of such a file is taken."""

from __future__ import annotations

from postal.errors import PostalError
from routing import Message

MAX_FILE_BYTES = 50_000_000
MAX_ROWS = 50_000
MAX_CELL = 20_000
"""Characters of one cell: more than any column holds, far less than what fills the memory."""


class BadFile(PostalError):
    """A file that cannot be read as a table at all; nothing of it was taken."""

    code = "bad_file"
    says = Message("Tệp không đọc được.")


class EmptyFile(BadFile):
    code = "empty_file"
    says = Message("Tệp trống: không có dòng nào dưới dòng tiêu đề.")


class FileTooLarge(BadFile):
    code = "file_too_large"
    says = Message("Tệp quá lớn: tối đa {limit_mb} MB và {limit_rows} dòng mỗi lần. Chia thành nhiều tệp.")

    def __init__(self) -> None:
        super().__init__(limit_mb=MAX_FILE_BYTES // 1_000_000, limit_rows=f"{MAX_ROWS:,}".replace(",", "."))


class LegacyEncoding(BadFile):
    code = "legacy_encoding"
    says = Message(
        "Tệp không phải UTF-8 (có vẻ gõ bằng bảng mã cũ: Windows-1258, TCVN3 hoặc VNI). Lưu lại dạng CSV UTF-8."
    )


class NotATable(BadFile):
    code = "not_a_table"
    says = Message("Tệp không phải bảng CSV hay Excel: {why}. Lưu lại thành .xlsx hoặc CSV UTF-8 rồi gửi lại.")


class UnsafeWorkbook(BadFile):
    code = "unsafe_workbook"
    says = Message("Tệp Excel không nhận được: {why}. Chép riêng bảng kết quả sang một tệp .xlsx mới.")
