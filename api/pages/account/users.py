"""The people who may sign in, for administrators: added, role and office, passwords, factors, in and out of use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms, words
from api.forms import once
from api.pages.common import form_text, or_back, read_all, render_desk
from api.pages.desk.home import staff
from api.pages.set_up import changing
from api.pages.set_up.fields import form_from_day, form_one_of, form_reason
from api.web.auth import acting, allow
from api.wiring import services
from api.words import gettext as _
from postal import Act, Action, InvalidInput, Message, NewUser, NotFound, PostalError, Role, Session, models
from postal.access import accounts, audit, factors, passwords, sign_ins
from postal.models import SetUpArea
from postal.people import open_person
from postal.set_up import changes

_MANAGE = allow(Action.MANAGE_USERS, asks_again=True)
Change = Callable[[Act, models.User, str], None]
_PAGE = 100
_FIELDS = ("username", "full_name", "role", "office", "courier")


@dataclass(frozen=True, kw_only=True)
class ForGood:
    """How an act is worded that nothing brings back: its name, what to know before, what was done."""

    heading: Message
    tells: Message
    done: Message
    takes_password: bool = False


_PASSWORD = ForGood(
    heading=Message("Đặt mật khẩu mới"),
    tells=Message(
        "Không hoàn lại được: mật khẩu cũ không lưu ở đâu, người này bị đăng xuất ở mọi nơi. "
        "Đặt nhầm thì đặt mật khẩu khác."
    ),
    done=Message("Đã đặt mật khẩu mới."),
    takes_password=True,
)
_SIGN_OUT = ForGood(
    heading=Message("Đăng xuất ở mọi nơi"),
    tells=Message("Không hoàn lại được. Người này đăng nhập lại bằng mật khẩu của mình."),
    done=Message("Đã đăng xuất người này ở mọi nơi."),
)
_FACTOR = ForGood(
    heading=Message("Gỡ yếu tố thứ hai"),
    tells=Message("Không hoàn lại được: khóa và mã cũ mất hẳn. Người này thêm yếu tố mới khi đăng nhập lại."),
    done=Message("Đã gỡ yếu tố thứ hai; người này thêm lại khi đăng nhập."),
)


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
    return _user_page(user_id, made=made, done=_("Đã thêm {username}.", username=typed["username"]))


@staff.get("/users/<int:user_id>", endpoint="user")
@_MANAGE
def user(user_id: int) -> ResponseReturnValue:
    """Show one person's account and what can be done with it."""
    return _user_page(user_id)


