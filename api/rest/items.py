"""Items as other systems see them: identifiers, states and events, nothing personal."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from pydantic import Field

from api.rest.common import v1
from api.schemas.answers import EventsTold, ItemTold
from api.schemas.common import Body, Line200
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from postal import Action, Message, Session, desk, holder, models, require_own
from postal.access import ownership
from postal.life import items


class ItemPath(Body):
    """The S10 or the dossier code of an item."""

    code: str = Field(min_length=4, max_length=80)


class CancelBody(Body):
    """Why an item is withdrawn before it is handed over."""

    reason: Line200


@v1.get("/items/<code>", summary="Where an item is and who answers for it", responses={200: ItemTold})
@allow(Action.SEE_ITEM)
def get_item(path: ItemPath) -> Response:
    """Return one item by S10 or dossier code."""
    with services().database.read() as session:
        return jsonify(_item_body(_own(session, path.code, Action.SEE_ITEM)))


@v1.get("/items/<code>/events", summary="What happened to an item, oldest first", responses={200: EventsTold})
@allow(Action.SEE_ITEM)
def get_events(path: ItemPath) -> Response:
    """Return an item's events that fit its life, in the order they happened."""
    with services().database.read() as session:
        item = _own(session, path.code, Action.SEE_ITEM)
        events = [event for event in reversed(desk.events_of(session, [item])[item.id]) if event.is_applied]
        return jsonify(
            {
                "events": [
                    {
                        "kind": f"item.{event.kind}",
                        "sequence": event.sequence,
                        "happened_at": event.happened_at.isoformat(),
                        "recorded_at": event.recorded_at.isoformat(),
                        "reason": event.reason,
                    }
                    for event in events
                ]
            }
        )


@v1.post("/items/<code>/cancel", summary="Withdraw an item before it is handed over", responses={200: ItemTold})
@allow(Action.CANCEL)
def post_cancel(path: ItemPath, body: CancelBody) -> Response:
    """Withdraw an item the post does not hold yet (Luật Bưu chính Đ16)."""
    with acting() as act:
        item = _own(act.session, path.code, Action.CANCEL)
        items.cancel(act, item, reason=body.reason)
        return jsonify(_item_body(item))


def _own(session: Session, code: str, action: Action) -> models.Item:
    item = items.by_code(session, code, source_system=current_actor().source_system)
    require_own(current_actor(), action, ownership.subject_of_item(session, item), what=Message("bưu gửi"))
    return item


def _item_body(item: models.Item) -> dict[str, Any]:
    promised_by = item.consignment.promised_by
    return {
        "s10": item.s10,
        "dossier_code": item.dossier_code,
        "direction": str(item.direction),
        "state": str(item.state),
        "holder": str(holder(item.state)),
        "since": item.state_since.isoformat(),
        "promised_by": promised_by.isoformat() if promised_by else None,
        "n_attempts": item.n_attempts,
        "address_status": str(item.consignment.address_status),
        "commune_code": item.consignment.commune_code,
    }
