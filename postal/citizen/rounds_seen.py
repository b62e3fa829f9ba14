"""Rounds as citizens' windows see them: planned legs, what is done, and what the office's days let expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from postal.citizen.arrivals import Expected, Leg, Lunch, Walked, Window, window
from postal.citizen.experience import DayLearned, expect, learn
from postal.life.tracking import happened_on
from postal.models import ArrivalDay, DayPlan, DeliveryRound, Item, PlanStatus, RoundStatus, RoundStop, TrackingEvent
from postal.rules.lifecycle import EventKind, State
from postal.rules.working_days import local_day, local_seconds

# Couriers have left or load by then; what is told earlier would be the plan's hope alone.
TOLD_FROM_HOUR = 8
_AWAITED = frozenset(
    {State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.AWAITING_COLLECTION, State.ON_COLLECTION_ROUND}
)
_AT_THE_DOOR = (EventKind.DELIVERED, EventKind.ATTEMPT_FAILED, EventKind.COLLECTED, EventKind.COLLECTION_FAILED)
_N_DAYS = 15
_LEARN_BACK = timedelta(days=5)
# Made once: building a statement anew takes as long as asking it.
_STOP_TODAY = (
    select(RoundStop)
    .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
    .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
    .where(
        RoundStop.consignment_id == bindparam("consignment_id"),
        DayPlan.day == bindparam("day"),
        DayPlan.status == PlanStatus.PUBLISHED,
        DeliveryRound.status != RoundStatus.CLOSED,
    )
    .options(joinedload(RoundStop.round).joinedload(DeliveryRound.courier))
)


def arrival(session: Session, item: Item, *, now: datetime) -> Window | None:
    """Return between when an item's courier is expected today; None before 08:00 and where nobody is to come today."""
    if item.state not in _AWAITED or local_seconds(now) < TOLD_FROM_HOUR * 3_600:
        return None
    stop = session.scalar(_STOP_TODAY, {"consignment_id": item.consignment_id, "day": local_day(now)})
    if stop is None:
        return None
    walked = _walked(session, stop.round)
    expected = expected_of(session, stop.round.office_id)
    return window(walked, stop.position, now_s=local_seconds(now), expected=expected)


def expected_of(session: Session, office_id: int) -> Expected:
    """Return what an office's days so far let expect of its rounds."""
    newest = select(ArrivalDay.expected).where(ArrivalDay.office_id == office_id)
    found = session.scalar(newest.order_by(ArrivalDay.day.desc()).limit(1))
    return Expected(**found) if found else Expected()


def learn_days(session: Session, *, now: datetime) -> int:
    """Learn from the rounds of each office and day that is over and not learned from yet; return how many there were.

    Runs in the worker's own transaction; safe to repeat.
    """
    today = local_day(now)
    wanted = (
        select(DayPlan.day, DeliveryRound.office_id)
        .join(DeliveryRound, DeliveryRound.plan_id == DayPlan.id)
        .where(DayPlan.status == PlanStatus.PUBLISHED, DayPlan.day < today, DayPlan.day >= today - _LEARN_BACK)
        .where(DeliveryRound.started_at.is_not(None))
        .distinct()
        .order_by(DayPlan.day, DeliveryRound.office_id)
    )
    known = set(session.execute(select(ArrivalDay.day, ArrivalDay.office_id)).tuples())
    missing = [(day, office_id) for day, office_id in session.execute(wanted).tuples() if (day, office_id) not in known]
    for day, office_id in missing:
        _learn_day(session, office_id, day)
    return len(missing)


def _learn_day(session: Session, office_id: int, day: date) -> None:
    before = select(ArrivalDay).where(ArrivalDay.office_id == office_id, ArrivalDay.day < day)
    past = session.scalars(before.order_by(ArrivalDay.day.desc()).limit(_N_DAYS - 1)).all()
    days = [_learned(one.learned) for one in reversed(past)]
    query = (
        select(DeliveryRound)
        .join(DayPlan)
        .where(DayPlan.day == day, DayPlan.status == PlanStatus.PUBLISHED, DeliveryRound.office_id == office_id)
        .where(DeliveryRound.started_at.is_not(None))
        .options(selectinload(DeliveryRound.stops), joinedload(DeliveryRound.courier))
    )
    taught = learn([_walked(session, one) for one in session.scalars(query)], expect(days))
    expected = asdict(expect([*days, taught]))
    session.add(ArrivalDay(office_id=office_id, day=day, learned=asdict(taught), expected=expected))
    session.flush()


def _learned(kept: dict[str, Any]) -> DayLearned:
    rounds = tuple((planned, taken) for planned, taken in kept["rounds"])
    return DayLearned(**kept | {"rounds": rounds, "misses": tuple(kept["misses"])})


def _walked(session: Session, found: DeliveryRound) -> Walked:
    courier = found.courier
    lunch = None
    if courier.lunch_from_s is not None and courier.lunch_until_s is not None:
        lunch = Lunch(from_s=courier.lunch_from_s, until_s=courier.lunch_until_s)
    return Walked(
        legs=_legs(found.stops, found.leave_at_s, lunch, _done(session, found)),
        leave_s=found.leave_at_s,
        left_s=local_seconds(found.started_at) if found.started_at is not None else None,
        lunch=lunch,
    )


def _legs(stops: Sequence[RoundStop], leave_s: int, lunch: Lunch | None, done: dict[int, int]) -> list[Leg]:
    legs, from_s = [], leave_s
    for stop in stops:
        pause_s = lunch.within(from_s, stop.start_s) if lunch is not None else 0.0
        legs.append(
            Leg(
                position=stop.position,
                work_s=max(60.0, stop.leave_s - from_s - pause_s),
                service_s=float(stop.leave_s - stop.start_s),
                done_s=done.get(stop.consignment_id),
            )
        )
        from_s = stop.leave_s
    return legs


def _done(session: Session, found: DeliveryRound) -> dict[int, int]:
    """Return when each consignment's door was done with on this round, in seconds of the local day."""
    query = (
        select(Item.consignment_id, TrackingEvent.happened_at)
        .join(TrackingEvent, TrackingEvent.item_id == Item.id)
        .where(happened_on(found.id), TrackingEvent.kind.in_(_AT_THE_DOOR), TrackingEvent.is_applied)
        .where(TrackingEvent.reason.is_distinct_from("NOT_VISITED"))
        .order_by(TrackingEvent.happened_at.desc())
    )
    return {consignment_id: local_seconds(at) for consignment_id, at in session.execute(query).tuples()}
