"""Acts on many items of a list: chosen, shown with what is not allowed and why, confirmed, done, told line by line."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.common import form_choice, form_text, or_back, render_desk, require_sure
from api.pages.desk.home import staff
from api.pages.stock import bulk_papers, filters
from api.web.auth import acting, allow, current_actor
from api.web.row_numbers import asked_number
from api.wiring import services
from api.words import translate
from postal import Action, InvalidInput, Message, Session, bulk, models, require
from postal.bulk import Deed

_ANY = (
    Action.ANSWER_ADDRESS,
    Action.PRINT,
    Action.BATCH,
    Action.RECEIVE_AT_OFFICE,
    Action.RETURN_TO_SENDER,
)
_SHOWN, _PAGE = 50, 200
"""So many lines of each kind are named on an order's page, and so many on each page of them all."""
_CHUNKS_AT_ONCE = 16
_AT_ONCE_S = 3.0
_NEEDS_REASON = frozenset({Deed.RELEASE})
_NO_ROUND_ANY_MORE = Message("Chuyển hoàn rồi thì bưu gửi không đi phát nữa.")
_FOR_GOOD = {
    Deed.OUTSIDE: Message("Ghi ngoài tỉnh rồi thì không hỏi lại xã, phường; bưu gửi đi bằng bưu chính đường trục."),
    Deed.RETURN: _NO_ROUND_ANY_MORE,
    Deed.RETURN_ASKED: _NO_ROUND_ANY_MORE,
}
DEED_TEXTS: dict[Deed, Message] = {
    Deed.RELEASE: Message("Chấp nhận điểm gần đúng"),
    Deed.OUTSIDE: Message("Gửi ngoài tỉnh"),
    Deed.BATCH: Message("Xếp vào lô bàn giao"),
    Deed.LABEL: Message("In nhãn"),
    Deed.HOLD: Message("Giữ tại bưu cục chờ người nhận"),
    Deed.RETURN: Message("Chuyển hoàn vì không phát được"),
    Deed.RETURN_ASKED: Message("Chuyển hoàn vì cơ quan xin lại"),
    Deed.INVITE: Message("In giấy mời"),
}


def deeds_offered() -> list[tuple[str, Message]]:
    """Return the deeds the reader may do, with what they are called."""
    actor = current_actor()
    return [(deed.value, text) for deed, text in DEED_TEXTS.items() if actor.may(bulk.RIGHTS[deed])]


@staff.post("/bulk")
@allow(*_ANY)
def bulk_order() -> ResponseReturnValue:
    """Keep what is to be done with the ticked rows, or with all of the list, and show it before it is done."""
    of = request.form.get("list", "queue")
    shown = filters.chosen(of if of in filters.LISTS else "queue", request.form)

    def change() -> ResponseReturnValue:
        chosen = form_choice("deed")
        if chosen not in list(Deed):
            raise InvalidInput(field="deed")
        deed = Deed(chosen)
        require(current_actor(), bulk.RIGHTS[deed])
        with acting() as act:
            ids, n_wanted = _meant(act.session, shown)
            order = bulk.order_deed(act, deed, ids, n_wanted=n_wanted, back=shown.url())
            order_id = order.id
        return redirect(url_for("staff.bulk_page", bulk_id=order_id), 303)

    return or_back(change, lambda: redirect(shown.url(), 303))


