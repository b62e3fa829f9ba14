"""Settling discrepancies: staff add how it ended; what was counted is never edited."""

from __future__ import annotations

from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Discrepancy
from routing import Message


class AlreadySettled(Conflict):
    code = "already_settled"
    says = Message("Chênh lệch này đã được giải quyết.")


def settle_discrepancy(act: Act, discrepancy_id: int, *, settlement: str) -> Discrepancy:
    """Close one discrepancy with a note. Raises NotFound, AlreadySettled, InvalidInput without a note."""
    if not settlement.strip():
        raise InvalidInput(field=Message("Đã giải quyết thế nào"))
    found = act.session.get(Discrepancy, discrepancy_id, with_for_update=True)
    if found is None:
        raise NotFound(what=Message("chênh lệch"))
    if found.settled_at is not None:
        raise AlreadySettled
    found.settled_at, found.settled_by_id, found.settlement = act.now, act.by.user_id, settlement.strip()
    act.session.flush()
    return found
