"""Expected refusals of routing: stable codes, a sentence in both languages, and whether to try again."""

from __future__ import annotations


class RoutingError(Exception):
    """An expected refusal; ``code`` never changes, ``vi`` and ``en`` are sentences for people."""

    code = "routing_error"
    vi = "Không xử lý được yêu cầu về địa bàn."
    en = "The routing request cannot be carried out."
    is_retryable = False

    def __init__(self, *, vi: str | None = None, en: str | None = None) -> None:
        self.vi = vi or type(self).vi
        self.en = en or type(self).en
        super().__init__(f"{self.code}: {self.en}")


class BadRegister(RoutingError):
    """A register file that cannot be used; the sentences name the file, the line and the column."""

    code = "bad_register"
    vi = "Tệp danh mục địa bàn không dùng được."
    en = "The register file cannot be used."


class GeocoderUnavailable(RoutingError):
    """The geocoder did not answer in time or refused; asking again after ``retry_after_s`` can help."""

    code = "geocoder_unavailable"
    vi = "Máy chủ tìm tọa độ chưa trả lời. Hệ thống sẽ hỏi lại sau."
    en = "The geocoder did not answer. It will be asked again later."
    is_retryable = True

    def __init__(self, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__()