@staff.post("/users/<int:user_id>/rights")
@_MANAGE
def change_user_rights(user_id: int) -> ResponseReturnValue:
    """Give somebody another role or office from a day on: first shown, then made; their sign-ins end."""

    def read() -> changes.Wanted:
        username = _username_of(user_id)
        role, day, reason = read_all(lambda: form_one_of("role", tuple(Role)), form_from_day, form_reason)
        after = {"role": role, "office": form_text("office") or None, "courier": form_text("courier") or None}
        return changes.Wanted(area=SetUpArea.USER, subject=username, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.user", user_id=user_id))


@staff.post("/users/<int:user_id>/disable")
@_MANAGE
def disable_user(user_id: int) -> ResponseReturnValue:
    """Keep somebody from signing in from a day on: first shown, then made; their sign-ins end."""
    return _in_use(user_id, is_active=False)


@staff.post("/users/<int:user_id>/enable")
@_MANAGE
def enable_user(user_id: int) -> ResponseReturnValue:
    """Let somebody sign in again from a day on: first shown, then made."""
    return _in_use(user_id, is_active=True)


@staff.post("/users/<int:user_id>/password")
@_MANAGE
def set_user_password(user_id: int) -> ResponseReturnValue:
    """Give somebody a new password, once its preview was seen; one that is not typed is made, and shown once."""
    typed = request.form.get("password", "")[:1024]
    made = "" if typed else passwords.made_up()

    def change(act: Act, found: models.User, reason: str) -> None:
        accounts.change_password(act, found, typed or made)
        audit.note(act, "password_set", "user", found.id, reason=reason)

    return _for_good(user_id, _PASSWORD, change, made=made)


@staff.post("/users/<int:user_id>/sign-out")
@_MANAGE
def sign_user_out(user_id: int) -> ResponseReturnValue:
    """End every sign-in of somebody, once its preview was seen."""

    def change(act: Act, found: models.User, reason: str) -> None:
        n_ended = sign_ins.end_all(act.session, found.id, why=models.EndedWhy.ENDED_ELSEWHERE, now=act.now)
        audit.note(act, "signed_out_everywhere", "user", found.id, reason=reason, n_ended=n_ended)

    return _for_good(user_id, _SIGN_OUT, change)


@staff.post("/users/<int:user_id>/reset-factor")
@_MANAGE
def reset_factor(user_id: int) -> ResponseReturnValue:
    """Take somebody's second factors away, who lost them, once its preview was seen."""

    def change(act: Act, found: models.User, reason: str) -> None:
        factors.reset(act, found, reason=reason)

    return _for_good(user_id, _FACTOR, change)


def _in_use(user_id: int, *, is_active: bool) -> ResponseReturnValue:
    def read() -> changes.Wanted:
        username = _username_of(user_id)
        day, reason = read_all(form_from_day, form_reason)
        after = {"is_active": is_active}
        return changes.Wanted(area=SetUpArea.USER, subject=username, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.user", user_id=user_id))


def _for_good(user_id: int, words_of: ForGood, change: Change, *, made: str = "") -> ResponseReturnValue:
    """Do what nothing brings back: first said so, with what to do instead, then done."""

    def carry_out() -> ResponseReturnValue:
        reason = form_reason()
        with services().database.read() as session:
            username = _found(session, user_id).username
        if form_text("confirmed") != "1":
            heading = words.translate(words_of.heading)
            return render_desk("staff/for_good.html", heading, username=username, asked=words_of, reason=reason)
        with acting() as act:
            change(act, _found(act.session, user_id), reason)
        done = words.translate(words_of.done)
        if made:
            return _user_page(user_id, made=made, done=done)
        flash(done, "done")
        return redirect(url_for("staff.user", user_id=user_id), 303)

    return or_back(carry_out, lambda: redirect(url_for("staff.user", user_id=user_id), 303))


def _username_of(user_id: int) -> str:
    with services().database.read() as session:
        return _found(session, user_id).username


def _list_page(typed: dict[str, str]) -> str:
    asked, after = request.args.get("role", ""), request.args.get("after", "")[:80]
    role = Role(asked) if asked in set(Role) else None
    with services().database.read() as session:
        found = accounts.users(session, role=role, after=after, limit=_PAGE + 1)
        rows = [(one, open_person(session, one.person).full_name) for one in found[:_PAGE]]
        next_url = url_for("staff.users", role=asked or None, after=rows[-1][0].username) if found[_PAGE:] else None
        context = {"rows": rows, "typed": typed, "asked": asked, "next_url": next_url, **_choices(session)}
        return render_desk("staff/users.html", _("Người dùng"), **context)


def _user_page(user_id: int, *, made: str = "", done: str = "") -> str:
    idle_for = services().settings.signed_in_for
    if made:
        once.shown_once()
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
            done=done,
            **_choices(session),
            **changing.of_thing(session, SetUpArea.USER, found.username),
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


def _rights(session: Session) -> accounts.Rights:
    """Read role, office and courier of the form. Raises InvalidInput, NotFound."""
    try:
        role = Role(form_text("role"))
    except ValueError as exc:
        raise InvalidInput(field=words.translate(Message("Vai trò"))) from exc
    office, courier = form_text("office"), form_text("courier")
    return accounts.Rights(
        role=role,
        office_id=accounts.office_id_of(session, office) if office else None,
        courier_id=accounts.courier_id_of(session, courier) if courier else None,
    )


def _found(session: Session, user_id: int) -> models.User:
    found = session.get(models.User, user_id)
    if found is None:
        raise NotFound(what=Message("người dùng"))
    return found
