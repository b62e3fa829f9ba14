"""One's own second factor: an authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.forms import once
from api.pages.account.own import own_id
from api.pages.common import form_text, render_desk, square_code
from api.pages.desk.home import staff
from api.web import auth, confirming
from api.web.auth import acting, allow
from api.wiring import services
from api.words import gettext as _
from postal import Act, Action, PostalError, models
from postal.access import factors, sign_ins

_OWN = allow(Action.CHANGE_OWN_PASSWORD, asks_again=True, is_before_factor=True)


@staff.get("/account/second-factor", endpoint="second_factor")
@_OWN
def second_factor() -> ResponseReturnValue:
    """Show one's second factors and the ways to add one."""
    return _page()


@staff.post("/account/second-factor/app")
@_OWN
def start_app() -> ResponseReturnValue:
    """Make the secret for an authenticator app; it counts once a code confirms it."""
    with acting() as act:
        factors.start_totp(act, _user(act))
    return redirect(url_for("staff.second_factor") + "#app", 303)


@staff.post("/account/second-factor/app/confirm")
@_OWN
def confirm_app() -> ResponseReturnValue:
    """Take the app whose first code was typed; with the first factor come recovery codes."""
    try:
        with acting() as act:
            factors.confirm_totp(act, _user(act), form_text("code", limit=40))
            codes = _codes_of_first(act)
    except PostalError as refusal:
        return forms.refused_page(_page(), forms.wrong_in(refusal)), 400
    return _added(codes)


@staff.post("/account/second-factor/app/remove")
@_OWN
def remove_app() -> ResponseReturnValue:
    """Take the authenticator app away."""
    with acting() as act:
        factors.drop_totp(act, _user(act))
    flash(_("Đã gỡ ứng dụng mã."), "done")
    return redirect(url_for("staff.second_factor"), 303)


@staff.post("/account/second-factor/passkeys")
@_OWN
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey this browser made; with the first factor come recovery codes."""
    answer, name = request.form.get("passkey", ""), request.form.get("name", "")
    try:
        form_text("name", limit=60)
        with acting() as act:
            sign_in_id = auth.current_sign_in() or 0
            challenge = sign_ins.take_challenge(act.session, sign_in_id, now=act.now)
            kept_as = name or _("Khóa truy cập")
            factors.add_passkey(act, _user(act), confirming.site(), answer, challenge=challenge, name=kept_as)
            codes = _codes_of_first(act)
    except PostalError as refusal:
        return forms.refused_page(_page(passkey_name=name), forms.wrong_in(refusal)), 400
    return _added(codes)


@staff.post("/account/second-factor/passkeys/<int:passkey_id>/remove")
@_OWN
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Take one passkey away."""
    with acting() as act:
        factors.drop_passkey(act, _user(act), passkey_id)
    flash(_("Đã gỡ khóa truy cập."), "done")
    return redirect(url_for("staff.second_factor"), 303)


@staff.post("/account/second-factor/recovery-codes")
@_OWN
def make_recovery_codes() -> ResponseReturnValue:
    """Make ten recovery codes in place of the earlier ones, and show them once."""
    with acting() as act:
        if not factors.standing(act.session, own_id()).has_any:
            return redirect(url_for("staff.second_factor"), 303)
        codes = factors.new_codes(act, own_id())
    return _codes_page(codes)


def _codes_of_first(act: Act) -> tuple[str, ...]:
    """Return recovery codes where the factor just added is the first, nothing otherwise."""
    user = _user(act)
    is_first = user.second_factor_since is None
    factors.settle(act, user)
    return factors.new_codes(act, user.id) if is_first else ()


def _added(codes: tuple[str, ...]) -> ResponseReturnValue:
    if codes:
        return _codes_page(codes)
    flash(_("Đã thêm yếu tố xác thực thứ hai."), "done")
    return redirect(url_for("staff.second_factor"), 303)


def _codes_page(codes: tuple[str, ...]) -> str:
    once.shown_once()
    return render_desk("staff/recovery_codes.html", _("Mã dự phòng"), codes=codes)


def _page(passkey_name: str = "") -> str:
    with acting() as act:
        challenge = sign_ins.new_challenge(act.session, auth.current_sign_in() or 0, now=act.now)
    with services().database.read() as session:
        user = session.get_one(models.User, own_id())
        secret = factors.waiting_secret(session, user)
        return render_desk(
            "staff/second_factor.html",
            _("Yếu tố xác thực thứ hai"),
            standing=factors.standing(session, user.id),
            secret=secret,
            square=square_code(secret.address) if secret is not None else None,
            offer=factors.offer_passkey(session, user, confirming.site(), challenge=challenge),
            is_required=user.role in services().settings.second_factor_roles,
            passkey_name=passkey_name,
        )


def _user(act: Act) -> models.User:
    return act.session.get_one(models.User, own_id())
