"""Looks at citizens' data: recorded, held to one's own office or round, and read again.

What a request may see and has seen is noted by `postal.people` while it runs; `api.web.looks` hands it over here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, insert, or_, select, union
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Action, Actor
from postal.errors import Forbidden
from postal.models import (
    Consignment,
    Courier,
    Coverage,
    DeliveryRound,
    Handover,
    HandoverLine,
    Item,
    Look,
    LookedAt,
    Phone,
    ProofOfDelivery,
    Role,
    RoundStop,
    TrackingEvent,
    User,
)
from postal.models.keys import blocks

_BLOCK = 1_000
_PAPER = ":"
"""Stands before the paper in what was done."""


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """What somebody does while they are shown people: the right it takes, the page, the paper, a reason where typed."""

    right: Action
    act: str
    paper: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A look as pages show it: with the user name, system or courier's phone behind it."""

    look: Look
    by: str

    @property
    def paper(self) -> str | None:
        """Return which paper was drawn, None where none was."""
        return self.look.act.partition(_PAPER)[2] or None


def record(act: Act, person_ids: Collection[int], purpose: Purpose) -> Look:
    """Record that these people were shown to the actor.

    Raises Forbidden, and so keeps the answer back, where one of them belongs to nothing of the actor's office or round
    and no reason was typed: views look at rights first, this is the wall behind them.
    """
    consignment_ids = _consignments_of(act.session, person_ids)
    if purpose.reason is None and _has_foreign(act.session, act.by, consignment_ids):
        raise Forbidden(action=Action.SEE_RECIPIENT)
    look = Look(
        at=act.now,
        user_id=act.by.user_id,
        api_key_id=act.by.api_key_id,
        phone_id=act.by.phone_id,
        right=purpose.right,
        act=(purpose.act + (_PAPER + purpose.paper if purpose.paper else ""))[:80],
        reason=purpose.reason,
        n_people=len(person_ids),
    )
    act.session.add(look)
    act.session.flush()
    rows = [{"look_id": look.id, "consignment_id": one} for one in sorted(consignment_ids)]
    if rows:
        act.session.execute(insert(LookedAt), rows)
    return look


def people_on(session: Session, item_ids: Collection[int]) -> set[int]:
    """Return the recipients' person ids of items, as they stand on papers drawn before."""
    found: set[int] = set()
    for some in blocks(list(item_ids)):
        query = select(Consignment.person_id).join(Item, Item.consignment_id == Consignment.id)
        found |= set(session.scalars(query.where(Item.id.in_(some))))
    return found


def looks_at(session: Session, consignment_id: int, *, limit: int = 50) -> Sequence[Seen]:
    """Return who was shown a consignment's recipient, the newest first; of papers also those further back."""
    at = select(Look.id).join(LookedAt, LookedAt.look_id == Look.id).where(LookedAt.consignment_id == consignment_id)
    newest = at.order_by(Look.id.desc()).limit(limit)
    papers = at.where(Look.act.contains(_PAPER)).order_by(Look.id.desc()).limit(limit)
    query = select(Look).where(or_(Look.id.in_(newest), Look.id.in_(papers)))
    return _seen(session, query.order_by(Look.id.desc()))


def looks(session: Session, *, before_id: int | None = None, username: str = "", limit: int = 100) -> Sequence[Seen]:
    """Return looks of everybody, or of one person, the newest first; the page after one is asked for by its last id."""
    query = select(Look).order_by(Look.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(Look.id < before_id)
    if username:
        query = query.where(Look.user_id.in_(select(User.id).where(User.username == username)))
    return _seen(session, query)


def subjects_of(session: Session, look_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """Return whom each look showed: consignment ids with the dossier code of their first item."""
    query = (
        select(LookedAt.look_id, Item.consignment_id, Item.dossier_code)
        .join(Item, Item.consignment_id == LookedAt.consignment_id)
        .where(LookedAt.look_id.in_(look_ids))
        .order_by(LookedAt.look_id, Item.id)
    )
    found: dict[int, dict[int, str]] = {}
    for look_id, consignment_id, code in session.execute(query):
        found.setdefault(look_id, {}).setdefault(consignment_id, code)
    return {look_id: list(codes.items()) for look_id, codes in found.items()}


def _seen(session: Session, looks: Select[Look]) -> list[Seen]:
    """Return the looks a query finds, each with the name of whoever looked, in one statement."""
    named = (
        looks.add_columns(func.coalesce(User.username, Courier.code, ""))
        .outerjoin(User, User.id == Look.user_id)
        .outerjoin(Phone, Phone.id == Look.phone_id)
        .outerjoin(Courier, Courier.id == Phone.courier_id)
    )
    return [Seen(look=row[0], by=row[1]) for row in session.execute(named)]


def _consignments_of(session: Session, person_ids: Collection[int]) -> set[int]:
    """Return the consignments these people are recipients of, or received an item of."""
    found: set[int] = set()
    ids = sorted(person_ids)
    for block in (ids[at : at + _BLOCK] for at in range(0, len(ids), _BLOCK)):
        addressed = select(Consignment.id).where(Consignment.person_id.in_(block))
        received = (
            select(Item.consignment_id)
            .join(TrackingEvent, TrackingEvent.item_id == Item.id)
            .join(ProofOfDelivery, ProofOfDelivery.id == TrackingEvent.proof_id)
            .where(ProofOfDelivery.receiver_id.in_(block))
        )
        found |= set(session.scalars(union(addressed, received)))
    return found


def _has_foreign(session: Session, by: Actor, consignment_ids: Collection[int]) -> bool:
    """Say whether one of these has nothing to do with the actor's office or round."""
    own = _own(by)
    if own is None:
        return False
    ids = sorted(consignment_ids)
    return any(
        session.scalar(select(Consignment.id).where(Consignment.id.in_(ids[at : at + _BLOCK]), ~own).limit(1))
        for at in range(0, len(ids), _BLOCK)
    )


def _own(by: Actor) -> ColumnElement[bool] | None:
    """Return what makes a consignment the actor's own, None for who works for the whole province."""
    stops = (
        select(RoundStop.id)
        .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
        .where(RoundStop.consignment_id == Consignment.id)
    )
    items = select(Item.id).where(Item.consignment_id == Consignment.id)
    if by.role is Role.COURIER or by.phone_id is not None:
        return or_(
            stops.where(DeliveryRound.courier_id == by.courier_id).exists(),
            items.where(Item.courier_id == by.courier_id).exists(),
        )
    if by.office_id is None:
        return None
    counted = (
        items.join(HandoverLine, HandoverLine.item_id == Item.id)
        .join(Handover, Handover.id == HandoverLine.handover_id)
        .where(or_(Handover.giver_office_id == by.office_id, Handover.receiver_office_id == by.office_id))
    )
    covered = exists().where(Coverage.commune_code == Consignment.commune_code, Coverage.office_id == by.office_id)
    return or_(
        Consignment.issuing_office_id == by.office_id,
        items.where(Item.office_id == by.office_id).exists(),
        covered,
        stops.where(DeliveryRound.office_id == by.office_id).exists(),
        counted.exists(),
    )
