"""Badges of couriers: a printed card whose square code says at any time whether he is on duty now.

Printing is an act: it issues 128 random bits, of which only the hash is kept, and ends the badge he had before. So a
badge that was lost ends at one press, and every reprint is counted, with its reason.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.audit import note
from postal.errors import Conflict, NotFound
from postal.models import Badge, Courier, Person
from postal.people import open_person
from routing import Message

_N_BYTES = 16


class BadgeNeedsReason(Conflict):
    code = "badge_needs_reason"
    says = Message("Bưu tá {courier} đã có thẻ. In lại phải ghi lý do.")


@dataclass(frozen=True, kw_only=True)
class CourierBadge:
    """A courier with the last badge that was printed for him, None where none was."""

    courier: Courier
    full_name: str
    badge: Badge | None


def print_badge(act: Act, courier: Courier, *, reason: str = "") -> tuple[Badge, str]:
    """Issue a courier's next badge and end the one before; return it with the token of its square code, kept nowhere.

    Raises NotFound for a courier who left, BadgeNeedsReason where he had one and no reason is given.
    """
    # Locked: of two prints at once the second sees the first.
    held = select(Courier).where(Courier.id == courier.id).with_for_update().execution_options(populate_existing=True)
    courier = act.session.scalars(held).one()
    if not courier.is_active:
        raise NotFound(what=Message("bưu tá"))
    n_before = act.session.scalar(select(func.count()).select_from(Badge).where(Badge.courier_id == courier.id)) or 0
    if n_before and not reason:
        raise BadgeNeedsReason(courier=courier.code, field="reason")
    for one in act.session.scalars(select(Badge).where(Badge.courier_id == courier.id, Badge.revoked_at.is_(None))):
        one.revoked_at = act.now
    token = secrets.token_hex(_N_BYTES)
    printed = Badge(
        courier_id=courier.id,
        number=n_before + 1,
        token_hash=_hash_of(token),
        printed_at=act.now,
        printed_by_id=act.by.user_id,
        reason=reason or None,
    )
    act.session.add(printed)
    act.session.flush()
    note(act, "badge_printed", "badge", printed.id, courier_id=courier.id, number=printed.number)
    return printed, token


def revoke_badge(act: Act, found: Badge) -> None:
    """End a badge at once, as one that was lost; safe to repeat."""
    if found.revoked_at is None:
        found.revoked_at = act.now
        act.session.flush()
        note(act, "badge_revoked", "badge", found.id, courier_id=found.courier_id)


def badge(session: Session, badge_id: int) -> Badge:
    """Return a badge. Raises NotFound."""
    found = session.get(Badge, badge_id)
    if found is None:
        raise NotFound(what=Message("thẻ bưu tá"))
    return found


def couriers_with_badges(session: Session, *, office_id: int | None) -> list[CourierBadge]:
    """Return the couriers of an office (None: of all) by code, each with the badge that was printed last."""
    query = select(Courier, Person).join(Person, Person.id == Courier.person_id).where(Courier.is_active)
    if office_id is not None:
        query = query.where(Courier.office_id == office_id)
    last = {one.courier_id: one for one in session.scalars(select(Badge).order_by(Badge.number))}
    return [
        CourierBadge(courier=one, full_name=open_person(session, person).full_name, badge=last.get(one.id))
        for one, person in session.execute(query.order_by(Courier.code))
    ]


def courier_with_badge(session: Session, couriers: Sequence[int], token: str) -> int | None:
    """Return which of these couriers has the badge with this token; all are compared: the time tells nothing."""
    shown, found = _hash_of(token), None
    query = select(Badge).where(Badge.courier_id.in_(couriers), Badge.revoked_at.is_(None))
    for one in session.scalars(query):
        if hmac.compare_digest(one.token_hash, shown):
            found = one.courier_id
    return found


def _hash_of(token: str) -> str:
    # 128 random bits: a fast hash is enough, nobody can try them.
    return hashlib.sha256(token.encode()).hexdigest()
