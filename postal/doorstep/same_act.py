"""One act told twice: a double tap, a phone and the paper sheet typed back, another device of the same round."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from postal.access.act import Act
from postal.life.tracking import Scan
from postal.models import Item, TrackingEvent
from postal.rules.lifecycle import EventKind

# Nobody rings, waits and rings again within this time; what two people tell of one failed try may lie further apart.
TAPPED_TWICE = timedelta(minutes=2)
TOLD_BY_TWO = timedelta(minutes=10)
_FAILURES = frozenset({EventKind.ATTEMPT_FAILED, EventKind.COLLECTION_FAILED})


def same_act(act: Act, item: Item, told: Scan) -> TrackingEvent | None:
    """Return the event that is this same act under another scan id, None where it is told for the first time.

    On one round a piece is handed over or collected once, however often it is told. A failed try may follow another on
    the same round: it is the same one where it is told within two minutes with the same reason, or by somebody else
    within ten.
    """
    query = select(TrackingEvent).where(
        TrackingEvent.item_id == item.id,
        TrackingEvent.round_id == told.round_id,
        TrackingEvent.kind == told.kind,
    )
    for event in act.session.scalars(query.order_by(TrackingEvent.id)):
        if told.kind not in _FAILURES or _is_one_try(event, told, act.by.user_id):
            return event
    return None


def _is_one_try(event: TrackingEvent, told: Scan, user_id: int | None) -> bool:
    apart = abs(event.happened_at - told.happened_at)
    if user_id is not None and event.user_id == user_id:
        return apart <= TAPPED_TWICE and event.reason == told.reason
    return apart <= TOLD_BY_TWO
