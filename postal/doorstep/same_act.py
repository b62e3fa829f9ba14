"""One act told twice: a double tap, a phone and the paper sheet typed back, another device of the same round."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from postal.access.act import Act
from postal.life.facts import PHONE
from postal.life.tracking import Scan
from postal.models import TrackingEvent
from postal.rules.lifecycle import EventKind

# Nobody rings, waits and rings again within this time; what two people tell of one failed try may lie further apart.
TAPPED_TWICE = timedelta(minutes=2)
TOLD_BY_TWO = timedelta(minutes=10)
_FAILURES = frozenset({EventKind.ATTEMPT_FAILED, EventKind.COLLECTION_FAILED})


def same_act(act: Act, events: Sequence[TrackingEvent], told: Scan) -> TrackingEvent | None:
    """Return the one of an item's ``events`` that is this same act under another scan id, None for the first telling.

    On one round a piece is handed over or collected once, however often it is told. A failed try may follow another on
    the same round: it is the same one where it is told within two minutes with the same reason, or by somebody else
    or by another phone within ten. What one phone tells twice is compared by its own clock.
    """
    for event in events:
        if (event.round_id, event.kind) != (told.round_id, told.kind):
            continue
        if told.kind not in _FAILURES or _is_one_try(event, told, act):
            return event
    return None


def _is_one_try(event: TrackingEvent, told: Scan, act: Act) -> bool:
    if act.by.phone_id is not None and event.facts.get(PHONE) == act.by.phone_id:
        apart = abs((event.device_at or event.happened_at) - (told.device_at or told.happened_at))
        return apart <= TAPPED_TWICE and event.reason == told.reason
    apart = abs(event.happened_at - told.happened_at)
    is_same_user = act.by.user_id is not None and event.user_id == act.by.user_id
    if is_same_user and act.by.phone_id is None and PHONE not in event.facts:
        return apart <= TAPPED_TWICE and event.reason == told.reason
    return apart <= TOLD_BY_TWO
