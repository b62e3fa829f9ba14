"""What a scan is answered, and how far a count is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from postal.rules.s10 import normal_s10
from routing import Message


class Match(StrEnum):
    """What a scanned code is to the list being counted. Add, never rename: the API says these words."""

    RIGHT = "right"
    AGAIN = "again"
    OTHER_LIST = "other_list"
    OTHER_OFFICE = "other_office"
    NOT_LISTED = "not_listed"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


# Of each match: the answer's tone (one sound and one colour each), and its sentence.
MATCH_WORDS: dict[Match, tuple[str, Message]] = {
    Match.RIGHT: ("good", Message("Đúng.")),
    Match.AGAIN: ("again", Message("Đã quét rồi.")),
    Match.OTHER_LIST: ("wrong", Message("Thuộc danh sách khác: {where}. Để riêng.")),
    Match.OTHER_OFFICE: ("elsewhere", Message("Của nơi khác: {where}. Để riêng.")),
    Match.NOT_LISTED: ("wrong", Message("Không có trong danh sách này. Để riêng.")),
    Match.WITHDRAWN: ("wrong", Message("Cơ quan đã rút bưu gửi này. Để riêng.")),
    Match.UNKNOWN: ("unknown", Message("Không phải bưu gửi của hệ thống. Để riêng.")),
    Match.UNREADABLE: ("unknown", Message("Mã đọc sai: quét lại.")),
}


@dataclass(frozen=True, kw_only=True)
class CodeAnswer:
    """The answer to one scanned code; ``where`` names the other list or office it belongs to."""

    match: Match
    code: str
    where: str | Message = ""

    @property
    def tone(self) -> str:
        """Return which sound and colour the page gives it: good, again, wrong, elsewhere or unknown."""
        return MATCH_WORDS[self.match][0]

    @property
    def message(self) -> Message:
        """Return what the page says."""
        return MATCH_WORDS[self.match][1].filled(where=self.where)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One thing on a list. ``code`` is its S10; a dossier collected at home has only its dossier code."""

    item_id: int
    code: str
    dossier_code: str

    @property
    def scan_code(self) -> str:
        """Return the code as a scan of it is stored."""
        return normal_s10(self.code)


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """The answers to some scans, in the order sent, and how far the count is after them."""

    answers: tuple[CodeAnswer, ...]
    n_scanned: int
    n_expected: int


@dataclass(frozen=True, kw_only=True)
class CountSoFar:
    """A count under way: what is there, what is missing still, and what does not belong here."""

    n_expected: int
    n_scanned: int
    missing: tuple[Piece, ...]
    others: tuple[CodeAnswer, ...]
