"""Papers of real objects: labels as counted acts, and the forms that go with an item, a round or a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from flask import flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.common import form_date, form_text, or_back, paper_language, read_all, render_desk, require_sure
from api.pages.desk.home import staff
from api.pages.paper_links import printing_for
from api.web.auth import acting, allow, current_actor
from api.web.looks import note_paper
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from api.work.printing import AT_ONCE, order_labels
from postal import (
    Action,
    InvalidInput,
    Message,
    Session,
    custody,
    desk,
    errors,
    models,
    require,
    require_own,
    rounds,
)
from postal.access import ownership
from postal.custody import serials
from postal.rules import alphabet

_SEVERAL = 5
_Choice = tuple[documents.Paper[Any], documents.Way[Any, Any]]


@staff.post("/batches/<int:batch_id>/labels")
@allow(Action.PRINT)
def batch_labels(batch_id: int) -> ResponseReturnValue:
    """Print the labels of a closed batch: an act, counted; printing again needs a reason."""

    def items(session: Session) -> Sequence[models.Item]:
        found = desk.batch(session, batch_id)
        require_own(current_actor(), Action.PRINT, ownership.subject_of_batch(found), what=Message("lô bàn giao"))
        return documents.items_of_batch(session, batch_id)

    return _labels(items, f"nhan-lo-{batch_id}", url_for("staff.batch", batch_id=batch_id))


@staff.post("/rounds/<int:round_id>/labels")
@allow(Action.PRINT)
def round_labels(round_id: int) -> ResponseReturnValue:
    """Print a round's labels stop by stop: mostly again, with a reason."""

    def items(session: Session) -> Sequence[models.Item]:
        found = desk.delivery_round(session, round_id)
        require_own(current_actor(), Action.PRINT, ownership.subject_of_round(found), what=Message("chuyến phát"))
        return documents.items_of_round(found)

    return _labels(items, f"nhan-chuyen-{round_id}", url_for("staff.round_page", round_id=round_id))


def _offer(path: str) -> None:
    """Open the address at which the registry's papers are asked for, to who may print one of them."""
    choices = documents.papers_at(path)
    about, endpoint = choices[0][1].about, choices[0][1].endpoint

    @allow(*dict.fromkeys(paper.right(way) for paper, way in choices))
    def give(**ids: int) -> ResponseReturnValue:
        with services().database.read() as session:
            subject, printing = about.find(session, *ids.values()), printing_for(session)
            paper, way = _paper_now(printing, choices, subject)
            note_paper(paper.key)
            _require_own(session, paper.right(way), about, subject)
            printed = paper.print_for(printing, about, subject)
            name = f"{paper.file}-{about.name(subject)}"
        _warn(_("Không in được {paper}, hỏi lại cách viết tên hoặc địa chỉ", paper=paper.noun), printed.left_out)
        return _pdf(printed.content, name if printing.day is None else f"{name}-{printing.day}")

    give.__doc__ = f"Give: {', '.join(paper.key for paper, _way in choices)}."
    staff.add_url_rule(path, endpoint=endpoint, view_func=give)


def _paper_now(printing: documents.Printing, choices: Sequence[_Choice], subject: Any) -> _Choice:
    """Return the paper of this address whose moment has come. Raises NotFound naming the first of them."""
    for paper, way in choices:
        if way.when(printing, subject):
            return paper, way
    raise errors.NotFound(what=choices[0][0].noun)


def _require_own(session: Session, action: Action, about: documents.About[Any], subject: Any) -> None:
    if about.own is None:
        require(current_actor(), action)
    else:
        require_own(current_actor(), action, about.own(session, subject), what=about.what)


for _path in dict.fromkeys(way.path for paper in documents.PAPERS for way in paper.ways):
    _offer(_path)


@staff.post("/consignments/<int:consignment_id>/apology.pdf")
@allow(Action.PRINT)
def apology(consignment_id: int) -> ResponseReturnValue:
    """Give the letter of apology (form 04) with the reason and the new day."""

    def change() -> ResponseReturnValue:
        number, reason, due_on, new_due_on, title, name = read_all(
            lambda: form_text("number", limit=40),
            lambda: form_text("reason", limit=500),
            lambda: form_date("due_on"),
            lambda: form_date("new_due_on"),
            lambda: form_text("signer_title"),
            lambda: form_text("signer_name"),
        )
        wanted = documents.ApologyWords(
            number=number, reason=reason, due_on=due_on, new_due_on=new_due_on, signer_title=title, signer_name=name
        )
        with services().database.read() as session:
            found = _own_consignment(session, consignment_id)
            note_paper(documents.APOLOGY_LETTER.key)
            letter = documents.apology_letter_of(printing_for(session), found, wanted)
        return _pdf(letter, f"xin-loi-{consignment_id}")

    return or_back(change, lambda: redirect(url_for("staff.consignment", consignment_id=consignment_id), 303))


