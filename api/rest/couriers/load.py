"""The courier's side of a load: scanned on the phone into the office's list, and confirmed."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, jsonify
from pydantic import Field

from api.rest.common import v1
from api.rest.counting import MAX_CODES, CountBody, RoundPath
from api.rest.scans import Picture, picture_of
from api.schemas.common import Body, Instant, Whole
from api.schemas.courier import LoadTold
from api.web import phones as at_the_edge
from api.web.auth import acting, allow, current_actor
from api.words import in_both
from postal import Action, counting, phones


class ConfirmBody(Body):
    """The number of pieces the courier saw counted, and the signature as it was drawn."""

    n_pieces: Annotated[Whole, Field(ge=0, le=20_000)]
    signature: Picture | None = None
    signed_at: Instant | None = None


@v1.post(
    "/courier/rounds/<round_id>/load",
    summary="Count what one takes over, on the list the office counts",
    responses={200: LoadTold},
)
@allow(Action.SCAN_OWN_ROUND)
def post_own_load(path: RoundPath, body: CountBody) -> Response:
    """Count codes into the load of one's own round; without a code tell how far it is."""
    at_the_edge.require_key(current_actor())
    with acting() as act:
        answers, so_far = phones.scan_load(act, path.round_id, body.codes)
        return jsonify(_told(so_far, answers))


@v1.post(
    "/courier/rounds/<round_id>/load/confirm",
    summary="Confirm what one took over; the office hands over this or nothing",
    responses={200: LoadTold},
)
@allow(Action.SCAN_OWN_ROUND)
def post_load_confirmed(path: RoundPath, body: ConfirmBody) -> Response:
    """Keep the courier's word about what is counted by now."""
    at_the_edge.require_key(current_actor())
    signature = picture_of(body.signature)
    with acting() as act:
        so_far = phones.confirm_load(
            act,
            path.round_id,
            n_seen=body.n_pieces,
            signature=signature,
            device_at=body.signed_at,
        )
        return jsonify(_told(so_far, ()))


def _told(so_far: phones.LoadSoFar, answers: tuple[counting.CodeAnswer, ...]) -> dict[str, Any]:
    return {
        "scans": [_answer(answer) for answer in answers],
        "n_scanned": so_far.n_scanned,
        "n_expected": so_far.n_expected,
        "missing": [{"code": one.code, "position": one.position} for one in so_far.missing[:MAX_CODES]],
        "others": [_answer(answer) for answer in so_far.others[:MAX_CODES]],
        "is_confirmed": so_far.is_confirmed,
    }


def _answer(answer: counting.CodeAnswer) -> dict[str, Any]:
    return {"code": answer.code, "said": answer.match, "tone": answer.tone, **in_both(answer.message)}
