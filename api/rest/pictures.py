"""`POST /v1/pictures`: photos of an act at a door, before or after the act itself; and codes read from a photo."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from api.rest.common import v1
from api.rest.envelopes import unsealed
from api.schemas.pictures import KINDS, SEALED, CodesTold, PictureFile, PictureOrEnvelope, PictureQuery, PictureTold
from api.web.auth import acting, allow
from api.web.problems import WebRefusal
from postal import Action, models, pictures


@v1.post("/pictures", summary="Keep a photo that an act names as its evidence", responses={200: PictureTold})
@allow(Action.SCAN_OWN_ROUND, Action.ENTER_ROUND_RESULTS)
def post_picture(query: PictureQuery, raw: PictureOrEnvelope) -> Response:
    """Make a photo anew and keep it sealed; sent again under its id, it is the same photo and gets the same answer."""
    came = picture_in(query, raw)
    photo = pictures.as_photo(came)
    with acting() as act:
        return jsonify(told_of(pictures.keep(act, query.picture_id, came, photo)))


@v1.post("/pictures/code", summary="Read the codes on a photo of a label", responses={200: CodesTold})
@allow(Action.SCAN_OWN_ROUND, Action.ENTER_ROUND_RESULTS, Action.HAND_OVER, Action.RECEIVE_AT_OFFICE)
def post_picture_code(raw: PictureFile) -> Response:
    """Return the Code 128 and QR codes on a photo; nothing of it is kept."""
    found = pictures.codes_on(_body(raw, KINDS))
    return jsonify({"codes": [{"text": code.text, "symbology": code.symbology} for code in found]})


def picture_in(query: PictureQuery, raw: PictureOrEnvelope) -> bytes:
    """Return the file that was sent, out of its envelope. Raises WebRefusal for another type, EnvelopeLocked."""
    if query.key_id is None:
        return _body(raw, KINDS)
    return unsealed(query.picture_id, query.key_id, _body(raw, (SEALED,)))


def told_of(kept: models.Picture) -> dict[str, Any]:
    """Return what is told of a picture that is kept."""
    return {
        "picture_id": kept.client_id,
        "id": kept.public_id,
        "sha256": kept.digest,
        "width": kept.width,
        "height": kept.height,
        "n_bytes": kept.n_bytes,
    }


def _body(raw: PictureFile | PictureOrEnvelope, kinds: tuple[str, ...]) -> bytes:
    # A form of another site can send none of these types without asking first, so a phone's cookie is enough here.
    if raw.mimetype not in kinds:
        raise WebRefusal("picture_required")
    if raw.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise WebRefusal("encoding_not_supported")
    return raw.get_data(cache=False)
