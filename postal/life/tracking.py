"""The one door for events: append the fact, fold the item's life, queue the callbacks.

State never changes by assignment anywhere else. Scans may repeat, come late and come shuffled. An event whose facts
name a receipt (``handover``) is a count that both sides signed: a wall no later fact moves (docs/custody.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.chain.unsealed import EVENT, note_unsealed
from postal.errors import MoveNotAllowed, ScanIdReused
from postal.life.facts import ACCEPTS, CONSIGNMENT, RECIPIENT, SEQ, Life, facts_of, life_with
from postal.life.follow_up import TRIES, write_tries
from postal.models import Discrepancy, Item, ProofOfDelivery, TrackingEvent
from postal.models.keys import blocks, reserve_ids
from postal.outside.outbox import queue_callbacks
from postal.rules.lifecycle import FINAL, EventKind, Fact, Folded, State, fold, next_state, round_after
from routing import Message

HELD_AT_MOST = timedelta(hours=24)
DOES_NOT_FIT = "scan_does_not_fit"
_ATTEMPTS = frozenset({EventKind.ATTEMPT_FAILED, EventKind.DELIVERED})
_FAILURES = frozenset({EventKind.ATTEMPT_FAILED, EventKind.COLLECTION_FAILED})
_CAME_TO_FIT = Message("Lượt quét còn thiếu đã đến sau đó; sự kiện này đã khớp.")


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One event as its witness reports it. ``scan_id`` is the client's own, so that a repeat is recognised.

    ``happened_at`` is the device's time corrected by its clock offset; ``device_at`` is what the device said.
    ``round_id`` is the round it happened on: what belongs together is asked by it, never by comparing clocks.
    ``seq`` is its place among the acts of the phone that recorded it; its facts say so as well.
    """

    kind: EventKind
    scan_id: str
    happened_at: datetime
    device_at: datetime | None = None
    courier_id: int | None = None
    office_id: int | None = None
    round_id: int | None = None
    reason: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    proof: ProofOfDelivery | None = None
    seq: int | None = None


def record(act: Act, item: Item, scan: Scan) -> TrackingEvent:
    """Append an event, move the item, queue its callbacks; return the event.

    Safe to repeat: the same scan id with the same content is one event. An event that does not fit yet is
    kept with ``is_applied`` false and tried again whenever another event of the item arrives.
    Raises ScanIdReused where the id was used for something else.
    """
    known = _known(act.session, scan.scan_id)
    if known is not None:
        return same_event(known, item, scan)
    lock_items(act.session, [item])  # two devices at once: the second waits for the first
    return append(act, item, scan, life_with(act.session, item.id))


def append(act: Act, item: Item, scan: Scan, life: Life) -> TrackingEvent:
    """Append an event that nobody told before to the life of an item that is locked, as `record` does.

    ``life`` is all of the item's life and is one event longer afterwards.
    """
    event = _event(act, item, scan)
    life.events.append(event)
    folded = fold(life.facts(), item.direction)
    state_after = folded.state_after
    by_scan = {one.scan_id: one for one in life.events}
    came_to_fit = [one for one in life.events[:-1] if not one.is_applied and one.scan_id in state_after]
    last = max((one.sequence or 0 for one in life.events), default=0)
    for one in life.events:
        one.is_applied = one.scan_id in state_after
        one.state_after = state_after.get(one.scan_id)
    applied = [by_scan[scan_id] for scan_id in folded.applied]
    _follow(item, applied, folded)
    to_tell = _number(item, applied, last=last)
    act.session.add(event)
    act.session.flush()
    note_unsealed(act.session, EVENT, [event.id], now=act.now)
    for one, told in to_tell:
        queue_callbacks(act.session, one, item, state=told, now=act.now)
    _settle(act, came_to_fit)
    act.session.flush()
    return event


