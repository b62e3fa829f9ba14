"""Builds a day's planning problem from what the post holds: plain values for routing, nothing personal."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from postal.life.follow_up import FollowUp, follow_up, load_attempts
from postal.models import (
    Absence,
    AddressStatus,
    Consignment,
    Courier,
    Coverage,
    DayPlan,
    DeliveryRound,
    Discrepancy,
    Item,
    Office,
    OfficeKind,
    PlanStatus,
    RoundStatus,
    RoundStop,
    TrackingEvent,
)
from postal.models.keys import blocks
from postal.network.closures import closed_communes, of_commune
from postal.network.days_off import Period, periods_off
from postal.network.promises import load_calendars
from postal.readings import once
from postal.rounds.day_orders import called_in, ordered_about, orders_of, with_orders
from postal.rules.lifecycle import Direction, EventKind, State
from postal.rules.working_days import WorkingDays, local_day
from postal.set_up.ahead import couriers_on, coverage_on
from routing import Courier as PlanCourier
from routing import DeliveryOffice, Point, Problem, Stop, Window

DELIVERABLE = (State.HANDED_OVER, State.AT_OFFICE)
COLLECTABLE = (State.AWAITING_COLLECTION,)

# Seconds at the door by class of item; a measured table replaces them (docs/planning.md).
SERVICE_S = 150
EACH_FURTHER_ITEM_S = 40
FEE_S = 60
TAKE_BACK_S = 75
COLLECTION_S = 300
SETUP_S = 75
ITEM_ML = 600

# A closure beyond this has no day to promise.
MAX_CLOSED_DAYS = 60


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What an installation wants of its plans; prices in seconds of travel, see ``routing.Problem``.

    ``lateness_per_day_s`` is what one more day of waiting costs a stop whose promise holds. ``permissions`` names the
    permission a courier needs for a stop with a ``fee``, with papers to ``take_back``, or for a ``collection``.
    """

    courier_cost_s: int = 0
    unfamiliar_s: int = 60
    fair_load: int = 0
    fair_round_s: int = 25_200
    lateness_per_day_s: int = 14_400
    permissions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NotToday:
    """A consignment that is ready but cannot be on a round of this day, and since when it can."""

    consignment_id: int
    reason: str
    detail: dict[str, str]


def planning_problem(
    session: Session,
    day: date,
    *,
    now: datetime,
    weights: Weights | None = None,
    kept_for: Mapping[str, str] | None = None,
    among: Collection[int] | None = None,
) -> Problem:
    """Return everything that can go out on ``day``: offices, working couriers, and one stop a consignment.

    ``stop_id`` is the consignment's id, ``courier_id`` and ``office_id`` are their codes. What cannot go out that
    day at all is left out; `why_not_today` names the reason. ``kept_for`` locks stops to couriers who work that day.
    Orders of the day come last. ``among`` keeps to some consignments, with those that orders are about.
    """
    weights, orders = weights or Weights(), orders_of(session, day)
    ready = ready_consignments(session, among=None if among is None else {*among, *ordered_about(orders)})
    setting = day_setting(session, day, ready)
    stops = tuple(_stop(c, setting, weights) for c in ready if why_not_today(c, setting) is None)
    crew = tuple(as_plan_courier(c, weights) for c in working_couriers(session, day, called_in=called_in(orders)))
    working = {c.courier_id for c in crew}
    locked = {stop_id: who for stop_id, who in (kept_for or {}).items() if who in working}
    stops = tuple(replace(s, locked_to=locked[s.stop_id]) if s.stop_id in locked else s for s in stops)
    offices = session.scalars(select(Office).where(Office.kind == OfficeKind.DELIVERY, Office.is_active))
    problem = Problem(
        day=day,
        offices=tuple(
            DeliveryOffice(office_id=o.code, point=Point(lat=o.lat, lon=o.lon), name=o.name)
            for o in sorted(offices, key=lambda o: o.code)
            if o.lat is not None and o.lon is not None
        ),
        couriers=crew,
        stops=stops,
        closed_communes=frozenset(closed_communes(session, day)),
        unfamiliar_s=weights.unfamiliar_s,
        fair_load=weights.fair_load,
        fair_round_s=weights.fair_round_s,
    )
    return with_orders(problem, orders)


