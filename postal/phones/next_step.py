"""What a scanned code lets its courier do next: the one allowed step, or why there is none. Reads only.

A number that is well formed says nothing yet: it must be one of ours, out with this courier, on this day.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.errors import NotFound
from postal.life.items import by_code
from postal.models import Courier, DayPlan, DeliveryRound, Item, PlanStatus, RoundStatus, RoundStop
from postal.phones.today import Acts, acts_of, day_of
from postal.rules.lifecycle import State
from postal.rules.s10 import is_s10, normal_s10
from postal.rules.working_days import local_day
from routing import Message

_TOKEN = re.compile(r"/([0-9a-f]{32})/?(?:[?#].*)?\Z")
_STOP = re.compile(r"[0-9]{10}")


class Why(StrEnum):
    """Why a code leads nowhere. Add, never rename: the API says these words."""

    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"
    NOT_YOURS = "not_yours"
    OTHER_ROUND = "other_round"
    NOT_LOADED = "not_loaded"
    DELIVERED = "delivered"
    COLLECTED = "collected"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    MISSING = "missing"
    NOT_OUT = "not_out"


WHY_WORDS: dict[Why, Message] = {
    Why.UNREADABLE: Message("Mã đọc sai: quét lại, hoặc gõ số dưới mã vạch."),
    Why.UNKNOWN: Message("Không phải bưu gửi của hệ thống. Để riêng, báo bưu cục."),
    Why.NOT_YOURS: Message("Hôm nay bưu gửi này không đi phát với Ông/Bà. Mang về bưu cục."),
    Why.OTHER_ROUND: Message("Thuộc chuyến {number}. Giao lại bưu tá của chuyến đó hoặc mang về bưu cục."),
    Why.NOT_LOADED: Message("Chưa giao trong chuyến này. Mang về bưu cục."),
    Why.DELIVERED: Message("Đã phát rồi."),
    Why.COLLECTED: Message("Đã nhận hồ sơ rồi."),
    Why.RETURNED: Message("Đang chuyển hoàn hoặc đã trả cơ quan: không phát."),
    Why.WITHDRAWN: Message("Cơ quan đã rút bưu gửi này: không phát. Mang về bưu cục."),
    Why.MISSING: Message("Đã khai là mất. Giữ lại và báo bưu cục ngay."),
    Why.NOT_OUT: Message("Không còn việc gì với bưu gửi này hôm nay."),
}
_OVER: dict[State, Why] = {
    State.DELIVERED: Why.DELIVERED,
    State.COLLECTED: Why.COLLECTED,
    State.DOSSIER_AT_OFFICE: Why.COLLECTED,
    State.SUBMITTED: Why.COLLECTED,
    State.RETURNING_TO_SENDER: Why.RETURNED,
    State.RETURNED_TO_SENDER: Why.RETURNED,
    State.CANCELLED: Why.WITHDRAWN,
    State.MISSING: Why.MISSING,
}
# What a scan begins at a door; that it did not work is never the first thing to note.
_FIRST = (Acts.DELIVER, Acts.COLLECT)


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """The step a code leads to at a stop of the courier's round, or why to none; one of ``act`` and ``why`` is None.

    ``is_load``: the round was not handed over yet, the piece belongs to its load.
    """

    code: str
    act: Acts | None = None
    position: int | None = None
    is_load: bool = False
    why: Why | None = None
    other_round: int | None = None

    @property
    def message(self) -> Message | None:
        """Return why there is no step, None where there is one."""
        return WHY_WORDS[self.why].filled(number=self.other_round) if self.why is not None else None


def next_step(session: Session, courier_id: int, text: str, *, now: datetime) -> NextStep:
    """Return what a scanned or typed code lets a courier do now.

    ``text`` is an S10, the link of a label, a dossier code, or a stop's code from the route sheet.
    """
    code = normal_s10(text)[:80]
    if _STOP.fullmatch(code):
        return _of_stop(session, courier_id, code, now)
    item = _item(session, text)
    if item is None:
        return NextStep(code=code, why=Why.UNKNOWN if is_s10(code) else Why.UNREADABLE)
    shown = item.s10 or item.dossier_code
    if item.state in _OVER:
        return NextStep(code=shown, why=_OVER[item.state])
    stops = _stops_of_today(session, item, now)
    own = [stop for stop in stops if stop.round.courier_id == courier_id]
    if not own:
        return _elsewhere(session, courier_id, shown, stops)
    stop = min(own, key=lambda one: one.round.status is RoundStatus.CLOSED)
    if stop.round.status is RoundStatus.PLANNED:
        return NextStep(code=shown, position=stop.position, is_load=True)
    may = [act for act in acts_of(stop.round, item) if act in _FIRST]
    if may:
        return NextStep(code=shown, position=stop.position, act=may[0])
    is_here = item.state in (State.HANDED_OVER, State.AT_OFFICE, State.HELD)
    return NextStep(code=shown, position=stop.position, why=Why.NOT_LOADED if is_here else Why.NOT_OUT)


def _of_stop(session: Session, courier_id: int, code: str, now: datetime) -> NextStep:
    day = day_of(session, courier_id, now=now)
    stop = next((one for one in day.stops if code in one.codes), None)
    if stop is None or day.round is None:
        return NextStep(code=code, why=Why.NOT_YOURS)
    if day.round.status is RoundStatus.PLANNED:
        return NextStep(code=code, position=stop.position, is_load=True)
    may = {act for piece in stop.pieces for act in piece.acts}
    found = next((act for act in _FIRST if act in may), None)
    return NextStep(code=code, position=stop.position, act=found, why=None if found else Why.NOT_OUT)


def _elsewhere(session: Session, courier_id: int, code: str, stops: list[RoundStop]) -> NextStep:
    office_id = session.get_one(Courier, courier_id).office_id
    other = next((stop.round for stop in stops if stop.round.office_id == office_id), None)
    if other is None:
        return NextStep(code=code, why=Why.NOT_YOURS)
    return NextStep(code=code, why=Why.OTHER_ROUND, other_round=other.number)


def _stops_of_today(session: Session, item: Item, now: datetime) -> list[RoundStop]:
    query = (
        select(RoundStop)
        .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(
            RoundStop.consignment_id == item.consignment_id,
            DayPlan.day == local_day(now),
            DayPlan.status == PlanStatus.PUBLISHED,
        )
        .order_by(RoundStop.id)
    )
    return list(session.scalars(query))


def _item(session: Session, text: str) -> Item | None:
    token = _TOKEN.search(text.strip())
    if token is not None:
        digest = hashlib.sha256(token[1].encode()).hexdigest()
        return session.scalar(select(Item).where(Item.token_hash == digest))
    try:
        return by_code(session, text)
    except NotFound:
        return None
