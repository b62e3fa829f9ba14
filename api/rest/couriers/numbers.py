"""What a phone asks of numbers and counts: blocks reserved for its receipts; what both sides counted as come home."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, jsonify
from pydantic import Field, StringConstraints

from api.rest.common import v1
from api.schemas.common import Body, Whole
from api.schemas.courier import HomeTold, NumbersTold
from api.web import phones as at_the_edge
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from postal import Action, Message, NotFound, custody, phones, rounds


class NumbersBody(Body):
    """The last number of the newest block the phone has, empty without any, and how many numbers more it needs."""

    knows: Annotated[str, StringConstraints(max_length=40)] = ""
    n_more: Annotated[Whole, Field(ge=0, le=300)]


@v1.post("/courier/numbers", summary="Reserve numbers of receipts for a phone", responses={200: NumbersTold})
@allow(Action.SCAN_OWN_ROUND)
def post_numbers(body: NumbersBody) -> Response:
    """Return the phone's blocks, the oldest first, with a new one where it needs more and knows the newest.

    A courier who signed in with a password has no phone to reserve any for: none.
    """
    by = current_actor()
    at_the_edge.require_key(by)
    if by.phone_id is None:
        return jsonify({"blocks": []})
    with acting() as act:
        blocks = custody.reserve_numbers(act, by.phone_id, knows=body.knows, n_more=body.n_more)
        told = [{"series": one.series, "first": one.first_number, "last": one.last_number} for one in blocks]
    return jsonify({"blocks": told})


@v1.get("/courier/home", summary="What both sides counted of what came home", responses={200: HomeTold})
@allow(Action.SCAN_OWN_ROUND)
def get_home() -> Response:
    """Return the courier's own count and the office's: nothing of the office's before the own one is in."""
    by = current_actor()
    at_the_edge.require_key(by)
    with services().database.read() as session:
        if by.courier_id is None:
            raise NotFound(what=Message("bưu tá"))
        found = phones.round_to_count(session, by.courier_id, now=services().clock())
        if found is None:
            raise NotFound(what=Message("chuyến phát"))
        seen = rounds.home_seen(session, found.id, rounds.HomeSide.COURIER)
    return jsonify(_told(seen))


def _told(seen: rounds.HomeSeen) -> dict[str, Any]:
    return {
        "own": list(seen.own) if seen.own is not None else None,
        "office": list(seen.other) if seen.other is not None else None,
        "only_courier": list(seen.only_courier),
        "only_office": list(seen.only_office),
    }
