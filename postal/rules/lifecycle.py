"""An item's states, event kinds, the table of moves between states, and who holds it in each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from postal.rules.sequences import Numbered, in_turn


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
    PASSED_ON = "passed_on"


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
    # Another courier takes it over in the middle of the day: it is out on that one's round from then on.
    **{(s, K.PASSED_ON): s for s in (S.ON_ROUND, S.ATTEMPTED, S.ON_COLLECTION_ROUND)},
    (S.NEW, K.COLLECTION_ORDERED): S.AWAITING_COLLECTION,
    (S.AWAITING_COLLECTION, K.OUT_FOR_COLLECTION): S.ON_COLLECTION_ROUND,
    (S.ON_COLLECTION_ROUND, K.COLLECTION_FAILED): S.AWAITING_COLLECTION,
    (S.ON_COLLECTION_ROUND, K.COLLECTED): S.COLLECTED,
    # The courier rings again on the same round: an order that failed is collected after all, or fails once more.
    (S.AWAITING_COLLECTION, K.COLLECTED): S.COLLECTED,
    (S.AWAITING_COLLECTION, K.COLLECTION_FAILED): S.AWAITING_COLLECTION,
    (S.COLLECTED, K.BACK_AT_OFFICE): S.DOSSIER_AT_OFFICE,
    # The legal time of submission is the signing of the Biên bản by the agency (QĐ 45/2016 Đ7).
    (S.COLLECTED, K.SUBMITTED): S.SUBMITTED,
    (S.DOSSIER_AT_OFFICE, K.SUBMITTED): S.SUBMITTED,
}  # fmt: skip

# What a person may decide who settles a scan that came too late for a signed count: what it says is true all the same.
# The piece is then where the decision leaves it; what the agency holds again, or never gave, no scan can move.
_AT_POST = (
    S.HANDED_OVER,
    S.AT_OFFICE,
    S.ON_ROUND,
    S.ATTEMPTED,
    S.HELD,
    S.WITH_CARRIER,
    S.RETURNING_TO_SENDER,
    S.MISSING,
)
_TO_COLLECT = (S.AWAITING_COLLECTION, S.ON_COLLECTION_ROUND)
DECISIONS: dict[tuple[State, EventKind], State] = {
    **{(s, K.DELIVERED): S.DELIVERED for s in _AT_POST},
    # A try counts; the piece stays where two people counted it since.
    **{(s, K.ATTEMPT_FAILED): s for s in _AT_POST},
    # Whoever decides has the dossier before him: its round is closed, no count of it will bring it back.
    **{(s, K.COLLECTED): S.DOSSIER_AT_OFFICE for s in _TO_COLLECT},
    **{(s, K.COLLECTION_FAILED): s for s in _TO_COLLECT},
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


# What happens on a round: it fits only while the item is out on that very round.
_ON_ROUNDS = frozenset({
    K.DELIVERED, K.ATTEMPT_FAILED, K.COLLECTED, K.COLLECTION_FAILED, K.BACK_AT_OFFICE})  # fmt: skip
LOADS = frozenset({K.OUT_FOR_DELIVERY, K.OUT_FOR_COLLECTION, K.PASSED_ON})
# Where an item may be while it is out on a round.
_OUT = frozenset({S.ON_ROUND, S.ATTEMPTED, S.ON_COLLECTION_ROUND, S.AWAITING_COLLECTION, S.COLLECTED})


class Fact(NamedTuple):
    """What the fold needs to know of one event: a tuple, for every page about an item makes one of each event.

    ``is_wall``: a count that both sides signed. ``n_walls``: how many of these the item had when the event arrived.
    ``round_id``: the round it happened on. ``is_void``: a person settled that it moves nothing. ``is_late``: its round
    had been counted back when it arrived. ``is_decision``: a person settled that a scan which did not fit is true;
    ``happened_at`` is then when he decided. ``phone_id`` and ``seq`` are the phone that recorded it and its place among
    that phone's acts; ``is_timed``: the phone's clock told the instant, else it is a bound.
    """

    scan_id: str
    kind: EventKind
    happened_at: datetime
    round_id: int | None = None
    is_wall: bool = False
    n_walls: int = 0
    is_void: bool = False
    is_late: bool = False
    is_decision: bool = False
    phone_id: int | None = None
    seq: int | None = None
    is_timed: bool = True


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Where the events lead: the last state, and the scan ids that fit, in the order they were applied.

    ``round_id`` is the round the item is out on, None where it is on none or nobody noted which. ``instants`` says when
    each applied event happened, none before one that its phone recorded before it.
    """

    state: State
    applied: tuple[str, ...]
    states: tuple[State, ...]
    instants: tuple[datetime, ...] = ()
    round_id: int | None = None

    @property
    def state_after(self) -> dict[str, State]:
        """Return the state after each applied event, by scan id."""
        return dict(zip(self.applied, self.states, strict=True))


def next_state(state: State, kind: EventKind, direction: Direction = Direction.RESULT) -> State | None:
    """Return where the move leads, or None where it does not fit."""
    found = MOVES.get((state, kind))
    # A dossier that turns up again lies at the office to be submitted, never to be delivered.
    if kind is EventKind.FOUND and found is not None and direction is Direction.COLLECTION:
        return State.DOSSIER_AT_OFFICE
    return found


