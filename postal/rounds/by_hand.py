"""The dispatcher's hand in a draft: stops moved, taken off, put in and kept, timed and judged; each act can be undone.

Read, think, write: `asked_move` reads what the move is about, `judged` times and checks it without the database, and
`move_stop` writes it if nobody changed the plan meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from postal.access import ownership
from postal.access.act import Act
from postal.access.audit import note
from postal.access.policy import Action, require_for
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import DayPlan, DeliveryRound, PlanEdit, PlanStatus, PlanUnserved, RoundStop
from postal.rounds.day_orders import subject_of_stops
from postal.rounds.plans import (
    KEEP,
    MOVE,
    OFFICE,
    UNDO,
    EditedMeanwhile,
    PlanNotDraft,
    PlanOutdated,
    last_edit,
    undoable,
)
from postal.rounds.problem import Weights, as_plan_courier, planning_problem
from postal.rounds.replanning import KEPT_FOR, kept_by_stop, later, leaving_from, left_over
from postal.rounds.spare import add_round, drop_round, empty_round, spare_courier
from routing import Fault, HandMade, Message, PlannedRound, Problem, TravelTimes, Window, hand_made, price_of

COURIER_AWAY = "courier_away"
BY_HAND = "by_hand"
"""The reason of a stop that a dispatcher took off its round."""
_MADE = "made_round"
"""In the detail of a move: the round it made for its taker, which goes when the move is undone."""


class NotForTheDay(Conflict):
    code = "not_for_the_day"
    says = Message("Điểm này chưa đi được trong ngày: gỡ lý do ghi bên điểm trước, rồi xếp.")


class ReasonNeeded(InvalidInput):
    code = "reason_needed"
    says = Message("Cách xếp này phạm quy tắc. Ghi lý do để vẫn xếp.")


@dataclass(frozen=True, kw_only=True)
class Move:
    """A stop's new place: which round (None: it stays at the office) and which position there, from 1.

    ``edit`` is the number of the last act its mover saw. ``to_courier`` is the code of a courier on shift without a
    round, who gets one: then there is no round to name.
    """

    plan_id: int
    edit: int
    consignment_id: int
    to_round_id: int | None
    position: int
    to_courier: str = ""


@dataclass(frozen=True, kw_only=True)
class AskedMove:
    """What a move changes: the orders of stops before and after by courier, and the day's problem they belong to."""

    move: Move
    problem: Problem
    before: dict[str, tuple[str, ...]]
    after: dict[str, tuple[str, ...]]
    away: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class JudgedMove:
    """A move with its times, what it costs more in seconds of travel, and the rules it breaks that held before."""

    asked: AskedMove
    made: HandMade
    dearer: int
    faults: tuple[Fault, ...]


def asked_move(session: Session, move: Move, *, now: datetime, weights: Weights | None = None) -> AskedMove:
    """Read what a move is about.

    Raises NotFound, PlanNotDraft, EditedMeanwhile, PlanOutdated, NotForTheDay, and NotSpare for a courier who has a
    round or does not work that day.
    """
    plan = _draft(session, move.plan_id, move.edit)
    giver, taker = _round_of(plan, move.consignment_id), _taker(session, plan, move)
    left = left_over(session, plan, move.consignment_id)
    if giver is None and (taker is None or move.consignment_id not in left):
        raise NotFound(what=Message("điểm dừng"))
    touched = {one.id: one for one in (giver, taker) if one is not None}.values()
    # The checker judges the rounds that are touched: what else waits that day is no part of the question.
    own = {stop.consignment_id for one in touched for stop in one.stops} | {move.consignment_id}
    kept = kept_by_stop(session, plan, left)
    whole = planning_problem(session, plan.day, now=now, weights=weights, kept_for=kept, among=own)
    problem, away = _of_touched(whole, touched, weights, from_s=leaving_from(plan, now))
    known = {stop.stop_id for stop in problem.stops}
    stop_id = str(move.consignment_id)
    if stop_id not in known and giver is None:
        raise NotForTheDay
    before = {one.courier.code: tuple(str(stop.consignment_id) for stop in one.stops) for one in touched}
    if not known.issuperset(stop for order in before.values() for stop in order):
        raise PlanOutdated
    after = {courier: tuple(s for s in order if s != stop_id) for courier, order in before.items()}
    if taker is not None:
        order = after[taker.courier.code]
        at = min(max(move.position - 1, 0), len(order))
        after[taker.courier.code] = (*order[:at], stop_id, *order[at:])
    return AskedMove(move=move, problem=problem, before=before, after=after, away=away)


