"""Keys of other systems, for administrators: issued and shown once, revoked."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_text, read_all, render_desk, today
from api.pages.desk.home import staff
from api.pages.set_up import changing
from api.pages.set_up.fields import form_from_day, form_one_of, form_reason, form_ticked
from api.web.auth import allow
from api.wiring import services
from api.words import gettext as _
from postal import Act, Action, Message, NotFound, Scope, models
from postal.access import accounts, keys
from postal.models import SetUpArea
from postal.set_up import changes

_MANAGE = allow(Action.MANAGE_KEYS, asks_again=True)
# What each scope opens, as an administrator chooses it.
_SCOPES = {
    Scope.RESULTS_WRITE: Message("gửi kết quả vào"),
    Scope.COLLECTIONS_WRITE: Message("đặt nhận hồ sơ tại nhà"),
    Scope.ITEMS_READ: Message("xem bưu gửi của mình"),
    Scope.ITEMS_CANCEL: Message("hủy bưu gửi của mình"),
    Scope.ENDPOINTS_MANAGE: Message("đăng ký nơi nhận tin"),
    Scope.METRICS_READ: Message("đọc số đo của hệ thống"),
    Scope.CARRIER_WRITE: Message("báo tình trạng với tư cách hãng chuyển phát"),
}


@staff.get("/keys", endpoint="keys")
@_MANAGE
def api_keys() -> ResponseReturnValue:
    """List the keys by their public part, and the form that issues one."""
    return _page()


@staff.post("/keys")
@_MANAGE
def issue_key() -> ResponseReturnValue:
    """Issue a key: first shown what it opens, then made; its text is on that one answer and nowhere else."""

    def read() -> changes.Wanted:
        with services().database.read() as session:
            known = [one.code for one in accounts.offices_to_choose(session)]
        system, scopes, office, reason = read_all(
            lambda: keys.clean_system(form_choice("source_system")),
            lambda: form_ticked("scope", tuple(map(str, _SCOPES)), is_needed=True),
            lambda: form_one_of("office", known, may_be_none=True),
            form_reason,
        )
        asked = form_text("subject")
        prefix = asked if keys.is_prefix(asked) else keys.new_prefix()
        after = {"system": system, "scopes": sorted(scopes), "office": office or None, "is_active": True}
        return changes.Wanted(area=SetUpArea.KEY, subject=prefix, after=after, from_day=today(), reason=reason)

    def give_text(act: Act, made: models.SetUpChange) -> str:
        return keys.give_text(act.session, keys.find_api_key(act.session, made.subject))

    return changing.ask(read, url_for("staff.keys"), then=give_text)


@staff.post("/keys/<int:key_id>/revoke")
@_MANAGE
def revoke_key(key_id: int) -> ResponseReturnValue:
    """End a key from a day on: first shown, then made."""

    def read() -> changes.Wanted:
        with services().database.read() as session:
            key = session.get(models.ApiKey, key_id)
        if key is None:
            raise NotFound(what=Message("khóa API"))
        day, reason = read_all(form_from_day, form_reason)
        after = {"is_active": False}
        return changes.Wanted(area=SetUpArea.KEY, subject=key.prefix, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.keys"))


def _page() -> str:
    with services().database.read() as session:
        offices = accounts.offices_to_choose(session)
        return render_desk(
            "staff/keys.html",
            _("Khóa API"),
            rows=keys.api_keys(session),
            office_names={one.id: one.name for one in offices},
            offices=offices,
            scopes=[(str(scope), said) for scope, said in _SCOPES.items()],
            **changing.of_area(session, SetUpArea.KEY),
        )
