"""The people who may sign in, for administrators: added, role and office, passwords, factors, in and out of use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms, words
from api.pages.common import form_text, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow
from api.wiring import services
from api.words import gettext as _
from postal import Act, Action, InvalidInput, Message, NewUser, NotFound, PostalError, Role, Session, models
from postal.access import accounts, audit, factors, passwords, sign_ins
from postal.people import open_person

_MANAGE = allow(Action.MANAGE_USERS, asks_again=True)
Change = Callable[[Act, models.User], None]
_PAGE = 100
_FIELDS = ("username", "full_name", "role", "office", "courier")


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What the form says about somebody's role: with the ids of the codes typed."""

    role: Role
    office_id: int | None
    courier_id: int | None


@staff.get("/users", endpoint="users")
@_MANAGE
def users() -> ResponseReturnValue:
    """List everybody who may sign in, and the form that adds somebody."""
    return _list_page({})


@staff.post("/users")
@_MANAGE
def add_user() -> ResponseReturnValue:
    """Add a person; a password that is not given is made, and shown once."""
    typed = {name: request.form.get(name, "").strip()[:200] for name in _FIELDS}
    password = request.form.get("password", "")[:1024]
    made = "" if password else passwords.made_up()
    try:
        typed = {name: form_text(name) for name in _FIELDS}
        with acting() as act:
            rights = _rights(act.session)
            new = NewUser(
                username=typed["username"],
                password=password or made,
                full_name=typed["full_name"],
                role=rights.role,
                office_id=rights.office_id,
                courier_id=rights.courier_id,
            )
            added = accounts.add_user(act.session, new, now=act.now)
            audit.note(act, "user_added", "user", added.id)
            user_id = added.id
    except PostalError as refusal:
        return forms.refused_page(_list_page(typed), forms.wrong_in(refusal)), 400
    return _user_page(user_id, made=made, said=_("Đã thêm {username}.", username=typed["username"]))


@staff.get("/users/<int:user_id>", endpoint="user")
@_MANAGE
def user(user_id: int) -> ResponseReturnValue:
    """Show one person's account and what can be done with it."""
    return _user_page(user_id)


@staff.post("/users/<int:user_id>/rights")
@_MANAGE
def change_user_rights(user_id: int) -> ResponseReturnValue:
    """Give somebody another role or office; their sign-ins end."""

    def change(act: Act, found: models.User) -> None:
        rights = _rights(act.session)
        accounts.change_rights(act, found, rights.role, rights.office_id, rights.courier_id)

    return _changed(user_id, change, _("Đã ghi vai trò và đơn vị."))


@staff.post("/users/<int:user_id>/password")
@_MANAGE
def set_user_password(user_id: int) -> ResponseReturnValue:
    """Give somebody a new password; one that is not typed is made, and shown once."""
    typed = request.form.get("password", "")[:1024]
    made = "" if typed else passwords.made_up()

    def change(act: Act, found: models.User) -> None:
        accounts.change_password(act, found, typed or made)
        audit.note(act, "password_set", "user", found.id)

    return _changed(user_id, change, _("Đã đặt mật khẩu mới."), made=made)


@staff.post("/users/<int:user_id>/disable")
@_MANAGE
def disable_user(user_id: int) -> ResponseReturnValue:
    """Keep somebody from signing in; their sign-ins end."""

    def change(act: Act, found: models.User) -> None:
        accounts.disable_user(act, found)
        audit.note(act, "user_disabled", "user", found.id)

    return _changed(user_id, change, _("Đã khóa tài khoản."))


@staff.post("/users/<int:user_id>/enable")
@_MANAGE
def enable_user(user_id: int) -> ResponseReturnValue:
    """Let somebody sign in again."""

    def change(act: Act, found: models.User) -> None:
        accounts.enable_user(act, found)
        audit.note(act, "user_enabled", "user", found.id)

    return _changed(user_id, change, _("Đã mở lại tài khoản."))


