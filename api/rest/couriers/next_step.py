"""What a scanned code lets a courier do next. Asked with a body: no code of a citizen's paper stands in an address."""

from __future__ import annotations

from flask import Response, jsonify

from api.rest.common import v1
from api.rest.counting import ScannedCode
from api.schemas.common import Body
from api.schemas.courier import NextTold
from api.web import phones as at_the_edge
from api.web.auth import allow, current_actor
from api.wiring import services
from api.words import in_both
from postal import Action, Message, NotFound, phones


class NextBody(Body):
    """The code as it was scanned or typed: of an item, its label's link, its dossier, or a stop of the route sheet."""

    code: ScannedCode


@v1.post("/courier/next", summary="What a scanned code lets one do next", responses={200: NextTold})
@allow(Action.SCAN_OWN_ROUND)
def post_next(body: NextBody) -> Response:
    """Answer with the one allowed next step, or with why there is none."""
    by = current_actor()
    at_the_edge.require_key(by)
    if by.courier_id is None:
        raise NotFound(what=Message("bưu tá"))
    with services().database.read() as session:
        step = phones.next_step(session, by.courier_id, body.code, now=services().clock())
    act = "load" if step.is_load else str(step.act) if step.act is not None else None
    told = {"code": step.code, "act": act, "position": step.position, "why": str(step.why or "")}
    return jsonify(told | in_both(step.message))
