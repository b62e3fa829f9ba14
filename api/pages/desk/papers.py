"""Papers of real objects: labels as counted acts, and the forms that go with an item, a round or a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.common import form_date, form_text, or_back, paper_language, render_desk, today
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.work.printing import AT_ONCE, order_labels
from postal import Action, InvalidInput, Session, Subject, custody, desk, errors, models, people, require_own
from postal.access import ownership
from postal.custody import serials

_SEVERAL = 5


@staff.post("/batches/<int:batch_id>/labels")
@allow(Action.PRINT)
def batch_labels(batch_id: int) -> ResponseReturnValue:
    """Print the labels of a closed batch: an act, counted; printing again needs a reason."""

    def items(session: Session) -> Sequence[models.Item]:
        found = desk.batch(session, batch_id)
        require_own(current_actor(), Action.PRINT, ownership.subject_of_batch(found), what="lô bàn giao")
        return documents.items_of_batch(session, batch_id)

    return _labels(items, f"nhan-lo-{batch_id}", url_for("staff.batch", batch_id=batch_id))


@staff.post("/rounds/<int:round_id>/labels")
@allow(Action.PRINT)
def round_labels(round_id: int) -> ResponseReturnValue:
    """Print a round's labels stop by stop: mostly again, with a reason."""

    def items(session: Session) -> Sequence[models.Item]:
        found = desk.delivery_round(session, round_id)
        require_own(current_actor(), Action.PRINT, ownership.subject_of_round(found), what="chuyến phát")
        return documents.items_of_round(found)

    return _labels(items, f"nhan-chuyen-{round_id}", url_for("staff.round_page", round_id=round_id))


@staff.get("/batches/<int:batch_id>/notes.pdf")
@allow(Action.PRINT)
def batch_notes(batch_id: int) -> ResponseReturnValue:
    """Give the consignment notes of a batch, one for each item."""
    with services().database.read() as session:
        found = desk.batch(session, batch_id)
        require_own(current_actor(), Action.PRINT, ownership.subject_of_batch(found), what="lô bàn giao")
        items = [line.item for line in found.lines if line.is_current] or documents.items_of_batch(session, batch_id)
        if not items:
            raise InvalidInput(field="Lô chưa có bưu gửi")
        pdf, left_out = documents.notes_of_batch(services(), session, items, language=paper_language())
    _warn("Không in được phiếu gửi, hỏi lại cách viết tên hoặc địa chỉ", left_out)
    return _pdf(pdf, f"phieu-gui-lo-{batch_id}")


@staff.get("/consignments/<int:consignment_id>/papers/<paper>.pdf")
@allow(Action.PRINT)
def consignment_paper(consignment_id: int, paper: str) -> ResponseReturnValue:
    """Give a consignment's note, invitation, receipt of fees or receipt of a dossier collected at home."""
    with services().database.read() as session:
        found = _own_consignment(session, consignment_id)
        make = documents.CONSIGNMENT_PAPERS.get(paper)
        if make is None:
            raise errors.NotFound(what="giấy tờ")
        return _pdf(make(services(), session, found.items, language=paper_language()), f"{paper}-{consignment_id}")


@staff.post("/consignments/<int:consignment_id>/apology.pdf")
@allow(Action.PRINT)
def apology(consignment_id: int) -> ResponseReturnValue:
    """Give the letter of apology (form 04) with the reason and the new day."""

    def change() -> ResponseReturnValue:
        with services().database.read() as session:
            wanted = documents.ApologyWords(
                number=form_text("number", limit=40),
                reason=form_text("reason", limit=500),
                due_on=form_date("due_on"),
                new_due_on=form_date("new_due_on"),
                signer_title=form_text("signer_title"),
                signer_name=form_text("signer_name"),
            )
            found = _own_consignment(session, consignment_id)
            letter = documents.apology_letter_of(services(), session, found, wanted, language=paper_language())
        return _pdf(letter, f"xin-loi-{consignment_id}")

    return or_back(change, lambda: redirect(url_for("staff.consignment", consignment_id=consignment_id), 303))


@staff.get("/agencies/<int:agency_id>/returns.pdf")
@allow(Action.RETURN_TO_SENDER)
def return_list(agency_id: int) -> ResponseReturnValue:
    """Give the list of what is on its way back to an agency, of the clerk's own office or of all."""
    with services().database.read() as session:
        agency = desk.office(session, agency_id, models.OfficeKind.ISSUING)
        office_id = current_actor().office_id
        pdf = documents.return_list_of(services(), session, agency, office_id=office_id, language=paper_language())
        return _pdf(pdf, f"chuyen-hoan-{agency.code}")


@staff.get("/agencies/<int:agency_id>/taken-back.pdf")
@allow(Action.RETURN_TO_SENDER)
def taken_back(agency_id: int) -> ResponseReturnValue:
    """Give the minutes of papers taken back and money collected for an agency on a day."""
    with services().database.read() as session:
        agency = desk.office(session, agency_id, models.OfficeKind.ISSUING)
        office_id, day = current_actor().office_id, _day()
        pdf = documents.reverse_handover_of(
            services(), session, agency, day, office_id=office_id, language=paper_language()
        )
        return _pdf(pdf, f"thu-hoi-{agency.code}-{day}")


