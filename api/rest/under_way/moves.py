"""Pieces that pass to another courier's round, as the two phones confirm them."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, jsonify, request
from pydantic import Field

from api.rest.common import v1
from api.rest.counting import MovePath, ScannedCode
from api.schemas.common import Body
from api.schemas.courier import ConfirmedTold, MovesTold
from api.web import phones as at_the_edge
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from postal import Action, Message, NotFound, Session, models, people, rounds, under_way


class PiecesBody(Body):
    """The codes a courier scanned out of the own bag, or into it."""

    codes: Annotated[list[ScannedCode], Field(min_length=1, max_length=200)]


@v1.get("/courier/moves", summary="What passes to or from the courier's round", responses={200: MovesTold})
@allow(Action.SCAN_OWN_ROUND)
def get_moves() -> Response:
    """Return the moves that wait for the courier's scans, with the name of the other courier."""
    by = current_actor()
    at_the_edge.require_key(by)
    if by.courier_id is None:
        raise NotFound(what=Message("bưu tá"))
    with services().database.read() as session:
        found = under_way.moves_of(session, courier_id=by.courier_id)
        answer = jsonify({"moves": [_told(session, move, by.courier_id) for move in found]})
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@v1.post("/courier/moves/<move_id>/pieces", summary="Confirm pieces of a move", responses={200: ConfirmedTold})
@allow(Action.SCAN_OWN_ROUND)
def post_moved(path: MovePath, body: PiecesBody) -> Response:
    """Note what the courier gave or took; once both confirmed every piece, it has changed hands."""
    with acting() as act:
        done = under_way.confirm_pieces(act, path.move_id, body.codes)
        answer = {
            "n_given": done.n_given,
            "n_taken": done.n_taken,
            "n_pieces": done.n_pieces,
            "is_over": done.is_over,
            "unknown": list(done.unknown),
        }
    return jsonify(answer)


def _told(session: Session, move: models.StopMove, courier_id: int) -> dict[str, Any]:
    is_giver = move.from_round.courier_id == courier_id
    other = rounds.courier_party(session, move.to_round if is_giver else move.from_round)
    return {
        "id": move.id,
        "number": move.number,
        "side": "give" if is_giver else "take",
        "other": other.name,
        "reason": move.reason,
        "pieces": [
            {
                "code": piece.item.s10,
                "whom": _whom(session, piece.item.consignment.person, is_giver),
                "is_given": piece.given_at is not None,
                "is_taken": piece.taken_at is not None,
            }
            for piece in move.pieces
        ],
    }


def _whom(session: Session, person: models.Person, is_giver: bool) -> str:
    """Return the recipient's name; masked for the taker, whose recipient it is only once the piece changed hands."""
    if is_giver:
        return people.open_person(session, person).full_name
    return people.mask_name(people.unseal(session, person).full_name)
