"""The office's page of couriers' phones: a code to enrol one, its last contact, and its end."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import render_desk, square_code
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, Subject, models, phones, require_own


@staff.get("/phones", endpoint="phones")
@allow(Action.MANAGE_PHONES)
def phones_page() -> ResponseReturnValue:
    """List the office's couriers with their phones."""
    with services().database.read() as session:
        found = phones.couriers_with_phones(session, office_id=current_actor().office_id)
        return render_desk("staff/phones.html", _("Điện thoại bưu tá"), couriers=found)


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


def _require_own(courier: models.Courier, *, what: Message) -> None:
    subject = Subject(office_ids=frozenset({courier.office_id}), courier_id=courier.id)
    require_own(current_actor(), Action.MANAGE_PHONES, subject, what=what)
