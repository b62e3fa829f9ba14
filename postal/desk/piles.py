"""Every item in one pile by its state, an office's or the province's: the figures of the first page and their lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVarTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from postal.access import ownership
from postal.life.balance import n_by_state
from postal.models import Consignment, Coverage, Item, Office, OfficeKind
from postal.rules.lifecycle import State

Columns = TypeVarTuple("Columns")

S = State
PILES: dict[str, tuple[State, ...]] = {
    "agency": (S.NEW, S.WAITING, S.BATCHED),
    "post": (S.HANDED_OVER, S.AT_OFFICE, S.HELD),
    "courier": (S.ON_ROUND, S.ATTEMPTED),
    "delivered": (S.DELIVERED,),
    "returning": (S.RETURNING_TO_SENDER,),
    "returned": (S.RETURNED_TO_SENDER,),
    "carrier": (S.WITH_CARRIER,),
    "missing": (S.MISSING,),
    "collections": (S.AWAITING_COLLECTION, S.ON_COLLECTION_ROUND, S.COLLECTED, S.DOSSIER_AT_OFFICE),
    "submitted": (S.SUBMITTED,),
    "cancelled": (S.CANCELLED,),
}
"""Each state in exactly one pile. Add, never rename: pages link to them by name."""


def pile_counts(session: Session, *, office_id: int | None = None) -> dict[str, int]:
    """Return how many items lie in each pile, of one office (issuing or delivery) or of all."""
    by_state = n_by_state(session) if office_id is None else _of_office_by_state(session, office_id)
    return {name: sum(by_state.get(state, 0) for state in states) for name, states in PILES.items()}


def _of_office_by_state(session: Session, office_id: int) -> dict[State, int]:
    query = select(Item.state, func.count()).join(Item.consignment).group_by(Item.state)
    return {row[0]: row[1] for row in session.execute(of_office(session, query, office_id))}


def pile(
    session: Session, name: str, *, office_id: int | None = None, limit: int = 100, offset: int = 0
) -> Sequence[Item]:
    """Return the items of a pile, the one longest in its state first."""
    query = select(Item).join(Item.consignment).options(joinedload(Item.consignment).joinedload(Consignment.person))
    query = query.where(Item.state.in_(PILES[name])).order_by(Item.state_since, Item.id)
    return session.scalars(of_office(session, query, office_id).limit(limit).offset(offset)).all()


def of_office(session: Session, query: Select[*Columns], office_id: int | None) -> Select[*Columns]:
    """Keep what concerns an office: what it sent, what goes to a commune it serves, what it or its couriers have.

    All of it is the office's to act on (`ownership.is_offices`). The query joins items and consignments; None keeps
    everything.
    """
    if office_id is None:
        return query
    office = session.get_one(Office, office_id)
    if office.kind is OfficeKind.ISSUING:
        return query.where(Consignment.issuing_office_id == office_id)
    served = select(Coverage.commune_code).where(Coverage.office_id == office_id)
    return query.where(or_(ownership.lies_with(office_id), Consignment.commune_code.in_(served)))
