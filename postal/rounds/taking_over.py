"""The courier's side of the load: what a courier says, on the phone, to have taken over.

The office's custodian and the courier count one list; each says it is whole by an act of their own. What the courier
confirmed is the set of codes counted by then: the custodian hands over that set or none (QĐ 45/2016/QĐ-TTg Đ9).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody import check_picture, clean_codes, sign_receipt
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import DeliveryRound, Handover, LoadConfirmation
from postal.people import vault_of
from routing import Message


class LoadChanged(Conflict):
    code = "load_changed"
    says = Message(
        "Bưu tá xác nhận nhận {n_confirmed} bưu gửi, danh sách nay có {n_present}. Để bưu tá xem lại và xác nhận lại."
    )


def confirm_load(
    act: Act, round_id: int, codes: Iterable[str], *, signature: bytes | None = None, device_at: datetime | None = None
) -> LoadConfirmation:
    """Keep the courier's word that these pieces were taken over; a later word replaces it.

    ``codes`` are those of the list counted by now. ``signature`` is a PNG or JPEG, sealed until it stands under the
    receipt. Raises NotFound, InvalidInput.
    """
    found = act.session.get(DeliveryRound, round_id, with_for_update={"key_share": True})  # one word at a time
    if found is None:
        raise NotFound(what=Message("chuyến phát"))
    if signature is not None:
        signature = check_picture(signature)
    present = clean_codes(codes)
    act.session.execute(delete(LoadConfirmation).where(LoadConfirmation.round_id == round_id))
    sealed = vault_of(act.session).seal_bytes(signature) if signature is not None else None
    said = LoadConfirmation(
        round_id=round_id,
        courier_id=found.courier_id,
        phone_id=act.by.phone_id,
        n_pieces=len(present),
        digest=_digest(present),
        sealed=sealed.data if sealed else None,
        key_id=sealed.key_id if sealed else None,
        device_at=device_at,
        confirmed_at=act.now,
        user_id=act.by.user_id,
    )
    act.session.add(said)
    act.session.flush()
    return said


def load_confirmation(session: Session, round_id: int) -> LoadConfirmation | None:
    """Return what the courier confirmed of a round's load, None before that."""
    return session.scalar(select(LoadConfirmation).where(LoadConfirmation.round_id == round_id))


def is_confirmed(said: LoadConfirmation | None, codes: Iterable[str]) -> bool:
    """Say whether the courier's word is about exactly these codes."""
    return said is not None and said.digest == _digest(clean_codes(codes))


def check_confirmed(session: Session, round_id: int, present: Iterable[str]) -> LoadConfirmation | None:
    """Return the courier's word about a load. A courier without a phone signs the paper: then there is none.

    Raises LoadChanged where the courier confirmed other pieces than these.
    """
    said, codes = load_confirmation(session, round_id), clean_codes(present)
    if said is not None and said.digest != _digest(codes):
        raise LoadChanged(n_confirmed=said.n_pieces, n_present=len(codes))
    return said


def sign_for_load(act: Act, handover: Handover, said: LoadConfirmation | None) -> None:
    """Put the courier's signature under the receipt of the load, where one was drawn.

    One kept as it came, by an older version, may read no more: the receipt is then signed as where none was drawn.
    """
    if said is None or said.sealed is None:
        return
    try:
        image = check_picture(vault_of(act.session).open_bytes(said.sealed, said.key_id or ""))
    except InvalidInput:
        return
    sign_receipt(act, handover.id, "receiver", image, device_at=said.device_at)


def _digest(codes: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(codes)).encode()).hexdigest()
