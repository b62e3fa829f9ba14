"""Where other systems receive callbacks, for administrators: registered, paused, given another secret, removed."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.forms import once
from api.pages.common import form_choice, form_text, or_back, read_all, render_desk, require_sure
from api.pages.desk.home import staff
from api.web.auth import acting, allow
from api.wiring import callback_policy, services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Act, Action, InvalidInput, Message, PostalError, models, outside
from postal.access import audit, keys

_MANAGE = allow(Action.MANAGE_KEYS, asks_again=True)
_STATES = {
    models.EndpointState.ACTIVE: (Message("đang gửi"), "done"),
    models.EndpointState.PAUSED: (Message("tạm dừng"), "warning"),
    models.EndpointState.DISABLED: (Message("đã ngừng vì lỗi"), "danger"),
}


@staff.get("/set-up/endpoints", endpoint="endpoints")
@_MANAGE
def endpoints() -> ResponseReturnValue:
    """List the receivers of every system, and the form that registers one."""
    return _page()


@staff.post("/set-up/endpoints")
@_MANAGE
def add_endpoint() -> ResponseReturnValue:
    """Register a receiver; its secret is on this one answer and nowhere else."""
    try:
        system, url = read_all(lambda: form_choice("source_system"), lambda: form_text("url", limit=500))
        with acting() as act:
            if system not in keys.systems(act.session):
                raise InvalidInput(field="source_system")
            policy = callback_policy(services().settings)
            added, secret = outside.register_endpoint(act.session, system, url, (), policy=policy, now=act.now)
            audit.note(act, "endpoint_added", "endpoint", added.id)
    except PostalError as refusal:
        return forms.refused_page(_page(), forms.wrong_in(refusal)), 400
    return _page(secret=secret)


@staff.post("/set-up/endpoints/<int:endpoint_id>/rotate")
@_MANAGE
def rotate_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Give a receiver another secret, shown once; the one before signs as well for a day."""
    with acting() as act:
        found = outside.find_endpoint(act.session, endpoint_id)
        secret = outside.rotate_secret(act.session, found, now=act.now)
        audit.note(act, "endpoint_rotated", "endpoint", found.id)
    return _page(secret=secret)


@staff.post("/set-up/endpoints/<int:endpoint_id>/pause")
@_MANAGE
def pause_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Keep what comes for a receiver, send it nothing."""

    def change(act: Act, found: models.CallbackEndpoint) -> str:
        outside.pause(act.session, found)
        audit.note(act, "endpoint_paused", "endpoint", found.id)
        return _("Đã tạm dừng. Tin báo được giữ lại.")

    return _changed(endpoint_id, change)


@staff.post("/set-up/endpoints/<int:endpoint_id>/resume")
@_MANAGE
def resume_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Send a receiver everything that waits or was parked."""

    def change(act: Act, found: models.CallbackEndpoint) -> str:
        outside.resume(act.session, found)
        n_again = outside.replay(act.session, found.id, now=act.now)
        audit.note(act, "endpoint_resumed", "endpoint", found.id, n_again=n_again)
        return _n("Gửi lại từ bây giờ, kể cả {n} tin báo đã dừng.", n=n_again)

    return _changed(endpoint_id, change)


@staff.post("/set-up/endpoints/<int:endpoint_id>/remove")
@_MANAGE
def remove_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Take a receiver away for good, with what waits for it."""

    def change(act: Act, found: models.CallbackEndpoint) -> str:
        require_sure()
        n_dropped = outside.remove_endpoint(act.session, found)
        audit.note(act, "endpoint_removed", "endpoint", endpoint_id, n_dropped=n_dropped)
        return _n("Đã bỏ nơi nhận tin và {n} tin báo chưa gửi.", n=n_dropped)

    return _changed(endpoint_id, change)


def _changed(endpoint_id: int, change: Callable[[Act, models.CallbackEndpoint], str]) -> ResponseReturnValue:
    def carry_out() -> ResponseReturnValue:
        with acting() as act:
            said = change(act, outside.find_endpoint(act.session, endpoint_id))
        flash(said, "done")
        return redirect(url_for("staff.endpoints"), 303)

    return or_back(carry_out, lambda: redirect(url_for("staff.endpoints"), 303))


def _page(secret: str = "") -> str:
    if secret:
        once.shown_once()
    typed = {} if secret else {name: request.form.get(name, "")[:500] for name in ("source_system", "url")}
    with services().database.read() as session:
        return render_desk(
            "staff/set_up/endpoints.html",
            _("Nơi nhận tin báo"),
            rows=outside.endpoints_of(session),
            systems=keys.systems(session),
            states=_STATES,
            typed=typed,
            secret=secret,
        )
