"""What the fold is told of an item's events: the names their facts use, and lives read for many items at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session

from postal.models import Discrepancy, TrackingEvent
from postal.models.keys import blocks
from postal.prepared import Prepared
from postal.rules.lifecycle import Direction, EventKind, Fact, fold

# Names in an event's facts: the receipt both sides signed; that its round had been counted back when it arrived.
RECEIPT, LATE = "handover", "late"
# … the phone that recorded it, its place among that phone's acts, and that the phone's clock did not tell its instant.
PHONE, SEQ, UNTIMED = "phone_id", "seq", "clock_unknown"
# … and the scan id of the event that a person decided is true although it did not fit.
ACCEPTS = "accepts"
# Of a first event: whose it is and with what it goes, so that nobody exchanges recipients unseen.
CONSIGNMENT, RECIPIENT = "consignment", "recipient"
# Made once: building a statement anew takes as long as asking it.
_EVENTS_OF = select(TrackingEvent).where(TrackingEvent.item_id == bindparam("item_id")).order_by(TrackingEvent.id)


class EventRow(NamedTuple):
    """What the fold and the citizen's page need of an event, as a statement of columns reads it."""

    id: int
    scan_id: str
    kind: EventKind
    happened_at: datetime
    recorded_at: datetime
    is_applied: bool
    round_id: int | None
    reason: str | None
    facts: dict[str, Any]


_columns = TrackingEvent.__table__.c
_ROWS_OF = Prepared(
    select(*(_columns[name] for name in EventRow._fields))
    .where(_columns.item_id == bindparam("item_id"))
    .order_by(_columns.id)
)


class Life:
    """An item's events in the order of their ids, and which of them a person voided."""

    def __init__(self, events: Sequence[TrackingEvent], voided: AbstractSet[int | None]) -> None:
        self.events, self._voided = list(events), voided

    @property
    def is_stored(self) -> bool:
        """Say whether every event is still there: one is not whose savepoint was rolled back."""
        return all(inspect(event).persistent for event in self.events)

    def facts(self) -> list[Fact]:
        """Return the events as the fold takes them."""
        return _facts(self.events, self._voided)


def life_with(session: Session, item_id: int) -> Life:
    """Return an item's life as it is stored."""
    events = events_of(session, item_id)
    return Life(events, _voided(session, [event.id for event in events]))


def lives_of(session: Session, item_ids: Collection[int]) -> dict[int, Life]:
    """Return the lives of many items, which nobody else moves meanwhile: whoever asks holds their locks."""
    events: dict[int, list[TrackingEvent]] = {item_id: [] for item_id in item_ids}
    for some in blocks(sorted(events)):
        query = select(TrackingEvent).where(TrackingEvent.item_id.in_(some)).order_by(TrackingEvent.id)
        for event in session.scalars(query):
            events[event.item_id].append(event)
    voided = _voided(session, [event.id for own in events.values() for event in own])
    return {item_id: Life(own, voided) for item_id, own in events.items()}


def events_of(session: Session, item_id: int) -> Sequence[TrackingEvent]:
    """Return an item's events in the order of their ids."""
    return session.scalars(_EVENTS_OF, {"item_id": item_id}).all()


def facts_of(session: Session, events: Sequence[TrackingEvent]) -> list[Fact]:
    """Return one item's events as the fold takes them; ``events`` are all of them, in the order of their ids."""
    return _facts(events, _voided(session, [event.id for event in events]))


def rows_of_life(session: Session, item_id: int, direction: Direction) -> list[EventRow]:
    """Return what happened to an item in the order of its life, as rows: in a third of the time that objects take."""
    rows = [EventRow._make(row) for row in _ROWS_OF.rows(session, item_id=item_id)]
    by_scan = {row.scan_id: row for row in rows}
    # What was voided is no longer applied: where every event is, there is nothing to ask for.
    is_whole = all(row.is_applied for row in rows)
    voided = frozenset() if is_whole else _voided(session, [row.id for row in rows])
    return [by_scan[scan_id] for scan_id in fold(_facts(rows, voided), direction).applied]


def _voided(session: Session, event_ids: Sequence[int]) -> AbstractSet[int | None]:
    found: set[int | None] = set()
    for some in blocks(event_ids):
        query = select(Discrepancy.event_id).where(Discrepancy.event_id.in_(some), Discrepancy.is_voided)
        found |= set(session.scalars(query))
    return found


def _facts(events: Sequence[TrackingEvent | EventRow], voided: AbstractSet[int | None]) -> list[Fact]:
    facts: list[Fact] = []
    n_walls = 0
    for event in events:
        is_wall, is_decision = RECEIPT in event.facts, ACCEPTS in event.facts
        happened_at = event.happened_at
        if is_decision:  # it follows what was known when it was made, also where the clock was set back
            happened_at = max([event.recorded_at, *(fact.happened_at for fact in facts)])
        facts.append(
            Fact(
                scan_id=event.scan_id,
                kind=event.kind,
                happened_at=happened_at,
                round_id=event.round_id,
                is_wall=is_wall,
                n_walls=n_walls,
                is_void=event.id in voided,
                is_late=LATE in event.facts,
                is_decision=is_decision,
                phone_id=event.facts.get(PHONE),
                seq=event.facts.get(SEQ),
                is_timed=UNTIMED not in event.facts,
            )
        )
        n_walls += is_wall
    return facts
