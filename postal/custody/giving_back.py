"""What a delivery leaves with the post and owes the agency: papers taken back, and fees collected at the door.

The agency gets both by minutes of their own, counted against what the proofs of delivery say (TT 17/2017/TT-BTTTT
Đ5.2đ–e): papers by the item they were taken back for, money to the đồng.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody.handovers import CountedList, Party, clean_codes, count, write_receipt
from postal.errors import Conflict, NotFound
from postal.life.items import with_s10s
from postal.models import Consignment, GivenBack, Handover, Item, Leg, Office, ProofOfDelivery, TrackingEvent
from routing import Message

WHAT = "papers and money"


class MoneyDiffers(Conflict):
    code = "money_differs"
    says = Message("Tiền phải nộp {expected_vnd} đồng, đếm được {counted_vnd} đồng. Tìm chênh lệch trước khi ký.")


class NothingOwed(NotFound):
    code = "nothing_owed"
    says = Message("Không có giấy tờ thu hồi hay tiền thu hộ nào phải trả cơ quan này.")


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One delivered item whose papers or fee the post still holds."""

    item: Item
    proof: ProofOfDelivery


@dataclass(frozen=True, kw_only=True)
class OwedTo:
    """All that the post owes one agency: items, fees in đồng, papers; the ``first`` of the items."""

    n: int
    fee_vnd: int
    n_papers: int
    first: list[Owed]


def owed_to(session: Session, office_id: int) -> list[Owed]:
    """Return what the post owes an issuing office, by item."""
    return _owed(session, office_id, None)


def owed_by_agency(session: Session, *, most: int) -> dict[int, OwedTo]:
    """Return what the post owes each issuing office, the first ``most`` items of each named; others are left out."""
    agency = Consignment.issuing_office_id
    all_of_them = _query(None, None).with_only_columns(
        Item.id.label("item_id"),
        ProofOfDelivery.id.label("proof_id"),
        agency,
        func.row_number().over(partition_by=agency, order_by=Item.id).label("place"),
        func.count().over(partition_by=agency).label("n"),
        func.sum(ProofOfDelivery.fee_vnd).over(partition_by=agency).label("fee_vnd"),
        func.sum(func.json_array_length(ProofOfDelivery.taken_back)).over(partition_by=agency).label("n_papers"),
    )
    owed = all_of_them.order_by(None).subquery()
    query = (
        select(Item, ProofOfDelivery, owed.c.issuing_office_id, owed.c.n, owed.c.fee_vnd, owed.c.n_papers)
        .join(owed, owed.c.item_id == Item.id)
        .join(ProofOfDelivery, ProofOfDelivery.id == owed.c.proof_id)
        .where(owed.c.place <= most)
        .order_by(Item.id)
    )
    found: dict[int, OwedTo] = {}
    for item, proof, agency_id, n, fee_vnd, n_papers in session.execute(query):
        to = found.setdefault(agency_id, OwedTo(n=n, fee_vnd=int(fee_vnd), n_papers=int(n_papers), first=[]))
        to.first.append(Owed(item=item, proof=proof))
    return found


def owes(session: Session, office_id: int) -> bool:
    """Say whether the post owes an issuing office anything."""
    return session.execute(owed_pieces(office_id).limit(1)).first() is not None


def given_back(session: Session, handover: Handover) -> list[Owed]:
    """Return what a handover gave back, by item."""
    return _owed(session, None, handover.id)


def is_giving_back(handover: Handover) -> bool:
    """Say whether a handover is about papers and money rather than items."""
    return handover.facts.get("what") == WHAT


def give_back(
    act: Act, office_id: int, *, scanned: Iterable[str], money_vnd: int, giver: Party, receiver: Party
) -> Handover:
    """Hand papers and money of delivered items to their agency; both sides named, receipt numbered.

    ``scanned`` are the S10 codes of the items whose papers and fees lie on the counter; what is owed and was not
    scanned is named as missing and stays owed. Raises NothingOwed, MoneyDiffers, InvalidInput without a name.
    """
    # Two clerks at one agency's counter: the second waits.
    act.session.get(Office, office_id, with_for_update={"key_share": True}, populate_existing=True)
    owed = {one.item.s10 or "": one for one in owed_to(act.session, office_id)}
    if not owed:
        raise NothingOwed
    codes = clean_codes(scanned)
    counted = count(list(owed), codes, with_s10s(act.session, codes))
    present = [owed[code] for code in counted.present]
    expected_vnd = sum(one.proof.fee_vnd for one in present)
    if money_vnd != expected_vnd:
        raise MoneyDiffers(field="money_vnd", expected_vnd=expected_vnd, counted_vnd=money_vnd)
    facts = {"what": WHAT, "fee_vnd": money_vnd, "n_papers": sum(len(one.proof.taken_back) for one in present)}
    receiver = replace(receiver, office_id=office_id)
    handover = write_receipt(act, Leg.POST_TO_CENTRE, counted, giver, receiver, of=CountedList(facts=facts))
    act.session.add_all(GivenBack(proof_id=one.proof.id, handover_id=handover.id) for one in present)
    for one in present:
        one.proof.is_owed = False
    act.session.flush()
    return handover


def owed_pieces(office_id: int) -> Select[int, Any, str]:
    """Return the query for id, S10 and dossier code of every item with something owed to an issuing office."""
    return _query(office_id, None).with_only_columns(Item.id, Item.s10, Item.dossier_code)


def _owed(session: Session, office_id: int | None, handover_id: int | None) -> list[Owed]:
    rows = session.execute(_query(office_id, handover_id)).all()
    return [Owed(item=item, proof=proof) for item, proof in rows]


def _query(office_id: int | None, handover_id: int | None) -> Select[Item, ProofOfDelivery]:
    query = (
        select(Item, ProofOfDelivery)
        .select_from(ProofOfDelivery)
        .join(TrackingEvent, TrackingEvent.proof_id == ProofOfDelivery.id)
        .join(Item, Item.id == TrackingEvent.item_id)
        .join(Consignment, Consignment.id == Item.consignment_id)
        .outerjoin(GivenBack, GivenBack.proof_id == ProofOfDelivery.id)
        .where(TrackingEvent.is_applied)
        .where(or_(ProofOfDelivery.fee_vnd > 0, cast(ProofOfDelivery.taken_back, String) != "[]"))
        .order_by(Item.id)
    )
    if handover_id is None:
        if office_id is not None:
            query = query.where(Consignment.issuing_office_id == office_id)
        return query.where(ProofOfDelivery.is_owed, GivenBack.proof_id.is_(None), Item.s10.is_not(None))
    return query.where(GivenBack.handover_id == handover_id)
