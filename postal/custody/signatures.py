"""Both sides sign each leg: drawn on the screen, or on paper with the signed sheet's photo attached.

At the door the courier's own account is one side; the recipient draws on the device, or signs the route sheet, whose
photo is attached to the round in the evening.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from postal.access.act import Act
from postal.chain.unsealed import DOORSTEP, SIGNATURE, note_unsealed
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.tracking import happened_on
from postal.models import (
    DeliveryRound,
    DeliverySignature,
    Handover,
    Item,
    ProofOfDelivery,
    ReceiptSignature,
    TrackingEvent,
)
from postal.models.keys import blocks
from postal.people import vault_of
from postal.pictures import MAX_PIXELS, PictureUnreadable, as_photo
from routing import Message

SIDES = frozenset({"giver", "receiver"})
HOW = frozenset({"drawn", "photo"})
MAX_BYTES = 2_000_000
MAX_DRAWN_PIXELS = 1_000_000
"""Several times what the app's own pad draws."""


class CleanPicture(bytes):
    """A picture that was made anew here: whoever checks it again need not decode it."""


class AlreadySigned(Conflict):
    code = "already_signed"
    says = Message("Bên này đã ký biên bản {number}; chữ ký không thay được.")


class AlreadyReceived(Conflict):
    code = "already_received"
    says = Message("Lượt phát này đã có chữ ký người nhận; chữ ký không thay được.")


def sign_receipt(
    act: Act, handover_id: int, side: str, image: bytes, *, how: str = "drawn", device_at: datetime | None = None
) -> ReceiptSignature:
    """Keep one side's signature, sealed; its digest joins the chain. ``image`` is PNG or JPEG of at most 2 MB.

    Raises NotFound, AlreadySigned, InvalidInput.
    """
    if side not in SIDES or how not in HOW:
        raise InvalidInput(field="side" if side not in SIDES else "how")
    image = check_picture(image)
    handover = act.session.get(Handover, handover_id)
    if handover is None:
        raise NotFound(what=Message("biên bản bàn giao"))
    sealed = vault_of(act.session).seal_bytes(image)
    signed = ReceiptSignature(
        handover_id=handover_id,
        side=side,
        how=how,
        sealed=sealed.data,
        key_id=sealed.key_id,
        digest=hashlib.sha256(image).hexdigest(),
        device_at=device_at,
        recorded_at=act.now,
        user_id=act.by.user_id,
    )
    try:
        with act.session.begin_nested():
            act.session.add(signed)
    except IntegrityError as exc:
        raise AlreadySigned(number=handover.number) from exc
    note_unsealed(act.session, SIGNATURE, [signed.id], now=act.now)
    return signed


def sign_delivery(
    act: Act, proof_id: int, image: bytes, *, how: str = "drawn", device_at: datetime | None = None
) -> DeliverySignature:
    """Keep a recipient's signature for one delivery, sealed; its digest joins the chain.

    Safe to repeat with the same picture. Raises NotFound, AlreadyReceived for another one, InvalidInput.
    """
    if how not in HOW:
        raise InvalidInput(field="how")
    image = check_picture(image)
    if act.session.get(ProofOfDelivery, proof_id) is None:
        raise NotFound(what=Message("lượt phát"))
    known = act.session.scalar(select(DeliverySignature).where(DeliverySignature.proof_id == proof_id))
    if known is not None:
        if known.digest != hashlib.sha256(image).hexdigest():
            raise AlreadyReceived
        return known
    return _keep(act, DeliverySignature(proof_id=proof_id, how=how, device_at=device_at), image)


def attach_sheet(act: Act, round_id: int, image: bytes) -> DeliverySignature:
    """Keep the photo of a page of a round's signed sheet, sealed. The same photo twice is one. Raises as above."""
    image = check_picture(image)
    if act.session.get(DeliveryRound, round_id) is None:
        raise NotFound(what=Message("chuyến phát"))
    digest = hashlib.sha256(image).hexdigest()
    same = select(DeliverySignature).where(DeliverySignature.round_id == round_id, DeliverySignature.digest == digest)
    known = act.session.scalar(same.limit(1))
    return known or _keep(act, DeliverySignature(round_id=round_id, how="photo"), image)


def sheets_of(session: Session, round_id: int) -> Sequence[DeliverySignature]:
    """Return the photos of a round's signed sheet, in the order they came; a picture is read once it is looked at."""
    query = select(DeliverySignature).where(DeliverySignature.round_id == round_id)
    query = query.options(defer(DeliverySignature.sealed))
    return session.scalars(query.order_by(DeliverySignature.id)).all()


