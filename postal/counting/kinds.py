"""What a kind of counted list is: whose, its pieces, who may count it when, what its count ends in, and its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Action
from postal.counting.owners import Owner
from postal.custody import Party
from postal.errors import Conflict
from postal.models import Handover
from routing import Message


class CountOver(Conflict):
    code = "count_over"
    says = Message("Danh sách này đã giao nhận xong, không quét thêm được.")


class CountTooEarly(Conflict):
    code = "count_too_early"
    says = Message("Chuyến chưa đi nên chưa nhận lại được gì.")


class NothingCounted(Conflict):
    code = "nothing_counted"
    says = Message("Chưa quét bưu gửi nào của danh sách này. Quét đếm xong mới bàn giao.")


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side that signs where a count ends: the post with a staff code, an agency or a carrier with a position."""

    label: Message
    is_post: bool
    is_carrier: bool = False


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a list's page says: "{number}" in the heading is the batch's or round's number, or the agency's name,
    "{amount}" and "{n}" in ``due`` the money and the number of papers."""

    heading: Message
    scan: Message
    end: Message
    missing: Message
    button: Message
    due: Message | None = None


@dataclass(frozen=True, kw_only=True)
class Due:
    """What belongs to a list besides its pieces: money, papers, receipts of fees, numbered sheets to be destroyed.

    ``is_hidden``: whoever counts has not said yet what was counted, and must not be told what is due. ``counted`` is
    that count, money and papers, once it is in.
    """

    money_vnd: int
    n_papers: int
    receipts: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    is_hidden: bool = False
    counted: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What ends a count: the codes as scanned, who signs, and what else was counted, where the kind asks for it."""

    codes: tuple[str, ...] = ()
    giver: Party | None = None
    receiver: Party | None = None
    money_vnd: int = 0
    n_papers: int = 0
    why: str = ""
    sheets: tuple[str, ...] = ()

    def sides(self) -> tuple[Party, Party]:
        """Return giver and receiver; one without a name where a side was not said: the receipt refuses it."""
        nobody = Party(name="")
        return self.giver or nobody, self.receiver or nobody


@dataclass(frozen=True, kw_only=True)
class ListKind:
    """One kind of counted list. A new kind is one module of `postal.counting.lists` with such a value named LIST.

    ``name`` is stored with every scan: add, never rename. ``path`` ends the list's addresses, on pages and in the
    API. ``may_open`` refuses a list that cannot be counted now, by the row it belongs to. ``pieces`` selects item id,
    S10 and dossier code of what is expected, in the order of the list. ``end`` hands over what was counted and
    returns the receipt. ``has_dossiers``: some pieces have no S10 and are scanned by their dossier code.
    ``other_side`` says what the courier told of it from the phone.
    ``keep_count`` keeps what was counted of the money though the end is refused: a count is made once, blind.
    """

    name: str
    path: str
    of: Owner
    right: Action
    pieces: Callable[[int], Select[int, Any, str]]
    end: Callable[[Act, int, Ending], Handover]
    words: Words
    summary: str
    may_open: Callable[[Session, Any], None] = lambda session, row: None
    sides: tuple[Side, Side] | None = None
    due: Callable[[Session, int], Due] | None = None
    other_side: Callable[[Session, int], Sequence[Message]] = lambda session, row_id: ()
    asks_papers: bool = False
    has_dossiers: bool = False
    keep_count: Callable[[Act, int, Ending], object] | None = None
