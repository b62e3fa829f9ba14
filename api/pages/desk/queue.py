"""What waits, why and since when; one consignment; the answers that let it go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.account.looks import purpose
from api.pages.common import form_int, form_point, form_text, or_back, render_desk, require_sure
from api.pages.desk.consignment_acts import acts_of
from api.pages.desk.home import Counter, staff
from api.pages.paper_links import paper_links
from api.pages.stock import filters
from api.pages.stock.bulk import deeds_offered
from api.pages.stock.ground import ground_of
from api.pages.stock.story import story_of
from api.pages.stock.why import why_waiting
from api.web import looks as at_the_edge
from api.web.auth import acting, allow, current_actor, safe_next
from api.wiring import services
from api.words import gettext as _
from api.words import say_age
from postal import (
    Act,
    Action,
    InvalidInput,
    Message,
    Session,
    desk,
    doorstep,
    models,
    people,
    pictures,
    queue,
    require_own,
)
from postal.access import looks as looks_of
from postal.access import ownership
from postal.queue import questions
from postal.rules import alphabet

_SHORTEST_REASON = 5
_BUCKETS: tuple[tuple[str, Message, str], ...] = (
    ("address", Message("địa chỉ phải hỏi"), "warning"),
    ("point", Message("chỉ biết đến xã, phường"), "warning"),
    ("question", Message("câu hỏi khác"), "warning"),
    ("ready", Message("sẵn sàng xếp lô"), "done"),
    ("outside", Message("gửi ngoài tỉnh"), ""),
    ("post", Message("bưu chính đang giữ"), ""),
)
_EMPTY = {
    "address": Message("Không còn địa chỉ nào phải hỏi."),
    "point": Message("Không còn bưu gửi nào chỉ biết đến xã, phường."),
    "question": Message("Không còn câu hỏi nào."),
    "ready": Message("Chưa có kết quả sẵn sàng xếp lô."),
    "outside": Message("Không có bưu gửi nào chờ gửi ngoài tỉnh."),
    "post": Message("Bưu chính không giữ bưu gửi nào."),
}
_NOTHING = Message("Không có bưu gửi nào đang chờ.")
_FLAGS = {
    "far_from_commune": Message("điểm cách xa xã, phường đã ghi"),
    "far": Message("điểm cách xa xã, phường đã ghi"),
    "zero": Message("tọa độ (0, 0) đã bị bỏ"),
    "swapped": Message("vĩ độ và kinh độ bị đảo, đã bỏ"),
    "outside_province": Message("tọa độ ngoài tỉnh, đã bỏ"),
}


@staff.get("/queue", endpoint="queue")
@allow(Action.SEE_QUEUE)
def queue_page() -> ResponseReturnValue:
    """List what waits, the nearest promise first."""
    shown, now = filters.chosen("queue", request.args), services().now()
    bucket = shown.wanted.needs
    with services().database.read() as session:
        counts = queue.queue_counts(session, shown.wanted, now=now)
        lines = queue.waiting(session, shown.wanted, now=now, limit=filters.PAGE, offset=shown.first)
        left_out = desk.left_out(session, [line.consignment_id for line in lines])
        return render_desk(
            "staff/queue.html",
            _("Hàng chờ"),
            counters=_counters(counts, shown),
            shown=shown,
            choices=filters.choices(session, shown),
            bucket_text=next((text for name, text, _tone in _BUCKETS if name == bucket), None),
            lines=[_line(line, left_out) for line in lines],
            page=filters.paging(shown, getattr(counts, bucket) if bucket else filters.n_items(session, shown)),
            deeds=deeds_offered(),
            ground=ground_of(session, (line.commune_code for line in lines))
            if lines and bucket == queue.POINT and current_actor().may(Action.ANSWER_ADDRESS)
            else [],
            empty_text=_("Không có bưu gửi nào như đã lọc.") if shown.n_set else _EMPTY.get(bucket or "", _NOTHING),
        )


@staff.get("/consignments/<int:consignment_id>")
@allow(Action.SEE_ITEM)
def consignment(consignment_id: int) -> ResponseReturnValue:
    """Show one consignment whole: questions first."""
    actor = current_actor()
    register = services().guide.register
    with services().database.read() as session:
        found = _own(session, consignment_id, Action.SEE_ITEM)
        person = people.open_person(session, found.person)
        is_organisation = "self" not in doorstep.relations_for(people.unseal(session, found.person).full_name)
        may_look = actor.may(Action.SEE_RECIPIENT)
        commune = register.find(found.commune_code) if found.commune_code else None
        is_open = all(item.state in queue.WITH_AGENCY for item in found.items)
        needs = queue.needs_of(found) if is_open else frozenset()
        is_outside = found.address_status is models.AddressStatus.OUTSIDE
        may_answer = is_open and actor.may(Action.ANSWER_ADDRESS)
        told = story_of(session, found)
        return render_desk(
            "staff/consignment.html",
            found.items[0].dossier_code,
            c=found,
            person=person,
            is_organisation=is_organisation,
            questions=[{"code": code, "text": queue.say_question(code)} for code in found.attention if is_open],
            own_answers=("address_ambiguous", "address_unknown", queue.POINT_FAR, queue.OFFICE_NEW),
            needs_commune="address" in needs,
            conflict=queue.point_conflict(found, register),
            needs_release="point" in needs,
            may_answer=may_answer,
            ground=ground_of(session, [found.commune_code], with_neighbours=True)
            if may_answer and ("point" in needs or queue.POINT_FAR in found.attention)
            else [],
            agencies=[o for o in desk.offices(session, models.OfficeKind.ISSUING) if o.is_active]
            if queue.OFFICE_NEW in found.attention
            else [],
            candidates=[register.commune(code) for code in found.candidate_codes if code in register],
            communes=sorted(register, key=lambda c: alphabet.alphabetical(c.name)),
            commune_name=commune.full_name if commune else (_("ngoài tỉnh") if is_outside else _("chưa rõ")),
            flag_text=_FLAGS.get(found.point_flag or "", _("tọa độ cần xem lại")),
            papers=paper_links(session, documents.CONSIGNMENT, found, found.id),
            photos=pictures.of_events(session, _with_photos(told["events"])) if may_look else {},
            **told,
            acts=acts_of(session, found),
            left=doorstep.left_at_door(session, found.id),
            looks=looks_of.looks_at(session, found.id),
            paper_nouns={paper.key: paper.noun for paper in documents.PAPERS},
            purpose=purpose,
            may_ask=not actor.may(Action.SEE_RECIPIENT) and not at_the_edge.has_reason(),
        )


@staff.post("/consignments/<int:consignment_id>/look")
@allow(Action.SEE_ITEM)
def look_at(consignment_id: int) -> ResponseReturnValue:
    """Show the recipient to who is masked otherwise, for a typed reason that is kept with the look."""

    def change() -> ResponseReturnValue:
        reason = form_text("reason", limit=300)
        if len(reason) < _SHORTEST_REASON:
            raise InvalidInput(field=Message("Lý do"))
        at_the_edge.look_with_reason(reason)
        return consignment(consignment_id)

    return or_back(change, lambda: redirect(url_for("staff.consignment", consignment_id=consignment_id), 303))


@staff.post("/consignments/<int:consignment_id>/address")
@allow(Action.ANSWER_ADDRESS)
def answer_address(consignment_id: int) -> ResponseReturnValue:
    """Record which commune it is, after asking."""

    def change(act: Act) -> None:
        queue.answer_address(act, consignment_id, form_text("commune_code"), guide=services().guide)

    return _answer(consignment_id, change)


@staff.post("/consignments/<int:consignment_id>/point")
@allow(Action.ANSWER_ADDRESS)
def confirm_point(consignment_id: int) -> ResponseReturnValue:
    """Record where the door is; the point is remembered for the same address."""

    def change(act: Act) -> None:
        told = form_point("lat", "lon")
        queue.confirm_point(act, consignment_id, told.lat, told.lon, guide=services().guide)

    back = form_text("back", limit=500)
    return _answer(consignment_id, change, back=safe_next(back, "") or None)


@staff.post("/consignments/<int:consignment_id>/far-point")
@allow(Action.ANSWER_ADDRESS)
def answer_far_point(consignment_id: int) -> ResponseReturnValue:
    """Keep or drop a point far from its commune, after asking."""

    def change(act: Act) -> None:
        if form_text("answer") == "keep":
            queue.keep_far_point(act, consignment_id)
        else:
            queue.drop_point(act, consignment_id, guide=services().guide)

    return _answer(consignment_id, change)


@staff.post("/consignments/<int:consignment_id>/release")
@allow(Action.ANSWER_ADDRESS)
def release_point(consignment_id: int) -> ResponseReturnValue:
    """Let a consignment go with the commune's point, for a stated reason."""

    def change(act: Act) -> None:
        queue.release_point(act, consignment_id, form_text("reason"))

    return _answer(consignment_id, change)