def lock_items(session: Session, items: Iterable[Item]) -> None:
    """Keep everybody else from moving these items until the transaction ends; they are read again.

    Whoever reads where items are and then moves them locks them first. Always in the order of their ids, so that two
    who want the same items wait for each other instead of for ever.
    """
    wanted = sorted({item.id for item in items})
    for some in blocks(wanted):
        # The items' own rows alone: PostgreSQL locks nothing behind the outer joins that load what belongs to them.
        # Their keys stay free for rows that point at them: who writes an event need not wait for who moves the item.
        query = select(Item).where(Item.id.in_(some)).order_by(Item.id).with_for_update(of=Item, key_share=True)
        session.scalars(query.execution_options(populate_existing=True)).all()


def record_strictly(act: Act, item: Item, scan: Scan) -> TrackingEvent:
    """Record an act of the office itself, which must fit now. Raises MoveNotAllowed and records nothing."""
    lock_items(act.session, [item])
    _require_fit(act.session, item, scan)
    return record(act, item, _not_before(item, scan))


def _require_fit(session: Session, item: Item, scan: Scan) -> None:
    if next_state(item.state, scan.kind) is None and _known(session, scan.scan_id) is None:
        raise MoveNotAllowed(state=item.state, kind=scan.kind, s10=item.s10)


def _not_before(item: Item, scan: Scan) -> Scan:
    """Return the office's act with its instant, which is never before what it follows: our clock may be set back."""
    is_before = item.state_since > scan.happened_at
    return replace(scan, happened_at=item.state_since) if is_before else scan


def record_first(act: Act, items: Sequence[Item], scan: Scan) -> list[TrackingEvent]:
    """Record the first event of many new items at once; their scan ids are ``<scan.scan_id>:<item id>``."""
    state = fold([Fact(scan_id=scan.scan_id, kind=scan.kind, happened_at=scan.happened_at)]).state
    events = []
    for item, event_id in zip(items, reserve_ids(act.session, TrackingEvent, len(items)), strict=True):
        event = _event(act, item, scan)
        event.id = event_id
        event.scan_id = f"{scan.scan_id}:{item.id}"
        event.is_applied, event.sequence, event.state_after = True, 1, state
        event.facts = scan.facts | {CONSIGNMENT: item.consignment_id, RECIPIENT: item.consignment.person_id}
        _move(item, state, event.happened_at)
        events.append(event)
    act.session.add_all(events)
    act.session.flush()
    note_unsealed(act.session, EVENT, [event.id for event in events], now=act.now)
    for item, event in zip(items, events, strict=True):
        queue_callbacks(act.session, event, item, state=event.state_after or item.state, now=act.now)
    return events


def record_all(act: Act, items: Sequence[Item], scan: Scan) -> list[TrackingEvent]:
    """Record one act of the office on many items; their scan ids are ``<scan.scan_id>:<item id>``.

    The same as `record_strictly` for each, in two statements where nothing of an item came late.
    Raises MoveNotAllowed for the first item the act does not fit, and records nothing.
    """
    lock_items(act.session, items)
    for item in items:
        _require_fit(act.session, item, replace(scan, scan_id=f"{scan.scan_id}:{item.id}"))
    last = _last_sequences(act.session, [item.id for item in items])
    events, plain = [], []
    for item in items:
        own = replace(scan, scan_id=f"{scan.scan_id}:{item.id}")
        state = next_state(item.state, scan.kind, item.direction)
        # What counts as a try, or ends those before, moves more than the state: the item's whole life is folded.
        is_plain = scan.kind not in _ATTEMPTS | TRIES and last.get(item.id) is not None
        is_plain = is_plain and item.state_since <= scan.happened_at
        if not is_plain or state is None:
            events.append(record(act, item, _not_before(item, own)))
            continue
        event = _event(act, item, own)
        event.is_applied, event.sequence, event.state_after = True, (last[item.id] or 0) + 1, state
        _move(item, state, event.happened_at)
        item.courier_id = scan.courier_id or item.courier_id
        item.office_id = scan.office_id or item.office_id
        item.round_id = round_after(item.round_id, state, scan.kind, scan.round_id)
        events.append(event)
        plain.append((event, item))
    act.session.add_all(events)
    act.session.flush()
    note_unsealed(act.session, EVENT, [event.id for event in events], now=act.now)
    for event, item in plain:
        queue_callbacks(act.session, event, item, state=event.state_after or item.state, now=act.now)
    return events


