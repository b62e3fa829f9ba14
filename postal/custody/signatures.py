"""Both sides sign each leg: drawn on the screen, or on paper with the signed sheet's photo attached."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Handover, ReceiptSignature
from postal.people import vault_of
from postal.unsealed import SIGNATURE, note_unsealed

SIDES = frozenset({"giver", "receiver"})
HOW = frozenset({"drawn", "photo"})
MAX_BYTES = 2_000_000
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class AlreadySigned(Conflict):
    code = "already_signed"
    vi = "Bên này đã ký biên bản {number}; chữ ký không thay được."
    en = "This side has signed receipt {number}; a signature is never replaced."


def sign_receipt(
    session: Session,
    handover_id: int,
    side: str,
    image: bytes,
    *,
    how: str = "drawn",
    device_at: datetime | None = None,
    user_id: int | None,
    now: datetime,
) -> ReceiptSignature:
    """Keep one side's signature, sealed; its digest joins the chain. ``image`` is PNG or JPEG of at most 2 MB.

    Raises NotFound, AlreadySigned, InvalidInput.
    """
    if side not in SIDES or how not in HOW:
        raise InvalidInput(field="side" if side not in SIDES else "how")
    if not image.startswith(_STARTS) or len(image) > MAX_BYTES:
        raise InvalidInput(field="Ảnh chữ ký")
    handover = session.get(Handover, handover_id)
    if handover is None:
        raise NotFound(what="biên bản bàn giao")
    sealed = vault_of(session).seal_bytes(image)
    signed = ReceiptSignature(
        handover_id=handover_id,
        side=side,
        how=how,
        sealed=sealed.data,
        key_id=sealed.key_id,
        digest=hashlib.sha256(image).hexdigest(),
        device_at=device_at,
        recorded_at=now,
        user_id=user_id,
    )
    try:
        with session.begin_nested():
            session.add(signed)
    except IntegrityError as exc:
        raise AlreadySigned(number=handover.number) from exc
    note_unsealed(session, SIGNATURE, [signed.id], now=now)
    return signed


def signature_image(session: Session, signed: ReceiptSignature) -> bytes:
    """Return the signature as it was drawn or photographed."""
    return vault_of(session).open_bytes(signed.sealed, signed.key_id)


def signatures_of(session: Session, handover_id: int) -> dict[str, ReceiptSignature]:
    """Return a receipt's signatures by side."""
    found = session.scalars(select(ReceiptSignature).where(ReceiptSignature.handover_id == handover_id))
    return {signed.side: signed for signed in found}


def unsigned_sides(session: Session, handover_id: int) -> set[str]:
    """Return which sides of a receipt have not signed yet."""
    signed = session.scalars(select(ReceiptSignature.side).where(ReceiptSignature.handover_id == handover_id))
    return set(SIDES) - set(signed)
