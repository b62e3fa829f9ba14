"""Short texts between a courier's phone and the office."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from flask import Response, jsonify, request
from pydantic import Field, StringConstraints

from api.rest.common import v1
from api.rest.scans import ScanId
from api.schemas.common import Body, Instant, Whole
from api.schemas.courier import MessagesTold, MessageTold, SeenTold
from api.web import phones as at_the_edge
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from postal import Action, Message, NotFound, phones, under_way

_SHOWN = timedelta(hours=36)
_MOST_UNSENT = 100_000


class TextBody(Body):
    """A text to the office; ``client_id`` is the phone's own, a repeat of it is the same text."""

    client_id: ScanId
    words: Annotated[str, StringConstraints(max_length=under_way.LONGEST)] = ""
    sent_at: Instant | None = None


class SeenBody(Body):
    """Texts of the office that were on the screen."""

    ids: Annotated[list[Annotated[Whole, Field(ge=1, le=2**53)]], Field(min_length=1, max_length=100)]


@v1.get("/courier/messages", summary="The newest texts with the courier", responses={200: MessagesTold})
@allow(Action.SCAN_OWN_ROUND)
def get_messages() -> Response:
    """Return the texts of the last day and a half; `X-Unsent` says how many acts the phone still has to send."""
    by, now = current_actor(), services().clock()
    at_the_edge.require_key(by)
    if by.courier_id is None:
        raise NotFound(what=Message("bưu tá"))
    n_unsent = request.headers.get("X-Unsent", "")
    if by.phone_id is not None and n_unsent.isascii() and n_unsent.isdigit():
        with services().database.write() as session:
            phones.note_unsent(session, by.phone_id, min(int(n_unsent[:9]), _MOST_UNSENT))
    with services().database.read() as session:
        found = under_way.messages_with(session, by.courier_id, since=now - _SHOWN)
    answer = jsonify({"messages": [_told(one) for one in found]})
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@v1.post("/courier/messages", summary="Write to the office", responses={201: MessageTold})
@allow(Action.SCAN_OWN_ROUND)
def post_message(body: TextBody) -> Response:
    """Keep a text of the courier; the same `client_id` again is the same text."""
    with acting() as act:
        told = under_way.tell_office(act, body.words, client_id=body.client_id, sent_at=body.sent_at)
        answer = jsonify({"id": told.id, "sent_at": told.sent_at.isoformat()})
    answer.status_code = 201
    return answer


@v1.post("/courier/messages/seen", summary="Note that texts of the office were seen", responses={200: SeenTold})
@allow(Action.SCAN_OWN_ROUND)
def post_seen(body: SeenBody) -> Response:
    """Mark texts of the office as read by the courier."""
    with acting() as act:
        n = under_way.read_by_courier(act, body.ids)
    return jsonify({"n_seen": n})


def _told(one: under_way.MessageSeen) -> dict[str, Any]:
    return {
        "id": one.id,
        "is_from_courier": one.is_from_courier,
        "words": one.words,
        "sent_at": one.sent_at.isoformat(),
        "is_read": one.read_at is not None,
    }
