"""Keys of other systems, for administrators: issued and shown once, revoked."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.pages.common import form_text, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow
from api.wiring import services
from api.words import gettext as _
from postal import Action, InvalidInput, Message, NotFound, PostalError, Scope, models
from postal.access import accounts, audit, keys

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
    """Issue a key; its text is on this one answer and nowhere else."""
    chosen = request.form.getlist("scope")
    try:
        scopes = _scopes(chosen)
        with acting() as act:
            office = form_text("office")
            office_id = accounts.office_id_of(act.session, office) if office else None
            key, text = keys.add_api_key(
                act.session, form_text("source_system"), scopes, now=act.now, office_id=office_id
            )
            audit.note(act, "api_key_added", "api_key", key.id)
    except PostalError as refusal:
        return forms.refused_page(_page(), forms.wrong_in(refusal)), 400
    return _page(text=text)


@staff.post("/keys/<int:key_id>/revoke")
@_MANAGE
def revoke_key(key_id: int) -> ResponseReturnValue:
    """End a key at once."""
    with acting() as act:
        key = act.session.get(models.ApiKey, key_id)
        if key is None:
            raise NotFound(what=Message("khóa API"))
        keys.revoke_api_key(act.session, key, now=act.now)
        audit.note(act, "api_key_revoked", "api_key", key.id)
        flash(_("Đã thu hồi khóa {prefix} của {system}.", prefix=key.prefix, system=key.source_system), "done")
    return redirect(url_for("staff.keys"), 303)


def _scopes(chosen: list[str]) -> list[Scope]:
    """Raises InvalidInput for none and for one that is not known."""
    try:
        scopes = [Scope(one) for one in chosen]
    except ValueError as exc:
        raise InvalidInput(field="scope") from exc
    if not scopes:
        raise InvalidInput(field=_("Quyền của khóa"))
    return scopes


def _page(text: str = "") -> str:
    typed = {} if text else {name: request.form.get(name, "")[:200] for name in ("source_system", "office")}
    with services().database.read() as session:
        offices = accounts.offices_to_choose(session)
        return render_desk(
            "staff/keys.html",
            _("Khóa API"),
            rows=keys.api_keys(session),
            office_names={one.id: one.name for one in offices},
            offices=offices,
            scopes=[(str(scope), said) for scope, said in _SCOPES.items()],
            chosen=[] if text else request.form.getlist("scope"),
            typed=typed,
            text=text,
        )
