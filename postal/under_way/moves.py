"""Stops that pass from one courier to another in the middle of their rounds.

A dispatcher chooses the stops; until both couriers confirmed a piece, by scans of their phones or by two names under
the slip, its giver holds it. What changes hands is one receipt of two sides, a wall in each piece's life. A stop
without goods, a dossier still to be fetched, passes at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from postal.access.act import Act
from postal.access.audit import note
from postal.custody import CountedList, clean_codes, count, next_number, write_receipt
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.facts import RECEIPT
from postal.life.items import with_s10s
from postal.life.tracking import Scan, lock_items, record_all
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
from postal.models.keys import blocks
from postal.rounds import add_round, courier_party, empty_round, hold_rounds, spare_courier, stops_of
from postal.rules.lifecycle import EventKind, State
from postal.rules.s10 import normal_s10
from postal.rules.working_days import local_seconds
from postal.under_way.placing import take_over_stop
from routing import Message

_GOODS = (State.ON_ROUND, State.ATTEMPTED)
_AS_SHOWN = (
    selectinload(StopMove.pieces).joinedload(MovedPiece.item).joinedload(Item.consignment)
    .joinedload(Consignment.person),
    joinedload(StopMove.from_round).joinedload(DeliveryRound.courier),
    joinedload(StopMove.to_round).joinedload(DeliveryRound.courier),
)  # fmt: skip


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


@dataclass(frozen=True, kw_only=True)
class NewRound:
    """Instead of a round that takes stops over: a courier on shift without one, by code, who gets one on the spot."""

    courier_code: str


def move_stops(
    act: Act, stop_ids: Collection[int], to: int | NewRound, *, reason: str, broken: Sequence[str] = ()
) -> Ordered:
    """Order stops of one round under way to go over to another one of the same office and day, or to a new one.

    ``broken`` are the codes of rules it breaks, which whoever orders it was told: they stand in the audit beside the
    reason. Raises NotFound, NotUnderWay, NotSpare, RoundNotPublished, NothingToMove naming the stop, InvalidInput
    without a reason.
    """
    if not reason.strip():
        raise InvalidInput(field=Message("Lý do"))
    _hold(act.session, stop_ids, to)
    stops, giver, taker = chosen_stops(act.session, stop_ids, to, now=act.now)
    if isinstance(to, NewRound):
        taker = _sent_out(act, giver, to.courier_code)
    items = [item for stop in stops for item in stop.consignment.items]
    lock_items(act.session, items)
    moving = _moving(act.session, items)
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
        if not (goods or to_fetch) or any(item.id in moving for item in goods):
            raise NothingToMove(position=stop.position)
        move.pieces += [MovedPiece(item=item) for item in goods]
        at_once += to_fetch
    if move.pieces:
        act.session.add(move)
    act.session.flush()
    if at_once:
        _pass_on(act, giver, taker, at_once, handover=None)
    told = {"to_round": taker.id, "stops": len(stops), **({"broken": ",".join(broken)} if broken else {})}
    note(act, "move_stops", "round", giver.id, reason=reason.strip()[:200], **told)
    n_at_once = len({item.consignment_id for item in at_once})
    return Ordered(move=move if move.pieces else None, n_at_once=n_at_once)


def _hold(session: Session, stop_ids: Collection[int], to: int | NewRound) -> None:
    """Hold both rounds and their plan before they are judged: nobody closes one or replaces the plan meanwhile."""
    round_ids = set(session.scalars(select(RoundStop.round_id).where(RoundStop.id.in_(list(stop_ids)))))
    if isinstance(to, NewRound):
        hold_rounds(session, round_ids, is_adding=True)
    else:
        hold_rounds(session, round_ids | {to})


def _sent_out(act: Act, giver: DeliveryRound, courier_code: str) -> DeliveryRound:
    """Send a courier out with nothing: what he takes over he takes from the giver's hands, not from the office's."""
    leave_at_s = local_seconds(act.now)
    taker = add_round(act.session, giver.plan, courier_code, leave_at_s=leave_at_s, started_at=act.now)
    note(act, "add_round", "round", taker.id)
    return taker


def chosen_stops(
    session: Session, stop_ids: Collection[int], to: int | NewRound, *, now: datetime
) -> tuple[Sequence[RoundStop], DeliveryRound, DeliveryRound]:
    """Return stops in their order, the round that has them and the one that is to take them, both under way.

    A new round is only thought up: no session keeps it. Raises NotFound, NotUnderWay, NotSpare.
    """
    query = select(RoundStop).where(RoundStop.id.in_(list(stop_ids))).order_by(RoundStop.position)
    there = joinedload(RoundStop.consignment).selectinload(Consignment.items)
    # Read anew: what stands in the session may be from before its rounds were held.
    walked = joinedload(RoundStop.round)
    whose = walked.joinedload(DeliveryRound.courier), walked.joinedload(DeliveryRound.office)
    query = query.options(*whose, there).execution_options(populate_existing=True)
    stops = session.scalars(query).all()
    if not stops or len(stops) != len(set(stop_ids)):
        raise NotFound(what=Message("điểm dừng"))
    giver = stops[0].round
    taker: DeliveryRound | None
    if isinstance(to, NewRound):
        courier = spare_courier(session, giver.plan, to.courier_code)
        taker = empty_round(giver.plan, courier, leave_at_s=local_seconds(now))
        taker.status = RoundStatus.STARTED
    else:
        taker = session.get(
            DeliveryRound, to, options=[joinedload(DeliveryRound.courier), joinedload(DeliveryRound.office)]
        )
    if taker is None:
        raise NotFound(what=Message("điểm dừng"))
    _require_under_way(giver, taker, stops)
    return stops, giver, taker


def _require_under_way(giver: DeliveryRound, taker: DeliveryRound, stops: Sequence[RoundStop]) -> None:
    is_one_round = all(stop.round_id == giver.id and stop.passed_on_at is None for stop in stops)
    is_out = giver.status is taker.status is RoundStatus.STARTED
    is_same = giver.plan_id == taker.plan_id and giver.office_id == taker.office_id and giver.id != taker.id
    if not (is_one_round and is_out and is_same):
        raise NotUnderWay


def _moving(session: Session, items: Sequence[Item]) -> set[int]:
    """Return which of these items a move that is not over waits to pass on."""
    found: set[int] = set()
    for some in blocks([item.id for item in items]):
        query = select(MovedPiece.item_id).join(StopMove).where(StopMove.ended_at.is_(None))
        found |= set(session.scalars(query.where(MovedPiece.item_id.in_(some))))
    return found


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

    Safe to repeat. Raises NotFound for anybody but the two couriers, MoveOver, NotUnderWay once the taker came home.
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

    Raises NotFound, MoveOver, NotUnderWay once the taker came home.
    """
    return _hand_over(act, _open_move(act.session, move_id), scanned)


