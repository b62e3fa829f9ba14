"""Rounds as citizens' windows see them: planned legs, what is done, and what the office's days let expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from postal.citizen import pieces
from postal.citizen.arrivals import Expected, Habit, Leg, Lunch, Walked, Window, seen, window
from postal.citizen.experience import DayLearned, Miss, RoundLearned, expect, learn
from postal.citizen.pieces import Piece, StopBeside
from postal.models import ArrivalDay, DayPlan, DeliveryRound, PlanStatus, RoundStop
from postal.prepared import Prepared
from postal.rules.lifecycle import State
from postal.rules.working_days import local_day, local_seconds

# Couriers have left or load by then; what is told earlier would be the plan's hope alone.
TOLD_FROM_HOUR = 8
# A window that would end later is of a round that does not come today any more.
_TOLD_UNTIL_S = 21 * 3_600
_AWAITED = frozenset(
    {State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.AWAITING_COLLECTION, State.ON_COLLECTION_ROUND}
)
_N_DAYS = 15
# Fifteen days of work, for an office whose past days come all at once.
_LEARN_BACK = timedelta(days=21)
# Made once: building a statement anew takes as long as asking it.
_EXPECTED = Prepared(
    select(ArrivalDay.expected)
    .where(ArrivalDay.office_id == bindparam("office_id"))
    .order_by(ArrivalDay.day.desc())
    .limit(1)
)


def arrival(session: Session, piece: Piece, *, now: datetime) -> Window | None:
    """Return between when an item's courier is expected today; None before 08:00 and where nobody is to come today.

    A round that never left comes no more once its window would end after 21:00: None as well.
    """
    if piece.state not in _AWAITED or local_seconds(now) < TOLD_FROM_HOUR * 3_600:
        return None
    if piece.stop_id is None:
        return None
    stops = pieces.stops_beside(session, piece.stop_id)
    place, own = next((place, one) for place, one in enumerate(stops, 1) if one.is_own)
    walked = _walked(session, own, stops)
    expected = expected_of(session, own.office_id)
    found = window(seen(walked, now_s=local_seconds(now), expected=expected), place)
    return found if found is not None and found.until_s <= _TOLD_UNTIL_S else None


def expected_of(session: Session, office_id: int) -> Expected:
    """Return what an office's days so far let expect of its rounds."""
    rows = _EXPECTED.rows(session, office_id=office_id)
    found = rows[0][0] if rows else None
    return _expected(found) if found and _is_of_now(found) else Expected()


def _is_of_now(kept: dict[str, Any]) -> bool:
    """Say whether a day was learned from as it is now: earlier ones taught other figures."""
    return "trimmed_s" in kept


def days_to_learn(session: Session, *, now: datetime) -> list[tuple[date, int]]:
    """Return the days that are over and not learned from yet, each with its office's id, the oldest first."""
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
    return [(day, office_id) for day, office_id in session.execute(wanted).tuples() if (day, office_id) not in known]


def learn_day(session: Session, day: date, office_id: int) -> None:
    """Learn from one of `days_to_learn`, in a transaction of its own: the days before it stay learned."""
    before = select(ArrivalDay).where(ArrivalDay.office_id == office_id, ArrivalDay.day < day)
    past = session.scalars(before.order_by(ArrivalDay.day.desc()).limit(_N_DAYS - 1)).all()
    days = [_learned(one.learned) for one in reversed(past) if _is_of_now(one.expected)]
    first_stops = (
        select(func.min(RoundStop.id))
        .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(DayPlan.day == day, DayPlan.status == PlanStatus.PUBLISHED, DeliveryRound.office_id == office_id)
        .where(DeliveryRound.started_at.is_not(None))
        .group_by(RoundStop.round_id)
        .order_by(RoundStop.round_id)
    )
    rounds = [pieces.stops_beside(session, stop_id) for stop_id in session.scalars(first_stops).all()]
    taught = learn([_walked(session, stops[0], stops) for stops in rounds if stops], expect(days))
    expected = asdict(expect([*days, taught]))
    session.add(ArrivalDay(office_id=office_id, day=day, learned=asdict(taught), expected=expected))
    session.flush()


def _expected(kept: dict[str, Any]) -> Expected:
    return Expected(
        **kept
        | {
            "bounds": tuple((low, high) for low, high in kept["bounds"]),
            "trimmed_s": (kept["trimmed_s"][0], kept["trimmed_s"][1]),
            "habits": tuple(Habit(**one) for one in kept["habits"]),
        }
    )


def _learned(kept: dict[str, Any]) -> DayLearned:
    return DayLearned(
        rounds=tuple(
            RoundLearned(
                **one
                | {
                    "short": (one["short"][0], one["short"][1]),
                    "misses": tuple(Miss(**miss) for miss in one["misses"]),
                }
            )
            for one in kept["rounds"]
        ),
        trust=kept["trust"],
    )


def _walked(session: Session, found: StopBeside, stops: Sequence[StopBeside]) -> Walked:
    lunch = None
    if found.lunch_from_s is not None and found.lunch_until_s is not None:
        lunch = Lunch(from_s=found.lunch_from_s, until_s=found.lunch_until_s)
    # The last first, so that of several acts at a door the first stays.
    done = {consignment_id: local_seconds(at) for consignment_id, at in pieces.done_on(session, found.round_id)}
    return Walked(
        legs=_legs(stops, found.leave_at_s, lunch, done),
        leave_s=found.leave_at_s,
        left_s=local_seconds(found.started_at) if found.started_at is not None else None,
        lunch=lunch,
        courier=found.courier_id,
    )


def _legs(stops: Sequence[StopBeside], leave_s: int, lunch: Lunch | None, done: dict[int, int]) -> list[Leg]:
    legs, from_s = [], leave_s
    for place, stop in enumerate(stops, 1):
        pause_s = lunch.within(from_s, stop.start_s) if lunch is not None else 0.0
        legs.append(
            Leg(
                position=place,
                work_s=max(60.0, stop.leave_s - from_s - pause_s),
                service_s=float(stop.leave_s - stop.start_s),
                done_s=done.get(stop.consignment_id),
            )
        )
        from_s = stop.leave_s
    return legs
