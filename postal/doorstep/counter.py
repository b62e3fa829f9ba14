"""Delivery at the post office's counter, with the same proof as at the door.

Delivery to the recipient at the delivering post point is valid delivery (Luật Bưu chính 49/2010 Đ11.3).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody import sign_delivery
from postal.doorstep.proof import ProofIn, check_proof, facts_of_proof, keep_proof
from postal.errors import Conflict
from postal.life.items import with_s10
from postal.life.tracking import Scan, lock_items, record_strictly
from postal.models import Item
from postal.rules.lifecycle import Direction, EventKind, State
from routing import Message

_HERE = (State.AT_OFFICE, State.HELD)


class NotAtOffice(Conflict):
    code = "not_at_office"
    says = Message("Bưu gửi {s10} hiện không ở bưu cục này.")


def hold_for_recipient(act: Act, s10: str, *, office_id: int | None) -> Item:
    """Keep an item at the office because the recipient will come. Raises UnknownS10, NotAtOffice."""
    item = _here(act.session, s10, office_id)
    if item.state is not State.HELD:
        _record(act, item, EventKind.HELD, office_id)
    return item


def deliver_at_counter(act: Act, s10: str, proof: ProofIn, *, office_id: int | None) -> Item:
    """Hand an item to who came for it. Raises UnknownS10, NotAtOffice and what `proof.check_proof` raises.

    ``office_id`` None is the whole province's desk; another office's item is not here.
    """
    item = _here(act.session, s10, office_id)
    checked = check_proof(act.session, item, proof)
    if item.state is not State.HELD:
        _record(act, item, EventKind.HELD, office_id)
    stored = keep_proof(act, checked)
    scan = Scan(
        kind=EventKind.DELIVERED,
        scan_id=f"counter:{item.id}",
        happened_at=act.now,
        office_id=office_id,
        facts={"where": "office", **facts_of_proof(checked)},
        proof=stored,
    )
    record_strictly(act, item, scan)
    if proof.signature is not None:
        sign_delivery(act, stored.id, proof.signature)
    return item


def _here(session: Session, s10: str, office_id: int | None) -> Item:
    item = with_s10(session, s10)
    lock_items(session, [item])
    is_elsewhere = office_id is not None and item.office_id is not None and item.office_id != office_id
    if item.state not in _HERE or is_elsewhere or item.direction is not Direction.RESULT:
        raise NotAtOffice(s10=item.s10)
    return item


def _record(act: Act, item: Item, kind: EventKind, office_id: int | None) -> None:
    scan = Scan(
        kind=kind, scan_id=f"{kind}:{item.id}:{act.now.timestamp():.6f}", happened_at=act.now, office_id=office_id
    )
    record_strictly(act, item, scan)
