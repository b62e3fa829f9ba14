"""The day as its courier sees it: the stops of today's round, and what each door needs. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from postal.doorstep.proof import ID_KINDS, RELATIONS
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
from postal.people import PersonData, open_person
from postal.rounds import is_due, stop_code
from postal.rules.lifecycle import Direction, EventKind, State, next_state
from postal.rules.working_days import local_day

_ON_THE_ROAD = frozenset({State.ON_ROUND, State.ATTEMPTED, State.ON_COLLECTION_ROUND})
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


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One item at a door. ``checklist`` names what a dossier should hold; of a result only the count is told."""

    code: str
    state: State
    acts: tuple[Acts, ...]
    checklist: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class StopToday:
    """One door: several pieces for one person are one stop. Times are seconds of the local day."""

    position: int
    code: str
    planned_s: int
    window_s: tuple[int, int] | None
    direction: Direction
    must_today: bool
    person: PersonData
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
    """A courier's day: the round, None where no plan has one, and the office to ask."""

    office: Office
    courier_code: str
    round: DeliveryRound | None
    stops: tuple[StopToday, ...]


def day_of(session: Session, courier_id: int, *, now: datetime) -> DayToday:
    """Return a courier's day, of the published plan, without ID numbers.

    A round that was closed tells no stops: nothing of them is left to do.
    """
    courier = session.get_one(Courier, courier_id)
    query = (
        select(DeliveryRound)
        .join(DayPlan)
        .where(
            DayPlan.day == local_day(now),
            DayPlan.status == PlanStatus.PUBLISHED,
            DeliveryRound.courier_id == courier_id,
        )
        .options(
            joinedload(DeliveryRound.plan),
            selectinload(DeliveryRound.stops).joinedload(RoundStop.consignment).options(
                selectinload(Consignment.items), joinedload(Consignment.person)
            ),
        )
        .order_by(DeliveryRound.number)
    )  # fmt: skip
    rounds = sorted(session.scalars(query), key=lambda found: _FIRST.index(found.status))
    found = rounds[0] if rounds else None
    stops = found.stops if found is not None and found.status is not RoundStatus.CLOSED else ()
    return DayToday(
        office=courier.office,
        courier_code=courier.code,
        round=found,
        stops=tuple(_stop(session, stop) for stop in stops),
    )


def _stop(session: Session, stop: RoundStop) -> StopToday:
    consignment = stop.consignment
    window = (consignment.window_from_s, consignment.window_until_s)
    return StopToday(
        position=stop.position,
        code=stop_code(stop.round_id, stop.position),
        planned_s=stop.start_s,
        window_s=window if window[0] is not None and window[1] is not None else None,  # type: ignore[arg-type]
        direction=consignment.direction,
        must_today=is_due(stop),
        person=open_person(session, consignment.person),
        commune_code=consignment.commune_code,
        lat=consignment.lat,
        lon=consignment.lon,
        precision=consignment.precision,
        radius_m=consignment.radius_m,
        pieces=tuple(_piece(stop.round, item) for item in consignment.items),
    )


def _piece(walked: DeliveryRound, item: Item) -> Piece:
    is_result = item.direction is Direction.RESULT
    return Piece(
        code=item.s10 or item.dossier_code,
        state=item.state,
        acts=_acts(walked, item),
        checklist=() if is_result else _names(item.documents),
        evidence=Evidence(
            relations=tuple(sorted(RELATIONS, reverse=True)) if is_result else (),
            id_kinds=tuple(sorted(ID_KINDS)) if is_result else (),
            n_documents=len(item.documents),
            fee_vnd=item.fee_vnd,
            take_back=_names(item.take_back),
        ),
    )


def _acts(walked: DeliveryRound, item: Item) -> tuple[Acts, ...]:
    """Return what fits now: the courier has the piece, or is on the way to fetch it."""
    if walked.status is not RoundStatus.STARTED or item.state not in _ON_THE_ROAD:
        return ()
    return tuple(act for act, kind in _KINDS[item.direction].items() if next_state(item.state, kind) is not None)


def _names(papers: Sequence[dict[str, str]]) -> tuple[str, ...]:
    return tuple(paper["name"] for paper in papers)