def _last_sequences(session: Session, item_ids: Sequence[int]) -> dict[int, int | None]:
    """Return each item's last sequence; None for an item with an event that waits to fit."""
    found: dict[int, int | None] = {}
    for some in blocks(item_ids):
        query = (
            select(
                TrackingEvent.item_id,
                func.max(TrackingEvent.sequence),
                func.min(case((TrackingEvent.is_applied, 1), else_=0)),
            )
            .where(TrackingEvent.item_id.in_(some))
            .group_by(TrackingEvent.item_id)
        )
        found |= {row[0]: (row[1] if row[2] == 1 else None) for row in session.execute(query)}
    return found


def note_overdue(session: Session, *, now: datetime) -> list[Discrepancy]:
    """Turn events that have not fitted for 24 hours into discrepancies for staff; return the new ones."""
    stuck = session.scalars(
        select(TrackingEvent)
        .outerjoin(Discrepancy, Discrepancy.event_id == TrackingEvent.id)
        .where(~TrackingEvent.is_applied, TrackingEvent.recorded_at <= now - HELD_AT_MOST, Discrepancy.id.is_(None))
    ).all()
    return note_misfits(session, stuck, now=now)


def note_misfits(session: Session, events: Iterable[TrackingEvent], *, now: datetime) -> list[Discrepancy]:
    """Put events that do not fit before a person; return the new discrepancies. Those noted before stay one."""
    misfits = {event.id: event for event in events if not event.is_applied}
    known: set[int | None] = set()
    for some in blocks(sorted(misfits)):
        known |= set(session.scalars(select(Discrepancy.event_id).where(Discrepancy.event_id.in_(some))))
    notes = [
        Discrepancy(kind=DOES_NOT_FIT, item_id=e.item_id, event_id=e.id, noted_at=now, detail=str(e.kind))
        for e in misfits.values()
        if e.id not in known
    ]
    session.add_all(notes)
    session.flush()
    return notes


def life_in(session: Session, item: Item, events: Sequence[TrackingEvent]) -> list[TrackingEvent]:
    """Return what happened to an item in the order of its life, from all its events in the order of their ids.

    A slow clock changes what is shown, not the order.
    """
    by_scan = {event.scan_id: event for event in events}
    # What was voided is no longer applied: where every event is, there is nothing to ask for.
    is_whole = all(event.is_applied for event in events)
    facts = Life(events, frozenset()).facts() if is_whole else facts_of(session, events)
    return [by_scan[scan_id] for scan_id in fold(facts, item.direction).applied]


def happened_on(session: Session, round_id: int) -> ColumnElement[bool]:
    """Return the condition that an event happened on a round; couriers' scans always said so in their id."""
    beginning: ColumnElement[bool] = TrackingEvent.scan_id.like(f"r{round_id}:%")
    if session.get_bind().dialect.name == "sqlite":  # whose LIKE ignores case, and so reads every row; ";" follows ":"
        beginning = and_(TrackingEvent.scan_id >= f"r{round_id}:", TrackingEvent.scan_id < f"r{round_id};")
    return or_(TrackingEvent.round_id == round_id, beginning)


def _known(session: Session, scan_id: str) -> TrackingEvent | None:
    return session.scalar(select(TrackingEvent).where(TrackingEvent.scan_id == scan_id))


