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


class BadProblem(RoutingError):
    """A planning problem that contradicts itself; ``what`` names the office, courier or stop, ``field`` the value."""

    code = "bad_problem"

    def __init__(self, what: str, field: str) -> None:
        self.what, self.field = what, field
        super().__init__(
            vi=f"Dữ liệu lập tuyến sai ở {what}: {field}.",
            en=f"The planning data is wrong at {what}: {field}.",
        )


class BadTravelTimes(RoutingError):
    """A travel-time table no solver may see: wrong shape, not integer, negative or too large."""

    code = "bad_travel_times"

    def __init__(self, why: str) -> None:
        super().__init__(
            vi=f"Bảng thời gian đi đường không dùng được: {why}.", en=f"The travel times cannot be used: {why}."
        )


class EngineUnavailable(RoutingError):
    """The travel-time engine did not answer usably; asking again after ``retry_after_s`` can help."""

    code = "engine_unavailable"
    vi = "Máy chủ tính đường chưa trả lời."
    en = "The travel-time engine did not answer."
    is_retryable = True

    def __init__(self, *, retry_after_s: int = 30) -> None:
        self.retry_after_s = retry_after_s
        super().__init__()


class BadPlanFile(RoutingError):
    """A planning instance file that cannot be read; the sentences name the entry."""

    code = "bad_plan_file"

    def __init__(self, where: str) -> None:
        super().__init__(vi=f"Tệp bài toán sai ở {where}.", en=f"The instance file is wrong at {where}.")


class RemedyNotApplicable(RoutingError):
    """A remedy that changes nothing of this day: a field to be put right by hand, or another day."""

    code = "remedy_not_applicable"

    def __init__(self, stop_id: str, change: str) -> None:
        super().__init__(
            vi=f"Cách gỡ “{change}” của điểm {stop_id} không đổi được gì trong ngày này.",
            en=f"The remedy {change} of stop {stop_id} changes nothing of this day.",
        )


class UnknownProvince(RoutingError):
    """A name that no province has or had; ``near`` holds the names of today that look like it."""

    code = "unknown_province"

    def __init__(self, near: tuple[str, ...]) -> None:
        self.near = near
        hint = ", ".join(near)
        super().__init__(
            vi="Không có tỉnh, thành phố tên này" + (f"; có phải {hint}?" if near else "."),
            en="No province has or had this name" + (f"; {hint}?" if near else "."),
        )
