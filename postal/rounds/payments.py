"""Fees paid to the post's account by VietQR: told by the courier, then confirmed or refused by the post.

The courier need not bring in cash what was told to be paid; what the post refuses, for no money came, is owed again.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.access import audit
from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life import items
from postal.models import DeliveryRound, Discrepancy, Item, Payment, RoundStatus
from postal.rules.codes import bare_code
from routing import Message


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    says = Message("Bưu gửi này không có tiền phải thu, hoặc không ở chuyến của Ông/Bà.")


class PaymentSettled(Conflict):
    code = "payment_settled"
    says = Message("Khoản chuyển này đã được xác nhận hoặc từ chối.")


def to_pay(session: Session, code: str, *, courier_id: int | None) -> tuple[Item, DeliveryRound]:
    """Return the item with a fee that a courier has on a round under way. Raises UnknownS10, NothingToPay."""
    item = items.by_code(session, bare_code(code))
    found = session.get(DeliveryRound, item.round_id) if item.round_id is not None else None
    if found is None or found.courier_id != courier_id or found.status is not RoundStatus.STARTED or not item.fee_vnd:
        raise NothingToPay
    return item, found


def tell_payment(act: Act, code: str) -> Payment:
    """Keep a courier's word that the fee was paid to the account; telling again is the same. Raises as `to_pay`."""
    item, found = to_pay(act.session, code, courier_id=act.by.courier_id)
    known = act.session.scalar(select(Payment).where(Payment.item_id == item.id, Payment.round_id == found.id))
    if known is not None:
        return known
    told = Payment(
        item_id=item.id,
        round_id=found.id,
        amount_vnd=item.fee_vnd,
        told_at=act.now,
        phone_id=act.by.phone_id,
        user_id=act.by.user_id,
    )
    act.session.add(told)
    act.session.flush()
    audit.note(act, "tell_payment", "item", item.id, amount_vnd=item.fee_vnd)
    return told


def confirm_payment(act: Act, payment_id: int, *, bank_reference: str) -> Payment:
    """Confirm that the money came, by the bank's reference. Raises NotFound, PaymentSettled, InvalidInput."""
    if not bank_reference.strip():
        raise InvalidInput(field=Message("Số tham chiếu của ngân hàng"))
    found = _settle(act, payment_id, is_confirmed=True)
    found.bank_reference = bank_reference.strip()[:60]
    act.session.flush()
    return found


def refuse_payment(act: Act, payment_id: int) -> Payment:
    """Say that no such money came: the courier owes it; after the round was closed, as a difference to be settled.

    Raises NotFound, PaymentSettled.
    """
    found = _settle(act, payment_id, is_confirmed=False)
    walked = act.session.get_one(DeliveryRound, found.round_id)
    if walked.status is RoundStatus.CLOSED:
        detail = f"0 / {found.amount_vnd}"
        act.session.add(Discrepancy(kind="money", item_id=found.item_id, noted_at=act.now, detail=detail))
    act.session.flush()
    return found


def _settle(act: Act, payment_id: int, *, is_confirmed: bool) -> Payment:
    found = act.session.get(Payment, payment_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound(what=Message("khoản chuyển"))
    if found.settled_at is not None:
        raise PaymentSettled
    found.settled_at, found.settled_by_id, found.is_confirmed = act.now, act.by.user_id, is_confirmed
    audit.note(act, "confirm_payment" if is_confirmed else "refuse_payment", "item", found.item_id)
    return found


def payment(session: Session, payment_id: int) -> Payment:
    """Return a payment. Raises NotFound."""
    found = session.get(Payment, payment_id)
    if found is None:
        raise NotFound(what=Message("khoản chuyển"))
    return found


def told_payments(session: Session, *, office_id: int | None = None, limit: int = 200) -> Sequence[tuple[Payment, int]]:
    """Return payments with the number of their round, those nobody has settled first; of an office or of all."""
    query = (
        select(Payment, DeliveryRound.number)
        .join(DeliveryRound, DeliveryRound.id == Payment.round_id)
        .options(joinedload(Payment.item))
        .order_by(Payment.settled_at.is_not(None), Payment.id.desc())
        .limit(limit)
    )
    if office_id is not None:
        query = query.where(DeliveryRound.office_id == office_id)
    return [(one, number) for one, number in session.execute(query)]
