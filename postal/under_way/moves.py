"""Stops that pass from one courier to another in the middle of their rounds.

A dispatcher chooses the stops; until both couriers confirmed a piece, by scans of their phones or by two names under
the slip, its giver holds it. What changes hands is one receipt of two sides, a wall in each piece's life. A stop
without goods, a dossier still to be fetched, passes at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from postal.access.act import Act
from postal.access.audit import note
from postal.custody import CountedList, clean_codes, count, next_number, write_receipt
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.items import with_s10s
from postal.life.tracking import RECEIPT, Scan, lock_items, record_all
from postal.models import (
    Consignment,
    DeliveryRound,
    Handover,
    Item,
    Leg,
    MovedPiece,
    RoundStatus,
    RoundStop,
    StopMove,
)
from postal.rounds import courier_party
from postal.rules.lifecycle import EventKind, State
from postal.rules.s10 import normal_s10
from postal.under_way.placing import take_over_stop
from routing import Message

_GOODS = (State.ON_ROUND, State.ATTEMPTED)


class NotUnderWay(Conflict):
    code = "round_not_under_way"
    says = Message("Hai chuyến phải đang đi và cùng bưu cục thì mới chuyển điểm cho nhau được.")


class NothingToMove(Conflict):
    code = "nothing_to_move"
    says = Message("Điểm {position} không còn gì để chuyển, hoặc đang chờ chuyển.")


class MoveOver(Conflict):
    code = "move_over"
    says = Message("Phiếu chuyển {number} đã xong hoặc đã hủy.")


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """What became of an order: the move of the pieces that must change hands, and how many stops passed at once."""

    move: StopMove | None
    n_at_once: int


def move_stops(act: Act, stop_ids: Collection[int], to_round_id: int, *, reason: str) -> Ordered:
    """Order stops of one round under way to go over to another one of the same office and day.

    Raises NotFound, NotUnderWay, NothingToMove naming the stop, InvalidInput without a reason.
    """
    if not reason.strip():
        raise InvalidInput(field=Message("Lý do"))
    query = select(RoundStop).where(RoundStop.id.in_(list(stop_ids))).order_by(RoundStop.position)
    stops = act.session.scalars(query.options(joinedload(RoundStop.round))).all()
    taker = act.session.get(DeliveryRound, to_round_id)
    if not stops or taker is None or len(stops) != len(set(stop_ids)):
        raise NotFound(what=Message("điểm dừng"))
    giver = stops[0].round
    _require_under_way(giver, taker, stops)
    lock_items(act.session, [item for stop in stops for item in stop.consignment.items])
    move = StopMove(
        number=next_number(act.session, "CD", now=act.now),
        from_round_id=giver.id,
        to_round_id=taker.id,
        reason=reason.strip()[:200],
        ordered_at=act.now,
        ordered_by_id=act.by.user_id,
    )
    at_once: list[Item] = []
    for stop in stops:
        out = [item for item in stop.consignment.items if item.round_id == giver.id]
        goods = [item for item in out if item.state in _GOODS]
        to_fetch = [item for item in out if item.state is State.ON_COLLECTION_ROUND]
        if not (goods or to_fetch) or _is_moving(act.session, goods):
            raise NothingToMove(position=stop.position)
        move.pieces += [MovedPiece(item=item) for item in goods]
        at_once += to_fetch
    if move.pieces:
        act.session.add(move)
    act.session.flush()
    if at_once:
        _pass_on(act, giver, taker, at_once, handover=None)
    note(act, "move_stops", "round", giver.id, reason=reason.strip()[:200], to_round=taker.id, stops=len(stops))
    n_at_once = len({item.consignment_id for item in at_once})
    return Ordered(move=move if move.pieces else None, n_at_once=n_at_once)


def _require_under_way(giver: DeliveryRound, taker: DeliveryRound, stops: Sequence[RoundStop]) -> None:
    is_one_round = all(stop.round_id == giver.id and stop.passed_on_at is None for stop in stops)
    is_out = giver.status is taker.status is RoundStatus.STARTED
    is_same = giver.plan_id == taker.plan_id and giver.office_id == taker.office_id and giver.id != taker.id
    if not (is_one_round and is_out and is_same):
        raise NotUnderWay


def _is_moving(session: Session, items: Iterable[Item]) -> bool:
    query = select(MovedPiece.id).join(StopMove).where(StopMove.ended_at.is_(None))
    return session.scalar(query.where(MovedPiece.item_id.in_([item.id for item in items])).limit(1)) is not None


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """How far a move is after some scans; ``unknown`` are codes that are not on it."""

    n_given: int
    n_taken: int
    n_pieces: int
    is_over: bool
    unknown: tuple[str, ...]


def confirm_pieces(act: Act, move_id: int, codes: Sequence[str]) -> Confirmed:
    """Note that the courier who acts has given or taken these pieces; with the last one the move is done.

    Safe to repeat. Raises NotFound for anybody but the two couriers, MoveOver.
    """
    move = _open_move(act.session, move_id)
    sides = {move.from_round.courier_id: "given_at", move.to_round.courier_id: "taken_at"}
    side = sides.get(act.by.courier_id or 0)
    if side is None:
        raise NotFound(what=Message("phiếu chuyển"))
    by_code = {normal_s10(piece.item.s10 or piece.item.dossier_code): piece for piece in move.pieces}
    scanned = clean_codes(codes)
    for code in scanned:
        piece = by_code.get(code)
        if piece is not None and getattr(piece, side) is None:
            setattr(piece, side, act.now)
    act.session.flush()
    left = [piece for piece in move.pieces if piece.given_at is None or piece.taken_at is None]
    if not left:
        _hand_over(act, move, [piece.item.s10 or "" for piece in move.pieces])
    return Confirmed(
        n_given=sum(piece.given_at is not None for piece in move.pieces),
        n_taken=sum(piece.taken_at is not None for piece in move.pieces),
        n_pieces=len(move.pieces),
        is_over=not left,
        unknown=tuple(code for code in scanned if code not in by_code),
    )


def count_moved(act: Act, move_id: int, *, scanned: Iterable[str]) -> Handover:
    """End a move on paper: what was counted and signed for by both goes over, what is missing stays with its giver.

    Raises NotFound, MoveOver.
    """
    return _hand_over(act, _open_move(act.session, move_id), scanned)


def end_move(act: Act, move_id: int) -> Handover | None:
    """Call off what both couriers have not confirmed; what they have confirmed goes over. Raises NotFound, MoveOver."""
    move = _open_move(act.session, move_id)
    both = [piece for piece in move.pieces if piece.given_at is not None and piece.taken_at is not None]
    note(act, "end_move", "round", move.from_round_id, move=move.number, n_passed=len(both))
    if both:
        return _hand_over(act, move, [p.item.s10 or "" for p in both], only=[p.item for p in both])
    move.ended_at = act.now
    act.session.flush()
    return None


def _open_move(session: Session, move_id: int) -> StopMove:
    move = session.get(StopMove, move_id, with_for_update={"key_share": True}, populate_existing=True)
    if move is None:
        raise NotFound(what=Message("phiếu chuyển"))
    if move.ended_at is not None:
        raise MoveOver(number=move.number)
    lock_items(session, [piece.item for piece in move.pieces])
    return move


def _hand_over(act: Act, move: StopMove, scanned: Iterable[str], *, only: Sequence[Item] | None = None) -> Handover:
    giver, taker = move.from_round, move.to_round
    # What was delivered on the way, or came home, is no longer the giver's to pass on.
    pieces = {
        item.s10 or "": item
        for item in (only if only is not None else [piece.item for piece in move.pieces])
        if item.state in _GOODS and item.round_id == giver.id
    }
    codes = clean_codes(scanned)
    counted = count(list(pieces), codes, with_s10s(act.session, codes))
    of = CountedList(round_id=giver.id, facts={"move": move.number, "to_round": taker.number})
    sides = courier_party(act.session, giver), courier_party(act.session, taker)
    handover = write_receipt(act, Leg.COURIER_TO_COURIER, counted, *sides, of=of)
    present = [pieces[code] for code in counted.present]
    if present:
        _pass_on(act, giver, taker, present, handover=handover)
    move.ended_at, move.handover_id = act.now, handover.id
    act.session.flush()
    return handover


def _pass_on(
    act: Act,
    giver: DeliveryRound,
    taker: DeliveryRound,
    items: Sequence[Item],
    *,
    handover: Handover | None,
) -> None:
    scan = Scan(
        kind=EventKind.PASSED_ON,
        scan_id=f"passed:{giver.id}:{taker.id}:{act.now.timestamp():.6f}",
        happened_at=act.now,
        courier_id=taker.courier_id,
        office_id=taker.office_id,
        round_id=taker.id,
        facts={"from_round": giver.id} | ({RECEIPT: handover.number} if handover is not None else {}),
    )
    record_all(act, items, scan)
    passed = {item.consignment_id for item in items}
    for stop in [stop for stop in giver.stops if stop.consignment_id in passed]:
        take_over_stop(act, stop, taker)
    act.session.flush()


def pieces_of_move(move_id: int) -> Select[int, str | None, str]:
    """Return the query for id, S10 and dossier code of what a move still has to pass on, in its order."""
    return (
        select(Item.id, Item.s10, Item.dossier_code)
        .join(MovedPiece, MovedPiece.item_id == Item.id)
        .join(StopMove, StopMove.id == MovedPiece.move_id)
        .where(StopMove.id == move_id, Item.state.in_(_GOODS), Item.round_id == StopMove.from_round_id)
        .order_by(MovedPiece.id)
    )


def moves_of(session: Session, *, round_id: int | None = None, courier_id: int | None = None) -> Sequence[StopMove]:
    """Return the moves between rounds under way that are not over, of a round or a courier, the oldest first."""
    giver, taker = aliased(DeliveryRound), aliased(DeliveryRound)
    query = (
        select(StopMove)
        .join(giver, giver.id == StopMove.from_round_id)
        .join(taker, taker.id == StopMove.to_round_id)
        .where(StopMove.ended_at.is_(None), giver.status == RoundStatus.STARTED, taker.status == RoundStatus.STARTED)
        .options(
            selectinload(StopMove.pieces)
            .joinedload(MovedPiece.item)
            .joinedload(Item.consignment)
            .joinedload(Consignment.person),
            joinedload(StopMove.from_round).joinedload(DeliveryRound.courier),
            joinedload(StopMove.to_round).joinedload(DeliveryRound.courier),
        )
        .order_by(StopMove.id)
    )
    if round_id is not None:
        query = query.where((StopMove.from_round_id == round_id) | (StopMove.to_round_id == round_id))
    if courier_id is not None:
        query = query.where((giver.courier_id == courier_id) | (taker.courier_id == courier_id))
    return session.scalars(query).all()


def stop_move(session: Session, move_id: int) -> StopMove:
    """Return a move. Raises NotFound."""
    found = session.get(StopMove, move_id)
    if found is None:
        raise NotFound(what=Message("phiếu chuyển"))
    return found
