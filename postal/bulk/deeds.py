"""What can be done with many items at once: the right each deed takes, for which items it is allowed, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from postal import custody, queue
from postal.access.act import Act
from postal.access.policy import Action, Actor
from postal.doorstep import counter
from postal.life.follow_up import FollowUp, follow_up, load_attempts
from postal.models import Item
from postal.network.promises import load_calendars
from postal.queue import questions
from postal.rules.lifecycle import FINAL, MOVES, Direction, EventKind, State
from postal.to_agency import returns
from routing import Message


class Deed(StrEnum):
    """What is done with each item of an order. Add, never rename: values are stored."""

    RELEASE = "release"
    OUTSIDE = "outside"
    BATCH = "batch"
    LABEL = "label"
    HOLD = "hold"
    RETURN = "return"
    RETURN_ASKED = "return_asked"
    INVITE = "invite"


RIGHTS: dict[Deed, Action] = {
    Deed.RELEASE: Action.ANSWER_ADDRESS,
    Deed.OUTSIDE: Action.ANSWER_ADDRESS,
    Deed.BATCH: Action.BATCH,
    Deed.LABEL: Action.PRINT,
    Deed.HOLD: Action.RECEIVE_AT_OFFICE,
    Deed.RETURN: Action.RETURN_TO_SENDER,
    Deed.RETURN_ASKED: Action.RETURN_TO_SENDER,
    Deed.INVITE: Action.PRINT,
}
PAPERS = frozenset({Deed.LABEL, Deed.INVITE})
"""Deeds whose result is one file of papers."""
WHOLE = frozenset({Deed.RELEASE, Deed.OUTSIDE, Deed.BATCH})
"""Deeds done once with all of a consignment; the others with each item by itself."""

_LEFT_AGENCY = Message("Đã rời cơ quan: không sửa địa chỉ, điểm được nữa.")
_NOT_UNCLEAR = Message("Không có câu hỏi về xã, phường.")
_NOT_VAGUE = Message("Không có câu hỏi về điểm gần đúng.")
_NOT_READY = Message("Chưa sẵn sàng xếp lô: còn câu hỏi, hoặc đã ở lô khác hay đã bàn giao.")
_NO_NUMBER = Message("Chưa có số hiệu: chốt lô rồi mới in nhãn.")
_IS_OVER = Message("Đã phát, đã trả hoặc đã rút: không cần giấy này nữa.")
_NOT_HERE = Message("Không nằm tại bưu cục của đơn vị.")
_IS_HELD = Message("Đang giữ tại bưu cục rồi.")
_NO_RETURN = Message("Trạng thái hiện tại không chuyển hoàn được.")
_TOO_EARLY = Message("Chưa đủ điều kiện chuyển hoàn: cần mời đủ hai lần, cách nhau hai ngày làm việc.")
_NOT_MISSED = Message("Chưa có lần phát hỏng nào phải mời.")
_HERE = (State.AT_OFFICE, State.HELD)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What judging many items needs to know, read once for all of them."""

    by: Actor
    follow_ups: Mapping[int, FollowUp | None]


def judged(session: Session, deed: Deed, items: Sequence[Item], *, by: Actor) -> dict[int, Message]:
    """Return, by the ids of the items for which the deed is not allowed now, why not. Reads only."""
    known = _Known(by=by, follow_ups=_follow_ups(session, items) if deed in _ASK_ATTEMPTS else {})
    why = {item.id: _JUDGES[deed](item, known) for item in items}
    return {item_id: said for item_id, said in why.items() if said is not None}


def do(act: Act, deed: Deed, items: Sequence[Item], *, reason: str) -> None:
    """Do a deed that is no paper with one judged item, or those of one consignment. Raises what its use case raises."""
    _DOES[deed](act, items, reason)


def _follow_ups(session: Session, items: Sequence[Item]) -> dict[int, FollowUp | None]:
    tried = [item for item in items if item.n_attempts]
    attempts, calendars = load_attempts(session, [item.id for item in tried]), load_calendars(session)
    communes = {item.id: item.consignment.commune_code for item in tried}
    return {one: follow_up(attempts.get(one, ()), calendars.of(code)) for one, code in communes.items()}