def _taker(session: Session, plan: DayPlan, move: Move) -> DeliveryRound | None:
    if move.to_courier:
        return empty_round(plan, spare_courier(session, plan, move.to_courier), leave_at_s=0)
    taker = next((one for one in plan.rounds if one.id == move.to_round_id), None)
    if taker is None and move.to_round_id is not None:
        raise NotFound(what=Message("chuyến phát"))
    return taker


def judged(asked: AskedMove, *, travel: TravelTimes, fallback: TravelTimes | None = None) -> JudgedMove:
    """Time the rounds as they would be and let the checker judge them; asks travel times, never the database."""
    before = hand_made(asked.problem, asked.before, travel=travel, fallback=fallback)
    made = hand_made(asked.problem, asked.after, travel=travel, fallback=fallback)
    known = {(fault.code, fault.who) for fault in before.faults}
    faults = [fault for fault in made.faults if (fault.code, fault.who) not in known]
    gained = {c for c, order in asked.after.items() if len(order) > len(asked.before[c])}
    faults += [Fault(code=COURIER_AWAY, who=courier) for courier in sorted(gained & asked.away)]
    return JudgedMove(asked=asked, made=made, dearer=made.cost - before.cost, faults=tuple(faults))


def move_stop(act: Act, found: JudgedMove, *, reason: str = "") -> PlanEdit:
    """Write a judged move down; one that breaks rules needs a reason.

    Raises ReasonNeeded, EditedMeanwhile, PlanNotDraft, NotSpare, Forbidden.
    """
    move = found.asked.move
    if found.faults and not reason:
        raise ReasonNeeded(field="reason")
    plan = _draft(act.session, move.plan_id, move.edit, is_locking=True)
    made_id = None
    if move.to_courier:
        made_id = add_round(act.session, plan, move.to_courier, leave_at_s=0).id
        found = replace(found, asked=replace(found.asked, move=replace(move, to_round_id=made_id)))
    touched = [one for one in plan.rounds if one.courier.code in found.asked.after]
    for one in touched:
        require_for(act.by, Action.PLAN, ownership.subject_of_round(one))
    if _round_of(plan, move.consignment_id) is None:  # nobody gives it: it is its office's to let go
        require_for(act.by, Action.PLAN, subject_of_stops(act.session, [move.consignment_id]))
    detail = _as_it_was(plan, touched, move.consignment_id) | {"broken": [fault.code for fault in found.faults]}
    detail |= {} if made_id is None else {_MADE: made_id}
    edit = _numbered(act, move.plan_id, move.edit, MOVE, detail | {"consignment_id": move.consignment_id}, reason)
    made = {one.courier_id: one for one in found.made.rounds}
    plan.travel_s -= sum(one.travel_s for one in touched)
    kept = _kept(plan, found.asked)
    for one in touched:
        _write(act.session, one, _rows(made.get(one.courier.code), kept))
        _set_figures(one, made.get(one.courier.code))
    plan.travel_s += sum(one.travel_s for one in touched)
    dearer = found.dearer + _leave_over(act.session, plan, found.asked, kept.get(move.consignment_id))
    plan.cost += dearer
    edit.detail = edit.detail | {"dearer": dearer}
    _recount(act.session, plan)
    note(act, "move_stop", "plan", plan.id, reason=reason or None, consignment_id=move.consignment_id)
    return edit


def keep_in_draft(act: Act, plan_id: int, edit: int, consignment_id: int) -> bool:
    """Keep a draft's stop for the courier it is with, or let it go again; return whether it is kept now.

    Raises NotFound, EditedMeanwhile, PlanNotDraft, Forbidden.
    """
    plan = _draft(act.session, plan_id, edit, is_locking=True)
    one = _round_of(plan, consignment_id)
    if one is None:
        raise NotFound(what=Message("điểm dừng"))
    require_for(act.by, Action.PLAN, ownership.subject_of_round(one))
    detail = _as_it_was(plan, [one], consignment_id) | {"consignment_id": consignment_id, "dearer": 0}
    _numbered(act, plan_id, edit, KEEP, detail)
    stop = next(stop for stop in one.stops if stop.consignment_id == consignment_id)
    stop.kept_for_id = one.courier_id if stop.kept_for_id is None else None
    act.session.flush()
    note(act, "keep_stop", "consignment", consignment_id)
    return stop.kept_for_id is not None


