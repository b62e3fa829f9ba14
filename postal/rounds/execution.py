"""Starting and closing a round: the load check, and the count of what comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from postal.access.act import Act
from postal.custody import (
    Counted,
    CountedList,
    DayClosed,
    Party,
    clean_codes,
    closed_day,
    count,
    write_receipt,
)
from postal.errors import Conflict, NotFound
from postal.life.facts import RECEIPT
from postal.life.follow_up import follow_up, load_attempts
from postal.life.items import with_s10s
from postal.life.tracking import Scan, happened_on, lock_items, note_misfits, record_all
from postal.models import (
    Consignment,
    DayPlan,
    DeliveryRound,
    Handover,
    Item,
    Leg,
    Person,
    PlanStatus,
    RoundStatus,
    RoundStop,
    TrackingEvent,
    User,
)
from postal.network.promises import load_calendars
from postal.people import open_person
from postal.rounds.cash_and_papers import Brought, check_brought, due_from_courier, note_difference
from postal.rounds.cash_counts import CashSide, last_count
from postal.rounds.home_counts import check_home, note_home_difference
from postal.rounds.problem import DELIVERABLE
from postal.rounds.sheets import check_sheets, destroy_sheets, sheets_out
from postal.rounds.taking_over import check_confirmed, sign_for_load
from postal.rules import reasons
from postal.rules.lifecycle import Direction, EventKind, State
from postal.rules.s10 import normal_s10
from postal.rules.working_days import local_day
from routing import Message

# The courier may have scanned a piece out before the office counts the load.
LOADABLE = (*DELIVERABLE, State.ON_ROUND)
TO_BRING_HOME = (State.ON_ROUND, State.ATTEMPTED, State.COLLECTED)


class RoundNotPublished(Conflict):
    code = "round_not_published"
    says = Message("Chuyến này chưa được công bố hoặc đã bị thay bằng phương án khác.")


class RoundStateWrong(Conflict):
    code = "round_state_wrong"
    says = Message("Chuyến {number} đang ở tình trạng khác: {status}.")


def start_round(act: Act, round_id: int, *, scanned: Iterable[str]) -> Handover:
    """Hand a round to its courier: what is not scanned is not loaded and stays at the office.

    Raises NotFound, RoundNotPublished, RoundStateWrong, DayClosed (nothing leaves an office whose day is closed),
    LoadChanged where the courier confirmed other pieces.
    """
    found = _round(act.session, round_id, RoundStatus.PLANNED)
    if closed_day(act.session, found.office_id, found.plan.day) is not None:
        raise DayClosed(day=found.plan.day.isoformat())
    items = _locked_items(act.session, found)
    to_deliver = [item for item in items if item.direction is Direction.RESULT and _is_for(item, found, LOADABLE)]
    to_collect = [item for item in items if item.state is State.AWAITING_COLLECTION]
    codes = clean_codes(scanned)
    counted = count([item.s10 or "" for item in to_deliver], codes, with_s10s(act.session, codes))
    said = check_confirmed(act.session, round_id, counted.present)
    handover = _receipt(act, found, Leg.OFFICE_TO_COURIER, counted)
    sign_for_load(act, handover, said)
    loaded = set(counted.present)
    waiting = [item for item in to_deliver if item.s10 in loaded and item.state in DELIVERABLE]
    _record(act, found, EventKind.OUT_FOR_DELIVERY, waiting, receipt=handover)
    _record(act, found, EventKind.OUT_FOR_COLLECTION, to_collect, receipt=handover)
    found.status, found.started_at = RoundStatus.STARTED, act.now
    act.session.flush()
    # A phone told of doors before this count: what was not loaded is for a person to look at.
    early = select(TrackingEvent).where(happened_on(act.session, found.id), ~TrackingEvent.is_applied)
    note_misfits(act.session, act.session.scalars(early).all(), now=act.now)
    return handover


def close_round(
    act: Act,
    round_id: int,
    *,
    scanned: Iterable[str] | None = None,
    brought: Brought | None = None,
) -> Handover:
    """Take back what was not delivered and what was collected, count it, and close the round.

    ``scanned`` None takes everything that should come back as counted. What is missing from the count stays in the
    courier's name and becomes a discrepancy; what the courier scanned on the phone otherwise is named. ``brought`` is
    the money and the papers as the office counted them, None: not counted here. Raises NotFound, RoundStateWrong,
    BroughtDiffers, CountsDiffer, HomeDiffers, SheetsMissing.
    """
    found = _round(act.session, round_id, RoundStatus.STARTED)
    items = _locked_items(act.session, found)
    pieces = {item.s10 or item.dossier_code: item for item in items if _is_for(item, found, TO_BRING_HOME)}
    as_scanned = {normal_s10(code): code for code in pieces}
    codes = list(pieces) if scanned is None else [as_scanned.get(code, code) for code in clean_codes(scanned)]
    counted = count(list(pieces), codes, with_s10s(act.session, codes))
    facts = due_from_courier(act.session, found)
    if brought is not None:
        said = last_count(act.session, round_id, CashSide.COURIER)
        facts |= check_brought(facts, brought, said.money_vnd if said is not None else None)
    is_explained = brought is None or bool(brought.why.strip())
    why = brought.why if brought is not None else ""
    facts |= check_home(act.session, round_id, codes, why=why, may_differ=is_explained)
    out, returned = sheets_out(act.session, round_id), brought.sheets if brought is not None else ()
    facts |= check_sheets(out, returned, may_differ=is_explained)
    destroy_sheets(act, out, returned)
    handover = _receipt(act, found, Leg.COURIER_TO_OFFICE, counted, facts=facts, pieces=pieces)
    note_difference(act, handover)
    note_home_difference(act, handover)
    came_back = [pieces[code] for code in counted.present]
    _record(act, found, EventKind.BACK_AT_OFFICE, came_back, receipt=handover)
    unvisited = [item for item in items if _is_for(item, found, (State.ON_COLLECTION_ROUND,))]
    _record(act, found, EventKind.COLLECTION_FAILED, unvisited, reason="NOT_VISITED", receipt=handover)
    _set_aside(act, found, came_back)
    found.status, found.closed_at = RoundStatus.CLOSED, act.now
    act.session.flush()
    return handover


def pieces_on_round(round_id: int) -> Select[int, Any, str]:
    """Return the query for id, S10 and dossier code of every item on a round's stops, in the order of the round."""
    return (
        select(Item.id, Item.s10, Item.dossier_code)
        .join(RoundStop, RoundStop.consignment_id == Item.consignment_id)
        .where(RoundStop.round_id == round_id)
        .order_by(RoundStop.position, Item.id)
    )


