"""The table before the counter: count each item's papers from both sides, weigh, seal; then the list may close."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_int, or_back
from api.pages.desk.home import staff
from api.web.auth import acting, allow
from postal import Action, InvalidInput, Message, custody, desk, require_own
from postal.access import ownership

_WEIGHT = "weight-"


@staff.post("/batches/<int:batch_id>/pack")
@allow(Action.BATCH)
def batch_pack(batch_id: int) -> ResponseReturnValue:
    """Note the envelopes whose weight was typed; rows left empty wait. All or none."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.batch", batch_id=batch_id), 303)

    def change() -> ResponseReturnValue:
        packed = [_packed(name.removeprefix(_WEIGHT)) for name, text in request.form.items() if _is_typed(name, text)]
        with acting() as act:
            own = ownership.subject_of_batch(desk.batch(act.session, batch_id))
            require_own(act.by, Action.BATCH, own, what=Message("lô bàn giao"))
            custody.pack_items(act, batch_id, packed)
        return back()

    return or_back(change, back)


def _is_typed(name: str, text: str) -> bool:
    return name.startswith(_WEIGHT) and bool(text.strip())


def _packed(item_id: str) -> custody.Packed:
    if not (item_id.isascii() and item_id.isdigit()):
        raise InvalidInput(field=_WEIGHT)
    return custody.Packed(
        item_id=int(item_id),
        n_giver=form_int(f"giver-{item_id}"),
        n_receiver=form_int(f"receiver-{item_id}"),
        weight_g=form_int(f"{_WEIGHT}{item_id}"),
    )
