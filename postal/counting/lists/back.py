"""What a courier must bring home: items, dossiers collected, money and papers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Action
from postal.counting import owners
from postal.counting.kinds import CountOver, CountTooEarly, Due, Ending, ListKind, Words
from postal.counting.scanning import counted_codes
from postal.doorstep import OPEN_WHY, NoteKind, notes_of_round, opened
from postal.models import DeliveryRound, Handover, Item, RoundStatus, RoundStop
from postal.rounds import (
    TO_BRING_HOME,
    Brought,
    CashSide,
    HomeSide,
    close_round,
    due_from_courier,
    home_seen,
    last_count,
    last_home,
    note_count,
    note_home,
    pieces_in,
    sheets_out,
)
from postal.rules.lifecycle import State
from postal.rules.working_days import LOCAL
from routing import Message

_UNTOUCHED = (State.ON_ROUND, State.ON_COLLECTION_ROUND)


def _may_open(_: Session, found: DeliveryRound) -> None:
    if found.status is not RoundStatus.STARTED:
        raise CountTooEarly if found.status is RoundStatus.PLANNED else CountOver


def _pieces(round_id: int) -> Select[int, Any, str]:
    return pieces_in(round_id, TO_BRING_HOME)


def _due(session: Session, round_id: int) -> Due:
    due = due_from_courier(session, session.get_one(DeliveryRound, round_id))
    sheets = tuple(one.number for one in sheets_out(session, round_id))
    receipts = tuple(due["fee_receipts"])
    count = last_count(session, round_id, CashSide.CASHIER)
    return Due(
        money_vnd=due["fees_vnd"],
        n_papers=due["n_taken_back"],
        receipts=receipts,
        sheets=sheets,
        is_hidden=count is None,
        counted=(count.money_vnd, count.n_papers) if count is not None else None,
    )


def _keep_count(act: Act, round_id: int, ending: Ending) -> object:
    note_home(act, round_id, HomeSide.OFFICE, counted_codes(act.session, LIST, round_id))
    return note_count(act, round_id, CashSide.CASHIER, money_vnd=ending.money_vnd, n_papers=ending.n_papers)


def _end(act: Act, round_id: int, ending: Ending) -> Handover:
    brought = Brought(money_vnd=ending.money_vnd, n_papers=ending.n_papers, why=ending.why, sheets=ending.sheets)
    return close_round(act, round_id, scanned=ending.codes, brought=brought)


def _left_open(session: Session, round_id: int) -> Sequence[Message]:
    query = select(RoundStop.consignment_id, RoundStop.position).where(RoundStop.round_id == round_id)
    positions = {row[0]: row[1] for row in session.execute(query.order_by(RoundStop.position))}
    # What was said last of a stop holds.
    told = {
        note.consignment_id: OPEN_WHY[opened(session, note).what]
        for note in notes_of_round(session, round_id, NoteKind.LEFT_OPEN)
    }
    says = Message("Điểm {number} chưa làm: {why}.")
    said = [says.filled(number=positions[stop], why=why) for stop, why in told.items() if stop in positions]
    # Asked for and never in the way: a phone may be lost, and the round has to be closed all the same.
    is_open = Item.state.in_(_UNTOUCHED), Item.round_id == round_id
    still = set(session.scalars(select(Item.consignment_id).where(*is_open)))
    silent = [str(number) for stop, number in positions.items() if stop in still and stop not in told]
    if silent:
        asked = Message("Chưa nói vì sao còn điểm chưa làm: {numbers}. Hỏi bưu tá trước khi khép.")
        said.append(asked.filled(numbers=", ".join(silent)))
    return said


def _told_by_courier(session: Session, round_id: int) -> Sequence[Message]:
    return [*_left_open(session, round_id), *_home(session, round_id)]


def _home(session: Session, round_id: int) -> Sequence[Message]:
    """Say that the courier counted, and what differs only once the office has said what it counted."""
    said = last_home(session, round_id, HomeSide.COURIER)
    if said is None:
        return ()
    at = said.counted_at.astimezone(LOCAL)
    seen = home_seen(session, round_id, HomeSide.OFFICE)
    if seen.other is None:
        told = Message("Bưu tá đã đếm hàng mang về trên điện thoại lúc {at}. Bưu cục đếm xong mới thấy chỗ lệch.")
        return (told.filled(at=f"{at:%H:%M}"),)
    only_courier = [Message("{code}: bưu tá có quét, bưu cục không.").filled(code=code) for code in seen.only_courier]
    only_office = [Message("{code}: bưu cục có quét, bưu tá không.").filled(code=code) for code in seen.only_office]
    counts = Message("Hàng mang về: bưu tá đếm {n}, bưu cục đếm {n_office}.")
    return (counts.filled(n=len(seen.other), n_office=len(seen.own or ())), *only_courier, *only_office)


LIST = ListKind(
    name="back",
    path="back",
    of=owners.ROUND,
    right=Action.RECEIVE_AT_OFFICE,
    may_open=_may_open,
    pieces=_pieces,
    end=_end,
    other_side=_told_by_courier,
    due=_due,
    asks_papers=True,
    keep_count=_keep_count,
    has_dossiers=True,
    summary="Count what a courier brings back",
    words=Words(
        heading=Message("Nhận lại chuyến {number}"),
        scan=Message("Quét từng bưu gửi"),
        end=Message("Khép chuyến"),
        missing=Message("bưu gửi thiếu vẫn đứng tên bưu tá và được ghi là chênh lệch."),
        button=Message("Nhận lại và khép chuyến"),
        due=Message("Bưu tá phải nộp {amount} và {n} giấy tờ thu hồi."),
    ),
)
