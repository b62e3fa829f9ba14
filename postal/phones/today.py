"""The day as its courier sees it: the stops of today's round, and what each door needs. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from postal.doorstep.at_the_door import photo_rule_of
from postal.doorstep.blank_cards import cards_of_day
from postal.doorstep.doors import Door, addresses_at, doors_of
from postal.doorstep.proof import ID_KINDS, relations_for
from postal.life.follow_up import N_INVITATIONS, Attempt, fetch_by, follow_up, invitation_days, load_attempts
from postal.models import (
    Consignment,
    Courier,
    DayPlan,
    DeliveryRound,
    Item,
    Office,
    PlanStatus,
    PointPrecision,
    RoundStatus,
    RoundStop,
)
from postal.network.promises import load_calendars
from postal.people import PersonData, open_person
from postal.rounds import is_due, stop_code
from postal.rules import PhotoRule
from postal.rules.lifecycle import Direction, EventKind, State, next_state
from postal.rules.working_days import local_day
from postal.set_up.kinds import rules

_NOT_AT_HOME = "VANG_NHA"  # the usual reason that invites
_ON_THE_ROAD = frozenset({State.ON_ROUND, State.ATTEMPTED, State.ON_COLLECTION_ROUND})
NIGHT = timedelta(hours=5)
"""How long after midnight a round that is still out is the day's, also where the next one is planned."""
_FIRST = (RoundStatus.STARTED, RoundStatus.PLANNED, RoundStatus.CLOSED)


class Acts(StrEnum):
    """What a courier may do with a piece at its door; the buttons of a stop are named so."""

    DELIVER = "deliver"
    COLLECT = "collect"
    FAIL = "fail"


_KINDS = {
    Direction.RESULT: {Acts.DELIVER: EventKind.DELIVERED, Acts.FAIL: EventKind.ATTEMPT_FAILED},
    Direction.COLLECTION: {Acts.COLLECT: EventKind.COLLECTED, Acts.FAIL: EventKind.COLLECTION_FAILED},
}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What `postal.doorstep` will ask for before a piece counts as delivered or collected.

    ``relations`` and ``id_kinds`` are empty where no document is shown (QĐ 45/2016/QĐ-TTg Đ6).
    """

    relations: tuple[str, ...]
    id_kinds: tuple[str, ...]
    n_documents: int
    fee_vnd: int
    take_back: tuple[str, ...]
    needs_seal: bool = False
    photo: PhotoRule = PhotoRule.ALLOWED


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What a try that fails today would be: the ``n``-th invitation, a new one or none, and what the card then says.

    ``try_from`` is the first day of another try, ``keep_until`` the last on which the office keeps the piece.
    """

    n: int
    is_new: bool
    try_from: date | None
    keep_until: date | None


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One item at a door, at its own ``position`` of the plan.

    ``checklist`` names what a dossier should hold; of a result only the count is told.
    """

    code: str
    position: int
    dossier_code: str
    state: State
    acts: tuple[Acts, ...]
    checklist: tuple[str, ...]
    evidence: Evidence
    invitation: Invitation | None = None


@dataclass(frozen=True, kw_only=True)
class StopToday:
    """One door: several pieces for one person are one stop. Times are seconds of the local day.

    ``positions`` and ``codes`` are those of every stop of the plan at this door, the first its own; ``addresses`` as
    they were written, one where they are alike.
    """

    position: int
    positions: tuple[int, ...]
    code: str
    codes: tuple[str, ...]
    planned_s: int
    window_s: tuple[int, int] | None
    direction: Direction
    must_today: bool
    person: PersonData
    addresses: tuple[str, ...]
    commune_code: str | None
    lat: float | None
    lon: float | None
    precision: PointPrecision
    radius_m: int | None
    pieces: tuple[Piece, ...]

    def __repr__(self) -> str:
        return f"<StopToday {self.code}>"


@dataclass(frozen=True, kw_only=True)
class DayToday:
    """A courier's day: the round, None where no plan has one, the office to ask, and what each reason needs.

    ``cards`` are the numbers a blank absence card of this day may have.
    """

    office: Office
    courier_code: str
    round: DeliveryRound | None
    stops: tuple[StopToday, ...]
    cards: tuple[str, ...]
    evidence: Mapping[str, rules.Evidence]


def day_of(session: Session, courier_id: int, *, now: datetime) -> DayToday:
    """Return a courier's day, of the published plan, without ID numbers.

    A round that was closed tells no stops: nothing of them is left to do. One of an earlier day that is still out goes
    before a round of today that was not handed over: until five in the morning, and later where today has no other.
    """
    courier = session.get_one(Courier, courier_id)
    found = _round_now(session, courier_id, now)
    doors: Sequence[Door] = ()
    if found is not None and found.status is not RoundStatus.CLOSED:
        # What another courier took over is that one's; what was taken over stands where its time lies.
        doors = doors_of(session, found.stops)
    invitations = _invitations(session, [item for door in doors for _, item in door.pieces], now)
    ruled, today = rules.DoorRules(session), local_day(now)
    words = ruled.photo_words(today)
    return DayToday(
        office=courier.office,
        courier_code=courier.code,
        round=found,
        stops=tuple(_stop(session, door, invitations, words) for door in doors),
        cards=tuple(cards_of_day(session, found.id)) if found is not None and doors else (),
        evidence=ruled.evidence(today),
    )


def round_to_count(session: Session, courier_id: int, *, now: datetime) -> DeliveryRound | None:
    """Return the round whose money and pieces a courier counts: the one that is out, of whatever day, else today's."""
    out = _round_out(session, courier_id, now)
    return out if out is not None else _round_now(session, courier_id, now)


