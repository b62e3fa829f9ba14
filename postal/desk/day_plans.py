"""What the pages of plans read: the plans of a day, one with its rounds and stops, what it left over. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from postal.access import ownership
from postal.errors import NotFound
from postal.models import Consignment, DayPlan, DeliveryRound, Item, PlanUnserved, RoundStop
from routing import Message


def plans(session: Session, *, limit: int = 30) -> Sequence[DayPlan]:
    """Return the newest plans first."""
    return session.scalars(select(DayPlan).order_by(DayPlan.day.desc(), DayPlan.version.desc()).limit(limit)).all()


def plans_of(session: Session, day: date) -> Sequence[DayPlan]:
    """Return a day's plans, the newest version first."""
    return session.scalars(select(DayPlan).where(DayPlan.day == day).order_by(DayPlan.version.desc())).all()


def plan(session: Session, plan_id: int) -> DayPlan:
    """Return one plan with its rounds and their stops whole; what it left out is read when it is asked for.

    Raises NotFound.
    """
    whole = selectinload(DayPlan.rounds).selectinload(DeliveryRound.stops)
    return _plan(session, plan_id, whole.joinedload(RoundStop.consignment).selectinload(Consignment.items))


def plan_head(session: Session, plan_id: int) -> DayPlan:
    """Return one plan with its rounds, their couriers and offices, without stops. Raises NotFound."""
    return _plan(session, plan_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """One stop of a plan as its page shows it, with the dossier code of its first piece."""

    round_id: int
    consignment_id: int
    position: int
    start_s: int
    is_kept: bool
    lat: float | None
    lon: float | None
    commune_code: str | None
    dossier_code: str
    n_pieces: int


def plan_stops(session: Session, plan_id: int) -> dict[int, list[PlannedStop]]:
    """Return the stops of a plan by round, in order: of a thousand a page draws nothing but these columns."""
    n_pieces = func.count().over(partition_by=RoundStop.id)
    place = func.row_number().over(partition_by=RoundStop.id, order_by=Item.id)
    found = (
        select(RoundStop.round_id, RoundStop.consignment_id, RoundStop.position, RoundStop.start_s,
               RoundStop.kept_for_id.is_not(None).label("is_kept"), Consignment.lat, Consignment.lon,
               Consignment.commune_code, Item.dossier_code, n_pieces.label("n_pieces"), place.label("place"))
        .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .join(Consignment, Consignment.id == RoundStop.consignment_id)
        .join(Item, Item.consignment_id == Consignment.id)
        .where(DeliveryRound.plan_id == plan_id)
        .subquery()
    )  # fmt: skip
    query = select(*(column for column in found.c if column.name != "place")).where(found.c.place == 1)
    stops: dict[int, list[PlannedStop]] = {}
    for row in session.execute(query.order_by(found.c.round_id, found.c.position)):
        stops.setdefault(row.round_id, []).append(PlannedStop(**row._mapping))
    return stops


def plan_outline(session: Session, plan_id: int) -> DayPlan:
    """Return one plan with its rounds and the places of their stops, without consignments. Raises NotFound."""
    return _plan(session, plan_id, selectinload(DayPlan.rounds).selectinload(DeliveryRound.stops))


def _plan(session: Session, plan_id: int, *stops: Any) -> DayPlan:
    options = [
        *stops,
        selectinload(DayPlan.rounds).joinedload(DeliveryRound.courier),
        selectinload(DayPlan.rounds).joinedload(DeliveryRound.office),
    ]
    found = session.get(DayPlan, plan_id, options=options)
    if found is None:
        raise NotFound(what=Message("phương án phát"))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """One stop that a plan left out, where it is, and the dossier code of its first piece."""

    unserved: PlanUnserved
    lat: float | None
    lon: float | None
    commune_code: str | None
    dossier_code: str


def left_over(
    session: Session, plan_id: int, *, office_id: int | None, most: int, besides: int | None = None
) -> tuple[list[LeftOver], dict[str | None, int]]:
    """Return the first of what a plan left out, of one office or of all, and how many it left out in each commune.

    The consignment asked about ``besides`` is among them wherever it stands.
    """
    numbered = (
        select(
            PlanUnserved.id, Consignment.lat, Consignment.lon, Consignment.commune_code,
            func.row_number().over(order_by=PlanUnserved.id).label("place"),
            func.row_number().over(partition_by=Consignment.commune_code,
                                          order_by=PlanUnserved.id).label("place_there"),
            func.count().over(partition_by=Consignment.commune_code).label("n_there"),
        )
        .join(Consignment, Consignment.id == PlanUnserved.consignment_id)
        .where(PlanUnserved.plan_id == plan_id)
    )  # fmt: skip
    if office_id is not None:
        numbered = numbered.where(ownership.is_offices(office_id))
    one = numbered.subquery().c
    code = select(Item.dossier_code).where(Item.consignment_id == PlanUnserved.consignment_id)
    query = select(PlanUnserved, one.lat, one.lon, one.commune_code, one.place, one.n_there,
                   code.order_by(Item.id).limit(1).scalar_subquery().label("code"))  # fmt: skip
    # The first of each commune tells how many it has, whether it is shown or not: no second question.
    wanted = or_(one.place <= most, one.place_there == 1, PlanUnserved.consignment_id == (besides or 0))
    rows = session.execute(query.join(one.id.table, one.id == PlanUnserved.id).where(wanted).order_by(one.place)).all()
    shown = [row for row in rows if row.place <= most or row.PlanUnserved.consignment_id == besides]
    return [
        LeftOver(unserved=row.PlanUnserved, lat=row.lat, lon=row.lon, commune_code=row.commune_code,
                 dossier_code=row.code)
        for row in shown
    ], {row.commune_code: row.n_there for row in rows}  # fmt: skip