def _release(item: Item, _known: _Known) -> Message | None:
    if any(one.state not in queue.WITH_AGENCY for one in item.consignment.items):
        return _LEFT_AGENCY
    return None if queue.POINT in queue.needs_of(item.consignment) else _NOT_VAGUE


def _outside(item: Item, _known: _Known) -> Message | None:
    if any(one.state not in queue.WITH_AGENCY for one in item.consignment.items):
        return _LEFT_AGENCY
    return None if "address" in queue.needs_of(item.consignment) else _NOT_UNCLEAR


def _batch(item: Item, _known: _Known) -> Message | None:
    return None if item.state is State.WAITING and queue.is_ready(item.consignment) else _NOT_READY


def _label(item: Item, _known: _Known) -> Message | None:
    if item.state in FINAL:
        return _IS_OVER
    return None if item.s10 else _NO_NUMBER


def _hold(item: Item, known: _Known) -> Message | None:
    if item.state is State.HELD:
        return _IS_HELD
    is_elsewhere = known.by.office_id is not None and item.office_id not in (None, known.by.office_id)
    is_here = item.state in _HERE and item.s10 is not None and item.direction is Direction.RESULT
    return None if is_here and not is_elsewhere else _NOT_HERE


def _return(item: Item, known: _Known) -> Message | None:
    found = known.follow_ups.get(item.id)
    return _return_asked(item, known) or (None if found is not None and found.may_return else _TOO_EARLY)


def _return_asked(item: Item, _known: _Known) -> Message | None:
    return None if (item.state, EventKind.RETURN_STARTED) in MOVES else _NO_RETURN


def _invite(item: Item, known: _Known) -> Message | None:
    found = known.follow_ups.get(item.id)
    if item.state in FINAL:
        return _IS_OVER
    return None if found is not None and found.n_invitations else _NOT_MISSED


_JUDGES: dict[Deed, Callable[[Item, _Known], Message | None]] = {
    Deed.RELEASE: _release,
    Deed.OUTSIDE: _outside,
    Deed.BATCH: _batch,
    Deed.LABEL: _label,
    Deed.HOLD: _hold,
    Deed.RETURN: _return,
    Deed.RETURN_ASKED: _return_asked,
    Deed.INVITE: _invite,
}
_ASK_ATTEMPTS = frozenset({Deed.RETURN, Deed.INVITE})


def _do_release(act: Act, items: Sequence[Item], reason: str) -> None:
    queue.release_point(act, items[0].consignment.id, reason)


def _do_outside(act: Act, items: Sequence[Item], _reason: str) -> None:
    questions.answer_outside(act, items[0].consignment.id)


def _do_batch(act: Act, items: Sequence[Item], _reason: str) -> None:
    waiting = [item.id for item in items[0].consignment.items if item.state is State.WAITING]  # they travel whole
    custody.gather(act, waiting)


def _do_hold(act: Act, items: Sequence[Item], _reason: str) -> None:
    counter.hold_for_recipient(act, items[0].s10 or "", office_id=act.by.office_id)


def _do_return(act: Act, items: Sequence[Item], _reason: str) -> None:
    found = _follow_ups(act.session, items).get(items[0].id)
    if found is None or not found.may_return:
        raise returns.ReturnTooEarly(n_invitations=found.n_invitations if found is not None else 0)
    returns.start_return(act, items[0].id, found.reason)


def _do_return_asked(act: Act, items: Sequence[Item], _reason: str) -> None:
    returns.start_return(act, items[0].id, returns.AGENCY_ASKED)


_DOES: dict[Deed, Callable[[Act, Sequence[Item], str], None]] = {
    Deed.RELEASE: _do_release,
    Deed.OUTSIDE: _do_outside,
    Deed.BATCH: _do_batch,
    Deed.HOLD: _do_hold,
    Deed.RETURN: _do_return,
    Deed.RETURN_ASKED: _do_return_asked,
}