@staff.post("/rounds/<int:round_id>/numbered-sheet.pdf")
@allow(Action.PRINT)
def numbered_sheet(round_id: int) -> ResponseReturnValue:
    """Print a round's sheet with whole telephones where only the commune is known: numbered, and a look at people."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            found = desk.delivery_round(act.session, round_id)
            require_own(current_actor(), Action.PRINT, ownership.subject_of_round(found), what=Message("chuyến phát"))
            if services().settings.sheet_phones == "masked":
                raise errors.NotFound(what=Message("phiếu đi phát có số điện thoại"))
            number = rounds.print_numbered(act, round_id).number
            note_paper(documents.ROUTE_SHEET.key)
            sheet = documents.numbered_sheet_of(printing_for(act.session), found, number)
        return _pdf(sheet, f"phieu-di-phat-{number}")

    return or_back(change, lambda: redirect(url_for("staff.round_page", round_id=round_id), 303))


@staff.get("/prints")
@allow(Action.SETTLE_DISCREPANCY, Action.SEE_AUDIT)
def prints() -> ResponseReturnValue:
    """Show who of the reader's office printed labels again, how often and why, and which numbers were burnt."""
    with services().database.read() as session:
        every, again, spoilt = custody.reprints_by_person(session), desk.reprints(session), desk.spoilt_numbers(session)
        staff_of = desk.staff_named(session, {*every, *(one.user_id for one in spoilt)})
        office_id = current_actor().office_id
        counts = {one: n for one, n in every.items() if office_id in (None, staff_of.get(one or 0, ("", 0))[1])}
        names = {None: _("Lệnh của máy chủ")} | {one: name for one, (name, _office_id) in staff_of.items()}
        return render_desk(
            "staff/prints.html",
            _("In lại nhãn và số đã hủy"),
            people=sorted(((names[one], n) for one, n in counts.items()), key=_most_first),
            reprints=[(act, item, names[act.user_id]) for act, item in again if act.user_id in counts],
            spoilt=[(one, names[one.user_id]) for one in spoilt],
            may_spoil=current_actor().may(Action.PRINT),
        )


@staff.post("/prints/spoilt")
@allow(Action.PRINT)
def number_spoilt() -> ResponseReturnValue:
    """Burn a number whose label was torn or misprinted: it never comes back."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.prints"), 303)

    def change() -> ResponseReturnValue:
        require_sure()
        with acting() as act:
            burnt = serials.spoil(act, form_text("code", limit=20), reason=form_text("reason"))
            flash(_("Đã hủy số {code}. Số này không bao giờ dùng lại.", code=burnt.s10), "done")
        return back()

    return or_back(change, back)


def _most_first(row: tuple[str, int]) -> tuple[int, object]:
    return -row[1], alphabet.by_given_name(row[0])


def _labels(items_of: Callable[[Session], Sequence[models.Item]], name: str, back: str) -> ResponseReturnValue:
    def change() -> ResponseReturnValue:
        size = form_text("size") or documents.LABEL_FORMS[0]
        if size not in documents.LABEL_FORMS:
            raise InvalidInput(field=Message("Khổ nhãn"))
        reason = form_text("reason") or None
        with acting() as act:
            items = items_of(act.session)
            if len(items) > AT_ONCE:
                ids = [item.id for item in items]
                job_id = order_labels(act, ids, size=size, reason=reason, language=paper_language()).id
                return redirect(url_for("staff.job_page", job_id=job_id), 303)
            printed = documents.labels_of(printing_for(act.session), act, items, size=size, reason=reason)
        _warn(_("Không in được nhãn, hỏi lại cách viết tên hoặc địa chỉ"), printed.left_out)
        _warn(_("Nhãn phải rút gọn chữ, xem lại trước khi dán"), printed.shortened)
        return send_file(BytesIO(printed.content), mimetype=printed.mimetype, download_name=f"{name}.{printed.suffix}")

    return or_back(change, lambda: redirect(back, 303))


def _warn(words: str, codes: Sequence[str]) -> None:
    """Tell it on the next page: a PDF has no room for a warning."""
    if codes:
        said = f"{words}: {', '.join(codes[:_SEVERAL])}"
        more = _n(" và {n} nhãn nữa", n=len(codes) - _SEVERAL) if len(codes) > _SEVERAL else ""
        flash(f"{said}{more}.", "warning")


def _own_consignment(session: Session, consignment_id: int) -> models.Consignment:
    found = desk.consignment(session, consignment_id)
    own = ownership.subject_of_consignment(session, found)
    require_own(current_actor(), Action.PRINT, own, what=Message("bưu gửi"))
    return found


def _pdf(pdf: bytes, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(pdf), mimetype="application/pdf", download_name=f"{name}.pdf")