def ready_consignments(session: Session, *, among: Collection[int] | None = None) -> list[Consignment]:
    """Return consignments with something to deliver or to collect, the nearest promise first; of some, or of all.

    What a courier has in hand is not ready: an order he may ring for again on his round, and every stop of a round that
    he has begun to load by himself.
    """
    is_out = select(DeliveryRound.id).where(
        DeliveryRound.id == Item.round_id, DeliveryRound.status == RoundStatus.STARTED
    )
    ready = select(Item.consignment_id).where(Item.state.in_((*DELIVERABLE, *COLLECTABLE)), ~is_out.exists())
    own = ready.where(Item.consignment_id == Consignment.id).exists()  # of a few, without all that is ready besides
    being_loaded = (
        select(RoundStop.consignment_id)
        .join(DeliveryRound)
        .join(DayPlan)
        .where(DayPlan.status == PlanStatus.PUBLISHED, DeliveryRound.status == RoundStatus.PLANNED, has_left())
    )
    query = (
        select(Consignment)
        .where(
            Consignment.id.in_(ready) if among is None else own,
            Consignment.id.not_in(being_loaded),
            Consignment.address_status != AddressStatus.OUTSIDE,
        )
        .order_by(Consignment.promised_by.is_(None), Consignment.promised_by, Consignment.id)
    )
    query = query.options(selectinload(Consignment.items))  # of those read before without them, too
    if among is None:
        return list(session.scalars(query))
    parts = [session.scalars(query.where(Consignment.id.in_(some))).all() for some in blocks(sorted(among))]
    return sorted(itertools.chain.from_iterable(parts), key=_nearest_promise)


def _nearest_promise(consignment: Consignment) -> tuple[bool, datetime | None, int]:
    promised_by = consignment.promised_by
    return promised_by is None, promised_by, consignment.id


def has_left() -> ColumnElement[bool]:
    """Return the condition that a round has left, or that its courier has begun it by scans of his own."""
    begun = select(TrackingEvent.id).where(TrackingEvent.round_id == DeliveryRound.id)
    return or_(DeliveryRound.status != RoundStatus.PLANNED, begun.exists())


@dataclass(frozen=True, kw_only=True)
class DaySetting:
    """What every stop of a day is judged by. ``in_doubt`` are items with a delivery that waits for a person's word."""

    day: date
    coverage: dict[str, Coverage]
    calendar: WorkingDays
    follow_ups: dict[int, FollowUp]
    periods_off: Mapping[int, Sequence[Period]]
    in_doubt: frozenset[int] = frozenset()

    def pieces(self, consignment: Consignment) -> list[Item]:
        """Return what of a consignment can go out."""
        return [i for i in consignment.items if i.state in (*DELIVERABLE, *COLLECTABLE) and i.id not in self.in_doubt]

    def is_delivery_day(self, served: Coverage, day: date) -> bool:
        """Say whether a commune is visited on a day: one of its weekdays, no holiday, and its office works."""
        is_off = any(first <= day <= last for first, last in self.periods_off.get(served.office_id, ()))
        return str(day.weekday()) in served.weekdays and not is_off and not self.calendar.is_holiday(day)


def day_setting(session: Session, day: date, consignments: Sequence[Consignment]) -> DaySetting:
    """Read who serves what, the calendar, and what follows the attempts made before."""
    served = session.scalars(select(Coverage).options(joinedload(Coverage.office)))
    coverage = {row.commune_code: row for row in coverage_on(session, served, day)}
    calendars = load_calendars(session)
    tried = {item.id: calendars.of(c.commune_code) for c in consignments for item in c.items if item.n_attempts}
    found = {item_id: follow_up(made, tried[item_id]) for item_id, made in load_attempts(session, tried).items()}
    follow_ups = {item_id: what for item_id, what in found.items() if what is not None}
    doubts = in_doubt(session, [item.id for c in consignments for item in c.items])
    return DaySetting(
        day=day,
        coverage=coverage,
        calendar=calendars.everywhere,
        follow_ups=follow_ups,
        periods_off=periods_off(session, on=day),
        in_doubt=doubts,
    )


