"""Handing items over to an agency: compared with what waits for it, both sides named, one receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody import CountedList, Party, clean_codes, count, write_receipt
from postal.errors import NotFound
from postal.life.facts import RECEIPT
from postal.life.items import with_s10s
from postal.life.tracking import Scan, lock_items, record_all
from postal.models import Consignment, Handover, Item, Leg, Office
from postal.rules.lifecycle import EventKind, State
from postal.rules.s10 import normal_s10


@dataclass(frozen=True, kw_only=True)
class Passing:
    """What passes: the event it becomes, and the words the receipt and the scans know it by.

    ``pieces_for`` returns what waits for an agency, by the code on the envelope; ``nothing`` refuses an empty list.
    """

    pieces_for: Callable[[Session, int], Mapping[str, Item]]
    nothing: type[NotFound]
    kind: EventKind
    what: str
    scan_prefix: str


def count_by_agency(session: Session, state: State) -> dict[int, int]:
    """Return how many items in a state each issuing office is to get; offices without any are left out."""
    query = select(Consignment.issuing_office_id, func.count()).join(Item).where(Item.state == state)
    return {row[0]: row[1] for row in session.execute(query.group_by(Consignment.issuing_office_id))}


def hand_to_agency(
    act: Act, agency_id: int, passing: Passing, *, scanned: Iterable[str], giver: Party, receiver: Party
) -> Handover:
    """Hand what waits for an agency over to it; what was not scanned stays where it is.

    Raises ``passing.nothing``, InvalidInput.
    """
    # Two clerks at one agency's counter: the second waits.
    act.session.get(Office, agency_id, with_for_update={"key_share": True}, populate_existing=True)
    lock_items(act.session, passing.pieces_for(act.session, agency_id).values())
    pieces = passing.pieces_for(act.session, agency_id)
    if not pieces:
        raise passing.nothing
    as_listed = {normal_s10(code): code for code in pieces}
    codes = [as_listed.get(code, code) for code in clean_codes(scanned)]
    counted = count(list(pieces), codes, with_s10s(act.session, codes))
    of = CountedList(facts={"what": passing.what}, pieces=pieces)
    handover = write_receipt(act, Leg.POST_TO_CENTRE, counted, giver, replace(receiver, office_id=agency_id), of=of)
    scan = Scan(
        kind=passing.kind,
        scan_id=f"{passing.scan_prefix}:{handover.id}",
        happened_at=act.now,
        facts={RECEIPT: handover.number},
    )
    record_all(act, [pieces[code] for code in counted.present], scan)
    return handover


def pieces_of_agency(agency_id: int, state: State) -> Select[int, Any, str]:
    """Return the query for id, S10 and dossier code of every item in a state that one issuing office sent."""
    return (
        select(Item.id, Item.s10, Item.dossier_code)
        .join(Consignment, Consignment.id == Item.consignment_id)
        .where(Item.state == state, Consignment.issuing_office_id == agency_id)
        .order_by(Item.id)
    )
