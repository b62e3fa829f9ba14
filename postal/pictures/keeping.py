"""Photos kept as evidence: stored once for a device's id, named by events, shown to whose work it is.

An act and its photos come over a weak network in any order. The act names them by the device's own ids, and counts as
complete when all of them are stored.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from postal.access.act import Act
from postal.access.policy import Actor, ActorKind
from postal.chain.unsealed import PICTURE, note_unsealed
from postal.errors import Conflict, Forbidden, InvalidInput, NotFound
from postal.models import EventPicture, HeldAct, HeldPicture, Item, Picture, TrackingEvent
from postal.models.keys import blocks
from postal.people import vault_of
from postal.pictures.reading import Photo
from routing import Message

MOST_OF_AN_ACT = 6
MOST_A_DAY = 1_000
# Scans are taken for 31 days: what no act named by then, none will.
UNNAMED_AT_MOST = timedelta(days=32)
_CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{8,60}", re.ASCII)
NAMED = "pictures"
"""The name in an event's facts under which it binds the ids of its photos."""


class PictureIdReused(Conflict):
    code = "picture_id_reused"
    says = Message("Mã ảnh này đã dùng cho một ảnh khác.")


class TooManyPictures(Conflict):
    code = "too_many_pictures"
    says = Message("Mỗi việc kèm tối đa {of_an_act} ảnh, mỗi người gửi tối đa {a_day} ảnh một ngày.")


def keep(act: Act, client_id: str, came: bytes, photo: Photo) -> Picture:
    """Keep a photo, sealed, under its owner's own id; the same file again is the same picture.

    ``came`` is the file as it was sent, ``photo`` what `as_photo` made of it. Raises InvalidInput for an id that is
    none, PictureIdReused, TooManyPictures, Forbidden for who owns no pictures.
    """
    if not _CLIENT_ID.fullmatch(client_id):
        raise InvalidInput(field="picture_id")
    owner, came_digest = _owner(act.by), hashlib.sha256(came).hexdigest()
    known = _known(act.session, owner, client_id, came_digest)
    if known is not None:
        return known
    _check_quota(act, owner)
    sealed = vault_of(act.session).seal_bytes(photo.data)
    picture = Picture(
        public_id=secrets.token_hex(16),
        owner=owner,
        client_id=client_id,
        came_digest=came_digest,
        digest=hashlib.sha256(photo.data).hexdigest(),
        n_bytes=len(photo.data),
        width=photo.width,
        height=photo.height,
        sealed=sealed.data,
        key_id=sealed.key_id,
        recorded_at=act.now,
        user_id=act.by.user_id,
        phone_id=act.by.phone_id,
    )
    try:
        with act.session.begin_nested():
            act.session.add(picture)
    except IntegrityError:  # sent twice at once: the other one was first
        known = _known(act.session, owner, client_id, came_digest)
        if known is None:
            raise
        return known
    note_unsealed(act.session, PICTURE, [picture.id], now=act.now)
    return picture


def check_ids(client_ids: Sequence[str]) -> list[str]:
    """Return the ids of an act's photos, each once. Raises InvalidInput, TooManyPictures."""
    wanted = list(dict.fromkeys(client_ids))
    if len(wanted) > MOST_OF_AN_ACT:
        raise TooManyPictures(field=NAMED, of_an_act=MOST_OF_AN_ACT, a_day=MOST_A_DAY)
    if not all(_CLIENT_ID.fullmatch(one) for one in wanted):
        raise InvalidInput(field=NAMED)
    return wanted


def name_for(act: Act, event: TrackingEvent, client_ids: Sequence[str]) -> None:
    """Note which photos are an event's evidence, whether they are here yet or not; flushes nothing."""
    if not client_ids:
        return
    owner = _owner(act.by)
    act.session.add_all(EventPicture(event_id=event.id, owner=owner, client_id=one) for one in client_ids)


def hold_for(session: Session, by: Actor, held: HeldAct, client_ids: Sequence[str]) -> None:
    """Note which photos belong to an act that is held for the office."""
    owner = _owner(by)
    session.add_all(HeldPicture(held=held, owner=owner, client_id=one) for one in dict.fromkeys(client_ids))


