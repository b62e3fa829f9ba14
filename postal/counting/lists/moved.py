"""Pieces that pass from one courier to another in the middle of their rounds, counted where they meet on paper."""

from __future__ import annotations

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Action
from postal.counting import owners
from postal.counting.kinds import CountOver, Ending, ListKind, Words
from postal.models import Handover, StopMove
from postal.under_way import count_moved, pieces_of_move
from routing import Message


def _may_open(_: Session, move: StopMove) -> None:
    if move.ended_at is not None:
        raise CountOver


def _end(act: Act, move_id: int, ending: Ending) -> Handover:
    return count_moved(act, move_id, scanned=ending.codes)


LIST = ListKind(
    name="moved",
    path="pieces",
    of=owners.MOVE,
    right=Action.ENTER_ROUND_RESULTS,
    may_open=_may_open,
    pieces=pieces_of_move,
    end=_end,
    summary="Count what passes from one courier to another",
    words=Words(
        heading=Message("Đếm phiếu chuyển {number}"),
        scan=Message("Quét từng bưu gửi có trên phiếu đã ký"),
        end=Message("Chuyển cho bưu tá nhận"),
        missing=Message("bưu gửi thiếu vẫn do bưu tá giao giữ và được ghi là chênh lệch."),
        button=Message("Chuyển và lập biên bản"),
    ),
)
