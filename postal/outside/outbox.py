"""Queueing of callbacks in the event's own transaction. Identifiers only: nothing personal leaves here."""

from __future__ import annotations

import json
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.lifecycle import EventKind, Outcome, State, outcome
from postal.models import Callback, CallbackEndpoint, EndpointState, Item, TrackingEvent

# What happens between our own tables is nobody's business outside.
INTERNAL = frozenset({EventKind.BATCHED, EventKind.UNBATCHED})


def queue_callbacks(session: Session, event: TrackingEvent, item: Item, *, now: datetime) -> list[Callback]:
    """Add one callback for each endpoint of the item's source system that asked for this kind."""
    if event.kind in INTERNAL:
        return []
    callbacks = [
        _callback(event, item, endpoint_id, now)
        for endpoint_id, kinds in _endpoints(session, item.source_system)
        if not kinds or f"item.{event.kind}" in kinds
    ]
    session.add_all(callbacks)
    return callbacks


def _endpoints(session: Session, source_system: str) -> list[tuple[int, list[str]]]:
    # Asked once a transaction: a file of 10,000 rows must not ask 10,000 times.
    known: dict[str, list[tuple[int, list[str]]]] = session.info.setdefault("endpoints", {})
    if source_system not in known:
        query = select(CallbackEndpoint.id, CallbackEndpoint.kinds).where(
            CallbackEndpoint.source_system == source_system,
            CallbackEndpoint.state != EndpointState.DISABLED,
        )
        known[source_system] = [(row.id, row.kinds) for row in session.execute(query)]
    return known[source_system]


def _callback(event: TrackingEvent, item: Item, endpoint_id: int, now: datetime) -> Callback:
    assert event.sequence is not None
    return Callback(
        message_id="msg_" + secrets.token_urlsafe(18),
        endpoint_id=endpoint_id,
        item_id=item.id,
        event_id=event.id,
        sequence=event.sequence,
        body=callback_body(event, item),
        queued_at=now,
        next_try_at=now,
    )


def callback_body(event: TrackingEvent, item: Item) -> str:
    """Return the JSON sent for an event: what, which item, when, and where that leaves it."""
    consignment = item.consignment
    state = event.state_after or item.state
    data = {
        "dossier_code": item.dossier_code,
        "s10": item.s10,
        "direction": item.direction,
        "event_id": event.id,
        "sequence": event.sequence,
        "state": state,
        "reason": event.reason,
        "happened_at": event.happened_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "promised_by": consignment.promised_by.isoformat() if consignment.promised_by else None,
        "dossier_status": dossier_status(state, item),
    }
    body = {"type": f"item.{event.kind}", "timestamp": event.happened_at.isoformat(), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def dossier_status(state: State, item: Item) -> int | None:
    """Return the national dossier status this state stands for.

    10 (đã trả kết quả) only after proof of delivery, never at handover to the post; 9 (đã xử lý xong)
    before that. A dossier on its way to the agency has none of ours.
    """
    if item.direction == "collection":
        return None
    return 10 if outcome(state) is Outcome.DELIVERED else 9
