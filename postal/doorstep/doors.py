"""One door of a round: what goes to one recipient at one address is walked and signed once, however it was filed.

Results that became ready on different days are several consignments, and a plan's stop holds one of them. Who the
recipient is, and where, is told by keyed hashes: a name alone, or a place alone, joins nothing. A name's hash knows no
accents, so of two whose hashes are alike the names themselves are compared: brothers are called Hùng and Hưng.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from postal.models import Consignment, Item, Person, PointPrecision, RoundStop
from postal.people import bear_one_name, open_person

_AT_THE_DOOR = frozenset({PointPrecision.DOOR, PointPrecision.REMEMBERED})


@dataclass(frozen=True, kw_only=True)
class Door:
    """Stops that are one for whoever walks them; named by the first, whose time and code stand for all."""

    stops: tuple[RoundStop, ...]

    @property
    def first(self) -> RoundStop:
        """Return the stop the door is named by."""
        return self.stops[0]

    @property
    def positions(self) -> tuple[int, ...]:
        """Return the numbers its stops have on the round."""
        return tuple(stop.position for stop in self.stops)

    @property
    def pieces(self) -> Sequence[tuple[RoundStop, Item]]:
        """Return every item at the door with the stop it belongs to."""
        return [(stop, item) for stop in self.stops for item in stop.consignment.items]


def doors_of(session: Session, stops: Iterable[RoundStop]) -> list[Door]:
    """Return the doors of a round in the order they are walked; stops apart on the way stay apart.

    What another courier took over is no stop of this round any more.
    """
    found: list[list[RoundStop]] = []
    for stop in sorted(stops, key=lambda one: (one.start_s, one.position)):
        if stop.passed_on_at is not None:
            continue
        if found and is_same_door(session, found[-1][0].consignment, stop.consignment):
            found[-1].append(stop)
        else:
            found.append([stop])
    return [Door(stops=tuple(some)) for some in found]


def addresses_at(session: Session, door: Door) -> tuple[str, ...]:
    """Return a door's address as it was written; each where it was written in several ways, the first's first."""
    written: dict[str | None, str | None] = {}
    for stop in door.stops:
        person = stop.consignment.person
        written.setdefault(person.address_hash, open_person(session, person).address)
    return tuple(address for address in written.values() if address)


def is_same_door(session: Session, one: Consignment, other: Consignment) -> bool:
    """Say whether two consignments are one visit: same recipient, same address, same errand, same hours."""
    return (
        one.direction is other.direction
        and one.commune_code == other.commune_code
        and (one.window_from_s, one.window_until_s) == (other.window_from_s, other.window_until_s)
        and _is_same_place(one, other)
        and _is_same_recipient(session, one.person, other.person)
    )


def _is_same_recipient(session: Session, one: Person, other: Person) -> bool:
    """Say whether two records are one person: a family may share a telephone, and two people a name."""
    if one.id == other.id:
        return True
    has_both = one.phone_hash is not None and one.name_hash is not None
    is_alike = has_both and (one.phone_hash, one.name_hash) == (other.phone_hash, other.name_hash)
    return is_alike and bear_one_name(session, one, other)


def _is_same_place(one: Consignment, other: Consignment) -> bool:
    """Say whether the address is written alike, or both are known to be at one door."""
    if one.person.address_hash is not None and one.person.address_hash == other.person.address_hash:
        return True
    points = [(c.lat, c.lon) for c in (one, other) if c.precision in _AT_THE_DOOR and c.lat is not None]
    return len(points) == 2 and points[0] == points[1]


def at_the_door_of(session: Session, round_id: int | None, consignment: Consignment) -> list[Consignment]:
    """Return what a round has at a consignment's door, itself first; what passed to another courier since as well."""
    if round_id is None:
        return [consignment]
    # Asked while a note is written: the few that could be it, in one look, not the whole round.
    query = (
        select(Consignment)
        .join(RoundStop, RoundStop.consignment_id == Consignment.id)
        .where(
            RoundStop.round_id == round_id,
            Consignment.id != consignment.id,
            Consignment.direction == consignment.direction,
            Consignment.commune_code == consignment.commune_code,
            Consignment.window_from_s == consignment.window_from_s,
            Consignment.window_until_s == consignment.window_until_s,
        )
        .options(joinedload(Consignment.person), selectinload(Consignment.items))
        .order_by(RoundStop.position)
    )
    others = session.scalars(query).unique()
    return [consignment, *(one for one in others if is_same_door(session, one, consignment))]
