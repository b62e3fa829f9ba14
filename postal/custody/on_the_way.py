"""What the post moves on itself: arrivals at an office, and items for other provinces passed to the national post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody.handovers import Counted, CountedList, Party, clean_codes, count, write_receipt
from postal.errors import NotFound
from postal.life.facts import RECEIPT
from postal.life.items import with_s10s
from postal.life.tracking import Scan, lock_items, record_all
from postal.models import AddressStatus, Consignment, Coverage, Handover, Item, Leg
from postal.rules.lifecycle import EventKind, State
from routing import Message

_AT_POST = (State.HANDED_OVER, State.AT_OFFICE)


class NothingOutside(NotFound):
    code = "nothing_outside"
    says = Message("Không có bưu gửi ngoài tỉnh nào ở bưu cục này.")


def receive_at_office(act: Act, office_id: int, scanned: Iterable[str]) -> Counted:
    """Note what arrived at a delivery office; a code that cannot arrive now comes back as extra or wrong.

    Raises InvalidInput for far too many codes.
    """
    codes = clean_codes(scanned)
    items = with_s10s(act.session, codes)
    lock_items(act.session, items.values())
    arriving = [code for code, item in items.items() if item.state is State.HANDED_OVER]
    counted = count(arriving, codes, items)
    scan = Scan(
        kind=EventKind.ARRIVED_AT_OFFICE,
        scan_id=f"arrive:{office_id}:{act.now.timestamp():.6f}",
        happened_at=act.now,
        office_id=office_id,
    )
    record_all(act, [items[code] for code in arriving], scan)
    return counted


def outside_pieces(office_id: int) -> Select[int, Any, str]:
    """Return the query for id, S10 and dossier code of what goes to other provinces and lies at an office.

    What no office has scanned in yet may lie at any of them.
    """
    return (
        select(Item.id, Item.s10, Item.dossier_code)
        .join(Consignment, Consignment.id == Item.consignment_id)
        .where(Consignment.address_status == AddressStatus.OUTSIDE, Item.state.in_(_AT_POST))
        .where(or_(Item.office_id == office_id, Item.office_id.is_(None)))
        .order_by(Item.id)
    )


def pass_to_carrier(act: Act, office_id: int, *, scanned: Iterable[str], giver: Party, receiver: Party) -> Handover:
    """Hand items for other provinces to the national post, counted, both sides named, by receipt.

    What was known to lie here and was not scanned stays and becomes a discrepancy; what no office has scanned in yet
    may lie elsewhere and is missed nowhere. Raises NothingOutside, InvalidInput.
    """
    rows = act.session.execute(outside_pieces(office_id)).all()
    if not rows:
        raise NothingOutside
    codes = clean_codes(scanned)
    found = with_s10s(act.session, [s10 for _, s10, _ in rows if s10])
    lock_items(act.session, found.values())
    found = {s10: item for s10, item in found.items() if item.state in _AT_POST}
    expected = [s10 for s10, item in found.items() if item.office_id == office_id or s10 in set(codes)]
    counted = count(expected, codes, with_s10s(act.session, codes))
    giver = replace(giver, office_id=office_id)
    of = CountedList(facts={"what": "outside"})
    handover = write_receipt(act, Leg.POST_TO_CARRIER, counted, giver, receiver, of=of)
    scan = Scan(
        kind=EventKind.PASSED_TO_CARRIER,
        scan_id=f"carrier:{handover.id}",
        happened_at=act.now,
        facts={RECEIPT: handover.number},
    )
    record_all(act, [found[code] for code in counted.present], scan)
    return handover


def n_arriving(session: Session) -> dict[int, int]:
    """Return how many pieces are to arrive at each delivery office; offices that await none are left out."""
    query = (
        select(Coverage.office_id, func.count())
        .select_from(Item)
        .join(Consignment, Consignment.id == Item.consignment_id)
        .join(Coverage, Coverage.commune_code == Consignment.commune_code)
        .where(Item.state == State.HANDED_OVER)
        .group_by(Coverage.office_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def n_outside(session: Session) -> dict[int | None, int]:
    """Return how many pieces for other provinces lie at each office; under None those no office has scanned in yet."""
    at = func.coalesce(Item.office_id, 0)  # grouped by the plain column, SQLite would walk its index through every item
    query = (
        select(at, func.count())
        .join(Consignment, Consignment.id == Item.consignment_id)
        .where(Consignment.address_status == AddressStatus.OUTSIDE, Item.state.in_(_AT_POST))
        .group_by(at)
    )
    return {row[0] or None: row[1] for row in session.execute(query)}
