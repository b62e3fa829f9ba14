"""A photo or signature of an act at a door, shown to those whose work the piece is; every look is noted."""

from __future__ import annotations

from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from api.pages.desk.home import staff
from api.pages.desk.signing import picture_answer
from api.web.auth import acting, allow, current_actor
from postal import Action, Message, NotFound, custody, is_own, pictures
from postal.access import audit, ownership


@staff.get("/pictures/<public_id>")
@allow(Action.SEE_RECIPIENT)
def picture(public_id: str) -> ResponseReturnValue:
    """Show one photo. A photo of another office looks like one that does not exist."""
    with acting() as act:
        found, events = pictures.events_naming(act.session, public_id)
        if not any(is_own(current_actor(), ownership.subject_of_item(act.session, event.item)) for event in events):
            raise NotFound(what=Message("ảnh"))
        audit.note(act, "see_picture", "picture", found.id, items=sorted({event.item_id for event in events}))
        shown = pictures.shown(act.session, found)
    answer = send_file(BytesIO(shown), mimetype="image/jpeg", download_name=f"anh-{public_id[:8]}.jpg")
    answer.headers["Content-Disposition"] = f'inline; filename="anh-{public_id[:8]}.jpg"'
    return answer


@staff.get("/proofs/<int:proof_id>/signature")
@allow(Action.SEE_RECIPIENT)
def proof_signature(proof_id: int) -> ResponseReturnValue:
    """Show what the recipient signed at a door or a counter. Another office's looks like one that does not exist."""
    with acting() as act:
        signed = custody.signature_of_proof(act.session, proof_id)
        items = custody.items_of_proof(act.session, proof_id) if signed is not None else []
        if signed is None or not any(is_own(current_actor(), ownership.subject_of_item(act.session, i)) for i in items):
            raise NotFound(what=Message("chữ ký"))
        audit.note(act, "see_signature", "delivery_signature", signed.id, items=[item.id for item in items])
        shown = custody.signature_image(act.session, signed)
    return picture_answer(shown)
