"""Batches, their labels, the handover at the counter, and what did not fit."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.common import form_int, form_text, local_zone, or_back, render_desk, require_sure
from api.pages.desk.home import staff
from api.pages.paper_links import paper_links
from api.web.auth import acting, allow, current_actor
from api.web.row_numbers import asked_number
from api.wiring import services
from api.words import EVENTS, say_code, say_instant, say_state
from api.words import gettext as _
from api.words import ngettext as _n
from postal import (
    Action,
    Message,
    Session,
    State,
    Subject,
    counting,
    custody,
    desk,
    models,
    packing,
    people,
    queue,
    require_own,
)
from postal.access import ownership

_PAGE = 100
"""So many rows of a batch stand on one page: each names its recipient and holds three fields."""
_FOUND_TEXTS = {
    models.Found.MISSING: Message("có trong danh sách nhưng không có bưu gửi; đưa lại hàng chờ"),
    models.Found.EXTRA: Message("có bưu gửi nhưng không có trong danh sách; trả lại bên giao"),
    models.Found.WRONG: Message("mã không thuộc bưu gửi nào của Tận Nhà; trả lại bên giao"),
}


_LEGS = {
    models.Leg.CENTRE_TO_POST: Message("Cơ quan giao bưu chính"),
    models.Leg.OFFICE_TO_COURIER: Message("Giao chuyến cho bưu tá"),
    models.Leg.COURIER_TO_OFFICE: Message("Nhận lại từ bưu tá"),
    models.Leg.POST_TO_CENTRE: Message("Trả cơ quan"),
    models.Leg.POST_TO_CARRIER: Message("Giao bưu chính đường trục"),
    models.Leg.COURIER_TO_COURIER: Message("Chuyển điểm giữa hai bưu tá"),
}


@staff.get("/batches")
@allow(Action.SEE_QUEUE)
def batches() -> ResponseReturnValue:
    """List the batches, newest first, and which offices have results ready."""
    actor = current_actor()
    with services().database.read() as session:
        ready = [
            (office, n) for office, n in desk.issuing_offices_waiting(session) if actor.office_id in (None, office.id)
        ]
        return render_desk(
            "staff/batches.html",
            _("Lô và bàn giao"),
            ready=ready,
            lines=desk.batches(session, office_id=actor.office_id),
            may_batch=actor.may(Action.BATCH),
        )


@staff.post("/batches")
@allow(Action.BATCH)
def batch_open() -> ResponseReturnValue:
    """Open a batch for one office with everything of it that may leave."""

    def change() -> ResponseReturnValue:
        office_id = form_int("office_id")
        with acting() as act:
            own = Subject(office_ids=frozenset({office_id}))
            require_own(act.by, Action.BATCH, own, what=Message("cơ quan"))
            batch = custody.open_batch(act, office_id)
            batch_id = batch.id
            said = _n("Đã mở lô {number} với {n} bưu gửi.", n=len(batch.lines), number=batch.number)
        flash(said, "done")
        return redirect(url_for("staff.batch", batch_id=batch_id), 303)

    return or_back(change, lambda: redirect(url_for("staff.batches"), 303))


@staff.get("/batches/<int:batch_id>")
@allow(Action.SEE_QUEUE)
def batch(batch_id: int) -> ResponseReturnValue:
    """Show one batch: its items, and the counting at the counter once it is closed."""
    actor = current_actor()
    with services().database.read() as session:
        found = _own_batch(session, batch_id, Action.SEE_QUEUE)
        manifest = desk.manifest_of(session, batch_id)
        n_packed, n_all = packing.progress(session, batch_id)
        page = _paged(batch_id, manifest.n_items if manifest else n_all)
        items = desk.items_in_batch(session, found, manifest, first=page["first"] - 1, most=_PAGE)
        return render_desk(
            "staff/batch.html",
            _("Lô {number}", number=found.number),
            batch=found,
            manifest=manifest,
            handover=desk.handover_of(session, manifest.id) if manifest else None,
            rows=[_row(session, item) for item in items],
            page=page,
            n_packed=n_packed,
            n_counted=len(counting.counted_codes(session, counting.all_lists()["batch"], batch_id)) if manifest else 0,
            may_batch=actor.may(Action.BATCH),
            may_print=actor.may(Action.PRINT),
            may_hand_over=actor.may(Action.HAND_OVER),
            is_printed=manifest is not None and custody.are_labels_printed(session, manifest),
            sizes=documents.LABEL_FORM_TEXTS,
            n_ready=_n_ready(session, found) if actor.may(Action.BATCH) and not manifest else 0,
            papers=paper_links(session, documents.BATCH, found, found.id),
        )


@staff.post("/batches/<int:batch_id>/add")
@allow(Action.BATCH)
def batch_add(batch_id: int) -> ResponseReturnValue:
    """Add everything that became ready since the batch was opened, or one item."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            found = _own_batch(act.session, batch_id, Action.BATCH)
            ready = [item.id for item in custody.ready_items(act.session, found.office_id)]
            wanted = [form_int("item_id")] if form_text("item_id") else ready
            if not wanted:
                raise custody.NothingToAdd
            added = custody.add_items(act, batch_id, wanted)
        flash(_n("Đã thêm {n} bưu gửi vào lô.", n=len(added)), "done")
        return _to_batch(batch_id)

    return or_back(change, lambda: _to_batch(batch_id))