@staff.get("/offices/<int:office_id>/day-report.pdf")
@allow(Action.RECEIVE_AT_OFFICE)
def day_report(office_id: int) -> ResponseReturnValue:
    """Give an office's report at the end of a day."""
    with services().database.read() as session:
        own = Subject(office_ids=frozenset({office_id}))
        require_own(current_actor(), Action.RECEIVE_AT_OFFICE, own, what="bưu cục")
        office, day = desk.office(session, office_id, models.OfficeKind.DELIVERY), _day()
        pdf = documents.day_report_of(services(), session, office, day, language=paper_language())
        return _pdf(pdf, f"cuoi-ngay-{office.code}-{day}")


@staff.get("/prints")
@allow(Action.SETTLE_DISCREPANCY, Action.SEE_AUDIT)
def prints() -> ResponseReturnValue:
    """Show who of the reader's office printed labels again, how often and why, and which numbers were burnt."""
    with services().database.read() as session:
        counts = {one: n for one, n in custody.reprints_by_person(session).items() if _is_of_own_office(session, one)}
        return render_desk(
            "staff/prints.html",
            "In lại nhãn và số đã hủy",
            "Reprints and burnt numbers",
            people=sorted(((_who(session, one), n) for one, n in counts.items()), key=lambda row: (-row[1], row[0])),
            reprints=[
                (act, item, _who(session, act.user_id)) for act, item in desk.reprints(session) if act.user_id in counts
            ],
            spoilt=[(one, _who(session, one.user_id)) for one in desk.spoilt_numbers(session)],
            may_spoil=current_actor().may(Action.PRINT),
        )


@staff.post("/prints/spoilt")
@allow(Action.PRINT)
def number_spoilt() -> ResponseReturnValue:
    """Burn a number whose label was torn or misprinted: it never comes back."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.prints"), 303)

    def change() -> ResponseReturnValue:
        with acting() as act:
            burnt = serials.spoil(act, form_text("code", limit=20), reason=form_text("reason"))
            flash(f"Đã hủy số {burnt.s10}. Số này không bao giờ dùng lại.", "done")
        return back()

    return or_back(change, back)


def _is_of_own_office(session: Session, user_id: int | None) -> bool:
    office_id = current_actor().office_id
    user = session.get(models.User, user_id) if user_id else None
    return office_id is None or (user is not None and user.office_id == office_id)


def _who(session: Session, user_id: int | None) -> str:
    user = session.get(models.User, user_id) if user_id else None
    if user is None:
        return "Lệnh của máy chủ"
    return people.open_person(session, session.get_one(models.Person, user.person_id)).full_name


def _labels(items_of: Callable[[Session], Sequence[models.Item]], name: str, back: str) -> ResponseReturnValue:
    def change() -> ResponseReturnValue:
        size = form_text("size") or documents.LABEL_FORMS[0]
        if size not in documents.LABEL_FORMS:
            raise InvalidInput(field="Khổ nhãn")
        reason = form_text("reason") or None
        with acting() as act:
            items = items_of(act.session)
            if len(items) > AT_ONCE:
                ids = [item.id for item in items]
                job_id = order_labels(act, ids, size=size, reason=reason, language=paper_language()).id
                return redirect(url_for("staff.job_page", job_id=job_id), 303)
            printed = documents.labels_of(services(), act, items, size=size, reason=reason, language=paper_language())
        _warn("Không in được nhãn, hỏi lại cách viết tên hoặc địa chỉ", printed.left_out)
        _warn("Nhãn phải rút gọn chữ, xem lại trước khi dán", printed.shortened)
        return send_file(BytesIO(printed.content), mimetype=printed.mimetype, download_name=f"{name}.{printed.suffix}")

    return or_back(change, lambda: redirect(back, 303))


def _warn(words: str, codes: Sequence[str]) -> None:
    """Tell it on the next page: a PDF has no room for a warning."""
    if codes:
        more = f" và {len(codes) - _SEVERAL} nhãn nữa" if len(codes) > _SEVERAL else ""
        flash(f"{words}: {', '.join(codes[:_SEVERAL])}{more}.", "warning")


def _own_consignment(session: Session, consignment_id: int) -> models.Consignment:
    found = desk.consignment(session, consignment_id)
    own = ownership.subject_of_consignment(session, found)
    require_own(current_actor(), Action.PRINT, own, what="bưu gửi")
    return found


def _day() -> date:
    if "day" not in request.args:
        return today()
    try:
        return date.fromisoformat(request.args["day"])
    except ValueError as exc:
        raise InvalidInput(field="Ngày") from exc


def _pdf(pdf: bytes, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(pdf), mimetype="application/pdf", download_name=f"{name}.pdf")
