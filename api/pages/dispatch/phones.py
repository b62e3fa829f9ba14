"""What an office gives its couriers: phones, by a code, and printed badges; how each ends."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.forms import once
from api.pages.common import form_text, or_back, render_desk, square_code
from api.pages.desk.home import staff
from api.pages.paper_links import printing_for
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, Subject, citizen, custody, models, phones, require_own

_VOID = {
    custody.VOID_REFUSED: Message("hệ thống không nhận lần ghi đó"),
    custody.VOID_DISMISSED: Message("bưu cục đã bỏ mục của máy thu hồi"),
    custody.VOID_TWICE: Message("cùng một việc đã ghi dưới số khác"),
}


@staff.get("/phones", endpoint="phones")
@allow(Action.MANAGE_PHONES)
def phones_page() -> ResponseReturnValue:
    """List the office's couriers with their phones."""
    with services().database.read() as session:
        found = phones.couriers_with_phones(session, office_id=current_actor().office_id)
        return render_desk(
            "staff/phones.html",
            _("Điện thoại bưu tá"),
            couriers=found,
            numbers=[_numbers(one) for one in custody.numbers_of_phones(session, office_id=current_actor().office_id)],
            void=custody.void_numbers(session, office_id=current_actor().office_id),
            void_words={code: _(words) for code, words in _VOID.items()},
        )


@staff.post("/couriers/<int:courier_id>/phone-code")
@allow(Action.MANAGE_PHONES)
def phone_code(courier_id: int) -> ResponseReturnValue:
    """Make a code for one phone and show it once, in letters and as a square code."""
    with acting() as act:
        courier = phones.courier(act.session, courier_id)
        _require_own(courier, what=Message("bưu tá"))
        code = phones.make_code(act, courier_id)
        until, name = act.now + phones.CODE_LASTS, courier.code
    address = f"{services().settings.public_url.rstrip('/')}{url_for('courier.app')}#{code}"
    once.shown_once()
    return render_desk(
        "staff/phone_code.html",
        _("Đăng ký điện thoại"),
        code=f"{code[:4]}-{code[4:]}",
        courier_code=name,
        until=until,
        address=address.partition("#")[0],
        square=square_code(address),
    )


@staff.post("/phones/<int:phone_id>/revoke")
@allow(Action.MANAGE_PHONES)
def phone_revoke(phone_id: int) -> ResponseReturnValue:
    """End a phone at once."""
    with acting() as act:
        phone = phones.phone(act.session, phone_id)
        _require_own(phone.courier, what=Message("điện thoại"))
        phones.revoke(act, phone)
    flash(_("Đã thu hồi: điện thoại này không mở được chuyến nữa."), "done")
    return redirect(url_for("staff.phones"), 303)


@staff.get("/badges")
@allow(Action.MANAGE_PHONES)
def badges() -> ResponseReturnValue:
    """List the office's couriers with their badges."""
    with services().database.read() as session:
        found = citizen.couriers_with_badges(session, office_id=current_actor().office_id)
        return render_desk("staff/badges.html", _("Thẻ bưu tá"), couriers=found)


@staff.post("/couriers/<int:courier_id>/badge.pdf")
@allow(Action.MANAGE_PHONES)
def badge_print(courier_id: int) -> ResponseReturnValue:
    """Print a courier's badge: an act, counted; it ends the one before, and printing again needs a reason."""
    with services().database.read() as session:
        _require_own(phones.courier(session, courier_id), what=Message("bưu tá"))

    def change() -> ResponseReturnValue:
        with acting() as act:
            courier = phones.courier(act.session, courier_id)
            reason = form_text("reason")
            pdf = documents.badge_of(printing_for(act.session), act, courier, reason=reason)
            name = f"{documents.COURIER_BADGE.file}-{courier.code}.pdf"
        return send_file(BytesIO(pdf), mimetype="application/pdf", download_name=name)

    return or_back(change, lambda: redirect(url_for("staff.badges"), 303))


@staff.post("/badges/<int:badge_id>/revoke")
@allow(Action.MANAGE_PHONES)
def badge_revoke(badge_id: int) -> ResponseReturnValue:
    """End a badge at once."""
    with acting() as act:
        found = citizen.badge(act.session, badge_id)
        _require_own(phones.courier(act.session, found.courier_id), what=Message("thẻ bưu tá"))
        citizen.revoke_badge(act, found)
    flash(_("Đã thu hồi: mã vuông của thẻ này không còn đúng nữa."), "done")
    return redirect(url_for("staff.badges"), 303)


def _numbers(one: custody.PhoneNumbers) -> dict[str, Any]:
    """Return a line of the page: whose numbers, from which to which, and what became of them."""
    ranges = [(custody.number_in(b, b.first_number), custody.number_in(b, b.last_number)) for b in one.blocks]
    return {"phone": one.phone, "ranges": ranges, "n_used": one.n_used, "n_void": one.n_void, "n_left": one.n_left}


def _require_own(courier: models.Courier, *, what: Message) -> None:
    subject = Subject(office_ids=frozenset({courier.office_id}), courier_id=courier.id)
    require_own(current_actor(), Action.MANAGE_PHONES, subject, what=what)
