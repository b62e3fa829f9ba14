"""Settling discrepancies: staff add how it ended; what was counted is never edited."""

from __future__ import annotations

from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.tracking import lock_items
from postal.models import Discrepancy, TrackingEvent
from routing import Message


class AlreadySettled(Conflict):
    code = "already_settled"
    says = Message("Chênh lệch này đã được giải quyết.")


def settle_discrepancy(act: Act, discrepancy_id: int, *, settlement: str) -> Discrepancy:
    """Close one discrepancy with a note. Raises NotFound, AlreadySettled, InvalidInput without a note.

    An event that does not fit when a person settles it moves nothing from then on, whatever comes later.
    """
    if not settlement.strip():
        raise InvalidInput(field=Message("Đã giải quyết thế nào"))
    found = act.session.get(Discrepancy, discrepancy_id)
    event = act.session.get(TrackingEvent, found.event_id) if found is not None and found.event_id else None
    if event is not None:  # the item before the discrepancy, as whoever records a scan does
        lock_items(act.session, [event.item])
        act.session.refresh(event, ["is_applied"])
    found = act.session.get(Discrepancy, discrepancy_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound(what=Message("chênh lệch"))
    if found.settled_at is not None:
        raise AlreadySettled
    found.is_voided = event is not None and not event.is_applied
    found.settled_at, found.settled_by_id, found.settlement = act.now, act.by.user_id, settlement.strip()
    act.session.flush()
    return found