def same_event(known: TrackingEvent, item: Item, scan: Scan) -> TrackingEvent:
    """Return an event that was told again under its scan id. Raises ScanIdReused where it tells something else."""
    # The corrected instant may differ by the jitter of the clock offset: what the device said may not.
    known_at = known.device_at or known.happened_at
    if (known.item_id, known.kind, known_at) != (item.id, scan.kind, scan.device_at or scan.happened_at):
        raise ScanIdReused(scan_id=scan.scan_id)
    return known


def _event(act: Act, item: Item, scan: Scan) -> TrackingEvent:
    return TrackingEvent(
        item_id=item.id,
        kind=scan.kind,
        scan_id=scan.scan_id,
        happened_at=scan.happened_at,
        device_at=scan.device_at,
        recorded_at=act.now,
        is_applied=False,
        user_id=act.by.user_id,
        api_key_id=act.by.api_key_id,
        command=act.by.command,
        courier_id=scan.courier_id,
        office_id=scan.office_id,
        round_id=scan.round_id,
        reason=scan.reason,
        facts=scan.facts,
        proof=scan.proof,
        phone_id=act.by.phone_id,
        seq=scan.seq,
    )


def _number(item: Item, life: Sequence[TrackingEvent], *, last: int) -> list[tuple[TrackingEvent, State]]:
    """Number what fits for the first time; return it with the state its callbacks tell.

    The message with the highest number is the truth: what fits in before something told already is told with where
    the item is now, not with where it was then.
    """
    n_told_behind = sum(event.sequence is not None for event in life)
    told = []
    for event in life:
        if event.sequence is not None:
            n_told_behind -= 1
            continue
        last += 1
        event.sequence = last
        state = event.state_after if n_told_behind == 0 else item.state
        told.append((event, state or item.state))
    return told


def _settle(act: Act, came_to_fit: Sequence[TrackingEvent]) -> None:
    """Close what was open about events that fit by now: the scan before them came late."""
    ids = [event.id for event in came_to_fit]
    query = select(Discrepancy).where(Discrepancy.event_id.in_(ids), Discrepancy.settled_at.is_(None))
    for open_ in act.session.scalars(query) if ids else ():
        open_.settled_at, open_.settlement = act.now, str(_CAME_TO_FIT)


def _follow(item: Item, life: Sequence[TrackingEvent], folded: Folded) -> None:
    # What a phone numbered is placed by its neighbours; a decision keeps the instant of the scan it accepts.
    placed = dict(zip(folded.applied, folded.instants, strict=True))
    at = {e.scan_id: placed[e.scan_id] if SEQ in e.facts else e.happened_at for e in life}
    moving = _moving(life)
    if moving:
        _move(item, folded.state, at[moving[-1].scan_id])
    item.round_id = folded.round_id
    attempts = [at[e.scan_id] for e in life if e.kind in _ATTEMPTS]
    item.n_attempts, item.tries = len(attempts), write_tries(life)
    # The transit clock stops at the first attempt, not at success (TT 17/2017 Đ7).
    item.first_attempt_at = min(attempts, default=None)
    item.courier_id, item.office_id = courier_and_office(life)


def courier_and_office(life: Sequence[TrackingEvent]) -> tuple[int | None, int | None]:
    """Return the courier and the office that a life, in its order, leaves an item with."""
    moving = _moving(life)
    courier_ids = [e.courier_id for e in moving if e.courier_id is not None]
    office_ids = [e.office_id for e in moving if e.office_id is not None]
    return courier_ids[-1] if courier_ids else None, office_ids[-1] if office_ids else None


def _moving(life: Sequence[TrackingEvent]) -> list[TrackingEvent]:
    # A failed try that somebody accepted afterwards counts, but the item has gone on since.
    return [e for e in life if not (ACCEPTS in e.facts and e.kind in _FAILURES)]


def _move(item: Item, state: State, at: datetime) -> None:
    item.state = state
    item.state_since = at
    item.finished_at = at if state in FINAL else None
