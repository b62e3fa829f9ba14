"""Results of one office for one recipient, address and day that travel as one consignment with several items."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from postal.intake.judging import Accepted
from postal.lifecycle import Direction, State
from postal.models import Consignment, Item
from postal.people import address_hash, vault_of
from postal.people_vault import fold_name
from postal.working_days import local_day

_STILL_OPEN = (State.WAITING, State.AWAITING_COLLECTION)


class Groups:
    """Finds the consignment an accepted row joins: one opened in this block, or one that still waits untouched."""

    def __init__(
        self, session: Session, source_system: str, direction: Direction, now: datetime, *, is_on: bool
    ) -> None:
        self._session, self._is_on = session, is_on
        self._shared = f"{source_system}\x00{direction}\x00{local_day(now)}"
        self._by_hash: dict[str, Consignment] = {}
        self._by_position: dict[int, Consignment] = {}

    def open(self, accepted: Sequence[Accepted]) -> list[str]:
        """Return each row's grouping hash, and look up what it may join from earlier blocks of the day."""
        vault = vault_of(self._session)
        hashes = []
        for one in accepted:
            address = address_hash(vault, one.person.address or "")
            hashes.append(vault.look_up("group", f"{self._shared}\x00{_same(address, one)}"))
        if self._is_on and hashes:
            gone = aliased(Item)
            is_touched = exists().where(gone.consignment_id == Consignment.id, gone.state.not_in(_STILL_OPEN))
            query = select(Consignment).where(Consignment.grouping_hash.in_(set(hashes)), ~is_touched)
            self._by_hash = {c.grouping_hash: c for c in self._session.scalars(query) if c.grouping_hash}
        return hashes

    def heads(self, accepted: Sequence[Accepted], hashes: Sequence[str]) -> list[int]:
        """Return the positions of the rows that open a consignment of their own."""
        if not self._is_on:
            return list(range(len(accepted)))
        first = {key: i for i, key in reversed(list(enumerate(hashes)))}
        return [i for i, key in enumerate(hashes) if first[key] == i and key not in self._by_hash]

    def add(self, key: str, consignment: Consignment, *, position: int) -> None:
        """Note a consignment just opened by the row at this position."""
        self._by_hash[key] = consignment
        self._by_position[position] = consignment

    def of(self, key: str, *, position: int) -> Consignment:
        """Return the consignment of the row at this position."""
        return self._by_hash[key] if self._is_on else self._by_position[position]


def _same(address_key: str, one: Accepted) -> str:
    """Return everything that must be equal for two papers to share an envelope."""
    parts = (
        one.office.casefold(),
        fold_name(one.person.full_name),
        one.person.phone or "",
        address_key,
        str(one.window),
        str(one.service_level),
        str(one.channel),
    )
    return "\x00".join(parts)
