"""An item's states, event kinds, the table of moves between states, and who holds it in each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    """A result goes to the citizen; a dossier is collected at home and goes to the agency."""

    RESULT = "result"
    COLLECTION = "collection"


class State(StrEnum):
    """Where an item is in its life. Add, never rename: values are stored."""

    NEW = "new"
    WAITING = "waiting"
    BATCHED = "batched"
    HANDED_OVER = "handed_over"
    AT_OFFICE = "at_office"
    ON_ROUND = "on_round"
    ATTEMPTED = "attempted"
    HELD = "held"
    DELIVERED = "delivered"
    WITH_CARRIER = "with_carrier"
    RETURNING_TO_SENDER = "returning_to_sender"
    RETURNED_TO_SENDER = "returned_to_sender"
    CANCELLED = "cancelled"
    MISSING = "missing"
    AWAITING_COLLECTION = "awaiting_collection"
    ON_COLLECTION_ROUND = "on_collection_round"
    COLLECTED = "collected"
    DOSSIER_AT_OFFICE = "dossier_at_office"
    SUBMITTED = "submitted"


class EventKind(StrEnum):
    """What can happen to an item. Add, never rename: values are stored and sent in callbacks."""

    ACCEPTED = "accepted"
    BATCHED = "batched"
    UNBATCHED = "unbatched"
    HANDED_OVER = "handed_over"
    ARRIVED_AT_OFFICE = "arrived_at_office"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    BACK_AT_OFFICE = "back_at_office"
    HELD = "held"
    DELIVERED = "delivered"
    PASSED_TO_CARRIER = "passed_to_carrier"
    RETURN_STARTED = "return_started"
    RETURNED_TO_SENDER = "returned_to_sender"
    CANCELLED = "cancelled"
    DECLARED_MISSING = "declared_missing"
    FOUND = "found"
    COLLECTION_ORDERED = "collection_ordered"
    OUT_FOR_COLLECTION = "out_for_collection"
    COLLECTED = "collected"
    COLLECTION_FAILED = "collection_failed"
    SUBMITTED = "submitted"
    ADDRESS_CHANGED = "address_changed"


class Holder(StrEnum):
    """Who answers for the paper right now: exactly one at every instant."""

    AGENCY = "agency"
    POST_OFFICE = "post_office"
    COURIER = "courier"
    CARRIER = "carrier"
    RECIPIENT = "recipient"


class Outcome(StrEnum):
    """The four piles of the balance: in = delivered + returning + waiting + refused at intake."""

    DELIVERED = "delivered"
    RETURNING = "returning"
    WAITING = "waiting"
    REFUSED = "refused"


S, K = State, EventKind

MOVES: dict[tuple[State, EventKind], State] = {
    (S.NEW, K.ACCEPTED): S.WAITING,
    (S.WAITING, K.BATCHED): S.BATCHED,
    (S.BATCHED, K.UNBATCHED): S.WAITING,
    (S.BATCHED, K.HANDED_OVER): S.HANDED_OVER,
    (S.HANDED_OVER, K.ARRIVED_AT_OFFICE): S.AT_OFFICE,
    (S.HANDED_OVER, K.OUT_FOR_DELIVERY): S.ON_ROUND,
    (S.AT_OFFICE, K.OUT_FOR_DELIVERY): S.ON_ROUND,
    (S.HELD, K.OUT_FOR_DELIVERY): S.ON_ROUND,
    (S.ATTEMPTED, K.OUT_FOR_DELIVERY): S.ON_ROUND,
    (S.ON_ROUND, K.DELIVERED): S.DELIVERED,
    (S.ON_ROUND, K.ATTEMPT_FAILED): S.ATTEMPTED,
    (S.ON_ROUND, K.BACK_AT_OFFICE): S.AT_OFFICE,
    (S.ATTEMPTED, K.BACK_AT_OFFICE): S.AT_OFFICE,
    # One stop may be tried again on the same round, before the courier is back.
    (S.ATTEMPTED, K.DELIVERED): S.DELIVERED,
    (S.ATTEMPTED, K.ATTEMPT_FAILED): S.ATTEMPTED,
    (S.AT_OFFICE, K.HELD): S.HELD,
    (S.ATTEMPTED, K.HELD): S.HELD,
    (S.HELD, K.DELIVERED): S.DELIVERED,
    (S.HANDED_OVER, K.PASSED_TO_CARRIER): S.WITH_CARRIER,
    (S.AT_OFFICE, K.PASSED_TO_CARRIER): S.WITH_CARRIER,
    (S.WITH_CARRIER, K.ATTEMPT_FAILED): S.WITH_CARRIER,
    (S.WITH_CARRIER, K.DELIVERED): S.DELIVERED,
    (S.WITH_CARRIER, K.RETURN_STARTED): S.RETURNING_TO_SENDER,
    (S.HANDED_OVER, K.RETURN_STARTED): S.RETURNING_TO_SENDER,
    (S.AT_OFFICE, K.RETURN_STARTED): S.RETURNING_TO_SENDER,
    (S.ATTEMPTED, K.RETURN_STARTED): S.RETURNING_TO_SENDER,
    (S.HELD, K.RETURN_STARTED): S.RETURNING_TO_SENDER,
    (S.RETURNING_TO_SENDER, K.RETURNED_TO_SENDER): S.RETURNED_TO_SENDER,
    # Until it is delivered the item belongs to the sender, who may withdraw it (Luật Bưu chính Đ16).
    (S.WAITING, K.CANCELLED): S.CANCELLED,
    (S.BATCHED, K.CANCELLED): S.CANCELLED,
    (S.AWAITING_COLLECTION, K.CANCELLED): S.CANCELLED,
    **{(s, K.DECLARED_MISSING): S.MISSING for s in (
        S.HANDED_OVER, S.AT_OFFICE, S.ON_ROUND, S.ATTEMPTED, S.HELD, S.RETURNING_TO_SENDER, S.WITH_CARRIER,
        S.COLLECTED, S.DOSSIER_AT_OFFICE)},
    (S.MISSING, K.FOUND): S.AT_OFFICE,
    # A new address given before delivery: the item is sent on (Luật Bưu chính Đ16), whoever holds it keeps it.
    **{(s, K.ADDRESS_CHANGED): s for s in (S.WAITING, S.HANDED_OVER, S.AT_OFFICE, S.ON_ROUND, S.ATTEMPTED)},
    (S.HELD, K.ADDRESS_CHANGED): S.AT_OFFICE,
    (S.NEW, K.COLLECTION_ORDERED): S.AWAITING_COLLECTION,
    (S.AWAITING_COLLECTION, K.OUT_FOR_COLLECTION): S.ON_COLLECTION_ROUND,
    (S.ON_COLLECTION_ROUND, K.COLLECTION_FAILED): S.AWAITING_COLLECTION,
    (S.ON_COLLECTION_ROUND, K.COLLECTED): S.COLLECTED,
    (S.COLLECTED, K.BACK_AT_OFFICE): S.DOSSIER_AT_OFFICE,
    # The legal time of submission is the signing of the Biên bản by the agency (QĐ 45/2016 Đ7).
    (S.COLLECTED, K.SUBMITTED): S.SUBMITTED,
    (S.DOSSIER_AT_OFFICE, K.SUBMITTED): S.SUBMITTED,
}  # fmt: skip

FINAL = frozenset({S.DELIVERED, S.RETURNED_TO_SENDER, S.CANCELLED, S.SUBMITTED})

_HOLDERS: dict[State, Holder] = {
    S.NEW: Holder.AGENCY, S.WAITING: Holder.AGENCY, S.BATCHED: Holder.AGENCY,
    S.HANDED_OVER: Holder.POST_OFFICE, S.AT_OFFICE: Holder.POST_OFFICE, S.HELD: Holder.POST_OFFICE,
    S.ON_ROUND: Holder.COURIER, S.ATTEMPTED: Holder.COURIER,
    S.DELIVERED: Holder.RECIPIENT, S.WITH_CARRIER: Holder.CARRIER,
    S.RETURNING_TO_SENDER: Holder.POST_OFFICE, S.RETURNED_TO_SENDER: Holder.AGENCY,
    S.CANCELLED: Holder.AGENCY, S.MISSING: Holder.POST_OFFICE,
    S.AWAITING_COLLECTION: Holder.RECIPIENT, S.ON_COLLECTION_ROUND: Holder.RECIPIENT,
    S.COLLECTED: Holder.COURIER, S.DOSSIER_AT_OFFICE: Holder.POST_OFFICE, S.SUBMITTED: Holder.AGENCY,
}  # fmt: skip

# Ties in happened_at are broken by the natural order of a life, so that any arrival order folds alike.
_RANK = {kind: rank for rank, kind in enumerate(EventKind)}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What the fold needs to know of one event."""

    scan_id: str
    kind: EventKind
    happened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Where the events lead: the last state, and the scan ids that fit, in the order they were applied."""

    state: State
    applied: tuple[str, ...]
    states: tuple[State, ...]

    @property
    def state_after(self) -> dict[str, State]:
        """Return the state after each applied event, by scan id."""
        return dict(zip(self.applied, self.states, strict=True))


def next_state(state: State, kind: EventKind) -> State | None:
    """Return where the move leads, or None where it does not fit."""
    return MOVES.get((state, kind))


def fold(facts: Iterable[Fact]) -> Folded:
    """Apply events in the order they happened; one that does not fit waits until the gap before it closes.

    A pure function of the *set* of events: late, doubled and shuffled arrivals end in one state.
    """
    pending = sorted(facts, key=lambda f: (f.happened_at, _RANK[f.kind], f.scan_id))
    state, applied, states = State.NEW, [], []
    while (position := _first_fit(state, pending)) is not None:
        fact = pending.pop(position)
        state = MOVES[state, fact.kind]
        applied.append(fact.scan_id)
        states.append(state)
    return Folded(state=state, applied=tuple(applied), states=tuple(states))


def _first_fit(state: State, pending: Sequence[Fact]) -> int | None:
    return next((i for i, fact in enumerate(pending) if (state, fact.kind) in MOVES), None)


def holder(state: State) -> Holder:
    """Return who answers for the item in this state."""
    return _HOLDERS[state]


def outcome(state: State) -> Outcome:
    """Return the pile of the day's balance an item in this state belongs to."""
    if state in (State.DELIVERED, State.SUBMITTED):
        return Outcome.DELIVERED
    if state in (State.RETURNING_TO_SENDER, State.RETURNED_TO_SENDER):
        return Outcome.RETURNING
    return Outcome.REFUSED if state is State.CANCELLED else Outcome.WAITING
