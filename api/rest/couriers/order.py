"""What it would cost to walk the open stops in another order. Nothing is kept: the courier tells it as a note."""

from __future__ import annotations

from typing import Annotated

from flask import Response, jsonify
from pydantic import Field

from api.rest.common import v1
from api.schemas.common import Body, Degrees, Whole
from api.schemas.courier import OrderCostTold
from api.web import phones as at_the_edge
from api.web.auth import allow, current_actor
from api.wiring import services
from postal import Action, Message, NotFound, phones
from postal.rules import local_seconds
from routing import Point


class OrderBody(Body):
    """The positions of the stops still open as they are to be walked; where the phone is, where it knows that."""

    order: Annotated[list[Annotated[Whole, Field(ge=1, le=1_000)]], Field(min_length=1, max_length=300)]
    lat: Degrees | None = None
    lon: Degrees | None = None


@v1.post("/courier/order", summary="What another order of the open stops would cost", responses={200: OrderCostTold})
@allow(Action.SCAN_OWN_ROUND)
def post_order(body: OrderBody) -> Response:
    """Compare the order with the planned one by the service's own travel times."""
    by, now = current_actor(), services().clock()
    at_the_edge.require_key(by)
    if by.courier_id is None:
        raise NotFound(what=Message("bưu tá"))
    with services().database.read() as session:
        told = phones.day_of(session, by.courier_id, now=now)
        doors, home = phones.doors_of(told, body.order), phones.office_point(told.office)
    start = Point(lat=body.lat, lon=body.lon) if body.lat is not None and body.lon is not None else home
    cost = phones.cost_of_order(
        doors, body.order, start=start, home=home, now_s=local_seconds(now), travel=services().travel
    )
    return jsonify({"more_s": cost.more_s, "more_m": cost.more_m, "missed": list(cost.missed)})
