"""Finding items by S10 or dossier code, and withdrawing one before the post holds it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, false, or_, select
from sqlalchemy.orm import Session, joinedload

from postal.access.act import Act
from postal.access.audit import note
from postal.errors import NotFound, UnknownS10
from postal.life.tracking import Scan, record_strictly
from postal.models import Consignment, Item
from postal.models.keys import blocks
from postal.rules.codes import bare_code
from postal.rules.lifecycle import Direction, EventKind
from postal.rules.s10 import normal_s10
from routing import Message


def is_called(code: str) -> ColumnElement[bool]:
    """Return the condition that an item has this S10 or dossier code, however it was typed or pasted.

    Codes that differ in nothing but punctuation are both meant: `as_written` puts the exact one first.
    """
    bare = bare_code(code)
    return or_(Item.s10 == bare.upper(), Item.dossier_bare == bare) if bare else false()


def as_written(code: str) -> ColumnElement[int]:
    """Return what to order by so that the item whose dossier code is written exactly so comes first."""
    return case((Item.dossier_key == code.strip().casefold(), 0), else_=1)


def with_s10(session: Session, code: str) -> Item:
    """Return the item with this S10. Raises UnknownS10."""
    item = session.scalar(select(Item).where(Item.s10 == normal_s10(code)))
    if item is None:
        raise UnknownS10(s10=code, what=Message("bưu gửi {code}").filled(code=code))
    return item


def with_s10s(session: Session, codes: Sequence[str]) -> dict[str, Item]:
    """Return our items among these S10s, each with its consignment."""
    found: dict[str, Item] = {}
    for some in blocks(codes):
        query = select(Item).options(joinedload(Item.consignment)).where(Item.s10.in_(some))
        found |= {item.s10 or "": item for item in session.scalars(query)}
    return found


def of_dossier(session: Session, code: str, direction: Direction) -> Item | None:
    """Return the newest item of a dossier that travels this way: it may be collected first and delivered later."""
    query = select(Item).where(Item.dossier_bare == bare_code(code), Item.direction == direction)
    return session.scalar(query.order_by(as_written(code), Item.id.desc()).limit(1))


def by_code(session: Session, code: str, *, source_system: str | None = None) -> Item:
    """Return the item with this S10 or dossier code; the newest where a dossier travels both ways.

    ``source_system`` keeps to one system's dossiers. Raises NotFound, the same for foreign and unknown.
    """
    query = select(Item).options(joinedload(Item.consignment).joinedload(Consignment.issuing_office))
    query = query.where(is_called(code))
    if source_system is not None:
        query = query.where(Item.source_system == source_system)
    item = session.scalar(query.order_by(as_written(code), Item.id.desc()).limit(1))
    if item is None:
        raise NotFound(what=Message("bưu gửi"))
    return item


def cancel(act: Act, item: Item, *, reason: str) -> Item:
    """Withdraw an item before the post holds it (Luật Bưu chính 49/2010 Đ16). Raises MoveNotAllowed.

    The words of the reason stay in the audit: callbacks hold only the kind.
    """
    scan = Scan(kind=EventKind.CANCELLED, scan_id=f"cancel:{item.id}", happened_at=act.now)
    record_strictly(act, item, scan)
    note(act, "withdrawn", "item", item.id, reason=reason[:200])
    return item
