"""Both sides sign a receipt: with a finger on the screen, or on paper with the signed sheet's photo attached."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from io import BytesIO

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_text, or_back, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, InvalidInput, Message, NotFound, Session, custody, desk, models, require_own, rounds
from postal.access import ownership

_PNG = "data:image/png;base64,"


@staff.post("/handovers/<int:handover_id>/sign")
@allow(Action.HAND_OVER, Action.RECEIVE_AT_OFFICE)
def handover_sign(handover_id: int) -> ResponseReturnValue:
    """Keep one side's signature; it is never replaced."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.handover", handover_id=handover_id, _anchor="signatures"), 303)

    def change() -> ResponseReturnValue:
        image, how = picture_of_form()
        with acting() as act:
            _own(act.session, handover_id)
            custody.sign_receipt(act, handover_id, form_text("side"), image, how=how, device_at=_device_time())
        flash(_("Đã ghi chữ ký."), "done")
        return back()

    return or_back(change, back)


@staff.get("/handovers/<int:handover_id>/signatures/<int:signature_id>")
@allow(Action.HAND_OVER, Action.RECEIVE_AT_OFFICE)
def handover_signature(handover_id: int, signature_id: int) -> ResponseReturnValue:
    """Show a signature as it was drawn or photographed."""
    with services().database.read() as session:
        _own(session, handover_id)
        signed = session.get(models.ReceiptSignature, signature_id)
        if signed is None or signed.handover_id != handover_id:
            raise NotFound(what=Message("chữ ký"))
        return picture_answer(custody.signature_image(session, signed))


def picture_answer(image: bytes) -> ResponseReturnValue:
    """Return a picture that no browser or proxy keeps."""
    kind = "image/png" if image.startswith(b"\x89PNG") else "image/jpeg"
    answer = send_file(BytesIO(image), mimetype=kind)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@staff.get("/rounds/<int:round_id>/signatures")
@allow(Action.ENTER_ROUND_RESULTS)
def round_signatures(round_id: int) -> ResponseReturnValue:
    """Show which deliveries of a round the recipient signed for, and take photos of the signed route sheet."""
    with services().database.read() as session:
        found = _own_round(session, round_id)
        deliveries = custody.deliveries_of(session, found)
        signed = custody.signatures_of_proofs(session, [proof.id for _item, proof, _at in deliveries])
        rows = [{"item": item, "signed": signed.get(proof.id), "at": at} for item, proof, at in deliveries]
        return render_desk(
            "staff/round_signatures.html",
            _("Chữ ký chuyến {number}", number=found.number),
            r=found,
            name=rounds.courier_party(session, found).name,
            rows=rows,
            n_unsigned=sum(row["signed"] is None for row in rows),
            sheets=custody.sheets_of(session, round_id),
        )


@staff.post("/rounds/<int:round_id>/signatures")
@allow(Action.ENTER_ROUND_RESULTS)
def round_sheet_attach(round_id: int) -> ResponseReturnValue:
    """Attach the photo of one page of the signed route sheet."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.round_signatures", round_id=round_id), 303)

    def change() -> ResponseReturnValue:
        image, _how = picture_of_form()
        with acting() as act:
            _own_round(act.session, round_id)
            custody.attach_sheet(act, round_id, image)
        flash(_("Đã lưu ảnh phiếu đi phát đã ký."), "done")
        return back()

    return or_back(change, back)


@staff.get("/rounds/<int:round_id>/signatures/<int:signature_id>")
@allow(Action.ENTER_ROUND_RESULTS)
def round_signature(round_id: int, signature_id: int) -> ResponseReturnValue:
    """Show a recipient's signature or a page of the round's signed sheet."""
    with services().database.read() as session:
        found = _own_round(session, round_id)
        signed = session.get(models.DeliverySignature, signature_id)
        own = {proof.id for _item, proof, _at in custody.deliveries_of(session, found)}
        if signed is None or (signed.round_id != round_id and signed.proof_id not in own):
            raise NotFound(what=Message("chữ ký"))
        return picture_answer(custody.signature_image(session, signed))


def _own_round(session: Session, round_id: int) -> models.DeliveryRound:
    found = desk.delivery_round(session, round_id)
    require_own(
        current_actor(), Action.ENTER_ROUND_RESULTS, ownership.subject_of_round(found), what=Message("chuyến phát")
    )
    return found


def _own(session: Session, handover_id: int) -> models.Handover:
    found = desk.handover(session, handover_id)
    own = ownership.subject_of_handover(session, found)
    require_own(current_actor(), Action.SEE_QUEUE, own, what=Message("biên bản bàn giao"))
    return found


def _device_time() -> datetime | None:
    """Return when the device says it was signed; None where it does not say so in a way that can be believed."""
    try:
        device_at = datetime.fromisoformat(form_text("device_at"))
    except ValueError:
        return None
    return device_at if device_at.tzinfo is not None else None


def picture_of_form() -> tuple[bytes, str]:
    """Return the picture and how it came: the drawn one, or the photo of the signed sheet."""
    drawn = request.form.get("drawn", "")
    if drawn.startswith(_PNG):
        try:
            return base64.b64decode(drawn.removeprefix(_PNG), validate=True), "drawn"
        except (binascii.Error, ValueError) as exc:
            raise InvalidInput(field=Message("Chữ ký")) from exc
    photo = request.files.get("photo")
    if photo is None or not photo.filename:
        raise InvalidInput(field=Message("Chữ ký hoặc ảnh tờ đã ký"))
    return photo.stream.read(custody.MAX_SIGNATURE_BYTES + 1), "photo"
