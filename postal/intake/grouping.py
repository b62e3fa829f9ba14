"""Results of one office for one recipient, address and day that travel as one consignment with several items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from postal.intake.judging import Accepted
from postal.models import Consignment, Item, PointPrecision
from postal.people import PersonData
from postal.people.vault import fold_name
from postal.rules.lifecycle import State

_MAY_DIFFER = ("landmark", "email", "id_number_tail")
_STILL_OPEN = (State.WAITING, State.AWAITING_COLLECTION)


class Groups:
    """Which consignment each row of a block joins: one that still waits untouched, or one a row opens here.

    ``keys`` are the rows' grouping hashes, in their order; rows of one key share a consignment where grouping
    is on. ``attention_before`` is what consignments of earlier blocks were asked about already.
    """

    def __init__(self, session: Session, keys: Sequence[str], *, is_on: bool) -> None:
        self.keys, self._is_on = keys, is_on
        self.attention_before: dict[int, list[str]] = {}
        self._of_key: dict[str, int] = {}
        self._of_row: dict[int, int] = {}
        if not is_on:
            return
        self._positions: dict[str, list[int]] = {}
        for position, key in enumerate(keys):
            self._positions.setdefault(key, []).append(position)
        is_touched = exists().where(Item.consignment_id == Consignment.id, Item.state.not_in(_STILL_OPEN))
        query = select(Consignment.grouping_hash, Consignment.id, Consignment.attention).where(
            Consignment.grouping_hash.in_(set(keys)), ~is_touched
        )
        for known, consignment_id, attention in session.execute(query):
            self._of_key[known or ""] = consignment_id
            self.attention_before[consignment_id] = attention

    def heads(self) -> list[int]:
        """Return the positions of the rows that open a consignment."""
        if not self._is_on:
            return list(range(len(self.keys)))
        first = {key: i for i, key in reversed(list(enumerate(self.keys)))}
        return [i for i, key in enumerate(self.keys) if first[key] == i and key not in self._of_key]

    def open(self, position: int, consignment_id: int) -> None:
        """Note the consignment the row at this position opens."""
        self._of_row[position] = consignment_id
        if self._is_on:
            self._of_key[self.keys[position]] = consignment_id

    def whole(self, position: int, accepted: Sequence[Accepted]) -> Accepted:
        """Return the row that opens a consignment with what the other rows of its group tell of person and door."""
        found = accepted[position]
        person, where = found.person, found.place
        for other in self._positions[self.keys[position]] if self._is_on else ():
            person = filled_in(person, accepted[other].person)
            if where.precision is not PointPrecision.DOOR and accepted[other].place.precision is PointPrecision.DOOR:
                where = accepted[other].place
        return replace(found, person=person, place=where)

    def consignment_id(self, position: int) -> int:
        """Return the consignment of the row at this position."""
        return self._of_key[self.keys[position]] if self._is_on else self._of_row[position]


def tells_more(person: PersonData) -> bool:
    """Say whether a row tells of its recipient what papers in one envelope need not have in common."""
    return any(getattr(person, name) for name in _MAY_DIFFER)


def filled_in(known: PersonData, other: PersonData) -> PersonData:
    """Return what is known of a recipient, filled in by another paper's row where it was not told."""
    told = {name: getattr(other, name) for name in _MAY_DIFFER if not getattr(known, name) and getattr(other, name)}
    return replace(known, **told) if told else known


def what_must_be_equal(one: Accepted) -> tuple[str, ...]:
    """Return everything besides address, system and day that two papers in one envelope have in common."""
    return (
        one.office.casefold(),
        fold_name(one.person.full_name),
        one.person.phone or "",
        str(one.window),
        str(one.service_level),
        str(one.channel),
    )