def _round(session: Session, round_id: int, status: RoundStatus) -> DeliveryRound:
    stops = selectinload(DeliveryRound.stops).joinedload(RoundStop.consignment).selectinload(Consignment.items)
    options = [stops, joinedload(DeliveryRound.courier), joinedload(DeliveryRound.plan)]
    found = session.get(DeliveryRound, round_id, options=options, populate_existing=True)
    if found is None:
        raise NotFound(what=Message("chuyến phát"))
    hold_rounds(session, [round_id])
    if found.plan.status is not PlanStatus.PUBLISHED:
        raise RoundNotPublished
    if found.status is not status:
        raise RoundStateWrong(number=found.number, status=found.status)
    return found


def hold_rounds(session: Session, round_ids: Collection[int], *, is_adding: bool = False) -> None:
    """Lock rounds and their plans until the transaction ends, and read both anew.

    The plans come before their rounds, as for whoever publishes: nobody publishes another plan meanwhile, and of two
    who act on a round the second sees what the first did. ``is_adding`` is for who adds a round to a plan: of two such
    the second waits here already.
    """
    held: set[int] = set()
    of_rounds = select(DeliveryRound.plan_id).where(DeliveryRound.id.in_(round_ids)).distinct()
    # Rounds go over to another plan only while the one they leave is held.
    while missing := set(session.scalars(of_rounds)) - held:
        plans = select(DayPlan).where(DayPlan.id.in_(missing)).order_by(DayPlan.id)
        plans = plans.with_for_update(read=not is_adding, key_share=is_adding)
        session.scalars(plans.execution_options(populate_existing=True)).all()
        held |= missing
    rounds = select(DeliveryRound).where(DeliveryRound.id.in_(round_ids)).order_by(DeliveryRound.id)
    rounds = rounds.with_for_update(key_share=True)
    for one in session.scalars(rounds.execution_options(populate_existing=True)).all():
        session.expire(one, ["plan"])


