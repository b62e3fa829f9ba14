"""The dossier a doubled row repeats: an earlier row of the same file, or one that is here already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.mending.drafts import cells_of
from postal.models import Consignment, DraftRow, Item, RowOutcome
from postal.rules.lifecycle import Direction


@dataclass(frozen=True, kw_only=True)
class Twin:
    """What a doubled row stands beside: an item, or an earlier row with its cells."""

    item: Item | None = None
    row: DraftRow | None = None
    cells: dict[str, str] | None = None

    def __repr__(self) -> str:
        return "<Twin>"


def twins_of(session: Session, source_system: str, rows: Sequence[DraftRow]) -> dict[int, Twin]:
    """Return the twin of each doubled row among these, by the row's id."""
    doubled = [row for row in rows if row.outcome is RowOutcome.DUPLICATE and row.dossier_key]
    if not doubled:
        return {}
    keys = {row.dossier_key for row in doubled}
    items = select(Item).options(joinedload(Item.consignment).joinedload(Consignment.person)).where(
        Item.source_system == source_system, Item.direction == Direction.RESULT, Item.dossier_key.in_(keys)
    )  # fmt: skip
    here = {item.dossier_key: item for item in session.scalars(items)}
    upload_ids = {row.upload_id for row in doubled}
    firsts = select(DraftRow).where(
        DraftRow.upload_id.in_(upload_ids), DraftRow.dossier_key.in_(keys), DraftRow.outcome != RowOutcome.DUPLICATE
    )
    earlier = {row.dossier_key: row for row in session.scalars(firsts.order_by(DraftRow.position.desc()))}
    found = {}
    for row in doubled:
        if (item := here.get(row.dossier_key or "")) is not None:
            found[row.id] = Twin(item=item)
        elif (first := earlier.get(row.dossier_key)) is not None:
            found[row.id] = Twin(row=first, cells=cells_of(session, first))
    return found