@staff.get("/bulk/<int:bulk_id>")
@allow(*_ANY)
def bulk_page(bulk_id: int) -> ResponseReturnValue:
    """Show an order: before it is confirmed what would be done and what not, after that what was.

    Of each kind of line the first are named; ?lines=pending, done or refused names them all, page by page.
    """
    with services().database.read() as session:
        order = bulk.find_order(session, bulk_id, user_id=current_actor().user_id)
        deed, counts, listed = Deed(order.deed), bulk.counts_of(session, order), request.args.get("lines", "")
        if listed in list(models.BulkOutcome):
            return _all_lines(session, order, models.BulkOutcome(listed), getattr(counts, listed))
        alike = bulk.lines_alike(session, order, most=_SHOWN)
        job = bulk_papers.job_of(session, order) if counts.pending else None
        is_reprint = deed is Deed.LABEL and bulk.is_to_reprint(session, order)
        return render_desk(
            "staff/bulk.html",
            translate(DEED_TEXTS[deed]),
            order=order,
            counts=counts,
            groups=[(_heading(one), one) for one in alike],
            asks_reason=deed in _NEEDS_REASON or is_reprint,
            is_reprint=is_reprint,
            sure=translate(_FOR_GOOD[deed]) if deed in _FOR_GOOD else "",
            sizes=documents.LABEL_FORM_TEXTS if deed is Deed.LABEL else (),
            job=job,
            is_drawing=bulk_papers.is_drawing(job),
            goes_on=order.confirmed_at is not None and deed not in bulk.PAPERS,
        )


def _all_lines(session: Session, order: models.BulkOrder, outcome: models.BulkOutcome, n: int) -> ResponseReturnValue:
    """Show one page of an order's lines of one outcome; refused ones each with its reason."""
    first = min(asked_number("start") or 0, bulk.MOST)
    address = partial(url_for, "staff.bulk_page", bulk_id=order.id)
    return render_desk(
        "staff/bulk_lines.html",
        translate(DEED_TEXTS[Deed(order.deed)]),
        order=order,
        outcome=outcome,
        lines=[(line, _why(line)) for line in bulk.lines_of(session, order, outcome, first=first, most=_PAGE)],
        page={
            "first": min(first + 1, n),
            "last": min(first + _PAGE, n),
            "n": n,
            "previous_url": address(lines=outcome.value, start=max(0, first - _PAGE) or None) if first else None,
            "next_url": address(lines=outcome.value, start=first + _PAGE) if first + _PAGE < n else None,
        },
    )


@staff.post("/bulk/<int:bulk_id>/confirm")
@allow(*_ANY)
def bulk_confirm(bulk_id: int) -> ResponseReturnValue:
    """Carry out an order, or go on with one that was interrupted: chunk by chunk, each a transaction of its own."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.bulk_page", bulk_id=bulk_id), 303)

    with services().database.read() as session:
        order = bulk.find_order(session, bulk_id, user_id=current_actor().user_id)
        deed, is_new = Deed(order.deed), order.confirmed_at is None
    require(current_actor(), bulk.RIGHTS[deed])

    def change() -> ResponseReturnValue:
        if deed in bulk.PAPERS:
            return bulk_papers.print_papers(bulk_id, deed) or back()
        if is_new:
            _confirm(bulk_id, deed)
        until_s = time.monotonic() + _AT_ONCE_S
        for _chunk in range(_CHUNKS_AT_ONCE):
            with acting() as act:
                n_left = bulk.carry_out(act, bulk_id)
            if not n_left or time.monotonic() > until_s:
                break
        return back()

    return or_back(change, back)


def _confirm(bulk_id: int, deed: Deed) -> None:
    reason = form_text("reason")
    if deed in _NEEDS_REASON and not reason:
        raise InvalidInput(field=Message("Lý do"))
    if deed in _FOR_GOOD:
        require_sure()
    with acting() as act:
        bulk.confirm(act, bulk_id, reason=reason)


def _meant(session: Session, shown: filters.Chosen) -> tuple[Sequence[int], int]:
    """Return the ids of the items that are meant, and how many were wanted."""
    if request.form.get("all"):
        return filters.item_ids(session, shown, limit=bulk.MOST), filters.n_items(session, shown)
    ticked = [one for one in request.form.getlist("item") if one.isascii() and one.isdigit() and len(one) < 15]
    return [int(one) for one in ticked], len(set(ticked))


def _why(line: models.BulkLine) -> str:
    """Return why a line was refused, "" for one that was not."""
    said: dict[str, Any] | None = line.refusal
    return translate(Message.from_json(said)) if said else ""


def _heading(alike: bulk.LinesAlike) -> str:
    """Return what is said above refused lines; the others' headings are the page's."""
    return _why(alike.first[0]) if alike.outcome is models.BulkOutcome.REFUSED else ""
