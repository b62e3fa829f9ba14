"""Expected refusals of routing: stable codes, a sentence for people, and whether to try again."""

from __future__ import annotations

from routing.message import Message


class RoutingError(Exception):
    """An expected refusal; ``code`` never changes, ``message`` is the sentence for people."""

    code = "routing_error"
    says = Message("Không xử lý được yêu cầu về địa bàn.")
    is_retryable = False

    def __init__(self, message: Message | None = None) -> None:
        self.message = message or self.says
        super().__init__(f"{self.code}: {self.message}")


class BadRegister(RoutingError):
    """A register file that cannot be used; the sentences name the file, the line and the column."""

    code = "bad_register"
    says = Message("Tệp danh mục địa bàn không dùng được.")


class GeocoderUnavailable(RoutingError):
    """The geocoder did not answer in time or refused; asking again after ``retry_after_s`` can help."""

    code = "geocoder_unavailable"
    says = Message("Máy chủ tìm tọa độ chưa trả lời. Hệ thống sẽ hỏi lại sau.")
    is_retryable = True

    def __init__(self, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__()


class BadProblem(RoutingError):
    """A planning problem that contradicts itself; ``what`` names the office, courier or stop, ``field`` the value."""

    code = "bad_problem"

    says = Message("Dữ liệu lập tuyến sai ở {what}: {field}.")

    def __init__(self, what: Message, field: str) -> None:
        self.what, self.field = what, field
        super().__init__(self.says.filled(what=what, field=field))


class BadTravelTimes(RoutingError):
    """A travel-time table no solver may see: wrong shape, not integer, negative or too large."""

    code = "bad_travel_times"

    says = Message("Bảng thời gian đi đường không dùng được: {why}.")

    def __init__(self, why: Message) -> None:
        super().__init__(self.says.filled(why=why))


class EngineUnavailable(RoutingError):
    """The travel-time engine did not answer usably; asking again after ``retry_after_s`` can help."""

    code = "engine_unavailable"
    says = Message("Máy chủ tính đường chưa trả lời.")
    is_retryable = True

    def __init__(self, *, retry_after_s: int = 30) -> None:
        self.retry_after_s = retry_after_s
        super().__init__()


class BadPlanFile(RoutingError):
    """A planning instance file that cannot be read; the sentences name the entry, its field and what is needed."""

    code = "bad_plan_file"

    says = Message("Tệp bài toán sai ở {where}.")
    says_what = Message("Tệp bài toán sai ở {where}: {what}.")

    def __init__(self, where: str, what: Message | None = None) -> None:
        self.where = where
        says = self.says if what is None else self.says_what.filled(what=what)
        super().__init__(says.filled(where=where))


class RemedyNotApplicable(RoutingError):
    """A remedy that changes nothing of this day: a field to be put right by hand, or another day."""

    code = "remedy_not_applicable"

    says = Message("Cách gỡ “{change}” của điểm {stop} không đổi được gì trong ngày này.")

    def __init__(self, stop_id: str, change: str) -> None:
        super().__init__(self.says.filled(stop=stop_id, change=change))


class UnknownProvince(RoutingError):
    """A name that no province has or had; ``near`` holds the names of today that look like it."""

    code = "unknown_province"
    says = Message("Không có tỉnh, thành phố tên này.")

    def __init__(self, near: tuple[str, ...]) -> None:
        self.near = near
        guess = Message("Không có tỉnh, thành phố tên này; có phải {names}?").filled(names=", ".join(near))
        super().__init__(guess if near else None)
