"""Rounds under way as planning knows them: what is still open, from where and when on, with the couriers' breaks.

So that what a change costs is computed as a plan is: `routing.hand_made` walks the wall clock and the checker judges.
Nothing here asks for travel times: they may come over the network, and no transaction waits for them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.errors import NotFound
from postal.models import Consignment, DeliveryRound, Item, Office, RoundStatus, RoundStop, TrackingEvent
from postal.rounds.day_orders import CLOSED_ROAD, SEQUENCE, orders_of, with_orders
from postal.rounds.problem import ITEM_ML, Weights, as_plan_courier, as_plan_stop, closed_communes
from postal.rules.lifecycle import EventKind, State
from postal.rules.working_days import local_day, local_seconds
from routing import Courier as PlanCourier
from routing import DeliveryOffice, Message, Point, Problem, Stop, Window

_OPEN = frozenset({State.ON_ROUND, State.ON_COLLECTION_ROUND})
_IN_THE_BOX = frozenset({State.ATTEMPTED, State.COLLECTED})
_AT_DOORS = frozenset({EventKind.DELIVERED, EventKind.ATTEMPT_FAILED, EventKind.COLLECTED, EventKind.COLLECTION_FAILED})


@dataclass(frozen=True, kw_only=True)
class Road:
    """What of some rounds lies ahead: the problem of the rest of the day, and each courier's stops in their order."""

    problem: Problem
    orders: dict[str, tuple[str, ...]]


def road_of(
    session: Session,
    walked: Sequence[DeliveryRound],
    *,
    now: datetime,
    weights: Weights | None = None,
    also: Collection[int] = (),
) -> Road:
    """Return what of rounds of one day is still to be walked, from ``now`` and where the last act was told.

    ``also`` are consignments that count as open whatever their pieces' state. A door nobody could place lies at the
    office, which adds nothing false. Raises NotFound where nobody said where an office is.
    """
    weights, day = weights or Weights(), local_day(now)
    offices = {one.office_id: office_point(one.office) for one in walked}
    orders, stops = {}, []
    found = stops_of(session, [one.id for one in walked if one.id is not None])  # one may be only thought up
    for one in walked:
        own = (stop for stop in found if stop.round_id == one.id)
        ahead = sorted((s for s in own if _is_open(s, also)), key=lambda s: (s.start_s, s.position))
        orders[one.courier.code] = tuple(str(stop.consignment_id) for stop in ahead)
        stops += [_stop(stop, one, offices[one.office_id], weights) for stop in ahead]
    problem = Problem(
        day=day,
        offices=tuple({
            one.office.code: DeliveryOffice(office_id=one.office.code, point=offices[one.office_id]) for one in walked
        }.values()),
        couriers=tuple(_courier(session, one, now, weights) for one in walked),
        stops=tuple(stops),
        closed_communes=frozenset(closed_communes(session, day)),
        unfamiliar_s=weights.unfamiliar_s,
    )  # fmt: skip
    in_force = [order for order in orders_of(session, day) if order.kind in (CLOSED_ROAD, SEQUENCE)]
    return Road(problem=with_orders(problem, in_force), orders=orders)


def stops_of(session: Session, round_ids: Collection[int]) -> list[RoundStop]:
    """Return the stops of rounds with what is carried to each, in as many statements for one stop as for 150.

    Whoever holds them, or the rounds whose stops they are, reaches consignments and pieces without asking again.
    """
    query = select(RoundStop).where(RoundStop.round_id.in_(round_ids)).order_by(RoundStop.round_id, RoundStop.position)
    there = joinedload(RoundStop.consignment).selectinload(Consignment.items)
    return list(session.scalars(query.options(there, joinedload(RoundStop.kept_for))))


def office_point(office: Office) -> Point:
    """Return where an office is. Raises NotFound where nobody said it."""
    if office.lat is None or office.lon is None:
        raise NotFound(what=Message("vị trí bưu cục"))
    return Point(lat=office.lat, lon=office.lon)


def _is_open(stop: RoundStop, also: Collection[int]) -> bool:
    if stop.passed_on_at is not None:
        return False
    return stop.consignment_id in also or any(
        item.state in _OPEN and item.round_id == stop.round_id for item in stop.consignment.items
    )


def _stop(stop: RoundStop, walked: DeliveryRound, office: Point, weights: Weights) -> Stop:
    consignment = stop.consignment
    is_placed = consignment.lat is not None and consignment.lon is not None
    point = Point(lat=consignment.lat or 0.0, lon=consignment.lon or 0.0) if is_placed else office
    made = as_plan_stop(consignment, consignment.items, point, office_code=walked.office.code, weights=weights)
    kept_for = stop.kept_for.code if stop.kept_for is not None else None
    return replace(made, service_s=stop.leave_s - stop.start_s, locked_to=kept_for)


def _courier(session: Session, walked: DeliveryRound, now: datetime, weights: Weights) -> PlanCourier:
    """Return a courier for the rest of his day: from where he is, with the room left in his box."""
    courier, now_s = as_plan_courier(walked.courier, weights), local_seconds(now)
    if walked.id is None:  # a round only thought up: he is at the office still, and begins with his shift
        begins_s = max(now_s, courier.shift.from_s)
        return replace(courier, shift=Window(from_s=begins_s, until_s=max(begins_s, courier.shift.until_s)))
    query = select(Item.id).where(Item.round_id == walked.id, Item.state.in_(_IN_THE_BOX))
    n_in_the_box = len(session.scalars(query).all())
    longest_s = courier.longest_s
    if longest_s is not None and walked.status is RoundStatus.STARTED:
        longest_s = max(0, longest_s - _away_s(courier, walked.leave_at_s, now_s))
    return replace(
        courier,
        shift=Window(from_s=now_s, until_s=max(now_s, courier.shift.until_s)),
        start=_last_place(session, walked, now) or courier.start,
        capacity_ml=max(0, courier.capacity_ml - ITEM_ML * n_in_the_box),
        longest_s=longest_s,
    )


def _away_s(courier: PlanCourier, left_s: int, now_s: int) -> int:
    """Return for how many seconds a courier has been away, lunch not counted."""
    lunch = courier.lunch or Window(from_s=0, until_s=0)
    return max(0, now_s - left_s - max(0, min(lunch.until_s, now_s) - max(lunch.from_s, left_s)))


def _last_place(session: Session, walked: DeliveryRound, now: datetime) -> Point | None:
    event = TrackingEvent
    query = (
        select(Consignment.lat, Consignment.lon)
        .join(Item, Item.consignment_id == Consignment.id)
        .join(event, event.item_id == Item.id)
        .where(event.round_id == walked.id, event.kind.in_(_AT_DOORS), event.happened_at <= now)
        .where(Consignment.lat.is_not(None), Consignment.lon.is_not(None))
        .order_by(event.happened_at.desc(), event.id.desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    return Point(lat=found.lat, lon=found.lon) if found is not None else None