def _round_now(session: Session, courier_id: int, now: datetime) -> DeliveryRound | None:
    query = _rounds_of(courier_id).where(DayPlan.day == local_day(now)).order_by(DeliveryRound.number)
    rounds = sorted(session.scalars(query), key=lambda found: _FIRST.index(found.status))
    found = rounds[0] if rounds else None
    if found is not None and found.status is RoundStatus.STARTED:
        return found
    is_next = found is not None and found.status is RoundStatus.PLANNED
    if is_next and local_day(now - NIGHT) == local_day(now):
        return found
    return _round_out(session, courier_id, now) or found


def _round_out(session: Session, courier_id: int, now: datetime) -> DeliveryRound | None:
    is_out = DeliveryRound.status == RoundStatus.STARTED, DayPlan.day <= local_day(now)
    query = _rounds_of(courier_id).where(*is_out).order_by(DayPlan.day.desc(), DeliveryRound.number)
    return session.scalars(query.limit(1)).first()


def _rounds_of(courier_id: int) -> Select[DeliveryRound]:
    return (
        select(DeliveryRound)
        .join(DayPlan)
        .where(DayPlan.status == PlanStatus.PUBLISHED, DeliveryRound.courier_id == courier_id)
        .options(
            joinedload(DeliveryRound.plan),
            selectinload(DeliveryRound.stops).joinedload(RoundStop.consignment).options(
                selectinload(Consignment.items), joinedload(Consignment.person)
            ),
        )
    )  # fmt: skip


def _stop(
    session: Session, door: Door, invitations: dict[int, Invitation], words: Mapping[str, Sequence[str]]
) -> StopToday:
    stop, consignment = door.first, door.first.consignment
    person, codes = open_person(session, consignment.person), [stop_code(s.round_id, s.position) for s in door.stops]
    window = (consignment.window_from_s, consignment.window_until_s)
    return StopToday(
        position=stop.position,
        positions=door.positions,
        code=codes[0],
        codes=tuple(codes),
        planned_s=stop.start_s,
        window_s=window if window[0] is not None and window[1] is not None else None,  # type: ignore[arg-type]
        direction=consignment.direction,
        must_today=any(is_due(one) for one in door.stops),
        person=person,
        addresses=addresses_at(session, door),
        commune_code=consignment.commune_code,
        lat=consignment.lat,
        lon=consignment.lon,
        precision=consignment.precision,
        radius_m=consignment.radius_m,
        pieces=tuple(
            replace(_piece(one, item, person.full_name, words), invitation=invitations.get(item.id))
            for one, item in door.pieces
        ),
    )


def _invitations(session: Session, items: Sequence[Item], now: datetime) -> dict[int, Invitation]:
    """Return what a failed try of today would be for each result: invitations lie two working days apart."""
    results = [item for item in items if item.direction is Direction.RESULT]
    if not results:
        return {}
    tried, calendars = load_attempts(session, [item.id for item in results]), load_calendars(session)
    found = {}
    for item in results:
        before, calendar = tried.get(item.id, []), calendars.of(item.consignment.commune_code)
        would = follow_up([*before, Attempt(at=now, reason=_NOT_AT_HOME)], calendar)
        if would is not None:
            n_before = len(invitation_days(before, calendar))
            found[item.id] = Invitation(
                n=min(would.n_invitations, N_INVITATIONS),
                is_new=would.n_invitations > n_before,
                try_from=would.try_from,
                keep_until=fetch_by(would, calendar),
            )
    return found


def _piece(stop: RoundStop, item: Item, full_name: str, words: Mapping[str, Sequence[str]]) -> Piece:
    is_result = item.direction is Direction.RESULT
    return Piece(
        code=item.s10 or item.dossier_code,
        position=stop.position,
        dossier_code=item.dossier_code,
        state=item.state,
        acts=acts_of(stop.round, item),
        checklist=() if is_result else _names(item.documents),
        evidence=Evidence(
            relations=relations_for(full_name) if is_result else (),
            needs_seal=not is_result,
            id_kinds=tuple(sorted(ID_KINDS)) if is_result else (),
            n_documents=len(item.documents),
            fee_vnd=item.fee_vnd,
            take_back=_names(item.take_back),
            photo=photo_rule_of(item, words),
        ),
    )


def acts_of(walked: DeliveryRound, item: Item) -> tuple[Acts, ...]:
    """Return what fits now: the courier has the piece, or is on the way to fetch it."""
    if walked.status is not RoundStatus.STARTED or item.state not in _ON_THE_ROAD:
        return ()
    return tuple(act for act, kind in _KINDS[item.direction].items() if next_state(item.state, kind) is not None)


def _names(papers: Sequence[dict[str, str]]) -> tuple[str, ...]:
    return tuple(paper["name"] for paper in papers)