def round_after(before: int | None, state: State, kind: EventKind, round_id: int | None) -> int | None:
    """Return the round an item is out on after an event that led to this state and happened on a round."""
    if kind in LOADS:
        return round_id
    return before if state in _OUT else None


def fold(facts: Iterable[Fact], direction: Direction = Direction.RESULT) -> Folded:
    """Apply events in the order they happened; one that does not fit waits until the gap before it closes.

    The acts of one phone happened in the order in which it recorded them, whatever their clock and whenever they came.
    Nothing waits for a number of the phone that is missing: what fits is applied.

    A count signed by both sides is a wall: walls stand in the order they were recorded, and what arrives behind one
    never changes what lies before it. A pure function of the *set* of facts: what comes late, doubled and shuffled
    between two walls ends in one state.
    """
    valid = [fact for fact in facts if not fact.is_void]
    walls = sorted((fact for fact in valid if fact.is_wall), key=lambda f: (f.n_walls, f.happened_at, f.scan_id))
    between: list[list[Fact]] = [[] for _ in range(len(walls) + 1)]
    for fact in valid:
        place = None if fact.is_wall else _place(fact, walls)
        if place is not None:
            between[place].append(fact)
    life = _Life(direction)
    for number, some in enumerate(between):
        if number:
            life.take(walls[number - 1])
        pending = _in_order(some)
        while (fitting := next(filter(life.fits, pending), None)) is not None:
            pending.remove(fitting)
            life.take(fitting)
    return Folded(
        state=life.state,
        applied=tuple(life.applied),
        states=tuple(life.states),
        round_id=life.round_id,
        instants=tuple(life.instants),
    )


def _in_order(facts: Sequence[Fact]) -> list[Fact]:
    """Return facts in the order they happened, with their instants; those of one phone in the order of that phone."""
    by_phone: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.phone_id is not None and fact.seq is not None:
            by_phone.setdefault(fact.phone_id, []).append(fact)
    placed = {fact.scan_id: fact for fact in facts}
    for own in by_phone.values():
        told = [Numbered(seq=f.seq or 0, at=f.happened_at, is_known=f.is_timed) for f in own]
        placed |= {f.scan_id: f._replace(happened_at=at) for f, at in zip(own, in_turn(told), strict=True)}
    ordered = sorted(placed.values(), key=lambda f: (f.happened_at, _RANK[f.kind], f.scan_id))
    for own in by_phone.values():  # what is told for one instant stands in the phone's order as well
        places = [n for n, fact in enumerate(ordered) if fact.phone_id == own[0].phone_id and fact.seq is not None]
        turn = sorted((placed[f.scan_id] for f in own), key=lambda f: (f.seq, _RANK[f.kind], f.scan_id))
        for n, fact in zip(places, turn, strict=True):
            ordered[n] = fact
    return ordered


def _place(fact: Fact, walls: Sequence[Fact]) -> int | None:
    """Return behind how many walls a fact belongs, None where it arrived too late to move anything.

    What happened on a round lies behind the count that loaded it, whatever the phone's clock said, and before the next
    count; anything else lies where it arrived, unless a wall it should have come before stands there already.
    """
    if fact.is_late:
        return None
    if fact.is_decision:
        return min(fact.n_walls, len(walls))
    if fact.round_id is not None:
        loads = [n for n, wall in enumerate(walls, start=1) if wall.kind in LOADS and wall.round_id == fact.round_id]
        if loads:  # several where a piece went to another courier's round and came back
            return next((number for number in loads if fact.n_walls <= number), None)
    is_behind = any(wall.happened_at > fact.happened_at for wall in walls[: fact.n_walls])
    return None if is_behind else min(fact.n_walls, len(walls))


class _Life:
    """A life as far as it is told."""

    def __init__(self, direction: Direction) -> None:
        self.state = State.NEW
        self.round_id: int | None = None
        self.applied: list[str] = []
        self.states: list[State] = []
        self.instants: list[datetime] = []
        self._direction = direction

    def fits(self, fact: Fact) -> bool:
        """Say whether the fact can be what happened next."""
        if fact.is_decision:
            return (self.state, fact.kind) in DECISIONS
        if (self.state, fact.kind) not in MOVES:
            return False
        if fact.round_id is None or fact.kind not in _ON_ROUNDS:
            return True
        if self.state is State.AWAITING_COLLECTION:  # only the round on which it failed may come back to it
            return self.round_id == fact.round_id
        return self.state in _OUT and self.round_id in (None, fact.round_id)

    def take(self, fact: Fact) -> None:
        """Let the fact happen; nothing where it does not fit."""
        if fact.is_decision:
            state = DECISIONS.get((self.state, fact.kind))
        else:
            state = next_state(self.state, fact.kind, self._direction)
        if state is None:
            return
        self.state = state
        self.round_id = round_after(self.round_id, state, fact.kind, fact.round_id)
        self.applied.append(fact.scan_id)
        self.states.append(state)
        self.instants.append(fact.happened_at)


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