def undo(act: Act, plan_id: int, edit: int) -> PlanEdit:
    """Undo the last act in a draft that stands and is of the actor's office: what it touched is as before it.

    Raises as `keep_in_draft`, and as `undoable`.
    """
    plan = _draft(act.session, plan_id, edit, is_locking=True)
    last = undoable(act, plan_id)
    was, by_id = last.detail, {one.id: one for one in plan.rounds}
    for told in was["rounds"]:
        require_for(act.by, Action.PLAN, ownership.subject_of_round(by_id[told["id"]]))
        plan.travel_s += told["travel_s"] - by_id[told["id"]].travel_s
    _numbered(act, plan_id, edit, UNDO, {"undone": last.number})
    last.undone_at = act.now
    for told in was["rounds"]:
        one = by_id[told["id"]]
        _write(act.session, one, told["stops"])
        for name in _FIGURES:
            setattr(one, name, told[name])
    if _MADE in was:
        drop_round(act.session, was[_MADE])
        act.session.expire(plan, ["rounds"])
    _put_unserved(act.session, plan, was["consignment_id"], was["unserved"])
    plan.cost = plan.cost - was["dearer"] if "dearer" in was else was["cost"]
    _recount(act.session, plan)
    note(act, "undo_edit", "plan", plan_id, number=last.number)
    return last


_FIGURES = ("leave_at_s", "back_at_s", "travel_s", "travel_m")


def _draft(session: Session, plan_id: int, edit: int, *, is_locking: bool = False) -> DayPlan:
    """Return a draft nobody changed since; whoever is about to change it ``is_locking`` as whoever publishes does."""
    rounds = selectinload(DayPlan.rounds)
    options = [rounds.selectinload(DeliveryRound.stops), rounds.joinedload(DeliveryRound.courier)]
    plan = session.get(
        DayPlan,
        plan_id,
        options=[*options, selectinload(DayPlan.unserved)] if is_locking else options,
        with_for_update={"key_share": True} if is_locking else None,
        populate_existing=is_locking,
    )
    if plan is None:
        raise NotFound(what=Message("phương án phát"))
    if plan.status is not PlanStatus.DRAFT:
        raise PlanNotDraft
    if last_edit(session, plan_id) != edit:
        raise EditedMeanwhile
    return plan


def _numbered(act: Act, plan_id: int, edit: int, kind: str, detail: dict[str, Any], reason: str = "") -> PlanEdit:
    """Add the plan's next act; of two who saw the same plan, the second is told."""
    made = PlanEdit(
        plan_id=plan_id,
        number=edit + 1,
        kind=kind,
        detail=detail | {OFFICE: act.by.office_id},
        reason=reason,
        made_at=act.now,
        made_by_id=act.by.user_id,
    )
    try:
        with act.session.begin_nested():
            act.session.add(made)
    except IntegrityError as exc:
        raise EditedMeanwhile from exc
    return made


def _round_of(plan: DayPlan, consignment_id: int) -> DeliveryRound | None:
    having = (one for one in plan.rounds if any(stop.consignment_id == consignment_id for stop in one.stops))
    return next(having, None)


def _of_touched(
    whole: Problem, touched: Collection[DeliveryRound], weights: Weights | None, *, from_s: int
) -> tuple[Problem, frozenset[str]]:
    """Return a day's problem as it is for some rounds from a time on, and those of their couriers who do not work that
    day: they are in it as well.
    """
    working = {courier.courier_id for courier in whole.couriers}
    away = [one.courier for one in touched if one.courier.code not in working]
    whole = replace(whole, couriers=(*whole.couriers, *(as_plan_courier(courier, weights) for courier in away)))
    problem = later(whole, from_s)
    able = {courier.courier_id for courier in problem.couriers}
    walking = {one.courier.code for one in touched}
    # Whose shift is over leaves now all the same, and comes home after it: the checker says so.
    over = [one for one in whole.couriers if one.courier_id in walking - able]
    over = [replace(one, shift=Window(from_s=from_s, until_s=from_s)) for one in over]
    return replace(problem, couriers=(*problem.couriers, *over)), frozenset(courier.code for courier in away)