@staff.post("/users/<int:user_id>/sign-out")
@_MANAGE
def sign_user_out(user_id: int) -> ResponseReturnValue:
    """End every sign-in of somebody."""

    def change(act: Act, found: models.User) -> None:
        n_ended = sign_ins.end_all(act.session, found.id, why=models.EndedWhy.ENDED_ELSEWHERE, now=act.now)
        audit.note(act, "signed_out_everywhere", "user", found.id, n_ended=n_ended)

    return _changed(user_id, change, _("Đã đăng xuất người này ở mọi nơi."))


@staff.post("/users/<int:user_id>/reset-factor")
@_MANAGE
def reset_factor(user_id: int) -> ResponseReturnValue:
    """Take somebody's second factors away, who lost them."""
    return _changed(user_id, factors.reset, _("Đã gỡ yếu tố thứ hai; người này thêm lại khi đăng nhập."))


def _changed(user_id: int, change: Change, said: str, *, made: str = "") -> ResponseReturnValue:
    """Carry a change out and go back to the person's page; a refusal is told there, with what was typed."""
    with services().database.read() as session:
        _found(session, user_id)
    try:
        with acting() as act:
            change(act, _found(act.session, user_id))
    except PostalError as refusal:
        return forms.refused_page(_user_page(user_id), forms.wrong_in(refusal)), 400
    if made:
        return _user_page(user_id, made=made, said=said)
    flash(said, "done")
    return redirect(url_for("staff.user", user_id=user_id), 303)


def _list_page(typed: dict[str, str]) -> str:
    asked, after = request.args.get("role", ""), request.args.get("after", "")[:80]
    role = Role(asked) if asked in set(Role) else None
    with services().database.read() as session:
        found = accounts.users(session, role=role, after=after, limit=_PAGE + 1)
        rows = [(one, open_person(session, one.person).full_name) for one in found[:_PAGE]]
        next_url = url_for("staff.users", role=asked or None, after=rows[-1][0].username) if found[_PAGE:] else None
        context = {"rows": rows, "typed": typed, "asked": asked, "next_url": next_url, **_choices(session)}
        return render_desk("staff/users.html", _("Người dùng"), **context)


def _user_page(user_id: int, *, made: str = "", said: str = "") -> str:
    idle_for = services().settings.signed_in_for
    with services().database.read() as session:
        found = _found(session, user_id)
        courier = session.get(models.Courier, found.courier_id) if found.courier_id else None
        return render_desk(
            "staff/user.html",
            found.username,
            found=found,
            full_name=open_person(session, found.person).full_name,
            chosen={
                "role": request.form.get("role", str(found.role)),
                "office": request.form.get("office", _office_code(session, found)),
                "courier": request.form.get("courier", courier.code if courier else ""),
            },
            sign_ins=sign_ins.own(session, found.id, now=services().clock(), idle_for=idle_for),
            standing=factors.standing(session, found.id),
            made=made,
            said=said,
            **_choices(session),
        )


def _office_code(session: Session, user: models.User) -> str:
    office = session.get(models.Office, user.office_id) if user.office_id is not None else None
    return office.code if office is not None else ""


def _choices(session: Session) -> dict[str, object]:
    return {
        "roles": [(str(role), words.ROLES[role]) for role in Role],
        "offices": accounts.offices_to_choose(session),
        "role_words": words.ROLES,
    }


def _rights(session: Session) -> Rights:
    """Read role, office and courier of the form. Raises InvalidInput, NotFound."""
    try:
        role = Role(form_text("role"))
    except ValueError as exc:
        raise InvalidInput(field=words.translate(Message("Vai trò"))) from exc
    office, courier = form_text("office"), form_text("courier")
    return Rights(
        role=role,
        office_id=accounts.office_id_of(session, office) if office else None,
        courier_id=accounts.courier_id_of(session, courier) if courier else None,
    )


def _found(session: Session, user_id: int) -> models.User:
    found = session.get(models.User, user_id)
    if found is None:
        raise NotFound(what=Message("người dùng"))
    return found
