"""Reports of somebody who claimed to be a courier: they reach the office at once, and it says what it did.

What people write may name people: it lies sealed, and only the office's staff reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.audit import note
from postal.access.brakes import Ladder, count_try
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Coverage, FalseCourier, Item, Office, OfficeKind, User
from postal.people import vault_of
from routing import Message

WHAT = frozenset({"asked_money", "no_code", "wrong_code", "by_phone", "other"})
_LONGEST = 2_000
_FROM_ONE_SOURCE = Ladder(name="false courier", n_free=5)


class ReportedTooOften(Conflict):
    code = "reported_too_often"
    says = Message("Từ nơi này đã gửi nhiều phản ánh. Ông/Bà gọi bưu cục hoặc công an nơi gần nhất.")


class AlreadySettled(Conflict):
    code = "false_courier_settled"
    says = Message("Phản ánh này đã được xử lý.")


@dataclass(frozen=True, kw_only=True)
class FalseCourierTold:
    """What somebody reports; ``item_id`` is an item the browser had open."""

    what: str
    words: str
    commune_code: str | None = None
    item_id: int | None = None

    def __repr__(self) -> str:
        return "<FalseCourierTold>"


def report_false_courier(act: Act, new: FalseCourierTold, *, source: str) -> FalseCourier:
    """Report a false courier to the office that has the item, that serves the commune, or else to every office.

    Raises InvalidInput for something else than one of `WHAT` or without words, ReportedTooOften.
    """
    if new.what not in WHAT:
        raise InvalidInput(field=Message("Việc đã xảy ra"))
    if not new.words.strip():
        raise InvalidInput(field=Message("Kể lại việc đã xảy ra"))
    if not count_try(act.session, _FROM_ONE_SOURCE, source, now=act.now):
        raise ReportedTooOften
    sealed = vault_of(act.session).seal_bytes(new.words.strip()[:_LONGEST].encode())
    reported = FalseCourier(
        what=new.what,
        office_id=_office_id(act.session, new.commune_code, new.item_id),
        item_id=new.item_id,
        sealed=sealed.data,
        key_id=sealed.key_id,
        reported_at=act.now,
    )
    act.session.add(reported)
    act.session.flush()
    note(act, "false_courier_reported", "false_courier", reported.id)
    return reported


def settle_false_courier(act: Act, report_id: int, *, done: str, office_id: int | None) -> FalseCourier:
    """Say what the office did. Raises NotFound (a foreign one as well), AlreadySettled, InvalidInput without words."""
    found = act.session.get(FalseCourier, report_id, with_for_update=True)
    if found is None or (office_id is not None and found.office_id not in (None, office_id)):
        raise NotFound(what=Message("phản ánh"))
    if found.settled_at is not None:
        raise AlreadySettled
    if not done.strip():
        raise InvalidInput(field=Message("Đã làm gì"))
    found.settled_at, found.settled_by_id, found.settlement = act.now, act.by.user_id, done.strip()[:200]
    act.session.flush()
    note(act, "false_courier_settled", "false_courier", found.id)
    return found


def false_couriers(session: Session, *, office_id: int | None, limit: int = 200) -> Sequence[FalseCourier]:
    """Return reports to an office and to all of them (None: everybody's), open ones first, newest first."""
    query = select(FalseCourier).where(*_for(office_id))
    return session.scalars(
        query.order_by(FalseCourier.settled_at.is_not(None), FalseCourier.id.desc()).limit(limit)
    ).all()


def n_open_beside() -> ScalarSelect[int]:
    """Return the figure, beside a user's row, of reports to the user's office or to all that nobody has settled.

    Each page of the desk tells it: it is no statement of its own.
    """
    own = or_(User.office_id.is_(None), FalseCourier.office_id.is_(None), FalseCourier.office_id == User.office_id)
    query = select(func.count()).select_from(FalseCourier).where(FalseCourier.settled_at.is_(None), own)
    return query.correlate(User).scalar_subquery()


def words_of(session: Session, found: FalseCourier) -> str:
    """Return what was reported."""
    return vault_of(session).open_bytes(found.sealed, found.key_id).decode()


def _for(office_id: int | None) -> list[ColumnElement[bool]]:
    return [] if office_id is None else [or_(FalseCourier.office_id.is_(None), FalseCourier.office_id == office_id)]


def _office_id(session: Session, commune_code: str | None, item_id: int | None) -> int | None:
    item = session.get(Item, item_id) if item_id is not None else None
    office = session.get(Office, item.office_id) if item is not None and item.office_id is not None else None
    if office is not None and office.kind is OfficeKind.DELIVERY:
        return office.id
    code = commune_code or (item.consignment.commune_code if item is not None else None)
    served = session.get(Coverage, code) if code else None
    return served.office_id if served is not None else None
