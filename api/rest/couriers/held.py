"""`POST /v1/courier/held`: a phone that is good no more hands in what it still had to send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel

from api.rest.common import v1
from api.rest.couriers.notes import NoteBody
from api.rest.envelopes import SealedBodies, SealedBody, open_all
from api.rest.pictures import picture_in, told_of
from api.rest.scans import ScanBody
from api.schemas.common import Body, Instant
from api.schemas.courier import HeldTold
from api.schemas.pictures import PictureOrEnvelope, PictureQuery, PictureTold
from api.web import phones as at_the_edge
from api.web.auth import acting, allow_everybody
from api.wiring import services
from postal import Act, phones, pictures


class HeldBody(Body):
    """Acts and notes, sealed as for `POST /v1/scans` and `POST /v1/courier/notes`."""

    scans: SealedBodies
    notes: SealedBodies
    sent_at: Instant | None = None


@v1.post("/courier/held", summary="Hand in what a revoked phone still had to send", responses={200: HeldTold})
@allow_everybody("the cookie of a phone that was revoked still says whose acts are held for its office")
def post_held(body: HeldBody) -> Response:
    """Hold acts for the office's decision; answer with the ids held. What cannot be read is not among them."""
    with services().database.read() as session:  # nothing is opened for a stranger
        at_the_edge.ended_phone(session)
    entries = [*_entries(body, body.scans, ScanBody, "scan"), *_entries(body, body.notes, NoteBody, "note")]
    with acting() as act:
        phone = at_the_edge.ended_phone(act.session)
        return jsonify({"held": phones.hold(act, phone, entries)})


@v1.post("/courier/held/pictures", summary="Hand in a photo of what is held", responses={200: PictureTold})
@allow_everybody("the cookie of a phone that was revoked still says whose photos are held for its office")
def post_held_picture(query: PictureQuery, raw: PictureOrEnvelope) -> Response:
    """Keep a photo for an act that is held, as the courier's own; the act itself comes first."""
    with services().database.read() as session:  # nothing is opened or decoded for a stranger
        by = phones.actor_of(session, at_the_edge.ended_phone(session))
        pictures.check_held(session, by, query.picture_id)
    came = picture_in(query, raw)
    photo = pictures.as_photo(came)
    with acting() as act:
        phone = at_the_edge.ended_phone(act.session)
        courier = Act(act.session, phones.actor_of(act.session, phone), act.now)
        return jsonify(told_of(pictures.keep(courier, query.picture_id, came, photo)))


def _entries(
    body: HeldBody, sealed: list[SealedBody], kind: type[BaseModel], about: Literal["scan", "note"]
) -> Iterator[phones.Entry]:
    for one, read in zip(sealed, open_all(sealed, kind, id_field=f"{about}_id"), strict=True):
        if isinstance(read, kind):
            yield phones.Entry(
                name=one.id,
                about=about,
                happened_at=one.happened_at,
                inside=_json(read),
                pictures=tuple(read.pictures) if isinstance(read, ScanBody) else (),
                sent_at=body.sent_at,
                clock_offset=one.clock_offset,
                heard_at=one.heard_at,
            )


def _json(read: BaseModel) -> str:
    inside: dict[str, Any] = read.model_dump(mode="json")
    return json.dumps(inside, ensure_ascii=False)