def check_held(session: Session, by: Actor, client_id: str) -> None:
    """Let a photo pass that an act of an ended phone names, held or recorded of its courier. Raises NotFound."""
    owner = _owner(by)
    held = select(HeldPicture.id).where(HeldPicture.owner == owner, HeldPicture.client_id == client_id)
    told = select(EventPicture.id).where(EventPicture.owner == owner, EventPicture.client_id == client_id)
    queries = (held.join(HeldAct).where(HeldAct.phone_id == by.phone_id), told)
    if not any(session.scalar(query.limit(1)) for query in queries):
        raise NotFound(what=Message("ảnh"))


def missing(session: Session, by: Actor, client_ids: Sequence[str]) -> list[str]:
    """Return which of somebody's photos are not stored yet, in the order given."""
    if not client_ids:
        return []
    wanted, stored = list(dict.fromkeys(client_ids)), set[str]()
    for some in blocks(wanted):
        query = select(Picture.client_id).where(Picture.owner == _owner(by), Picture.client_id.in_(some))
        stored |= set(session.scalars(query))
    return [one for one in wanted if one not in stored]


def of_events(session: Session, event_ids: Sequence[int]) -> dict[int, list[Picture | None]]:
    """Return the photos that events name, by event; None stands for one that has not arrived yet."""
    query = (
        select(EventPicture.event_id, Picture)
        .outerjoin(Picture, _is_named())
        .where(EventPicture.event_id.in_(event_ids))
        .order_by(EventPicture.event_id, EventPicture.id)
    )
    found: dict[int, list[Picture | None]] = {}
    for event_id, picture in session.execute(query) if event_ids else ():
        found.setdefault(event_id, []).append(picture)
    return found


def events_naming(session: Session, public_id: str) -> tuple[Picture, list[TrackingEvent]]:
    """Return a photo and the events it is the evidence of. Raises NotFound where it is unknown or forgotten."""
    picture = session.scalar(select(Picture).where(Picture.public_id == public_id, Picture.sealed.is_not(None)))
    if picture is None:
        raise NotFound(what=Message("ảnh"))
    query = select(TrackingEvent).join(EventPicture, EventPicture.event_id == TrackingEvent.id)
    query = query.where(EventPicture.owner == picture.owner, EventPicture.client_id == picture.client_id)
    query = query.options(joinedload(TrackingEvent.item).joinedload(Item.consignment))  # whose they are is asked next
    return picture, list(session.scalars(query.order_by(TrackingEvent.id)))


def shown(session: Session, picture: Picture) -> bytes:
    """Return the JPEG itself. Raises NotFound where it was forgotten, VaultLocked."""
    if picture.sealed is None or picture.key_id is None:
        raise NotFound(what=Message("ảnh"))
    return vault_of(session).open_bytes(picture.sealed, picture.key_id)


def forget_unnamed(session: Session, *, now: datetime) -> int:
    """Forget photos that no act named, nor one that is held; return how many. Evidence stays as long as the proof."""
    is_named = select(EventPicture.id).where(_is_named()).exists()
    waits = (HeldPicture.owner == Picture.owner, HeldPicture.client_id == Picture.client_id)
    is_waiting = select(HeldPicture.id).join(HeldAct).where(*waits, HeldAct.settled_at.is_(None)).exists()
    old = (Picture.recorded_at < now - UNNAMED_AT_MOST, Picture.sealed.is_not(None), ~is_named, ~is_waiting)
    done = session.execute(update(Picture).where(*old).values(sealed=None, key_id=None))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _is_named() -> ColumnElement[bool]:
    return and_(Picture.owner == EventPicture.owner, Picture.client_id == EventPicture.client_id)


def _owner(by: Actor) -> str:
    if by.courier_id is not None:
        return f"courier:{by.courier_id}"
    if by.kind is not ActorKind.USER:
        raise Forbidden
    return f"user:{by.user_id}"


def _known(session: Session, owner: str, client_id: str, came_digest: str) -> Picture | None:
    found = session.scalar(select(Picture).where(Picture.owner == owner, Picture.client_id == client_id))
    if found is not None and found.came_digest != came_digest:
        raise PictureIdReused(field="picture_id")
    return found


def _check_quota(act: Act, owner: str) -> None:
    since = act.now - timedelta(days=1)
    # Each phone by itself: one that was revoked uses up nothing of the courier's next.
    of_device = Picture.phone_id.is_not_distinct_from(act.by.phone_id)
    query = select(func.count()).where(Picture.owner == owner, of_device, Picture.recorded_at > since)
    if (act.session.scalar(query) or 0) >= MOST_A_DAY:
        raise TooManyPictures(of_an_act=MOST_OF_AN_ACT, a_day=MOST_A_DAY)
