"""Orders of the day: what a dispatcher decides for the plans to come, kept until ended, and what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access import ownership
from postal.access.act import Act
from postal.access.audit import note
from postal.access.policy import Action, Subject, require_for
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Consignment, Courier, DayOrder, DayPlan, DeliveryRound, PlanStatus, PlanUnserved, RoundStatus
from postal.readings import once
from routing import ClosedRoad, Message, OpenCommune, Point, Problem, Remedy, RemedyNotApplicable

CLOSED_ROAD, SEQUENCE, REMEDY = "closed_road", "sequence", "remedy"
MOST_DETOUR_S = 6 * 3600


class RemedyNotForUs(Conflict):
    code = "remedy_not_for_us"
    says = Message("Cách gỡ này không áp dụng được từ phương án: phải sửa dữ liệu, chờ mở đường hoặc chờ ngày khác.")


class CourierNotFree(Conflict):
    code = "courier_not_free"
    says = Message("Bưu tá {courier} đã có chuyến trong ngày hoặc không còn làm việc. Chọn bưu tá khác.")


def orders_of(session: Session, day: date) -> Sequence[DayOrder]:
    """Return the orders that hold on a day, in the order they were given."""
    query = select(DayOrder).where(DayOrder.from_date <= day, DayOrder.until_date >= day, DayOrder.ended_at.is_(None))
    return once(session, ("orders", day), lambda: session.scalars(query.order_by(DayOrder.id)).all())


def order_remedy(act: Act, unserved_id: int, *, courier: str | None = None) -> DayOrder:
    """Order the remedy a plan found for a stop it left out, for that plan's day.

    Where one more courier is needed, ``courier`` names who walks. Raises NotFound, RemedyNotForUs, CourierNotFree.
    """
    found = act.session.get(PlanUnserved, unserved_id)
    if found is None:
        raise NotFound(what=Message("điểm chưa xếp được"))
    require_for(act.by, Action.PLAN, subject_of_stops(act.session, [found.consignment_id]))
    plan = act.session.get_one(DayPlan, found.plan_id)
    remedy = remedy_of(found)
    if remedy is None or not is_for_the_dispatcher(remedy):
        raise RemedyNotForUs
    if remedy.needs_courier:
        if courier is None or courier not in {c.code for c in free_couriers(act.session, plan)}:
            raise CourierNotFree(courier=courier or "–")
        remedy = remedy.lending(courier)
    detail = {"consignment_id": found.consignment_id, "remedy": remedy.to_json()}
    return _order(act, REMEDY, (plan.day, plan.day), detail)


def close_road(
    act: Act, ends: tuple[Point, Point], days: tuple[date, date], *, detour_s: int | None, reason: str
) -> DayOrder:
    """Close a road by a line drawn across it; None: nobody gets round. Raises InvalidInput, Forbidden.

    A road is no office's: who is bound to one asks the province's dispatcher.
    """
    require_for(act.by, Action.PLAN, Subject())
    if days[1] < days[0]:
        raise InvalidInput(field=Message("Đến hết ngày"))
    if detour_s is not None and not 0 <= detour_s <= MOST_DETOUR_S:
        raise InvalidInput(field=Message("Đi vòng thêm (phút)"))
    if any(not (-90 <= p.lat <= 90 and -180 <= p.lon <= 180) for p in ends) or ends[0] == ends[1]:
        raise InvalidInput(field=Message("Hai đầu đoạn đường bị chặn"))
    detail = {"ends": [[p.lat, p.lon] for p in ends], "detour_s": detour_s}
    return _order(act, CLOSED_ROAD, days, detail, reason=reason)


def keep_order(act: Act, round_id: int) -> DayOrder:
    """Keep the stops of a planned round together, with its courier and in their order. Raises NotFound."""
    one = act.session.get(DeliveryRound, round_id)
    if one is None or one.status is not RoundStatus.PLANNED:
        raise NotFound(what=Message("chuyến chưa xuất phát"))
    require_for(act.by, Action.PLAN, ownership.subject_of_round(one))
    stops = [stop.consignment_id for stop in one.stops]
    for order in orders_of(act.session, one.plan.day):  # a stop has one place in one sequence
        if order.kind == SEQUENCE and not set(stops).isdisjoint(order.detail["consignments"]):
            order.ended_at = act.now
    detail = {"consignments": stops, "courier": one.courier.code}
    return _order(act, SEQUENCE, (one.plan.day, one.plan.day), detail)


def end_order(act: Act, order_id: int) -> DayOrder:
    """End an order: later plans are made without it. Raises NotFound, Forbidden."""
    order = act.session.get(DayOrder, order_id)
    if order is None or order.ended_at is not None:
        raise NotFound(what=Message("lệnh điều hành"))
    about = order.detail.get("consignments") or [order.detail.get("consignment_id")]
    require_for(act.by, Action.PLAN, subject_of_stops(act.session, [one for one in about if one is not None]))
    order.ended_at = act.now
    note(act, "end_order", "day_order", order.id)
    act.session.flush()
    return order


def subject_of_stops(session: Session, consignment_ids: Sequence[int]) -> Subject:
    """Return whose stops these are; none of them is the whole province's, as a road is."""
    found = [session.get_one(Consignment, one) for one in consignment_ids[:1]]
    return ownership.subject_of_commune(session, found[0].commune_code) if found else Subject()


