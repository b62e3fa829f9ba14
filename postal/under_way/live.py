"""The day as it goes: how far each round is, behind or ahead, and when its phone was last heard. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from postal.models import (
    Courier,
    CourierMessage,
    DayPlan,
    DeliveryRound,
    Item,
    Person,
    Phone,
    PlanStatus,
    RoundStatus,
    RoundStop,
)
from postal.people import open_person
from postal.rules.lifecycle import State
from postal.rules.working_days import local_day, local_seconds


class Mark(StrEnum):
    """How a stop stands: still to come, done, tried in vain, or left at the office when the round was loaded."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    NOT_LOADED = "not_loaded"


_DONE = frozenset({State.DELIVERED, State.COLLECTED, State.DOSSIER_AT_OFFICE, State.SUBMITTED})
_OUT = frozenset({State.ON_ROUND, State.ON_COLLECTION_ROUND})
_AT_OFFICE = frozenset({State.AT_OFFICE, State.HANDED_OVER, State.HELD})


@dataclass(frozen=True, kw_only=True)
class StopLive:
    """One stop on the time line: when it was planned (seconds of the day), and how it stands."""

    position: int
    planned_s: int
    mark: Mark


@dataclass(frozen=True, kw_only=True)
class RoundLive:
    """One round as it goes.

    ``behind_s``: how long ago the next open stop was planned, negative where it lies ahead; None where nothing is open
    or the round is not on the road. ``last_contact_at`` and ``n_unsent`` are of the courier's phone, None where he has
    none or it never said.
    """

    round: DeliveryRound
    courier_name: str
    stops: tuple[StopLive, ...]
    behind_s: int | None
    last_contact_at: datetime | None
    n_unsent: int | None
    n_unread: int

    @property
    def n_over(self) -> int:
        """Return how many stops need nothing more today."""
        return sum(1 for stop in self.stops if stop.mark is not Mark.OPEN)

    @property
    def n_failed(self) -> int:
        """Return how many stops were tried in vain."""
        return sum(1 for stop in self.stops if stop.mark is Mark.FAILED)

    def __repr__(self) -> str:
        return f"<RoundLive {self.round.id}>"


@dataclass(frozen=True, kw_only=True)
class DayLive:
    """A day's rounds, those that need somebody first."""

    rounds: tuple[RoundLive, ...]

    def __repr__(self) -> str:
        return f"<DayLive {len(self.rounds)} rounds>"


def live_day(session: Session, day: date, *, now: datetime, office_id: int | None = None) -> DayLive:
    """Return the rounds of a day's published plan as they stand, of one office or of all.

    On the road first, the furthest behind on top; then those not yet loaded; closed ones last.
    """
    of_day = [DayPlan.day == day, DayPlan.status == PlanStatus.PUBLISHED]
    if office_id is not None:
        of_day.append(DeliveryRound.office_id == office_id)
    query = (
        select(DeliveryRound, Person)
        .join(DayPlan)
        .join(Courier, Courier.id == DeliveryRound.courier_id)
        .join(Person, Person.id == Courier.person_id)
        .where(*of_day)
        .options(joinedload(DeliveryRound.courier), joinedload(DeliveryRound.office), joinedload(DeliveryRound.plan))
    )
    rows = session.execute(query).all()
    states: dict[int, dict[tuple[int, int], list[State]]] = defaultdict(lambda: defaultdict(list))
    stops = (
        select(RoundStop.round_id, RoundStop.position, RoundStop.start_s, Item.state)
        .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .join(Item, Item.consignment_id == RoundStop.consignment_id)
        .where(*of_day, RoundStop.passed_on_at.is_(None))
    )
    for round_id, position, start_s, state in session.execute(stops):
        states[round_id][start_s, position].append(state)
    couriers = {found.courier_id for found, _ in rows}
    phones, unread = _phones(session, couriers), _unread(session, couriers)
    now_s = local_seconds(now) if local_day(now) == day else None
    rounds = []
    for found, person in rows:
        walked = tuple(_stops(found, states[found.id]))
        contact, n_unsent = phones.get(found.courier_id, (None, None))
        rounds.append(
            RoundLive(
                round=found,
                courier_name=open_person(session, person).full_name,
                stops=walked,
                behind_s=_behind_s(found, walked, now_s),
                last_contact_at=contact,
                n_unsent=n_unsent,
                n_unread=unread.get(found.courier_id, 0),
            )
        )
    return DayLive(rounds=tuple(sorted(rounds, key=_order)))


def _stops(found: DeliveryRound, states: Mapping[tuple[int, int], list[State]]) -> Iterable[StopLive]:
    for (start_s, position), of_stop in sorted(states.items()):
        yield StopLive(position=position, planned_s=start_s, mark=_mark(found.status, of_stop))


def _mark(status: RoundStatus, states: list[State]) -> Mark:
    """Return how a stop stands by the states of its pieces: what is still out decides, then what failed."""
    if status is RoundStatus.PLANNED or any(state in _OUT for state in states):
        return Mark.OPEN
    if all(state in _DONE for state in states):
        return Mark.DONE
    if status is RoundStatus.STARTED and all(state in _AT_OFFICE for state in states):
        return Mark.NOT_LOADED
    return Mark.FAILED


def _behind_s(found: DeliveryRound, stops: tuple[StopLive, ...], now_s: int | None) -> int | None:
    ahead = [stop.planned_s for stop in stops if stop.mark is Mark.OPEN]
    if now_s is None or found.status is not RoundStatus.STARTED or not ahead:
        return None
    return now_s - min(ahead)


_STATUS_ORDER = (RoundStatus.STARTED, RoundStatus.PLANNED, RoundStatus.CLOSED)


def _order(one: RoundLive) -> tuple[int, int, int]:
    return _STATUS_ORDER.index(one.round.status), -(one.behind_s or 0), one.round.number


def _phones(session: Session, couriers: set[int]) -> dict[int, tuple[datetime, int | None]]:
    """Return of each courier the last contact of a phone that is not revoked, and what it said is unsent."""
    query = select(Phone.courier_id, Phone.last_contact_at, Phone.n_unsent)
    query = query.where(Phone.courier_id.in_(couriers), Phone.revoked_at.is_(None)).order_by(Phone.last_contact_at)
    return {courier_id: (contact, n_unsent) for courier_id, contact, n_unsent in session.execute(query)}


def _unread(session: Session, couriers: set[int]) -> dict[int, int]:
    query = (
        select(CourierMessage.courier_id, func.count())
        .where(
            CourierMessage.courier_id.in_(couriers),
            CourierMessage.is_from_courier,
            CourierMessage.read_at.is_(None),
        )
        .group_by(CourierMessage.courier_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
