"""What the packing table answers to a scan, a weight or a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from routing import Message


class Said(StrEnum):
    """What became of what was typed."""

    OPENED = "opened"
    OPENED_UNLISTED = "opened_unlisted"
    PACKED = "packed"
    AGAIN = "again"
    STILL_OPEN = "still_open"
    WEIGH_FIRST = "weigh_first"
    SCAN_FIRST = "scan_first"
    OTHER_TABLE = "other_table"
    OTHER_BATCH = "other_batch"
    OTHER_OFFICE = "other_office"
    NOT_LISTED = "not_listed"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    REFUSED = "refused"


# Of each: the answer's tone (one sound and one colour each), and its sentence.
ANSWER_WORDS: dict[Said, tuple[str, Message]] = {
    Said.OPENED: ("open", Message("{n} tài liệu theo danh mục. Đặt lên cân.")),
    Said.OPENED_UNLISTED: ("open", Message("Hồ sơ không có danh mục: gõ số tài liệu hai bên đếm được, rồi cân.")),
    Said.PACKED: ("good", Message("Xong: {n} tài liệu, {weight_g} g.")),
    Said.AGAIN: ("again", Message("Đã đóng gói rồi: {n} tài liệu, {weight_g} g. Không ghi thêm gì.")),
    Said.STILL_OPEN: ("again", Message("Hồ sơ này đang mở sẵn. Đặt lên cân.")),
    Said.WEIGH_FIRST: (
        "wrong",
        Message("Chưa ghi: hồ sơ {code} đang mở mà chưa cân. Cân xong, hoặc nhấn Esc để gác lại."),
    ),
    Said.SCAN_FIRST: ("wrong", Message("Chưa ghi: quét mã hồ sơ trước, rồi mới cân.")),
    Said.OTHER_TABLE: ("wrong", Message("Đang đóng gói ở bàn của {where}. Chưa ghi gì.")),
    Said.OTHER_BATCH: ("wrong", Message("Thuộc lô {where}. Để riêng.")),
    Said.OTHER_OFFICE: ("elsewhere", Message("Của cơ quan khác: {where}. Để riêng.")),
    Said.NOT_LISTED: ("wrong", Message("Không có trong lô này. Để riêng.")),
    Said.WITHDRAWN: ("wrong", Message("Cơ quan đã rút hồ sơ này. Để riêng.")),
    Said.UNKNOWN: ("unknown", Message("Không phải hồ sơ của hệ thống. Quét lại; vẫn vậy thì để riêng.")),
    Said.REFUSED: ("wrong", Message("{why} Chưa ghi; đếm và cân lại.")),
}


@dataclass(frozen=True, kw_only=True)
class OnTable:
    """The envelope open on a clerk's table. ``n_documents`` is how many papers its list names, 0 without a list."""

    item_id: int
    dossier_code: str
    n_documents: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one entry: what it was, the envelope open after it, and how many of the batch are packed."""

    said: Said
    code: str
    open_envelope: OnTable | None
    n_packed: int
    n_all: int
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def tone(self) -> str:
        """Return which sound and colour the page gives it: open, good, done, again, wrong, elsewhere or unknown."""
        is_last = self.said is Said.PACKED and self.n_packed == self.n_all
        return "done" if is_last else ANSWER_WORDS[self.said][0]

    @property
    def message(self) -> Message:
        """Return what the page says."""
        return ANSWER_WORDS[self.said][1].filled(**self.facts)