def end_move(act: Act, move_id: int) -> Handover | None:
    """Call off what both couriers have not confirmed; what they have confirmed goes over. Raises NotFound, MoveOver.

    Once the taker came home nothing goes over: what he brought was counted as what it was, the giver's.
    """
    move = _open_move(act.session, move_id)
    is_out = move.to_round.status is RoundStatus.STARTED
    both = [piece for piece in move.pieces if is_out and piece.given_at is not None and piece.taken_at is not None]
    note(act, "end_move", "round", move.from_round_id, move=move.number, n_passed=len(both))
    if both:
        return _hand_over(act, move, [p.item.s10 or "" for p in both], only=[p.item for p in both])
    move.ended_at = act.now
    act.session.flush()
    return None


def _open_move(session: Session, move_id: int) -> StopMove:
    of_rounds = session.execute(select(StopMove.from_round_id, StopMove.to_round_id).where(StopMove.id == move_id))
    hold_rounds(session, {round_id for row in of_rounds for round_id in row})
    pieces = selectinload(StopMove.pieces).joinedload(MovedPiece.item)
    move = session.get(StopMove, move_id, options=[pieces], with_for_update={"key_share": True}, populate_existing=True)
    if move is None:
        raise NotFound(what=Message("phiếu chuyển"))
    if move.ended_at is not None:
        raise MoveOver(number=move.number)
    lock_items(session, [piece.item for piece in move.pieces])
    return move


def _hand_over(act: Act, move: StopMove, scanned: Iterable[str], *, only: Sequence[Item] | None = None) -> Handover:
    giver, taker = move.from_round, move.to_round
    if taker.status is not RoundStatus.STARTED:  # nobody would count these pieces home
        raise NotUnderWay
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
    stops = stops_of(act.session, [giver.id, taker.id])
    record_all(act, items, scan)
    passed = {item.consignment_id for item in items}
    for stop in [stop for stop in stops if stop.round_id == giver.id and stop.consignment_id in passed]:
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
        .options(*_AS_SHOWN)
        .order_by(StopMove.id)
    )
    if round_id is not None:
        query = query.where((StopMove.from_round_id == round_id) | (StopMove.to_round_id == round_id))
    if courier_id is not None:
        query = query.where((giver.courier_id == courier_id) | (taker.courier_id == courier_id))
    return session.scalars(query).all()


def stop_move(session: Session, move_id: int) -> StopMove:
    """Return a move with its pieces, whose they are, and both rounds with their couriers. Raises NotFound."""
    found = session.get(StopMove, move_id, options=_AS_SHOWN)
    if found is None:
        raise NotFound(what=Message("phiếu chuyển"))
    return found