def _locked_items(session: Session, found: DeliveryRound) -> list[Item]:
    items = [item for stop in found.stops for item in stop.consignment.items]
    lock_items(session, items)
    return items


def _is_for(item: Item, found: DeliveryRound, states: Sequence[State]) -> bool:
    """Say whether an item is in one of these states, and out on this round if it is out on any."""
    return item.state in states and item.round_id in (None, found.id)


def pieces_in(round_id: int, states: Sequence[State]) -> Select[int, Any, str]:
    """Return the query for those of a round's items in these states that are out on this round or on none."""
    is_here = or_(Item.round_id.is_(None), Item.round_id == round_id)
    return pieces_on_round(round_id).where(Item.state.in_(states), is_here)


def _receipt(
    act: Act,
    found: DeliveryRound,
    leg: Leg,
    counted: Counted,
    *,
    facts: dict[str, Any] | None = None,
    pieces: Mapping[str, Item] | None = None,
) -> Handover:
    courier = courier_party(act.session, found)
    office = replace(_user_party(act, "Nhân viên bưu cục"), office_id=found.office_id)
    giver, receiver = (office, courier) if leg is Leg.OFFICE_TO_COURIER else (courier, office)
    of = CountedList(round_id=found.id, facts=facts or {}, pieces=pieces or {})
    return write_receipt(act, leg, counted, giver, receiver, of=of)


def courier_party(session: Session, found: DeliveryRound) -> Party:
    """Return a round's courier as one side of a receipt."""
    person = session.get_one(Person, found.courier.person_id)
    name = open_person(session, person).full_name
    return Party(name=name, position="Bưu tá", code=found.courier.code, office_id=found.office_id)


def _user_party(act: Act, position: str) -> Party:
    user = act.session.get(User, act.by.user_id) if act.by.user_id is not None else None
    if user is None:
        return Party(name="Bưu cục", position=position)
    name = open_person(act.session, act.session.get_one(Person, user.person_id)).full_name
    return Party(name=name, position=position)


def _record(
    act: Act,
    found: DeliveryRound,
    kind: EventKind,
    items: Sequence[Item],
    *,
    reason: str | None = None,
    receipt: Handover | None = None,
) -> None:
    if not items:
        return
    scan = Scan(
        kind=kind,
        scan_id=act_id(found.id, kind),
        happened_at=act.now,
        courier_id=found.courier_id,
        office_id=found.office_id,
        round_id=found.id,
        reason=reason,
        facts={RECEIPT: receipt.number} if receipt is not None else {},
    )
    record_all(act, items, scan)


def _set_aside(act: Act, found: DeliveryRound, items: Sequence[Item]) -> None:
    """Keep for the recipient at the office what was invited for twice; it goes out no more."""
    attempts, calendars = load_attempts(act.session, [item.id for item in items]), load_calendars(act.session)
    next_steps = {
        item.id: follow_up(attempts.get(item.id, ()), calendars.of(item.consignment.commune_code)) for item in items
    }
    held = [item for item in items if (step := next_steps[item.id]) is not None and step.next is reasons.Next.HOLD]
    _record(act, found, EventKind.HELD, held)


def act_id(round_id: int, kind: EventKind) -> str:
    """Return the scan id of an act on a whole round; each item's own is this, a colon and the item's id."""
    return f"round:{round_id}:{kind}"


def stop_code(round_id: int, position: int) -> str:
    """Return the ten digits a route sheet's barcode holds for a stop: seven of the round, three of the position."""
    return f"{round_id:07}{position:03}"


def is_due(stop: RoundStop) -> bool:
    """Say whether the stop's promise ends on the day of its round, or ended before."""
    promised = stop.consignment.promised_by
    return promised is not None and local_day(promised) <= stop.round.plan.day
