"""The one door for events: append the fact, fold the item's life, queue the callbacks.

State never changes by assignment anywhere else. Scans may repeat, come late and come shuffled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.chain.unsealed import EVENT, note_unsealed
from postal.errors import MoveNotAllowed, ScanIdReused
from postal.models import Discrepancy, Item, ProofOfDelivery, TrackingEvent
from postal.models.keys import blocks, reserve_ids
from postal.outside.outbox import queue_callbacks
from postal.rules.lifecycle import FINAL, EventKind, Fact, State, fold, next_state

HELD_AT_MOST = timedelta(hours=24)
_ATTEMPTS = frozenset({EventKind.ATTEMPT_FAILED, EventKind.DELIVERED})


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One event as its witness reports it. ``scan_id`` is the client's own, so that a repeat is recognised.

    ``happened_at`` is the device's time corrected by its clock offset; ``device_at`` is what the device said.
    """

    kind: EventKind
    scan_id: str
    happened_at: datetime
    device_at: datetime | None = None
    courier_id: int | None = None
    office_id: int | None = None
    reason: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    proof: ProofOfDelivery | None = None


def record(act: Act, item: Item, scan: Scan) -> TrackingEvent:
    """Append an event, move the item, queue its callbacks; return the event.

    Safe to repeat: the same scan id with the same content is one event. An event that does not fit yet is
    kept with ``is_applied`` false and tried again whenever another event of the item arrives.
    Raises ScanIdReused where the id was used for something else.
    """
    known = act.session.scalar(select(TrackingEvent).where(TrackingEvent.scan_id == scan.scan_id))
    if known is not None:
        return _same(known, item, scan)
    # The item's own row alone: PostgreSQL locks nothing behind the outer joins that load what belongs to it.
    act.session.refresh(item, with_for_update={"of": Item})  # two devices at once: the second waits for the first
    event = _event(act, item, scan)
    act.session.add(event)
    act.session.flush()
    note_unsealed(act.session, EVENT, [event.id], now=act.now)
    _apply(act, item)
    return event


def record_strictly(act: Act, item: Item, scan: Scan) -> TrackingEvent:
    """Record an act of the office itself, which must fit now. Raises MoveNotAllowed and records nothing."""
    if next_state(item.state, scan.kind) is None and not _is_known(act.session, scan.scan_id):
        raise MoveNotAllowed(state=item.state, kind=scan.kind, s10=item.s10)
    return record(act, item, scan)


def record_first(act: Act, items: Sequence[Item], scan: Scan) -> list[TrackingEvent]:
    """Record the first event of many new items at once; their scan ids are ``<scan.scan_id>:<item id>``."""
    state = fold([Fact(scan_id=scan.scan_id, kind=scan.kind, happened_at=scan.happened_at)]).state
    events = []
    for item, event_id in zip(items, reserve_ids(act.session, TrackingEvent, len(items)), strict=True):
        event = _event(act, item, scan)
        event.id = event_id
        event.scan_id = f"{scan.scan_id}:{item.id}"
        event.is_applied, event.sequence, event.state_after = True, 1, state
        _move(item, event, state)
        events.append(event)
    act.session.add_all(events)
    act.session.flush()
    note_unsealed(act.session, EVENT, [event.id for event in events], now=act.now)
    for item, event in zip(items, events, strict=True):
        queue_callbacks(act.session, event, item, now=act.now)
    return events


def record_all(act: Act, items: Sequence[Item], scan: Scan) -> list[TrackingEvent]:
    """Record one act of the office on many items; their scan ids are ``<scan.scan_id>:<item id>``.

    The same as `record_strictly` for each, in two statements where nothing of an item came late.
    Raises MoveNotAllowed for the first item the act does not fit, and records nothing.
    """
    for item in items:
        if next_state(item.state, scan.kind) is None:
            raise MoveNotAllowed(state=item.state, kind=scan.kind, s10=item.s10)
    last = _last_sequences(act.session, [item.id for item in items])
    events, plain = [], []
    for item in items:
        # What counts as a try moves the item's count and its clock as well: its whole life is folded.
        is_plain = scan.kind not in _ATTEMPTS and last.get(item.id) is not None
        is_plain = is_plain and item.state_since <= scan.happened_at
        if not is_plain:
            own = replace(scan, scan_id=f"{scan.scan_id}:{item.id}")
            events.append(record(act, item, own))
            continue
        event = _event(act, item, scan)
        event.scan_id = f"{scan.scan_id}:{item.id}"
        state = next_state(item.state, scan.kind)
        assert state is not None
        event.is_applied, event.sequence, event.state_after = True, (last[item.id] or 0) + 1, state
        _move(item, event, state)
        item.courier_id = scan.courier_id or item.courier_id
        item.office_id = scan.office_id or item.office_id
        events.append(event)
        plain.append((event, item))
    act.session.add_all(events)
    act.session.flush()
    note_unsealed(act.session, EVENT, [event.id for event in events], now=act.now)
    for event, item in plain:
        queue_callbacks(act.session, event, item, now=act.now)
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
    notes = [
        Discrepancy(kind="scan_does_not_fit", item_id=e.item_id, event_id=e.id, noted_at=now, detail=str(e.kind))
        for e in stuck
    ]
    session.add_all(notes)
    session.flush()
    return notes


def _is_known(session: Session, scan_id: str) -> bool:
    return session.scalar(select(TrackingEvent.id).where(TrackingEvent.scan_id == scan_id)) is not None


def _same(known: TrackingEvent, item: Item, scan: Scan) -> TrackingEvent:
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
        reason=scan.reason,
        facts=scan.facts,
        proof=scan.proof,
    )


def _apply(act: Act, item: Item) -> None:
    """Fold the whole life again and let the item, the events and the callbacks follow."""
    events = act.session.scalars(select(TrackingEvent).where(TrackingEvent.item_id == item.id)).all()
    folded = fold(Fact(scan_id=e.scan_id, kind=e.kind, happened_at=e.happened_at) for e in events)
    state_after = folded.state_after
    by_scan = {event.scan_id: event for event in events}
    last_sequence = max((e.sequence or 0 for e in events), default=0)
    for event in events:
        event.is_applied = event.scan_id in state_after
        event.state_after = state_after.get(event.scan_id)
    life = [by_scan[scan_id] for scan_id in folded.applied]
    _follow(item, life, folded.state)
    for event in life:
        if event.sequence is None:  # fits for the first time: now its callbacks are due
            last_sequence += 1
            event.sequence = last_sequence
            queue_callbacks(act.session, event, item, now=act.now)
    act.session.flush()


def _follow(item: Item, life: Sequence[TrackingEvent], state: State) -> None:
    if life:
        _move(item, life[-1], state)
    attempts = [e for e in life if e.kind in _ATTEMPTS]
    item.n_attempts = len(attempts)
    # The transit clock stops at the first attempt, not at success (TT 17/2017 Đ7).
    item.first_attempt_at = min((e.happened_at for e in attempts), default=None)
    courier_ids = [e.courier_id for e in life if e.courier_id is not None]
    office_ids = [e.office_id for e in life if e.office_id is not None]
    item.courier_id = courier_ids[-1] if courier_ids else None
    item.office_id = office_ids[-1] if office_ids else None


def _move(item: Item, event: TrackingEvent, state: State) -> None:
    item.state = state
    item.state_since = event.happened_at
    item.finished_at = event.happened_at if state in FINAL else None
