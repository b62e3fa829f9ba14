"""What a courier takes along: what is not scanned is not loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Action
from postal.counting import owners
from postal.counting.kinds import CountOver, Ending, ListKind, Words
from postal.models import DeliveryRound, Handover, Item, RoundStatus
from postal.rounds import LOADABLE, load_confirmation, pieces_in, start_round
from postal.rules.lifecycle import Direction
from postal.rules.working_days import LOCAL
from routing import Message


def _may_open(_: Session, found: DeliveryRound) -> None:
    if found.status is not RoundStatus.PLANNED:
        raise CountOver


def _pieces(round_id: int) -> Select[int, Any, str]:
    query = pieces_in(round_id, LOADABLE).where(Item.direction == Direction.RESULT)
    return query.where(Item.s10.is_not(None))


def _end(act: Act, round_id: int, ending: Ending) -> Handover:
    return start_round(act, round_id, scanned=ending.codes)


def _said_by_courier(session: Session, round_id: int) -> Sequence[Message]:
    said = load_confirmation(session, round_id)
    if said is None:
        return (Message("Bưu tá chưa xác nhận trên điện thoại. Không có điện thoại thì ký biên bản giấy."),)
    at = said.confirmed_at.astimezone(LOCAL)
    told = Message("Bưu tá đã xác nhận trên điện thoại lúc {at}: nhận {n_pieces} bưu gửi.")
    return (told.filled(at=f"{at:%H:%M}", n_pieces=said.n_pieces),)


LIST = ListKind(
    name="load",
    path="load",
    of=owners.ROUND,
    right=Action.RECEIVE_AT_OFFICE,
    may_open=_may_open,
    pieces=_pieces,
    end=_end,
    other_side=_said_by_courier,
    summary="Count what a courier takes along",
    words=Words(
        heading=Message("Kiểm hàng chuyến {number}"),
        scan=Message("Quét từng bưu gửi"),
        end=Message("Giao chuyến"),
        missing=Message("không quét là không giao, bưu gửi thiếu ở lại bưu cục."),
        button=Message("Giao chuyến cho bưu tá"),
    ),
)
