"""Numbers that a phone gave receipts at a door: bound to what they stand for, or void."""

from __future__ import annotations

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody import VOID_TWICE, check_number, is_reserved, use_number, void_number
from postal.doorstep.proof import RECEIPT_NUMBER, ProofIn
from postal.models import TrackingEvent


def check_numbers(session: Session, proof: ProofIn | None, courier_id: int | None) -> None:
    """Let the numbers of an act pass before anything of it is recorded. Raises NumberNotYours, NumberUsed."""
    for number in _numbers(session, proof, courier_id):
        check_number(session, number, courier_id)


def use_numbers(act: Act, proof: ProofIn | None, event: TrackingEvent) -> None:
    """Bind the numbers of an act to its event. Raises NumberNotYours, NumberUsed."""
    if event.proof_id is not None:
        for number in _numbers(act.session, proof, event.courier_id):
            use_number(act, number, event)


def _numbers(session: Session, proof: ProofIn | None, courier_id: int | None) -> list[str]:
    """Return the phone's number, and one that somebody typed from the citizen's receipt."""
    if proof is None:
        return []
    typed = (proof.fee_receipt or "").strip()
    numbers = {proof.receipt_number} if proof.receipt_number else set()
    if typed and is_reserved(session, typed, courier_id):
        numbers.add(typed)
    return sorted(numbers)


def void_double(act: Act, proof: ProofIn | None, event: TrackingEvent) -> None:
    """Note a number that a second telling of one act gave away besides the one that counts, ``event``'s."""
    number = proof.receipt_number if proof is not None else ""
    if number and number != event.facts.get(RECEIPT_NUMBER) and is_reserved(act.session, number, event.courier_id):
        void_number(act, number, event.courier_id, why=VOID_TWICE)
