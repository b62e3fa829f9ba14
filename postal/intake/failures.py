"""Why a file cannot be read as a table at all; nothing of such a file is taken."""

from __future__ import annotations

from postal.intake.columns import BadFile

MAX_FILE_BYTES = 50_000_000
MAX_ROWS = 50_000


class EmptyFile(BadFile):
    code = "empty_file"
    vi = "Tệp trống: không có dòng nào dưới dòng tiêu đề."
    en = "The file is empty: no row stands below a header."


class FileTooLarge(BadFile):
    code = "file_too_large"
    vi = "Tệp quá lớn: tối đa {limit_mb} MB và {limit_rows} dòng mỗi lần. Chia thành nhiều tệp."
    en = "The file is too large: at most {limit_mb} MB and {limit_rows} rows at a time. Split it."

    def __init__(self) -> None:
        super().__init__(limit_mb=MAX_FILE_BYTES // 1_000_000, limit_rows=f"{MAX_ROWS:,}".replace(",", "."))


class LegacyEncoding(BadFile):
    code = "legacy_encoding"
    vi = "Tệp không phải UTF-8 (có vẻ gõ bằng bảng mã cũ: Windows-1258, TCVN3 hoặc VNI). Lưu lại dạng CSV UTF-8."
    en = "The file is not UTF-8 (it looks like Windows-1258, TCVN3 or VNI). Save it again as CSV UTF-8."


class NotATable(BadFile):
    code = "not_a_table"
    vi = "Tệp không phải CSV hay XLSX: {why}. Lưu lại thành .xlsx hoặc CSV UTF-8 rồi gửi lại."
    en = "The file is neither CSV nor XLSX: {why_en}. Save it again as .xlsx or CSV UTF-8."


class UnsafeWorkbook(BadFile):
    code = "unsafe_workbook"
    vi = "Tệp XLSX không nhận được: {why}. Chép riêng bảng kết quả sang một tệp .xlsx mới."
    en = "The XLSX file is refused: {why_en}. Copy the table alone into a new .xlsx file."
