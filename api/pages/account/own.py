"""One's own account: where one is signed in, ending that, a new password."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.pages.common import render_desk
from api.pages.desk.home import staff
from api.web import auth, devices
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, InvalidInput, Message, PostalError, models
from postal.access import accounts, audit, sign_ins

_WHY_ENDED = {
    models.EndedWhy.SIGNED_OUT: Message("đã đăng xuất"),
    models.EndedWhy.ENDED_ELSEWHERE: Message("kết thúc từ máy khác"),
    models.EndedWhy.PASSWORD_CHANGED: Message("đổi mật khẩu"),
    models.EndedWhy.RIGHTS_CHANGED: Message("đổi vai trò hay đơn vị"),
    models.EndedWhy.DISABLED: Message("tài khoản bị khóa"),
    models.EndedWhy.FACTOR_RESET: Message("đặt lại yếu tố thứ hai"),
}
_TOO_LONG_UNUSED = Message("hết hạn")


class WrongOwnPassword(InvalidInput):
    code = "wrong_own_password"
    says = Message("Mật khẩu hiện nay chưa đúng. Sau nhiều lần sai, phải đợi ít phút mới thử tiếp được.")


class NotTheSameTwice(InvalidInput):
    code = "not_the_same_twice"
    says = Message("Hai lần gõ mật khẩu mới không giống nhau.")


@staff.post("/confirm")
@allow(Action.CHANGE_OWN_PASSWORD, asks_again=True, is_before_factor=True)
def confirm() -> ResponseReturnValue:
    """Go on to the page that asked for a proof; the rule of this one took it."""
    return redirect(auth.safe_next(request.form.get("next"), url_for("staff.account")), 303)


@staff.get("/account", endpoint="account")
@allow(Action.CHANGE_OWN_PASSWORD, is_before_factor=True)
def account() -> ResponseReturnValue:
    """Show where one is signed in, and the ways to end that."""
    return _page()


@staff.post("/account/sign-ins/<int:sign_in_id>/end")
@allow(Action.CHANGE_OWN_PASSWORD, is_before_factor=True)
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """End one of one's own sign-ins; the one in use as well."""
    with acting() as act:
        sign_ins.end(act, sign_in_id, why=models.EndedWhy.ENDED_ELSEWHERE)
    flash(_("Đã kết thúc lần đăng nhập đó."), "done")
    return redirect(url_for("staff.account"), 303)


@staff.post("/account/sign-ins/end-others")
@allow(Action.CHANGE_OWN_PASSWORD, is_before_factor=True)
def end_other_sign_ins() -> ResponseReturnValue:
    """End every sign-in of one's own but this one."""
    with acting() as act:
        why = models.EndedWhy.ENDED_ELSEWHERE
        n_ended = sign_ins.end_all(act.session, own_id(), why=why, now=act.now, but=auth.current_sign_in())
    flash(_("Đã đăng xuất ở {n} nơi khác.", n=n_ended), "done")
    return redirect(url_for("staff.account"), 303)


@staff.post("/account/password")
@allow(Action.CHANGE_OWN_PASSWORD, is_before_factor=True)
def change_own_password() -> ResponseReturnValue:
    """Give oneself a new password; every other sign-in ends."""
    try:
        _change_password(request.form.get("current", "")[:1024], request.form.get("password", "")[:1024])
    except PostalError as refusal:
        return forms.refused_page(_page(), forms.wrong_in(refusal)), 400
    flash(_("Đã đổi mật khẩu. Mọi nơi đăng nhập khác đã kết thúc."), "done")
    return redirect(url_for("staff.account"), 303)


def _change_password(current: str, password: str) -> None:
    """Raises WrongOwnPassword, NotTheSameTwice, WeakPassword."""
    with services().database.read() as session:
        username = session.get_one(models.User, own_id()).username
    asking = accounts.Asking(address=devices.address(), device=devices.own_token())
    now = services().clock()
    if not accounts.sign_in(services().database, username=username, password=current, now=now, asking=asking):
        raise WrongOwnPassword(field="current")
    if password != request.form.get("again", "")[:1024]:
        raise NotTheSameTwice(field="again")
    with acting() as act:
        user = act.session.get_one(models.User, own_id())
        accounts.change_password(act, user, password, but=auth.current_sign_in())
        audit.note(act, "password_changed", "user", user.id)


def _page() -> str:
    idle_for = services().settings.signed_in_for
    with services().database.read() as session:
        found = sign_ins.own(session, own_id(), now=services().clock(), idle_for=idle_for)
        return render_desk(
            "staff/account.html",
            _("Tài khoản của tôi"),
            found=found,
            this_one=auth.current_sign_in(),
            why_ended=_why_ended,
        )


def _why_ended(sign_in: models.SignIn) -> Message:
    return _WHY_ENDED[sign_in.ended_why] if sign_in.ended_why else _TOO_LONG_UNUSED


def own_id() -> int:
    """Return whose account the running request is about."""
    user_id = current_actor().user_id
    if user_id is None:  # the right is a person's alone
        raise InvalidInput(field="user")
    return user_id
