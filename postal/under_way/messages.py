"""Short texts between a courier and the office, each with the mark that the other side has seen it.

The words lie sealed, for they may name people; they are in no log, no address and no line of the audit, and are deleted
after a month.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from postal.access import audit
from postal.access.act import Act
from postal.errors import InvalidInput, NotFound
from postal.models import Courier, CourierMessage
from postal.people import vault_of
from routing import Message

LONGEST = 500
KEPT = timedelta(days=31)
_NEWEST = 50


@dataclass(frozen=True, kw_only=True)
class MessageSeen:
    """One text as a reader sees it."""

    id: int
    is_from_courier: bool
    words: str
    sent_at: datetime
    read_at: datetime | None

    def __repr__(self) -> str:
        return f"<MessageSeen {self.id}>"


def tell_courier(act: Act, courier_id: int, words: str) -> CourierMessage:
    """Send a text to a courier; the phone fetches it with its next look at the round. Raises NotFound, InvalidInput."""
    courier = act.session.get(Courier, courier_id)
    if courier is None or not courier.is_active:
        raise NotFound(what=Message("bưu tá"))
    return _add(act, courier_id, words, is_from_courier=False)


def tell_office(act: Act, words: str, *, client_id: str, sent_at: datetime | None = None) -> CourierMessage:
    """Take a text from the courier who acts; the same ``client_id`` again is the same text.

    ``sent_at`` is the phone's clock as it sent, which may be wrong: it is kept beside ours.
    Raises NotFound for who is no courier, InvalidInput without words.
    """
    courier_id = act.by.courier_id
    if courier_id is None:
        raise NotFound(what=Message("bưu tá"))
    is_same = (CourierMessage.courier_id == courier_id) & (CourierMessage.client_id == client_id)
    known = act.session.scalar(select(CourierMessage).where(is_same))
    if known is not None:
        return known
    told = _add(act, courier_id, words, is_from_courier=True)
    told.client_id = client_id
    told.device_at = sent_at
    act.session.flush()
    return told


def _add(act: Act, courier_id: int, words: str, *, is_from_courier: bool) -> CourierMessage:
    said = words.strip()
    if not said or len(said) > LONGEST:
        raise InvalidInput(field=Message("Tin nhắn"))
    sealed = vault_of(act.session).seal_bytes(said.encode())
    told = CourierMessage(
        courier_id=courier_id,
        is_from_courier=is_from_courier,
        sealed=sealed.data,
        key_id=sealed.key_id,
        sent_at=act.now,
        by_id=act.by.user_id,
    )
    act.session.add(told)
    act.session.flush()
    audit.note(act, "message", "courier", courier_id, message_id=told.id)
    return told


def read_by_courier(act: Act, message_ids: Collection[int]) -> int:
    """Note that the courier who acts has seen these texts of the office; return how many were new."""
    return _read(act, act.by.courier_id, is_from_courier=False, only=message_ids)


def read_by_office(act: Act, courier_id: int) -> int:
    """Note that the office has seen what a courier wrote; return how many texts were new."""
    return _read(act, courier_id, is_from_courier=True)


def _read(act: Act, courier_id: int | None, *, is_from_courier: bool, only: Collection[int] | None = None) -> int:
    own = (
        update(CourierMessage)
        .where(
            CourierMessage.courier_id == courier_id,
            CourierMessage.is_from_courier == is_from_courier,
            CourierMessage.read_at.is_(None),
        )
        .values(read_at=act.now)
    )
    if only is not None:
        own = own.where(CourierMessage.id.in_(list(only)))
    return int(act.session.execute(own).rowcount)  # type: ignore[attr-defined]


def messages_with(session: Session, courier_id: int, *, since: datetime) -> list[MessageSeen]:
    """Return the newest texts with a courier since an instant, the oldest of them first."""
    query = (
        select(CourierMessage)
        .where(CourierMessage.courier_id == courier_id, CourierMessage.sent_at >= since)
        .order_by(CourierMessage.sent_at.desc(), CourierMessage.id.desc())
        .limit(_NEWEST)
    )
    return [_seen(session, one) for one in reversed(session.scalars(query).all())]


def forget_messages(session: Session, *, now: datetime) -> int:
    """Delete texts older than a month; return how many."""
    old = delete(CourierMessage).where(CourierMessage.sent_at < now - KEPT)
    return int(session.execute(old.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def _seen(session: Session, one: CourierMessage) -> MessageSeen:
    return MessageSeen(
        id=one.id,
        is_from_courier=one.is_from_courier,
        words=vault_of(session).open_bytes(one.sealed, one.key_id).decode(),
        sent_at=one.sent_at,
        read_at=one.read_at,
    )