def in_doubt(session: Session, item_ids: Sequence[int]) -> frozenset[int]:
    """Return those items that somebody says were handed over or collected, where that does not fit what was counted."""
    found: set[int] = set()
    for some in blocks(item_ids):
        query = (
            select(TrackingEvent.item_id)
            .outerjoin(Discrepancy, Discrepancy.event_id == TrackingEvent.id)
            .where(
                TrackingEvent.item_id.in_(some),
                TrackingEvent.kind.in_((EventKind.DELIVERED, EventKind.COLLECTED)),
                ~TrackingEvent.is_applied,
                Discrepancy.is_voided.is_not(True),
            )
        )
        found |= set(session.scalars(query))
    return frozenset(found)


def why_not_today(consignment: Consignment, setting: DaySetting) -> NotToday | None:
    """Return why a consignment cannot be planned for the day at all, None when it can."""
    day, served = setting.day, setting.coverage.get(consignment.commune_code or "")

    def not_today(reason: str, when: date | None = None) -> NotToday:
        detail = {"kind": "other_day", "day": when.isoformat()} if when else {}
        return NotToday(consignment_id=consignment.id, reason=reason, detail=detail)

    if not setting.pieces(consignment):
        return not_today("in_doubt")
    if consignment.lat is None or consignment.lon is None:
        return not_today("no_point")
    if served is None:
        return not_today("commune_not_covered")
    if consignment.direction is Direction.COLLECTION and local_day(consignment.ready_at) > day:
        return not_today("wanted_later", local_day(consignment.ready_at))
    blocked = _tried_before(consignment, setting)
    if blocked is not None:
        return not_today("tried_before", blocked.try_from) if blocked.try_from else not_today("waits_for_answer")
    if not setting.is_delivery_day(served, day):
        return not_today("not_a_delivery_day", next_served(served, setting))
    return None


def _tried_before(consignment: Consignment, setting: DaySetting) -> FollowUp | None:
    """Return what keeps every piece here from going out again; None when at least one may."""
    pieces = setting.pieces(consignment)
    found = [setting.follow_ups.get(item.id) for item in pieces]
    waiting = [f for f in found if f is not None and (f.try_from is None or f.try_from > setting.day)]
    return waiting[0] if waiting and len(waiting) == len(pieces) else None


def working_couriers(session: Session, day: date, *, called_in: Iterable[str] = ()) -> list[Courier]:
    """Return active couriers who are not absent, or called in, and have not left on a round of this day.

    Nobody leaves from an office that does not work, called in or not. Changes that wait for the day count already.
    """
    lent = sorted(called_in)
    absent = select(Absence.courier_id).where(Absence.from_date <= day, Absence.until_date >= day)
    away = (
        select(DeliveryRound.courier_id)
        .join(DayPlan)
        .where(
            DayPlan.day == day,
            DayPlan.status == PlanStatus.PUBLISHED,
            has_left(),
        )
    )
    query = (
        select(Courier)
        .where(
            Courier.id.not_in(absent) | Courier.code.in_(lent),
            Courier.id.not_in(away),
        )
        .options(joinedload(Courier.office))
        .order_by(Courier.code)
    )
    off = periods_off(session, on=day)
    shut = {office_id for office_id, periods in off.items() if any(first <= day <= last for first, last in periods)}
    crew = once(session, ("crew", day, *lent), lambda: couriers_on(session, session.scalars(query), day))
    return [one for one in crew if one.is_active and one.office_id not in shut]


def next_served(served: Coverage, setting: DaySetting) -> date:
    """Return the next day after this one on which the commune is visited; the day itself where there is none."""
    for n in range(1, MAX_CLOSED_DAYS):
        if setting.is_delivery_day(served, day := setting.day + timedelta(days=n)):
            return day
    return setting.day


