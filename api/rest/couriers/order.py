"""What it costs to walk the open stops in another order: asked before, and computed again when the courier tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from flask import Response, jsonify
from pydantic import Field

from api.rest.common import v1
from api.schemas.common import Body, Degrees, Whole
from api.schemas.courier import OrderCostTold
from api.web import phones as at_the_edge
from api.web.auth import allow, current_actor
from api.wiring import services
from api.work.planning import weights
from postal import Action, Message, NotFound, PostalError, doorstep, phones
from routing import Point

_TOLD = ("more_s", "more_m", "missed", "how")


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
    start = Point(lat=body.lat, lon=body.lon) if body.lat is not None and body.lon is not None else None
    with services().database.read() as session:
        walked = phones.day_of(session, by.courier_id, now=now).round
        asked = phones.asked_order(session, walked, body.order, now=now, start=start, weights=weights(services()))
    cost = phones.cost_of_order(asked, travel=services().travel, fallback=services().estimate)
    return jsonify({"more_s": cost.more_s, "more_m": cost.more_m, "missed": list(cost.missed)})


def costs_of(notes: Mapping[int, doorstep.NoteIn]) -> dict[int, doorstep.NoteIn]:
    """Return those notes of another order whose cost we know, with our figures beside what the phone told.

    The phone may have had no signal, and knew no more than the way as the crow flies: its figures stay under ``told``.
    Asks for travel times, so no transaction stands open.
    """
    by, found = current_actor(), {}
    for n, note in notes.items():
        if note.kind != doorstep.NoteKind.REORDERED or by.courier_id is None:
            continue
        try:
            with services().database.read() as session:
                asked = phones.told_order(session, note, courier_id=by.courier_id, now=services().clock())
        except PostalError:  # the note itself is refused, or kept with the phone's own estimate
            continue
        cost = phones.cost_of_order(asked, travel=services().travel, fallback=services().estimate)
        ours = {"more_s": cost.more_s, "more_m": cost.more_m, "missed": list(cost.missed), "how": "server"}
        told = {name: note.facts[name] for name in _TOLD if name in note.facts}
        rest = {name: value for name, value in note.facts.items() if name not in _TOLD}
        found[n] = replace(note, facts=rest | ours | {"told": told})
    return found
