"""Asks the geocoder for the points that are only a commune's: read, ask without a transaction, write what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal import people
from postal.db import Database
from postal.intake.guide import Guide
from postal.models import Consignment, Item, PointPrecision
from postal.rules.lifecycle import State
from routing import GeocoderUnavailable, Point, judge_point

_BLOCK = 50


@dataclass(frozen=True, kw_only=True)
class Located:
    """How many were asked about and found; ``is_cut_short`` says that the geocoder stopped answering."""

    n_asked: int
    n_found: int
    is_cut_short: bool


@dataclass(frozen=True, kw_only=True)
class _Unlocated:
    consignment_id: int
    commune_code: str
    address: str

    def __repr__(self) -> str:
        return f"<_Unlocated {self.consignment_id}>"


def locate(database: Database, *, guide: Guide, limit: int = 10_000) -> Located:
    """Give waiting consignments with a commune's point the geocoder's, where that lies in the commune.

    Safe to repeat and to stop: what was found is written fifty at a time. Without a geocoder nothing is asked.
    """
    if guide.geocoder is None:
        return Located(n_asked=0, n_found=0, is_cut_short=False)
    with database.read() as session:
        unlocated = _unlocated(session, limit)
    n_asked = n_found = 0
    for block in _blocks(unlocated):
        points: dict[int, Point] = {}
        is_cut_short = False
        for one in block:
            try:
                point = _ask(guide, one)
            except GeocoderUnavailable:
                is_cut_short = True
                break
            n_asked += 1
            if point is not None:
                points[one.consignment_id] = point
        with database.write() as session:
            n_found += _write(session, points)
        if is_cut_short:
            return Located(n_asked=n_asked, n_found=n_found, is_cut_short=True)
    return Located(n_asked=n_asked, n_found=n_found, is_cut_short=False)


def _unlocated(session: Session, limit: int) -> list[_Unlocated]:
    still_here = select(Item.consignment_id).where(Item.state.in_((State.WAITING, State.AWAITING_COLLECTION)))
    query = (
        select(Consignment)
        .options(joinedload(Consignment.person))
        .where(
            Consignment.precision == PointPrecision.COMMUNE,
            Consignment.released_reason.is_(None),
            Consignment.commune_code.is_not(None),
            Consignment.id.in_(still_here),
        )
        .order_by(Consignment.id)
        .limit(limit)
    )
    return [
        _Unlocated(
            consignment_id=found.id,
            commune_code=found.commune_code or "",
            address=people.unseal(session, found.person).address or "",
        )
        for found in session.scalars(query)
    ]


def _ask(guide: Guide, one: _Unlocated) -> Point | None:
    commune = guide.register.find(one.commune_code)
    if commune is None or not one.address or guide.geocoder is None:
        return None
    point = guide.geocoder.locate(one.address, commune)
    if point is None:
        return None
    judged = judge_point(point.lat, point.lon, commune, guide.register)
    # A street of the same name in another commune is worse than the commune's own point.
    return judged.point if judged.flag is None else None


def _write(session: Session, points: dict[int, Point]) -> int:
    """Write what still holds: somebody may have answered meanwhile."""
    n_written = 0
    for consignment_id, point in points.items():
        consignment = session.get_one(Consignment, consignment_id)
        if consignment.precision is not PointPrecision.COMMUNE:
            continue
        consignment.lat, consignment.lon = point.lat, point.lon
        consignment.precision, consignment.radius_m = PointPrecision.STREET, None
        n_written += 1
    return n_written


def _blocks(unlocated: Sequence[_Unlocated]) -> Iterator[Sequence[_Unlocated]]:
    for first in range(0, len(unlocated), _BLOCK):
        yield unlocated[first : first + _BLOCK]