def free_couriers(session: Session, plan: DayPlan) -> list[Courier]:
    """Return who might walk one more round: nobody with a round in this plan or in the day's published one."""
    busy = {one.courier_id for one in plan.rounds} | who_left(session, plan.day)
    lent = set(called_in(orders_of(session, plan.day)))
    crew = session.scalars(select(Courier).where(Courier.is_active).order_by(Courier.code))
    return [c for c in crew if c.id not in busy and c.code not in lent]


def who_left(session: Session, day: date) -> set[int]:
    """Return the ids of the couriers who have left on a round of a day's published plan."""
    left = select(DeliveryRound.courier_id).join(DayPlan).where(DayPlan.day == day)
    left = left.where(DayPlan.status == PlanStatus.PUBLISHED, DeliveryRound.status != RoundStatus.PLANNED)
    return once(session, ("who left", day), lambda: set(session.scalars(left)))


def called_in(orders: Iterable[DayOrder]) -> list[str]:
    """Return the couriers lent to an office by orders; one who is away that day was called in."""
    return [courier for order in orders if order.kind == REMEDY for courier in ordered_remedy(order).lent]


def ordered_about(orders: Iterable[DayOrder]) -> set[int]:
    """Return the consignments that orders are about: those kept together, and those a remedy is for."""
    about = (order.detail.get("consignments") or [order.detail.get("consignment_id")] for order in orders)
    return {int(one) for named in about for one in named if one is not None}


def with_orders(problem: Problem, orders: Iterable[DayOrder]) -> Problem:
    """Return the problem as the orders change it; stops that are not in it any more are passed over."""
    for order in orders:
        if order.kind == CLOSED_ROAD:
            problem = replace(problem, closed_roads=(*problem.closed_roads, _road(order.detail)))
        elif order.kind == SEQUENCE:
            problem = _in_sequence(problem, order.detail)
        elif order.kind == REMEDY:
            problem = ordered_remedy(order).apply(problem)
    return problem


def remedy_of(unserved: PlanUnserved) -> Remedy | None:
    """Return the remedy stored with a stop a plan left out; None where it is none of the planner's."""
    try:
        return Remedy.from_json(str(unserved.consignment_id), unserved.detail)
    except RemedyNotApplicable:
        return None


def ordered_remedy(order: DayOrder) -> Remedy:
    """Return the remedy of an order. Raises RemedyNotApplicable for an order of another kind."""
    return Remedy.from_json(str(order.detail.get("consignment_id")), order.detail.get("remedy") or {})


def is_for_the_dispatcher(remedy: Remedy) -> bool:
    """Return whether every change of a remedy is one a dispatcher may order; opening a flooded commune is none."""
    return all(change.is_of_the_day and not isinstance(change, OpenCommune) for change in remedy.changes)


def _road(detail: dict[str, Any]) -> ClosedRoad:
    one, other = (Point(lat=lat, lon=lon) for lat, lon in detail["ends"])
    return ClosedRoad(one_end=one, other_end=other, detour_s=detail["detour_s"])


def _in_sequence(problem: Problem, detail: dict[str, Any]) -> Problem:
    known = {stop.stop_id for stop in problem.stops}
    sequence = tuple(str(c) for c in detail["consignments"] if str(c) in known)
    courier = detail["courier"] if detail["courier"] in {c.courier_id for c in problem.couriers} else None
    if courier is None or not sequence:  # fallen ill: others take the stops as suits them
        return problem
    stops = tuple(replace(s, locked_to=courier) if s.stop_id in sequence else s for s in problem.stops)
    return replace(problem, stops=stops, sequences=(*problem.sequences, sequence))


def _order(act: Act, kind: str, days: tuple[date, date], detail: dict[str, Any], *, reason: str = "") -> DayOrder:
    order = DayOrder(
        kind=kind,
        from_date=days[0],
        until_date=days[1],
        detail=detail,
        reason=reason,
        ordered_at=act.now,
        ordered_by_id=act.by.user_id,
    )
    act.session.add(order)
    act.session.flush()
    note(act, f"order_{kind}", "day_order", order.id)
    return order
