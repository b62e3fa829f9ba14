"""Money and papers a courier must bring back besides items (TT 17/2017/TT-BTTTT Đ5.2g)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.errors import Conflict
from postal.life.tracking import happened_on
from postal.models import DeliveryRound, Discrepancy, Handover, Leg, Payment, ProofOfDelivery, TrackingEvent
from routing import Message


class BroughtDiffers(Conflict):
    code = "brought_differs"
    says = Message(
        "Bưu tá phải nộp {due_vnd} đồng và {due_papers} giấy tờ thu hồi, đếm được {money_vnd} đồng và {n_papers} "
        "giấy tờ. Đếm lại; nếu đúng là lệch thì ghi lời giải thích."
    )


class CountsDiffer(Conflict):
    code = "counts_differ"
    says = Message(
        "Bưu tá đếm {courier_vnd} đồng, thủ quỹ đếm {money_vnd} đồng. Cùng đếm lại; nếu vẫn lệch thì ghi lời giải "
        "thích."
    )


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What the office counted: đồng, papers by piece, and the numbered route sheets that came back to be destroyed.

    ``why`` explains a difference: with it, it is recorded, not refused.
    """

    money_vnd: int
    n_papers: int
    why: str = ""
    sheets: tuple[str, ...] = ()


def due_from_courier(session: Session, found: DeliveryRound) -> dict[str, Any]:
    """Return what the proofs of this round say the courier must bring: fees_vnd, fee_receipts, n_taken_back.

    ``fees_vnd`` is cash: what was told to be paid to the post's account is ``transfers_vnd``, unless it was refused.
    Asked by the round the proofs were given on, never by clocks. A delivery that does not fit counts as well, until
    somebody settles it: whatever became of the piece, the recipient paid.
    """
    query = (
        select(TrackingEvent.item_id, ProofOfDelivery)
        .join(ProofOfDelivery, TrackingEvent.proof_id == ProofOfDelivery.id)
        .outerjoin(Discrepancy, Discrepancy.event_id == TrackingEvent.id)
        .where(happened_on(session, found.id), Discrepancy.is_voided.is_not(True))
        .order_by(TrackingEvent.is_applied, TrackingEvent.id.desc())
    )
    # What was told twice of one piece was paid once: the one that fits counts.
    proofs: dict[int, ProofOfDelivery] = {}
    for item_id, proof in session.execute(query):
        proofs[item_id] = proof
    rows = sorted(proofs.values(), key=lambda proof: proof.id)
    paid = select(func.sum(Payment.amount_vnd)).where(
        Payment.round_id == found.id, Payment.item_id.in_(proofs), Payment.is_confirmed.is_not(False)
    )
    transfers_vnd = session.scalar(paid) or 0
    return ({"transfers_vnd": int(transfers_vnd)} if transfers_vnd else {}) | {
        "fees_vnd": sum(proof.fee_vnd for proof in rows) - int(transfers_vnd),
        "fee_receipts": [proof.fee_receipt for proof in rows if proof.fee_receipt],
        "n_taken_back": sum(len(proof.taken_back) for proof in rows),
    }


def check_brought(due: dict[str, Any], brought: Brought, courier_vnd: int | None) -> dict[str, Any]:
    """Return what the receipt says was counted, by the courier as well where he did.

    Raises BroughtDiffers and CountsDiffer for a difference nobody explains.
    """
    is_same = (brought.money_vnd, brought.n_papers) == (due["fees_vnd"], due["n_taken_back"])
    is_alike = courier_vnd in (None, brought.money_vnd)
    why = brought.why.strip()[:200]
    if not is_same and not why:
        raise BroughtDiffers(
            due_vnd=due["fees_vnd"],
            due_papers=due["n_taken_back"],
            money_vnd=brought.money_vnd,
            n_papers=brought.n_papers,
        )
    if not is_alike and not why:
        raise CountsDiffer(courier_vnd=courier_vnd, money_vnd=brought.money_vnd)
    facts: dict[str, Any] = {"money_vnd": brought.money_vnd, "n_papers": brought.n_papers}
    facts |= {} if courier_vnd is None else {"courier_vnd": courier_vnd}
    return facts if is_same and is_alike else facts | {"why": why}


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


def note_late_money(act: Act, found: DeliveryRound, event: TrackingEvent, before: dict[str, Any]) -> None:
    """Leave a discrepancy for what a proof says was paid or taken back on a round that was counted before it came.

    ``before`` is what was due until then. The discrepancy reads as those of a receipt do: counted / due.
    """
    now_due = due_from_courier(act.session, found)
    back = select(Handover.id).where(Handover.round_id == found.id, Handover.leg == Leg.COURIER_TO_OFFICE)
    handover_id = act.session.scalar(back)
    for due, kind in (("fees_vnd", "money"), ("n_taken_back", "papers")):
        more = now_due[due] - before[due]
        if more:
            note = Discrepancy(
                kind=kind, item_id=event.item_id, handover_id=handover_id, noted_at=act.now, detail=f"0 / {more}"
            )
            act.session.add(note)
    act.session.flush()
