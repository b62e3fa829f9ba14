"""What it costs to walk a round in another order: time, way, and whose hours are missed, lunch and the shift counted.

Nothing here is written. Read first, think afterwards: the travel times may come over the network, and no transaction
waits for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from postal.doorstep import NoteIn, corrected
from postal.errors import InvalidInput, NotFound
from postal.models import DeliveryRound
from postal.rounds import Weights, road_of
from routing import HandMade, Message, Point, Problem, TravelTimes, hand_made


@dataclass(frozen=True, kw_only=True)
class AskedOrder:
    """The planned and the wanted order of a courier's stops, and the rest of the day they belong to."""

    problem: Problem
    courier: str
    planned: tuple[str, ...]
    wanted: tuple[str, ...]
    positions: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class OrderCost:
    """What another order costs beside the planned one; negative where it saves. ``missed``: stops come to too late."""

    more_s: int
    more_m: int
    missed: tuple[int, ...]


def asked_order(
    session: Session,
    walked: DeliveryRound | None,
    order: Sequence[int],
    *,
    now: datetime,
    start: Point | None = None,
    weights: Weights | None = None,
) -> AskedOrder:
    """Read what walking these positions in this order is about, from ``start`` or where the last act was told.

    Raises NotFound without a round or where nobody said where the office is, InvalidInput for a position that is not
    on the round or is named twice.
    """
    if walked is None:
        raise NotFound(what=Message("chuyến phát"))
    stops = {stop.position: stop for stop in walked.stops if stop.passed_on_at is None}
    if len(set(order)) != len(order) or not stops.keys() >= set(order):
        raise InvalidInput(field="order")
    by_position = {position: str(stops[position].consignment_id) for position in order}
    road = road_of(
        session, [walked], now=now, weights=weights, also={stops[position].consignment_id for position in order}
    )
    courier = road.problem.couriers[0]
    if start is not None:
        courier = replace(courier, start=start)
    wanted = tuple(by_position[position] for position in order)
    return AskedOrder(
        problem=replace(road.problem, couriers=(courier,)),
        courier=courier.courier_id,
        planned=tuple(one for one in road.orders[courier.courier_id] if one in wanted),
        wanted=wanted,
        positions={stop_id: position for position, stop_id in by_position.items()},
    )


def told_order(session: Session, note: NoteIn, *, courier_id: int, now: datetime) -> AskedOrder:
    """Read what a note of another order is about, as the day was when it was told.

    Where the phone did not say the whole order, the stop comes before all others that are open. Raises as
    `asked_order`, also NotFound for another courier's round, BadInstant.
    """
    walked = session.get(DeliveryRound, note.round_id) if note.round_id is not None else None
    if walked is None or walked.courier_id != courier_id:
        raise NotFound(what=Message("chuyến phát"))
    at = corrected(note, now)
    order = note.facts.get("order")
    if not order:
        ahead = road_of(session, [walked], now=at).orders[walked.courier.code]
        by_stop = {str(stop.consignment_id): stop.position for stop in walked.stops}
        rest = (by_stop[stop_id] for stop_id in ahead)
        order = [note.position or 0, *(position for position in rest if position != note.position)]
    lat, lon = note.facts.get("lat"), note.facts.get("lon")
    start = Point(lat=lat, lon=lon) if lat is not None and lon is not None else None
    return asked_order(session, walked, order, now=at, start=start)


def cost_of_order(asked: AskedOrder, *, travel: TravelTimes, fallback: TravelTimes | None = None) -> OrderCost:
    """Return what the wanted order costs beside the planned one.

    ``more_s`` is how much later the courier is home, waiting and lunch included. Where ``travel`` fails, ``fallback``
    takes its place.
    """
    planned = hand_made(asked.problem, {asked.courier: asked.planned}, travel=travel, fallback=fallback)
    wanted = hand_made(asked.problem, {asked.courier: asked.wanted}, travel=travel, fallback=fallback)
    missed = _late(wanted) - _late(planned)
    before, after = planned.rounds[0], wanted.rounds[0]
    return OrderCost(
        more_s=after.back_at_s - before.back_at_s,
        more_m=after.travel_m - before.travel_m,
        missed=tuple(sorted(asked.positions[stop_id] for stop_id in missed)),
    )


def _late(made: HandMade) -> set[str]:
    return {fault.who for fault in made.faults if fault.code == "late"}