@staff.post("/batches/<int:batch_id>/remove")
@allow(Action.BATCH)
def batch_remove(batch_id: int) -> ResponseReturnValue:
    """Take one item out of an open batch."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            _own_batch(act.session, batch_id, Action.BATCH)
            custody.remove_item(act, batch_id, form_int("item_id"))
        flash(_("Đã đưa bưu gửi ra khỏi lô; bưu gửi trở lại hàng chờ."), "done")
        return _to_batch(batch_id)

    return or_back(change, lambda: _to_batch(batch_id))


@staff.post("/batches/<int:batch_id>/close")
@allow(Action.BATCH)
def batch_close(batch_id: int) -> ResponseReturnValue:
    """Fix the list; numbers are claimed now."""

    def change() -> ResponseReturnValue:
        require_sure()
        with acting() as act:
            _own_batch(act.session, batch_id, Action.BATCH)
            manifest = custody.close_batch(act, batch_id)
            said = _n("Đã chốt danh sách {number}: {n} bưu gửi.", n=manifest.n_items, number=manifest.number)
        flash(said, "done")
        return _to_batch(batch_id)

    return or_back(change, lambda: _to_batch(batch_id))


@staff.get("/handovers")
@allow(Action.SEE_QUEUE)
def handovers() -> ResponseReturnValue:
    """List the receipts of one's office, newest first, and which side has not signed yet."""
    with services().database.read() as session:
        found = desk.handovers(session, office_id=current_actor().office_id)
        unsigned = custody.unsigned_sides(session, [one.id for one in found])
        lines = [{"handover": one, "unsigned": unsigned[one.id]} for one in found]
        return render_desk("staff/handovers.html", _("Biên bản bàn giao"), lines=lines, legs=_LEGS)


@staff.get("/handovers/<int:handover_id>")
@allow(Action.SEE_QUEUE)
def handover(handover_id: int) -> ResponseReturnValue:
    """Show one handover: the counts, both names, every fault."""
    with services().database.read() as session:
        found = _own_handover(session, handover_id)
        faults = [
            {"code": line.code, "text": _FOUND_TEXTS[line.found]}
            for line in found.lines
            if line.found is not models.Found.PRESENT
        ]
        n_missing = sum(line.found is models.Found.MISSING for line in found.lines)
        return render_desk(
            "staff/handover.html",
            _("Biên bản {number}", number=found.number),
            h=found,
            papers=paper_links(session, documents.HANDOVER, found, found.id),
            giver=people.open_person(session, session.get_one(models.Person, found.giver_id)),
            receiver=people.open_person(session, session.get_one(models.Person, found.receiver_id)),
            faults=faults,
            n_missing=n_missing,
            n_extra=len(faults) - n_missing,
            signed=custody.signatures_of(session, handover_id),
            may_sign=current_actor().may(Action.HAND_OVER) or current_actor().may(Action.RECEIVE_AT_OFFICE),
        )


@staff.get("/discrepancies")
@allow(Action.SETTLE_DISCREPANCY)
def discrepancies() -> ResponseReturnValue:
    """List what nobody of the reader's office, or of the province, has settled yet."""
    with services().database.read() as session:
        office_id = current_actor().office_id
        return render_desk(
            "staff/discrepancies.html",
            _("Chênh lệch"),
            lines=[_discrepancy(one) for one in desk.open_discrepancies(session, office_id=office_id)],
            n_all=desk.n_open_discrepancies(session, office_id=office_id),
        )


