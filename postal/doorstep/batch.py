"""What a batch of scans is about, read at once: items, which are locked, their lives, recipients, rounds, the rules.

A batch of 500 acts asks the database no more for this than a single act does. A scan's own savepoint may be rolled
back: then its item's life is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from postal.access.act import Act
from postal.errors import UnknownS10
from postal.life import items
from postal.life.facts import Life, life_with, lives_of
from postal.life.tracking import lock_items
from postal.models import Consignment, DayPlan, DeliveryRound, Item, PlanStatus, Role, RoundStop
from postal.models.keys import blocks
from postal.rules.lifecycle import Direction, EventKind
from postal.rules.s10 import is_s10, normal_s10
from postal.rules.working_days import local_day
from postal.set_up.kinds.rules import DoorRules

KINDS = {
    Direction.RESULT: frozenset({EventKind.OUT_FOR_DELIVERY, EventKind.DELIVERED, EventKind.ATTEMPT_FAILED}),
    Direction.COLLECTION: frozenset({EventKind.OUT_FOR_COLLECTION, EventKind.COLLECTED, EventKind.COLLECTION_FAILED}),
}


class Coded(Protocol):
    """A scan's codes; ``round_id`` is known where a round's own sheet is typed back."""

    @property
    def kind(self) -> EventKind: ...
    @property
    def s10(self) -> str | None: ...
    @property
    def dossier_code(self) -> str | None: ...
    @property
    def round_id(self) -> int | None: ...


class Batch:
    """The scans of one request with the items they name, None where there is none. Locks the items."""

    def __init__(self, act: Act, scans: Sequence[Coded]) -> None:
        self._act = act
        self.items = _found(act, scans)
        known = {item.id: item for item in self.items if item is not None}
        lock_items(act.session, known.values())
        self._lives = lives_of(act.session, known)
        consignment_ids = sorted({item.consignment_id for item in known.values()})
        # Kept here, for the session forgets what nobody holds: each item finds its own without asking.
        self._consignments = _consignments(act, consignment_ids)
        self._rounds = _rounds(act, consignment_ids)
        self.ruled = DoorRules(act.session)

    def life(self, item: Item) -> Life:
        """Return an item's life with what this batch added to it."""
        return self._lives[item.id]

    def read_again(self, item: Item | None) -> None:
        """Forget what a scan added that was refused after all."""
        if item is not None and not self._lives[item.id].is_stored:
            self._lives[item.id] = life_with(self._act.session, item.id)

    def round_of(self, item: Item, scan: Coded, happened_at: datetime, *, is_locking: bool = False) -> DeliveryRound:
        """Return the published round the item was on that day, else the one before, else the next.

        Late scans may come when the item is already planned again; of two rounds of one day it is the one that had left
        last by then. ``is_locking`` keeps others from publishing meanwhile. Raises UnknownS10 for a foreign round,
        which looks like an unknown item.
        """
        rounds = self._rounds
        if is_locking:
            rounds = _rounds(self._act, [item.consignment_id], is_locking=True)
        found = [(one, day) for one, day in rounds.get(item.consignment_id, ()) if scan.round_id in (None, one.id)]
        if not found:
            raise UnknownS10(s10=item.s10 or "…")
        on = local_day(happened_at)
        nearest = next((day for _, day in found if day <= on), found[-1][1])
        of_day = [one for one, day in found if day == nearest]
        left = [one for one in of_day if one.started_at is not None and one.started_at <= happened_at]
        return max(left, key=lambda one: one.started_at or happened_at) if left else of_day[-1]


def _found(act: Act, scans: Sequence[Coded]) -> list[Item | None]:
    codes = [normal_s10(scan.s10 or "") for scan in scans]
    by_s10 = items.with_s10s(act.session, sorted({code for code in codes if code and is_s10(code)}))
    found: list[Item | None] = []
    for code, scan in zip(codes, scans, strict=True):
        if code and is_s10(code):
            found.append(by_s10.get(code))
            continue
        # A dossier may be collected first and its result delivered later: the kind says which is meant.
        direction = next((d for d, kinds in KINDS.items() if scan.kind in kinds), Direction.RESULT)
        is_named = bool(scan.dossier_code)
        found.append(items.of_dossier(act.session, scan.dossier_code or "", direction) if is_named else None)
    return found


def _consignments(act: Act, consignment_ids: Sequence[int]) -> list[Consignment]:
    found: list[Consignment] = []
    for some in blocks(consignment_ids):
        query = select(Consignment).where(Consignment.id.in_(some)).options(joinedload(Consignment.person))
        found += act.session.scalars(query)
    return found


def _rounds(
    act: Act, consignment_ids: Sequence[int], *, is_locking: bool = False
) -> dict[int, list[tuple[DeliveryRound, date]]]:
    """Return the published rounds of each consignment that whoever acts may tell of, the last day first."""
    found: dict[int, list[tuple[DeliveryRound, date]]] = {}
    for some in blocks(consignment_ids):
        query = (
            select(RoundStop.consignment_id, DeliveryRound, DayPlan.day)
            .join(DeliveryRound, RoundStop.round_id == DeliveryRound.id)
            .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
            .where(RoundStop.consignment_id.in_(some), DayPlan.status == PlanStatus.PUBLISHED)
            .order_by(DayPlan.day.desc(), DeliveryRound.id.desc())
            .execution_options(populate_existing=True)
        )
        if act.by.role is Role.COURIER:
            query = query.where(DeliveryRound.courier_id == act.by.courier_id)
        elif act.by.office_id is not None:
            query = query.where(DeliveryRound.office_id == act.by.office_id)
        if is_locking:
            query = query.with_for_update(of=DayPlan, read=True)
        for consignment_id, one, day in act.session.execute(query):
            found.setdefault(consignment_id, []).append((one, day))
    return found
