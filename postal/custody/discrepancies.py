"""What did not fit, and how it ended: a note by somebody, never an edit of what was counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Discrepancy


class AlreadySettled(Conflict):
    code = "already_settled"
    vi = "Chênh lệch này đã được giải quyết."
    en = "This discrepancy was settled before."


def settle_discrepancy(
    session: Session, discrepancy_id: int, *, settlement: str, user_id: int | None, now: datetime
) -> Discrepancy:
    """Close one discrepancy with a note. Raises NotFound, AlreadySettled, InvalidInput without a note."""
    if not settlement.strip():
        raise InvalidInput(field="Đã giải quyết thế nào")
    found = session.get(Discrepancy, discrepancy_id, with_for_update=True)
    if found is None:
        raise NotFound(what="chênh lệch")
    if found.settled_at is not None:
        raise AlreadySettled
    found.settled_at, found.settled_by_id, found.settlement = now, user_id, settlement.strip()
    session.flush()
    return found