@staff.post("/consignments/<int:consignment_id>/office")
@allow(Action.ANSWER_ADDRESS)
def answer_office(consignment_id: int) -> ResponseReturnValue:
    """Say which agency a nearly known name means, or that it is a new one."""

    def change(act: Act) -> None:
        is_new = form_text("answer") == "new"
        questions.answer_office(act, consignment_id, None if is_new else form_int("office_id"))

    return _answer(consignment_id, change)


@staff.post("/consignments/<int:consignment_id>/settle")
@allow(Action.ANSWER_ADDRESS)
def settle_question(consignment_id: int) -> ResponseReturnValue:
    """Settle another question, with the corrected name, phone, address or sum where there is one."""

    def change(act: Act) -> None:
        correction = questions.Correction(
            full_name=form_text("full_name", limit=250) or None,
            phone=form_text("phone", limit=40) or None,
            address=form_text("address", limit=500) or None,
            fee=form_text("fee", limit=40) or None,
        )
        questions.settle(act, consignment_id, form_text("code"), correction=correction, guide=services().guide)

    return _answer(consignment_id, change)


@staff.post("/consignments/<int:consignment_id>/outside")
@allow(Action.ANSWER_ADDRESS)
def answer_outside(consignment_id: int) -> ResponseReturnValue:
    """Record that the address lies in another province: it goes on by the national post."""

    def change(act: Act) -> None:
        require_sure()
        questions.answer_outside(act, consignment_id)

    return _answer(consignment_id, change)


