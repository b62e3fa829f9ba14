"""Queueing of callbacks in the event's own transaction. Identifiers only: nothing personal leaves here."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from postal.models import Callback, CallbackEndpoint, CallbackState, EndpointState, Item, TrackingEvent
from postal.rules.lifecycle import EventKind, Outcome, State, outcome

# What happens between our own tables is nobody's business outside.
INTERNAL = frozenset({EventKind.BATCHED, EventKind.UNBATCHED, EventKind.PASSED_ON})
# An endpoint that went dark can catch up on what happened meanwhile: five days dark, then thirty days.
CATCH_UP_FOR = timedelta(days=35)


def queue_callbacks(
    session: Session, event: TrackingEvent, item: Item, *, state: State, now: datetime
) -> list[Callback]:
    """Add one callback for each endpoint of the item's source system that asked for this kind.

    ``state`` is where the item is, as the receiver is to know it: no message takes back what one before it told.
    """
    if event.kind in INTERNAL:
        return []
    callbacks = [
        _callback(event, callback_body(event, item, state), endpoint, now)
        for endpoint in _endpoints(session, item.source_system, now)
        if not endpoint.kinds or f"item.{event.kind}" in endpoint.kinds
    ]
    session.add_all(callbacks)
    return callbacks


@dataclass(frozen=True)
class _Told:
    endpoint_id: int
    kinds: frozenset[str]
    state: CallbackState


def _endpoints(session: Session, source_system: str, now: datetime) -> list[_Told]:
    # Asked once a transaction: a file of 10,000 rows must not ask 10,000 times.
    known: dict[str, list[_Told]] = session.info.setdefault("endpoints", {})
    if source_system not in known:
        query = select(CallbackEndpoint.id, CallbackEndpoint.kinds, CallbackEndpoint.state).where(
            CallbackEndpoint.source_system == source_system,
            or_(
                CallbackEndpoint.state != EndpointState.DISABLED,
                CallbackEndpoint.failing_since > now - CATCH_UP_FOR,
            ),
            CallbackEndpoint.state != EndpointState.REMOVED,
        )
        known[source_system] = [
            _Told(row.id, frozenset(row.kinds), _first_state(row.state)) for row in session.execute(query)
        ]
    return known[source_system]


def _first_state(endpoint_state: EndpointState) -> CallbackState:
    return CallbackState.PARKED if endpoint_state is EndpointState.DISABLED else CallbackState.WAITING


def _callback(event: TrackingEvent, body: str, endpoint: _Told, now: datetime) -> Callback:
    assert event.sequence is not None
    return Callback(
        message_id="msg_" + secrets.token_urlsafe(18),
        endpoint_id=endpoint.endpoint_id,
        item_id=event.item_id,
        event_id=event.id,
        sequence=event.sequence,
        body=body,
        state=endpoint.state,
        queued_at=now,
        next_try_at=now,
    )


def callback_body(event: TrackingEvent, item: Item, state: State) -> str:
    """Return the JSON sent for an event: what, which item, when, and where the item is."""
    consignment = item.consignment
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
