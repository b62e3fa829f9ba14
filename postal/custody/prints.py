"""Prints of labels: each is recorded; a reprint needs a reason, is marked, and is counted by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.errors import Conflict
from postal.models import Item, LabelPrint, Manifest, ManifestLine
from postal.models.keys import blocks
from routing import Message


class ReprintNeedsReason(Conflict):
    code = "reprint_needs_reason"
    says = Message("Nhãn {s10} đã in rồi. In lại phải ghi lý do.")


@dataclass(frozen=True, kw_only=True)
class Printed:
    """One label's act of printing: 1 is the first, 2 the first reprint."""

    item: Item
    number: int

    @property
    def reprint_number(self) -> int:
        """Return n of "Bản in lại lần n", 0 for the first print."""
        return self.number - 1


def record_label_print(act: Act, items: Sequence[Item], *, reason: str | None = None) -> list[Printed]:
    """Note the printing of these items' labels, in their order. Raises ReprintNeedsReason and notes nothing."""
    printed = _numbers(act.session, [item.id for item in items])
    for item in items:
        if printed.get(item.id) and not (reason and reason.strip()):
            raise ReprintNeedsReason(s10=item.s10)
    prints = [Printed(item=item, number=printed.get(item.id, 0) + 1) for item in items]
    act.session.add_all(
        LabelPrint(
            item_id=one.item.id,
            number=one.number,
            printed_at=act.now,
            user_id=act.by.user_id,
            reason=reason.strip()[:200] if reason and one.number > 1 else None,
        )
        for one in prints
    )
    act.session.flush()
    return prints


def are_labels_printed(session: Session, manifest: Manifest) -> bool:
    """Say whether any item of a closed batch has a printed label."""
    query = select(LabelPrint.id).join(ManifestLine, ManifestLine.item_id == LabelPrint.item_id)
    return session.scalar(query.where(ManifestLine.manifest_id == manifest.id).limit(1)) is not None


def reprints_by_person(session: Session) -> dict[int | None, int]:
    """Return how many reprints each person made."""
    query = select(LabelPrint.user_id, func.count()).where(LabelPrint.number > 1).group_by(LabelPrint.user_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _numbers(session: Session, item_ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in blocks(item_ids):
        query = (
            select(LabelPrint.item_id, func.max(LabelPrint.number))
            .where(LabelPrint.item_id.in_(some))
            .group_by(LabelPrint.item_id)
        )
        found |= {row[0]: row[1] for row in session.execute(query)}
    return found
