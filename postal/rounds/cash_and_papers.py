"""Money and papers a courier must bring back besides items (TT 17/2017/TT-BTTTT Đ5.2g)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.errors import Conflict
from postal.models import DeliveryRound, Discrepancy, Handover, Item, ProofOfDelivery, TrackingEvent
from routing import Message


class BroughtDiffers(Conflict):
    code = "brought_differs"
    says = Message(
        "Bưu tá phải nộp {due_vnd} đồng và {due_papers} giấy tờ thu hồi, đếm được {money_vnd} đồng và {n_papers} "
        "giấy tờ. Đếm lại; nếu đúng là lệch thì đánh dấu ghi chênh lệch."
    )


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What the office counted: đồng, papers by piece, and the numbered route sheets that came back to be destroyed.

    ``may_differ``: a difference is recorded, not refused.
    """

    money_vnd: int
    n_papers: int
    may_differ: bool = False
    sheets: tuple[str, ...] = ()


def due_from_courier(session: Session, found: DeliveryRound) -> dict[str, Any]:
    """Return what the proofs of this round say the courier must bring: fees_vnd, fee_receipts, n_taken_back."""
    consignments = [stop.consignment_id for stop in found.stops]
    query = (
        select(ProofOfDelivery.fee_vnd, ProofOfDelivery.fee_receipt, ProofOfDelivery.taken_back)
        .join(TrackingEvent, TrackingEvent.proof_id == ProofOfDelivery.id)
        .join(Item, Item.id == TrackingEvent.item_id)
        .where(
            Item.consignment_id.in_(consignments),
            TrackingEvent.is_applied,
            TrackingEvent.courier_id == found.courier_id,
            TrackingEvent.happened_at >= found.started_at,
        )
        .order_by(TrackingEvent.id)
    )
    rows = session.execute(query).all()
    return {
        "fees_vnd": sum(row[0] for row in rows),
        "fee_receipts": [row[1] for row in rows if row[1]],
        "n_taken_back": sum(len(row[2]) for row in rows),
    }


def check_brought(due: dict[str, Any], brought: Brought) -> dict[str, int]:
    """Return what the receipt says was counted. Raises BroughtDiffers unless a difference may be recorded."""
    is_same = (brought.money_vnd, brought.n_papers) == (due["fees_vnd"], due["n_taken_back"])
    if not is_same and not brought.may_differ:
        raise BroughtDiffers(
            due_vnd=due["fees_vnd"],
            due_papers=due["n_taken_back"],
            money_vnd=brought.money_vnd,
            n_papers=brought.n_papers,
        )
    return {"money_vnd": brought.money_vnd, "n_papers": brought.n_papers}


def note_difference(act: Act, handover: Handover) -> None:
    """Leave a discrepancy for staff where a round's receipt says other money, papers or sheets came than were due."""
    facts = handover.facts
    for counted, due, kind in (("money_vnd", "fees_vnd", "money"), ("n_papers", "n_taken_back", "papers")):
        if counted in facts and facts[counted] != facts[due]:
            detail = f"{facts[counted]} / {facts[due]}"
            act.session.add(Discrepancy(kind=kind, handover_id=handover.id, noted_at=act.now, detail=detail))
    for number in facts.get("sheets_missing", ()):
        act.session.add(Discrepancy(kind="sheet", handover_id=handover.id, noted_at=act.now, detail=number))
    act.session.flush()
