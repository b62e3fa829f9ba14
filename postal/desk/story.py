"""The whole story of an item: who held it when and where, how it was proved, what was printed and sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from postal.models import (
    AddressChange,
    Callback,
    CallbackState,
    Consignment,
    Handover,
    HandoverLine,
    Item,
    LabelPrint,
    Notice,
    Office,
    Person,
    ProofOfDelivery,
    TrackingEvent,
    User,
)
from postal.network.crew import names_of
from postal.outside.notices import CODE
from postal.people import open_person
from postal.rules.lifecycle import Holder, holder


@dataclass(frozen=True, kw_only=True)
class Held:
    """How long one party answered for an item; ``until`` None: it still does. ``who`` is a name, "" where unknown."""

    holder: Holder
    who: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Proved:
    """How an item was handed over: who signed, with what right, which paper was shown, what was paid and taken back."""

    event: TrackingEvent
    proof: ProofOfDelivery
    receiver: str
    id_tail: str | None

    def __repr__(self) -> str:
        return f"<Proved {self.event.id}>"


@dataclass(frozen=True, kw_only=True)
class Names:
    """Who stands behind the ids of a story: offices, couriers and users by their full names."""

    offices: Mapping[int, str]
    couriers: Mapping[int, str]
    users: Mapping[int, str]

    def by(self, event: TrackingEvent) -> str:
        """Return who recorded an event: a courier, a member of the staff, or the command that did."""
        if event.courier_id is not None and event.user_id is None:
            return self.couriers.get(event.courier_id, "")
        return self.users.get(event.user_id or 0, "") or event.command or ""


def names_in(session: Session, events: Sequence[TrackingEvent], user_ids: Collection[int | None] = ()) -> Names:
    """Return the names that a story of these events needs."""
    staff = staff_named(session, {event.user_id for event in events} | set(user_ids))
    return Names(
        offices={row[0]: row[1] for row in session.execute(select(Office.id, Office.name))},
        couriers=names_of(session, {event.courier_id for event in events if event.courier_id is not None}),
        users={user_id: name for user_id, (name, _office_id) in staff.items()},
    )


def staff_named(session: Session, user_ids: Collection[int | None]) -> dict[int, tuple[str, int | None]]:
    """Return the full names of members of the staff by their ids, each with their office."""
    query = select(User.id, User.office_id, Person).join(Person, Person.id == User.person_id)
    found = session.execute(query.where(User.id.in_({one for one in user_ids if one is not None})))
    return {user_id: (open_person(session, person).full_name, office_id) for user_id, office_id, person in found}


def held(item: Item, life: Sequence[TrackingEvent], names: Names, *, post_id: int | None = None) -> list[Held]:
    """Return who answered for an item, one after the other, from its life in the order it happened. Pure.

    ``post_id`` is the office that serves its commune: the post's, until an office has scanned it in.
    """
    stations: list[tuple[Holder, str, datetime]] = []
    for event in life:
        if event.state_after is None:
            continue
        party = holder(event.state_after), _who(item, event, names, post_id)
        if not stations or stations[-1][:2] != party:
            stations.append((*party, event.happened_at))
    ends = [since for _holder, _who, since in stations[1:]]
    return [
        Held(holder=one, who=who, since=since, until=ends[n] if n < len(ends) else None)
        for n, (one, who, since) in enumerate(stations)
    ]


def proofs_of(session: Session, events: Sequence[TrackingEvent]) -> list[Proved]:
    """Return the proofs of events that hold one, the newest first; the receiver is shown or masked like anybody."""
    wanted = {event.proof_id: event for event in events if event.proof_id is not None and event.is_applied}
    query = select(ProofOfDelivery, Person).join(Person, Person.id == ProofOfDelivery.receiver_id)
    found = []
    for proof, person in session.execute(query.where(ProofOfDelivery.id.in_(wanted))):
        shown = open_person(session, person)
        found.append(
            Proved(event=wanted[proof.id], proof=proof, receiver=shown.full_name, id_tail=shown.id_number_tail)
        )
    return sorted(found, key=lambda one: one.event.happened_at, reverse=True)


def prints_of(session: Session, item_ids: Sequence[int]) -> list[LabelPrint]:
    """Return the prints of these items' labels, the newest first."""
    query = select(LabelPrint).where(LabelPrint.item_id.in_(item_ids)).order_by(LabelPrint.id.desc())
    return list(session.scalars(query))


def receipts_of(session: Session, item_ids: Sequence[int]) -> list[Handover]:
    """Return the receipts on which these items stand, the newest first."""
    lines = select(HandoverLine.handover_id).where(HandoverLine.item_id.in_(item_ids))
    query = select(Handover).where(Handover.id.in_(lines)).order_by(Handover.id.desc())
    return list(session.scalars(query))


def notices_to(session: Session, consignment: Consignment) -> list[Notice]:
    """Return the kept messages to a recipient's phone, also from before an address change, the newest first.

    Of opening codes the last 30: who asks for many pushes no card or receipt out of the story.
    """
    before = select(AddressChange.old_person_id).where(AddressChange.consignment_id == consignment.id)
    query = select(Notice).where(or_(Notice.person_id == consignment.person_id, Notice.person_id.in_(before)))
    query = query.order_by(Notice.id.desc())
    told = [
        *session.scalars(query.where(Notice.kind != CODE)),
        *session.scalars(query.where(Notice.kind == CODE).limit(30)),
    ]
    return sorted(told, key=lambda one: one.id, reverse=True)


def callbacks_of(session: Session, item_ids: Sequence[int]) -> dict[CallbackState, int]:
    """Return how many messages about these items other systems were sent, or wait for, by how far they are."""
    query = select(Callback.state, func.count()).where(Callback.item_id.in_(item_ids)).group_by(Callback.state)
    return {row[0]: row[1] for row in session.execute(query)}


def _who(item: Item, event: TrackingEvent, names: Names, post_id: int | None) -> str:
    who = holder(event.state_after) if event.state_after is not None else None
    if who is Holder.COURIER:
        return names.couriers.get(event.courier_id or 0, "")
    if who is Holder.POST_OFFICE:
        return names.offices.get(event.office_id or post_id or 0, "")
    if who is Holder.AGENCY:
        return names.offices.get(item.consignment.issuing_office_id, "")
    return ""
