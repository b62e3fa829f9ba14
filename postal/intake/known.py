"""Looks up what a block of rows names: dossiers, offices, procedures, points; adds agencies never seen before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from postal.cells.agencies import is_like_a_known_one
from postal.intake.guide import Guide
from postal.models import Consignment, Item, Office, OfficeKind, Person, PointMemory, Procedure
from postal.rules.lifecycle import Direction
from routing import Point


def known_dossiers(session: Session, source_system: str, direction: Direction, keys: Iterable[str]) -> dict[str, str]:
    """Return the dossiers among these that were accepted before, each with its recipient's name hash."""
    query = (
        select(Item.dossier_key, Person.name_hash)
        .join(Consignment, Consignment.id == Item.consignment_id)
        .join(Person, Person.id == Consignment.person_id)
        .where(Item.source_system == source_system, Item.direction == direction, Item.dossier_key.in_(set(keys)))
    )
    return {key: name_hash or "" for key, name_hash in session.execute(query)}


def forbidden_procedures(session: Session) -> frozenset[str]:
    """Return the procedures whose results may not travel by post (QĐ 45/2016 Điều 1)."""
    return frozenset(session.scalars(select(Procedure.code).where(~Procedure.is_postal_allowed)))


def note_procedures(session: Session, names: Mapping[str, str]) -> None:
    """Add the procedures not known yet."""
    if not names:
        return
    known = set(session.scalars(select(Procedure.code).where(Procedure.code.in_(names))))
    new = [{"code": code, "name": name} for code, name in names.items() if code not in known]
    if new:
        session.execute(insert(Procedure), new)


def office_ids(session: Session, names: Iterable[str], guide: Guide) -> dict[str, int]:
    """Return the office of each name; an agency never seen before is added, in the commune its name says.

    One whose name is nearly that of another is in use only once somebody has said that it is no slip of the pen.
    """
    known = issuing_names(session)
    by_name = {name.casefold(): office_id for office_id, name in session.execute(select(Office.id, Office.name))}
    found = {}
    for name in sorted(names):
        office_id = by_name.get(name.casefold())
        if office_id is None:
            office = _new_office(name, guide)
            office.is_active = not is_like_a_known_one(name, known)
            session.add(office)
            session.flush()
            office_id = by_name[name.casefold()] = office.id
        found[name] = office_id
    return found


def issuing_names(session: Session) -> list[str]:
    """Return the names of the agencies in use."""
    return list(session.scalars(select(Office.name).where(Office.kind == OfficeKind.ISSUING, Office.is_active)))


def remembered_points(session: Session, address_hashes: Iterable[str]) -> dict[str, Point]:
    """Return the points remembered for these addresses."""
    query = select(PointMemory).where(PointMemory.address_hash.in_(set(address_hashes)))
    return {memory.address_hash: Point(lat=memory.lat, lon=memory.lon) for memory in session.scalars(query)}


def _new_office(name: str, guide: Guide) -> Office:
    answer = guide.resolver.resolve(f"{name}, {guide.register.home.name}")
    digest = hashlib.sha256(name.casefold().encode()).hexdigest()[:10]
    return Office(
        code=f"CQ-{digest}",
        kind=OfficeKind.ISSUING,
        name=name,
        commune_code=answer.codes[0] if answer.status.is_automatic else None,
    )
