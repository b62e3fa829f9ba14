"""Finding one item by what people and systems call it, and withdrawing it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.access.act import Act
from postal.access.audit import note
from postal.errors import NotFound
from postal.life.tracking import Scan, record_strictly
from postal.models import Consignment, Item
from postal.rules.lifecycle import EventKind
from postal.rules.s10 import is_s10, normal_s10
from routing import Message


def by_code(session: Session, code: str, *, source_system: str | None = None) -> Item:
    """Return the item with this S10 or dossier code; the newest where a dossier travels both ways.

    ``source_system`` keeps to one system's dossiers. Raises NotFound, the same for foreign and unknown.
    """
    query = select(Item).options(joinedload(Item.consignment).joinedload(Consignment.issuing_office))
    bare = normal_s10(code)
    query = query.where(Item.s10 == bare if is_s10(bare) else Item.dossier_key == code.strip().casefold())
    if source_system is not None:
        query = query.where(Item.source_system == source_system)
    item = session.scalar(query.order_by(Item.id.desc()).limit(1))
    if item is None:
        raise NotFound(what=Message("bưu gửi"))
    return item


def cancel(act: Act, item: Item, *, reason: str) -> Item:
    """Withdraw an item before the post holds it (Luật Bưu chính 49/2010 Đ16). Raises MoveNotAllowed.

    The words of the reason stay in the audit: callbacks tell only the kind.
    """
    scan = Scan(kind=EventKind.CANCELLED, scan_id=f"cancel:{item.id}", happened_at=act.now)
    record_strictly(act, item, scan)
    note(act, "withdrawn", "item", item.id, reason=reason[:200])
    return item
