"""Saving and publishing plans: every version of a day is kept, one is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from postal.access import ownership
from postal.access.act import Act
from postal.access.audit import note
from postal.access.policy import Action, Actor, require_for
from postal.custody import take_number
from postal.errors import Conflict, NotFound
from postal.models import (
    Consignment,
    Courier,
    DayPlan,
    DeliveryRound,
    Office,
    PlanEdit,
    PlanStatus,
    PlanUnserved,
    RoundStatus,
    RoundStop,
    User,
)
from postal.models.keys import write_many
from postal.readings import once
from postal.rounds.problem import DaySetting, day_setting, has_left, opens_on, ready_consignments, why_not_today
from routing import Message, OpenCommune, Plan, PlannedRound, Problem, Unserved

MOVE, KEEP, UNDO = "move", "keep", "undo"
OFFICE = "office_id"
"""In the detail of an act: the office its maker had then, whose it stays."""
"""The kinds of acts in a draft."""


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    says = Message("Phương án này không còn gì để hoàn tác.")


class OthersOnly(Conflict):
    code = "others_only"
    says = Message("Các lần sửa còn lại do đơn vị khác làm: đơn vị ấy hoàn tác, hoặc chuyển điểm lần nữa.")


class MovedSince(Conflict):
    code = "moved_since"
    says = Message("Sau lần sửa này {office} đã sửa cùng chuyến hoặc cùng điểm. {office} hoàn tác trước.")


class PlanOutdated(Conflict):
    code = "plan_outdated"
    says = Message("Trong lúc lập phương án, có bưu gửi đã đổi trạng thái. Lập lại phương án.")
    is_retryable = True


class PlanIncomplete(Conflict):
    code = "plan_incomplete"
    says = Message("Phương án bỏ sót hoặc lặp lại điểm phát; không lưu.")


class PublishedMeanwhile(Conflict):
    code = "published_meanwhile"
    says = Message(
        "Sau khi lập phương án này, ngày đó đã có phương án khác được công bố. Xem lại rồi lập phương án mới."
    )


class PlanNotDraft(Conflict):
    code = "plan_not_draft"
    says = Message("Phương án này đã được công bố hoặc đã bị thay.")


class EditedMeanwhile(Conflict):
    code = "edited_meanwhile"
    says = Message("Phương án vừa được người khác sửa. Trang đã tải lại: xem thay đổi rồi làm lại.")


class DayHasStarted(Conflict):
    code = "day_has_started"
    says = Message(
        "Sau khi lập phương án này, chuyến {numbers} đã xuất phát với điểm dừng có trong phương án. Lập lại."
    )


def save_plan(act: Act, day: date, problem: Problem, plan: Plan, *, base_id: int | None = None) -> DayPlan:
    """Save a checked plan as the day's next draft; rounds are numbered by office and courier.

    Stops kept in the draft ``base_id``, which it went on from, stay kept; None: those of the published plan.

    What was read before planning is looked at again: raises PlanOutdated where a planned item moved on,
    PlanIncomplete where the plan does not account for each stop of the problem exactly once.
    """
    ready = {consignment.id: consignment for consignment in ready_consignments(act.session)}
    visited = [int(visit.stop_id) for r in plan.rounds for visit in r.visits]
    stop_ids = visited + [int(u.stop_id) for u in plan.unserved]
    if sorted(stop_ids) != sorted(int(stop.stop_id) for stop in problem.stops):
        raise PlanIncomplete
    if not set(visited) <= ready.keys():
        raise PlanOutdated
    saved = DayPlan(
        day=day,
        version=take_number(act.session, f"plan-{day.isoformat()}"),
        status=PlanStatus.DRAFT,
        made_at=act.now,
        made_by_id=act.by.user_id,
        travel_source=plan.travel_source,
        degraded=plan.degraded,
        travel_s=plan.travel_s,
        cost=plan.cost,
        figures={
            "n_rounds": len(plan.rounds),
            "n_stops": len(visited),
            "seconds": round(plan.seconds, 1),
            "replaces": _published_id(act.session, day),
        },
    )
    act.session.add(saved)
    act.session.flush()
    _save_rounds(act.session, saved, plan, base_id)
    _save_unserved(act.session, saved, problem, plan, day)
    saved.figures = saved.figures | {"n_unserved": len(saved.unserved)}
    act.session.flush()
    return saved


def last_edit(session: Session, plan_id: int) -> int:
    """Return the number of the last act of a plan, 0 where there was none."""
    query = select(func.max(PlanEdit.number)).where(PlanEdit.plan_id == plan_id)
    return once(session, ("last edit", plan_id), lambda: session.scalar(query)) or 0


def standing_edits(session: Session, plan_id: int) -> Sequence[PlanEdit]:
    """Return the acts of a plan that were not undone, the newest first."""
    query = select(PlanEdit).where(PlanEdit.plan_id == plan_id, PlanEdit.undone_at.is_(None), PlanEdit.kind != UNDO)
    return session.scalars(query.order_by(PlanEdit.number.desc())).all()


def own_edits(session: Session, by: Actor, standing: Sequence[PlanEdit]) -> Sequence[PlanEdit]:
    """Return those of some acts that somebody may undo: their own office's, or those of nobody's for who has none."""
    offices = _offices(session, standing)
    return [one for one in standing if offices[one.id] == by.office_id]


def undoable(act: Act, plan_id: int) -> PlanEdit:
    """Return the newest standing act of the actor's office. One of before costs were noted only as the last.

    Raises NothingToUndo, OthersOnly, MovedSince where a later act of others touches the same rounds or stop.
    """
    standing = standing_edits(act.session, plan_id)
    if not standing:
        raise NothingToUndo
    own = own_edits(act.session, act.by, standing)
    if not own:
        raise OthersOnly
    offices = _offices(act.session, standing)
    for later in standing[: standing.index(own[0])]:
        if "dearer" not in own[0].detail or _touched(later) & _touched(own[0]):
            office = act.session.get(Office, offices[later.id] or 0)
            raise MovedSince(office=office.name if office is not None else Message("điều hành toàn tỉnh"))
    return own[0]


def _touched(edit: PlanEdit) -> set[tuple[str, int]]:
    told = {("round", one["id"]) for one in edit.detail["rounds"]}
    return told | {("stop", edit.detail["consignment_id"])}


def _offices(session: Session, edits: Sequence[PlanEdit]) -> dict[int, int | None]:
    """Return by act the office its maker had then; of acts that do not say it, the one he has now."""
    made_by = {one.made_by_id for one in edits if OFFICE not in one.detail} - {None}
    now = select(User.id, User.office_id).where(User.id.in_(made_by))
    since: dict[int | None, int | None] = dict(session.execute(now).all()) if made_by else {}
    return {one.id: one.detail[OFFICE] if OFFICE in one.detail else since.get(one.made_by_id) for one in edits}


def publish_plan(act: Act, plan_id: int, *, edit: int | None = None) -> DayPlan:
    """Make a draft the day's one published plan; the one it was made to replace is superseded.

    Rounds that have left go over to the new plan as they are. Of two at once, and of two made side by side, exactly
    one wins. ``edit`` is the number of the last act its publisher saw, None for whoever looked at none. Raises
    NotFound, PlanNotDraft, EditedMeanwhile, PublishedMeanwhile, DayHasStarted, Forbidden for who is bound to one
    office of several.
    """
    plan = act.session.get(DayPlan, plan_id)
    if plan is None:
        raise NotFound(what=Message("phương án phát"))
    require_for(act.by, Action.PUBLISH, *ownership.subjects_of_day(act.session))
    before = _published_id(act.session, plan.day)
    # Nobody starts a round of either plan, or scans a piece out on one, until it is decided which of them counts.
    both = select(DayPlan).where(DayPlan.id.in_([one for one in (plan_id, before) if one is not None]))
    act.session.scalars(
        both.order_by(DayPlan.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).all()
    if plan.status is not PlanStatus.DRAFT:
        raise PlanNotDraft
    if edit is not None and last_edit(act.session, plan_id) != edit:
        raise EditedMeanwhile
    if before != plan.figures.get("replaces"):
        raise PublishedMeanwhile
    under_way = [] if before is None else _under_way(act.session, before)
    _drop_emptied(act.session, plan)
    _require_apart(under_way, plan)
    _renumber(act.session, under_way, plan)
    try:
        with act.session.begin_nested():
            if before is not None:
                _move(act.session, before, PlanStatus.PUBLISHED, status=PlanStatus.SUPERSEDED)
            _move(act.session, plan_id, PlanStatus.DRAFT, status=PlanStatus.PUBLISHED, published_at=act.now)
    except IntegrityError as exc:  # the unique index on the day's published plan: somebody was first
        raise PublishedMeanwhile from exc
    for one in under_way:  # they stay as they are, papers and counts included
        one.plan_id = plan.id
    act.session.flush()
    act.session.refresh(plan)
    plan.travel_s = sum(one.travel_s for one in plan.rounds)
    plan.figures = plan.figures | {
        "n_rounds": len(plan.rounds),
        "n_stops": sum(len(one.stops) for one in plan.rounds),
        "n_carried": len(under_way),
    }
    act.session.flush()
    note(act, "publish_plan", "plan", plan_id)
    return plan


def _drop_emptied(session: Session, plan: DayPlan) -> None:
    """Drop rounds all of whose stops were taken off by hand: nobody leaves for nothing."""
    for emptied in [one for one in plan.rounds if not one.stops]:
        session.delete(emptied)
    session.flush()
    session.expire(plan, ["rounds"])


def _published_id(session: Session, day: date) -> int | None:
    return session.scalar(select(DayPlan.id).where(DayPlan.day == day, DayPlan.status == PlanStatus.PUBLISHED))


def _under_way(session: Session, plan_id: int) -> list[DeliveryRound]:
    """Return the rounds of a plan that have left, or that their couriers have begun to load by scans of their own."""
    query = select(DeliveryRound).where(DeliveryRound.plan_id == plan_id, has_left())
    stops = selectinload(DeliveryRound.stops).joinedload(RoundStop.consignment).selectinload(Consignment.items)
    return list(session.scalars(query.options(stops).with_for_update(key_share=True)))


def _require_apart(under_way: list[DeliveryRound], plan: DayPlan) -> None:
    """Refuse a plan that sends out again who has left, or what has left with somebody."""
    couriers = {one.courier_id for one in plan.rounds}
    consignments = {stop.consignment_id for one in plan.rounds for stop in one.stops}
    clashing = [
        one.number for one in under_way if one.courier_id in couriers or not consignments.isdisjoint(_in_hands(one))
    ]
    if clashing:
        raise DayHasStarted(numbers=", ".join(map(str, sorted(clashing))))


def _renumber(session: Session, under_way: list[DeliveryRound], plan: DayPlan) -> None:
    """Give rounds of a plan other numbers where those that have left bear theirs, on papers and in phones.

    Who was sent out after the plan was saved took a number that was free in the published one.
    """
    taken = {one.number for one in under_way}
    last = max(taken | {one.number for one in plan.rounds}, default=0)
    clashing = [one for one in plan.rounds if one.number in taken]
    for number, one in enumerate(clashing, start=last + 1):
        one.number = number
    session.flush()


def _in_hands(one: DeliveryRound) -> list[int]:
    """Return the consignments a round keeps: all while it is being loaded, later those with a piece out on it."""
    is_loading = one.status is RoundStatus.PLANNED
    return [
        stop.consignment_id
        for stop in one.stops
        if is_loading or any(item.round_id == one.id for item in stop.consignment.items)
    ]


def _move(session: Session, plan_id: int, expected: PlanStatus, **values: Any) -> None:
    """Change a plan that is still as expected; somebody else may have been faster."""
    mine = update(DayPlan).where(DayPlan.id == plan_id, DayPlan.status == expected).values(**values)
    result = session.execute(mine.execution_options(synchronize_session=False))
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise PublishedMeanwhile


def _save_rounds(session: Session, saved: DayPlan, plan: Plan, base_id: int | None) -> None:
    couriers = {c.code: c for c in session.scalars(select(Courier))}
    offices = {o.code: o.id for o in session.scalars(select(Office))}
    driven = sorted((r for r in plan.rounds if r.visits), key=lambda r: (r.office_id, r.courier_id))
    before = _published_id(session, saved.day)
    taken = set() if before is None else {one.number for one in _under_way(session, before)}
    free = (number for number in count(1) if number not in taken)
    locked = _locked_couriers(session, before if base_id is None else base_id)
    for number, planned in zip(free, driven, strict=False):
        courier_id = couriers[planned.courier_id].id
        delivery_round = _round(saved, number, planned, courier_id, offices[planned.office_id])
        for stop in delivery_round.stops:
            stop.kept_for_id = locked.get(stop.consignment_id)
        session.add(delivery_round)
    session.flush()
    session.refresh(saved)


def _locked_couriers(session: Session, plan_id: int | None) -> dict[int, int]:
    """Return the courier each stop of a plan is kept for by its consignment."""
    query = (
        select(RoundStop.consignment_id, RoundStop.kept_for_id)
        .join(DeliveryRound)
        .where(DeliveryRound.plan_id == plan_id, RoundStop.kept_for_id.is_not(None))
    )
    return {consignment: courier for consignment, courier in session.execute(query) if courier is not None}


def _round(saved: DayPlan, number: int, planned: PlannedRound, courier_id: int, office_id: int) -> DeliveryRound:
    return DeliveryRound(
        plan_id=saved.id,
        number=number,
        courier_id=courier_id,
        office_id=office_id,
        leave_at_s=planned.leave_at_s,
        back_at_s=planned.back_at_s,
        travel_s=planned.travel_s,
        travel_m=planned.travel_m,
        stops=[
            RoundStop(
                position=position,
                consignment_id=int(visit.stop_id),
                arrive_s=visit.arrive_s,
                start_s=visit.start_s,
                leave_s=visit.leave_s,
            )
            for position, visit in enumerate(planned.visits, start=1)
        ],
    )


def _remedy(session: Session, unserved: Unserved, setting: DaySetting) -> dict[str, Any]:
    """Return the planner's remedy as it is stored; a closed commune with the day it is served again."""
    remedy = unserved.remedy
    if remedy is None:
        return {}
    if isinstance(remedy.first, OpenCommune):
        opened = replace(remedy.first, day=opens_on(session, remedy.first.commune_code, setting))
        remedy = replace(remedy, changes=(opened, *remedy.changes[1:]))
    return remedy.to_json()


def _save_unserved(session: Session, saved: DayPlan, problem: Problem, plan: Plan, day: date) -> None:
    ready = ready_consignments(session)
    setting = day_setting(session, day, ready)
    left_over = [(int(u.stop_id), u.reason, _remedy(session, u, setting)) for u in plan.unserved]
    in_problem = {int(stop.stop_id) for stop in problem.stops}
    for consignment in ready:
        why = why_not_today(consignment, setting)
        if why is not None and consignment.id not in in_problem:
            left_over.append((consignment.id, why.reason, why.detail))
    rows = [
        {"plan_id": saved.id, "consignment_id": consignment_id, "reason": reason, "detail": detail}
        for consignment_id, reason, detail in left_over
    ]
    write_many(session, PlanUnserved, rows)
    session.refresh(saved)