def signature_of_proof(session: Session, proof_id: int) -> DeliverySignature | None:
    """Return the recipient's own signature for a delivery, None where it was signed on paper or not at all."""
    return signatures_of_proofs(session, [proof_id]).get(proof_id)


def signatures_of_proofs(session: Session, proof_ids: Sequence[int]) -> dict[int, DeliverySignature]:
    """Return the recipients' own signatures by proof; deliveries signed on paper or not at all are left out.

    A picture is read once it is looked at.
    """
    found: dict[int, DeliverySignature] = {}
    for some in blocks(proof_ids):
        query = select(DeliverySignature).where(DeliverySignature.proof_id.in_(some))
        query = query.options(defer(DeliverySignature.sealed))
        found |= {signed.proof_id: signed for signed in session.scalars(query) if signed.proof_id is not None}
    return found


def items_of_proof(session: Session, proof_id: int) -> list[Item]:
    """Return the items that were handed over or collected with one proof, by id."""
    with_it = select(TrackingEvent.item_id).where(TrackingEvent.proof_id == proof_id, TrackingEvent.is_applied)
    return list(session.scalars(select(Item).where(Item.id.in_(with_it)).order_by(Item.id)))


def deliveries_of(session: Session, found: DeliveryRound) -> list[tuple[Item, ProofOfDelivery, datetime]]:
    """Return what was handed over or collected at the doors of a round: the item, its proof and when it happened."""
    query = (
        select(Item, ProofOfDelivery, TrackingEvent.happened_at)
        .join(TrackingEvent, TrackingEvent.item_id == Item.id)
        .join(ProofOfDelivery, TrackingEvent.proof_id == ProofOfDelivery.id)
        .where(TrackingEvent.is_applied, happened_on(session, found.id))
        .order_by(TrackingEvent.happened_at, TrackingEvent.id)
    )
    return [(item, proof, at) for item, proof, at in session.execute(query)]


def _keep(act: Act, signed: DeliverySignature, image: bytes) -> DeliverySignature:
    sealed = vault_of(act.session).seal_bytes(image)
    signed.sealed, signed.key_id = sealed.data, sealed.key_id
    signed.digest = hashlib.sha256(image).hexdigest()
    signed.recorded_at, signed.user_id = act.now, act.by.user_id
    act.session.add(signed)
    act.session.flush()
    note_unsealed(act.session, DOORSTEP, [signed.id], now=act.now)
    return signed


def check_drawn(image: bytes) -> CleanPicture:
    """Return a signature that was drawn on a screen, checked as by `check_picture` before anything is locked.

    Raises InvalidInput, PictureTooLarge for more than a million pixels.
    """
    return check_picture(image, most_pixels=MAX_DRAWN_PIXELS)


def check_picture(image: bytes, *, most_pixels: int = MAX_PIXELS) -> CleanPicture:
    """Return a PNG or JPEG of at most 2 MB made anew, without what the file carried besides. Safe to repeat.

    Raises InvalidInput, PictureTooLarge for too many pixels.
    """
    if isinstance(image, CleanPicture):
        return image
    if len(image) > MAX_BYTES:
        raise InvalidInput(field=Message("Ảnh chữ ký"))
    try:
        return CleanPicture(as_photo(image, most_pixels=most_pixels).data)
    except PictureUnreadable as exc:
        raise InvalidInput(field=Message("Ảnh chữ ký")) from exc


def signature_image(session: Session, signed: ReceiptSignature | DeliverySignature) -> bytes:
    """Return the signature as it was drawn or photographed."""
    return vault_of(session).open_bytes(signed.sealed, signed.key_id)


def signatures_of(session: Session, handover_id: int) -> dict[str, ReceiptSignature]:
    """Return a receipt's signatures by side."""
    found = session.scalars(select(ReceiptSignature).where(ReceiptSignature.handover_id == handover_id))
    return {signed.side: signed for signed in found}


def unsigned_sides(session: Session, handover_ids: Sequence[int]) -> dict[int, set[str]]:
    """Return which sides of each receipt have not signed yet."""
    query = select(ReceiptSignature.handover_id, ReceiptSignature.side)
    unsigned = {handover_id: set(SIDES) for handover_id in handover_ids}
    for handover_id, side in session.execute(query.where(ReceiptSignature.handover_id.in_(handover_ids))):
        unsigned[handover_id].discard(side)
    return unsigned