@staff.post("/discrepancies/<int:discrepancy_id>/settle")
@allow(Action.SETTLE_DISCREPANCY)
def discrepancy_settle(discrepancy_id: int) -> ResponseReturnValue:
    """Close one discrepancy with a note on how it ended."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            custody.settle_discrepancy(act, discrepancy_id, settlement=form_text("settlement", limit=500))
        flash(_("Đã ghi cách giải quyết."), "done")
        return redirect(url_for("staff.discrepancies"), 303)

    return or_back(change, lambda: redirect(url_for("staff.discrepancies"), 303))


@staff.post("/discrepancies/<int:discrepancy_id>/accept")
@allow(Action.SETTLE_DISCREPANCY)
def discrepancy_accept(discrepancy_id: int) -> ResponseReturnValue:
    """Decide that a scan which did not fit is true; the item follows it."""

    def change() -> ResponseReturnValue:
        require_sure()
        with acting() as act:
            found = custody.accept_scan(act, discrepancy_id, settlement=form_text("settlement", limit=500))
            item = act.session.get_one(models.Item, found.item_id)
            code, state = say_code(item.s10 or item.dossier_code), say_state(item.state)
        flash(_("Đã công nhận lượt quét: {code} nay là “{state}”.", code=code, state=state), "done")
        return redirect(url_for("staff.discrepancies"), 303)

    return or_back(change, lambda: redirect(url_for("staff.discrepancies"), 303))


def _n_ready(session: Session, found: models.Batch) -> int:
    return queue.ready_by_office(session)[found.office_id]


def _own_batch(session: Session, batch_id: int, action: Action) -> models.Batch:
    found = desk.batch_head(session, batch_id)
    require_own(current_actor(), action, ownership.subject_of_batch(found), what=Message("lô bàn giao"))
    return found


def _own_handover(session: Session, handover_id: int) -> models.Handover:
    found = desk.handover(session, handover_id)
    own = ownership.subject_of_handover(session, found)
    require_own(current_actor(), Action.SEE_QUEUE, own, what=Message("biên bản bàn giao"))
    return found


def _paged(batch_id: int, n: int) -> dict[str, Any]:
    """Return which rows of a batch the page shows, from 1, how many there are, and the pages beside it."""
    first = min(asked_number("start") or 0, max(0, n - 1)) // _PAGE * _PAGE
    return {
        "start": first or None,
        "first": first + 1,
        "last": min(first + _PAGE, n),
        "n": n,
        "previous_url": url_for("staff.batch", batch_id=batch_id, start=first - _PAGE or None) if first else None,
        "next_url": url_for("staff.batch", batch_id=batch_id, start=first + _PAGE) if first + _PAGE < n else None,
    }


def _row(session: Session, item: models.Item) -> dict[str, Any]:
    code = item.consignment.commune_code
    commune = services().guide.register.find(code) if code else None
    return {
        "item_id": item.id,
        "is_withdrawn": item.state is State.CANCELLED,
        "dossier_code": item.dossier_code,
        "s10": item.s10,
        "recipient": people.open_person(session, item.consignment.person).full_name,
        "commune": commune.full_name if commune else _("ngoài tỉnh"),
        "n_documents": len(item.documents),
        "weight_g": item.weight_g if item.is_sealed else None,
        "fee_vnd": item.fee_vnd,
        "take_back": bool(item.take_back),
    }


def _detail(event: models.TrackingEvent | None, note: models.Discrepancy, item: models.Item | None) -> str:
    """Return what the scan said and when, or the figures that differ; "" where the code says it all."""
    if event is not None:
        return f"{_(EVENTS[event.kind])}, {say_instant(event.happened_at, local_zone())}"
    return note.detail if item is not None and note.kind in ("money", "papers") else ""


def _discrepancy(one: desk.OpenDiscrepancy) -> dict[str, Any]:
    note, item, event = one.note, one.item, one.event
    state = custody.decided_state(event) if event is not None else None
    texts = {
        "missing": _("Có trong danh sách bàn giao nhưng không có bưu gửi"),
        "extra": _("Có bưu gửi nhưng không có trong danh sách bàn giao"),
        "wrong": _("Mã quét không thuộc bưu gửi nào"),
        "money": _("Tiền bưu tá nộp khác số phải nộp (đếm được / phải nộp)"),
        "papers": _("Giấy tờ thu hồi bưu tá nộp khác số phải nộp (đếm được / phải nộp)"),
        "sheet": _("Phiếu đi phát có số điện thoại không nộp lại"),
        "home": _("Bưu tá quét là đã mang về, bưu cục không đếm thấy"),
        "scan_does_not_fit": _("Lượt quét không khớp với diễn biến của bưu gửi"),
    }
    return {
        "id": note.id,
        "noted_at": note.noted_at,
        "text": texts.get(note.kind, note.kind),
        "detail": _detail(event, note, item),
        "accepted_state": say_state(state) if state is not None else "",
        "is_scan": note.event_id is not None,
        "code": (item.s10 or item.dossier_code) if item else note.detail,
        "consignment_id": item.consignment_id if item else None,
        "handover_id": note.handover_id,
    }


def _to_batch(batch_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.batch", batch_id=batch_id, start=asked_number("start")), 303)
