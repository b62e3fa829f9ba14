"""The table before the counter: count each item's papers from both sides, weigh, seal; then the list may close."""

from __future__ import annotations

from functools import partial

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.forms.reading import GRAMS, PIECES
from api.pages.common import form_int, or_back, read_all
from api.pages.desk.home import staff
from api.web.auth import acting, allow
from api.web.row_numbers import asked_number
from api.words import ngettext as _n
from postal import Action, InvalidInput, Message, PostalError, custody, desk, errors, require_own
from postal.access import ownership

_WEIGHT = "weight-"
_FIELDS = {"giver-": PIECES, "receiver-": PIECES, _WEIGHT: GRAMS}
_FIELD_OF = {"documents": "giver-", "weight_g": _WEIGHT}


@staff.post("/batches/<int:batch_id>/pack")
@allow(Action.BATCH)
def batch_pack(batch_id: int) -> ResponseReturnValue:
    """Note the envelopes of the rows that were filled in; rows left empty wait. All or none."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.batch", batch_id=batch_id, start=asked_number("start")), 303)

    def change() -> ResponseReturnValue:
        packed = [custody.Packed(**row) for row in _rows()]
        with acting() as act:
            own = ownership.subject_of_batch(desk.batch_head(act.session, batch_id))
            require_own(act.by, Action.BATCH, own, what=Message("lô bàn giao"))
            try:
                custody.pack_items(act, batch_id, packed)
            except (custody.CountsDiffer, custody.BadWeight, errors.Several) as refusal:
                raise forms.WrongFields(_by_field(refusal)) from refusal
        if packed:
            flash(_n("Đã ghi kiểm đếm {n} bưu gửi.", n=len(packed)), "done")
        return back()

    return or_back(change, back)


def _rows() -> list[dict[str, int]]:
    """Return the figures of every row with something in it. Raises WrongFields with every fault of every row."""
    typed = [name for name, text in request.form.items() if name.startswith(tuple(_FIELDS)) and text.strip()]
    ids = dict.fromkeys(map(_item_id, typed))
    readers = [partial(form_int, f"{field}{item_id}", unit=unit) for item_id in ids for field, unit in _FIELDS.items()]
    figures = iter(read_all(*readers))
    names = ("n_giver", "n_receiver", "weight_g")
    return [{"item_id": item_id, **{name: next(figures) for name in names}} for item_id in ids]


def _item_id(name: str) -> int:
    text = name.rpartition("-")[2]
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidInput(field=_WEIGHT)
    return int(text)


def _by_field(refusal: PostalError) -> list[forms.Wrong]:
    found = refusal.refusals if isinstance(refusal, errors.Several) else (refusal,)
    return [
        forms.Wrong(message=one.message, name=f"{_FIELD_OF[str(one.field)]}{one.facts['item_id']}") for one in found
    ]