def _as_it_was(plan: DayPlan, touched: Iterable[DeliveryRound], consignment_id: int) -> dict[str, Any]:
    left = next((u for u in plan.unserved if u.consignment_id == consignment_id), None)
    return {
        "rounds": [
            {name: getattr(one, name) for name in ("id", *_FIGURES)}
            | {"stops": [[s.consignment_id, s.arrive_s, s.start_s, s.leave_s, s.kept_for_id] for s in one.stops]}
            for one in touched
        ],
        "unserved": None if left is None else [left.reason, left.detail],
        "travel_s": plan.travel_s,
        "cost": plan.cost,
    }


def _rows(made: PlannedRound | None, kept: dict[int, int | None]) -> list[list[int | None]]:
    visits = made.visits if made else ()
    return [[int(v.stop_id), v.arrive_s, v.start_s, v.leave_s, kept.get(int(v.stop_id))] for v in visits]


def _write(session: Session, one: DeliveryRound, rows: list[list[Any]]) -> None:
    """Give a round its stops anew: positions are unique, so rows are not moved past one another."""
    session.execute(delete(RoundStop).where(RoundStop.round_id == one.id))
    session.expire(one, ["stops"])
    for position, (consignment_id, arrive_s, start_s, leave_s, kept_for_id) in enumerate(rows, start=1):
        session.add(
            RoundStop(
                round_id=one.id,
                position=position,
                consignment_id=consignment_id,
                arrive_s=arrive_s,
                start_s=start_s,
                leave_s=leave_s,
                kept_for_id=kept_for_id,
            )
        )
    session.flush()


def _set_figures(one: DeliveryRound, made: PlannedRound | None) -> None:
    if made is None:  # nothing left on it: it is not walked, and publishing drops it
        one.back_at_s, one.travel_s, one.travel_m = one.leave_at_s, 0, 0
        return
    for name in _FIGURES:
        setattr(one, name, getattr(made, name))


def _kept(plan: DayPlan, asked: AskedMove) -> dict[int, int | None]:
    """Return whom each stop is kept for after a move: the stop itself, where it was kept, for who takes it."""
    kept = {stop.consignment_id: stop.kept_for_id for one in plan.rounds for stop in one.stops}
    kept |= {left.consignment_id: left.detail.get(KEPT_FOR) for left in plan.unserved}
    moved = asked.move.consignment_id
    taker = next((one for one in plan.rounds if one.id == asked.move.to_round_id), None)
    if taker not in (None, _round_of(plan, moved)) and kept[moved] is not None:
        kept[moved] = taker.courier_id
    return kept


def _leave_over(session: Session, plan: DayPlan, asked: AskedMove, kept_for_id: int | None) -> int:
    """Keep the list of what is not served; return what that costs more, in seconds of travel.

    A stop taken off remembers whom it was kept for: put in again, it is kept again.
    """
    stop_id = str(asked.move.consignment_id)
    price = next(price_of(stop) for stop in asked.problem.stops if stop.stop_id == stop_id)
    was_left = not any(stop_id in order for order in asked.before.values())
    is_left = not any(stop_id in order for order in asked.after.values())
    told = [BY_HAND, {} if kept_for_id is None else {KEPT_FOR: kept_for_id}]
    _put_unserved(session, plan, asked.move.consignment_id, told if is_left else None)
    return price * (is_left - was_left)


def _put_unserved(session: Session, plan: DayPlan, consignment_id: int, told: list[Any] | None) -> None:
    of_it = (PlanUnserved.plan_id == plan.id, PlanUnserved.consignment_id == consignment_id)
    session.execute(delete(PlanUnserved).where(*of_it))
    if told is not None:
        reason, detail = told
        session.add(PlanUnserved(plan_id=plan.id, consignment_id=consignment_id, reason=reason, detail=detail))
    session.flush()
    session.expire(plan, ["unserved"])


def _recount(session: Session, plan: DayPlan) -> None:
    plan.figures = plan.figures | {
        "n_rounds": sum(1 for one in plan.rounds if one.stops),
        "n_stops": sum(len(one.stops) for one in plan.rounds),
        "n_unserved": len(plan.unserved),
    }
    session.flush()