def opens_on(session: Session, commune_code: str, setting: DaySetting) -> date | None:
    """Return the first delivery day of a commune after its closures, None where none is in sight."""
    closed = of_commune(session, commune_code, on=setting.day)
    served, found = setting.coverage.get(commune_code), setting.day
    while served is not None and (found - setting.day).days <= MAX_CLOSED_DAYS:
        found = next_served(served, replace(setting, day=found))
        if not any(one.from_date <= found <= one.until_date for one in closed):
            return found
    return None


def as_plan_courier(courier: Courier, weights: Weights | None = None) -> PlanCourier:
    """Return a courier as planning knows him."""
    weights = weights or Weights()
    has_lunch = courier.lunch_from_s is not None and courier.lunch_until_s is not None
    lunch = Window(from_s=courier.lunch_from_s or 0, until_s=courier.lunch_until_s or 0) if has_lunch else None
    return PlanCourier(
        courier_id=courier.code,
        office_id=courier.office.code,
        shift=Window(from_s=courier.shift_from_s, until_s=courier.shift_until_s),
        lunch=lunch,
        capacity_ml=courier.capacity_ml,
        skills=frozenset(courier.skills),
        familiar=frozenset(courier.beat),
        fixed_cost_s=weights.courier_cost_s,
        longest_s=courier.longest_s,
        start=_place(courier.start_lat, courier.start_lon),
        end=_place(courier.end_lat, courier.end_lon),
    )


def _place(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else Point(lat=lat, lon=lon)


def _stop(consignment: Consignment, setting: DaySetting, weights: Weights) -> Stop:
    served = setting.coverage[consignment.commune_code or ""]
    items = setting.pieces(consignment)
    assert consignment.lat is not None
    assert consignment.lon is not None
    point = Point(lat=consignment.lat, lon=consignment.lon)
    made = as_plan_stop(consignment, items, point, office_code=served.office.code, weights=weights)
    return replace(made, must_today=_must_today(consignment, items, served, setting))


def as_plan_stop(
    consignment: Consignment, items: Sequence[Item], point: Point, *, office_code: str, weights: Weights
) -> Stop:
    """Return a consignment with these of its pieces as planning knows it, without whether it must go today."""
    is_collection = consignment.direction is Direction.COLLECTION
    window = None
    if consignment.window_from_s is not None and consignment.window_until_s is not None:
        window = Window(from_s=consignment.window_from_s, until_s=consignment.window_until_s)
    return Stop(
        stop_id=str(consignment.id),
        office_id=office_code,
        point=point,
        commune_code=consignment.commune_code or "",
        service_s=COLLECTION_S if is_collection else _service_s(items),
        setup_s=SETUP_S,
        # Equal coordinates are one building or one hamlet: parking and asking the way count once.
        building=f"{point.lat:.5f},{point.lon:.5f}",
        window=window,
        volume_ml=ITEM_ML * len(items),
        kind="collection" if is_collection else "delivery",
        lateness_per_day=weights.lateness_per_day_s,
        skills=_permissions(items, weights, is_collection=is_collection),
        radius_m=consignment.radius_m or 0,
    )


def _permissions(items: Sequence[Item], weights: Weights, *, is_collection: bool) -> frozenset[str]:
    """Return the permissions a courier needs for these pieces."""
    needed = {
        "fee": any(item.fee_vnd for item in items),
        "take_back": any(item.take_back for item in items),
        "collection": is_collection,
    }
    return frozenset(
        weights.permissions[what] for what, is_needed in needed.items() if is_needed and what in weights.permissions
    )


def _must_today(consignment: Consignment, items: list[Item], served: Coverage, setting: DaySetting) -> bool:
    """Say whether the promise breaks unless it is tried today. The first attempt stopped the clock (Đ7)."""
    due = consignment.promised_by
    if due is None or all(item.first_attempt_at is not None for item in items):
        return False
    return local_day(due) < next_served(served, setting)


def _service_s(items: Sequence[Item]) -> int:
    seconds = SERVICE_S + EACH_FURTHER_ITEM_S * (len(items) - 1)
    seconds += FEE_S * any(item.fee_vnd for item in items)
    return seconds + TAKE_BACK_S * any(item.take_back for item in items)