def _answer(consignment_id: int, change: Callable[[Act], None], *, back: str | None = None) -> ResponseReturnValue:
    def carry_out() -> ResponseReturnValue:
        with acting() as act:
            found = _own(act.session, consignment_id, Action.ANSWER_ADDRESS)
            change(act)
            codes = ", ".join(item.dossier_code for item in found.items)
            is_far = queue.POINT_FAR in found.attention
        flash(_("Đã ghi câu trả lời cho {codes}.", codes=codes), "done")
        return to_item() if back is None or is_far else redirect(back, 303)

    def to_item() -> ResponseReturnValue:
        return redirect(url_for("staff.consignment", consignment_id=consignment_id), 303)

    return or_back(carry_out, to_item)


def _with_photos(events: Sequence[models.TrackingEvent]) -> list[int]:
    """Return the ids of the events that name photos: mostly none, and then there is nothing to ask for."""
    return [event.id for event in events if pictures.NAMED in event.facts]


def _own(session: Session, consignment_id: int, action: Action) -> models.Consignment:
    found = desk.consignment(session, consignment_id)
    require_own(current_actor(), action, ownership.subject_of_consignment(session, found), what=Message("bưu gửi"))
    return found


def _counters(counts: queue.QueueCounts, shown: filters.Chosen) -> list[Counter]:
    return [
        Counter(
            number=getattr(counts, name),
            text=text,
            tone=tone,
            url=shown.url(bucket=None if shown.wanted.needs == name else name),
            is_current=shown.wanted.needs == name,
        )
        for name, text, tone in _BUCKETS
    ]


def _line(line: queue.Waiting, left_out: Mapping[int, str]) -> dict[str, Any]:
    commune = services().guide.register.find(line.commune_code) if line.commune_code else None
    return {
        "item_id": line.item_id,
        "consignment_id": line.consignment_id,
        "dossier_code": line.dossier_code,
        "s10": line.s10,
        "recipient": line.recipient,
        "address": line.address,
        "commune_code": line.commune_code,
        "commune": commune.full_name if commune else "–",
        "state": line.state,
        "why": why_waiting(line, left_out),
        "promised_by": line.promised_by,
        "is_late": line.is_late,
        "age": say_age(line.since, services().now()),
    }
