"""The packing table: a scan opens an envelope, the scale's weight packs it, and each is answered at once."""

from __future__ import annotations

from functools import partial

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms, words
from api.pages.common import form_int, form_text, or_back, read_all, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, InvalidInput, Message, Session, desk, models, packing, require_own
from postal.access import ownership

_UNITS = {packing.WeightUnit.G: Message("gam"), packing.WeightUnit.KG: Message("ki-lô-gam")}
_TAKEN = {"open": "", "good": "done", "done": "done"}
_N_LEFT_SHOWN = 200
_N_LAST_SHOWN = 8


@staff.get("/batches/<int:batch_id>/packing")
@allow(Action.BATCH)
def packing_table(batch_id: int) -> ResponseReturnValue:
    """Show the table: what is open on it, how many are packed, what is left; of a closed batch its own page."""
    user_id = current_actor().user_id
    with services().database.read() as session:
        found = _own_batch(session, batch_id)
        if found.closed_at is not None:
            return redirect(url_for("staff.batch", batch_id=batch_id), 303)
        n_packed, n_all = packing.progress(session, batch_id)
        return render_desk(
            "staff/packing.html",
            _("Đóng gói lô {number}", number=found.number),
            batch=found,
            open_envelope=packing.on_own_table(session, batch_id, user_id),
            n_packed=n_packed,
            n_all=n_all,
            left=packing.unpacked(session, batch_id, limit=_N_LEFT_SHOWN),
            last=packing.packed_last(session, batch_id, limit=_N_LAST_SHOWN),
            units=_UNITS,
        )


@staff.post("/batches/<int:batch_id>/packing")
@allow(Action.BATCH)
def packing_enter(batch_id: int) -> ResponseReturnValue:
    """Take a scan or a weight. A script gets its answer as JSON, a form the table again."""

    def change() -> ResponseReturnValue:
        entry = _entry()
        with acting() as act:
            _own_batch(act.session, batch_id)
            answer = packing.enter(act, batch_id, entry)
            if answer.tone not in _TAKEN:  # shown again as it was typed, with what is wrong
                field = "giver" if answer.said is packing.Said.REFUSED else "text"
                raise forms.WrongFields([forms.Wrong(name=field, message=answer.message)])
        flash(f"{answer.code}: {_(answer.message)}", _TAKEN[answer.tone])
        return _table(batch_id)

    if request.accept_mimetypes.best != "application/json":
        return or_back(change, lambda: _table(batch_id))
    entry = _entry()
    with acting() as act:
        _own_batch(act.session, batch_id)
        return jsonify(_as_json(packing.enter(act, batch_id, entry)))


@staff.post("/batches/<int:batch_id>/packing/leave")
@allow(Action.BATCH)
def packing_leave(batch_id: int) -> ResponseReturnValue:
    """Put the open envelope aside, unpacked."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            _own_batch(act.session, batch_id)
            packing.leave(act, batch_id)
        flash(_("Đã gác hồ sơ lại, chưa đóng gói. Quét hồ sơ khác."), "")
        return _table(batch_id)

    return or_back(change, lambda: _table(batch_id))


@staff.post("/batches/<int:batch_id>/packing/again")
@allow(Action.BATCH)
def packing_again(batch_id: int) -> ResponseReturnValue:
    """Open an envelope that was packed, to count and weigh it again."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            _own_batch(act.session, batch_id)
            packing.take_again(act, batch_id, form_int("item_id"))
        flash(_("Hồ sơ mở lại: đếm rồi cân lần nữa. Số cũ còn giữ đến khi có số mới."), "")
        return _table(batch_id)

    return or_back(change, lambda: _table(batch_id))


def _entry() -> packing.Entry:
    """Return what was typed. Raises WrongFields, InvalidInput for a unit that is none."""
    counts = None
    if form_text("giver") or form_text("receiver"):
        giver, receiver = read_all(partial(form_int, "giver"), partial(form_int, "receiver"))
        counts = (giver, receiver)
    unit = form_text("unit") or packing.WeightUnit.G
    if unit not in list(packing.WeightUnit):
        raise InvalidInput(field="unit")
    item_id = form_int("item_id") if form_text("item_id") else None
    return packing.Entry(text=form_text("text"), unit=packing.WeightUnit(unit), item_id=item_id, counts=counts)


def _as_json(answer: packing.Answer) -> dict[str, object]:
    envelope = answer.open_envelope
    shown = {
        "item_id": envelope.item_id,
        "dossier_code": envelope.dossier_code,
        "n_documents": envelope.n_documents,
    } if envelope else None  # fmt: skip
    return {
        "said": answer.said,
        "tone": answer.tone,
        "code": answer.code,
        "text": words.translate(answer.message),
        "open": shown,
        "n_packed": answer.n_packed,
        "n_all": answer.n_all,
    }


def _table(batch_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.packing_table", batch_id=batch_id), 303)


def _own_batch(session: Session, batch_id: int) -> models.Batch:
    found = desk.batch_head(session, batch_id)
    require_own(current_actor(), Action.BATCH, ownership.subject_of_batch(found), what=Message("lô bàn giao"))
    return found
