"""Signing in and out."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.desk.home import staff
from api.web import auth, confirming, devices
from api.wiring import services
from postal import Act, Message, Role, Session, models
from postal.access import accounts, factors, sign_ins

# One sentence for every way the pair can be wrong: the page tells a guesser nothing.
_WRONG = Message("Tên đăng nhập hoặc mật khẩu chưa đúng. Sau nhiều lần sai, phải đợi ít phút mới thử tiếp được.")

_WRONG_FACTOR = Message("Mã chưa đúng, đã dùng hoặc đã hết hạn. Sau nhiều lần sai, phải đợi ít phút mới thử tiếp được.")


@staff.get("/sign-in")
@auth.allow_everybody("nobody is signed in yet")
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    return render_template("staff/sign_in.html", next_url=request.args.get("next", ""), problem=None)


@staff.post("/sign-in")
@auth.allow_everybody("nobody is signed in yet")
def sign_in_check() -> ResponseReturnValue:
    """Let the person in, or say one constant sentence."""
    next_url = request.form.get("next", "")
    signed_in = accounts.sign_in(
        services().database,
        username=request.form.get("username", "")[:80],
        password=request.form.get("password", "")[:1024],
        now=services().clock(),
        asking=accounts.Asking(address=devices.address(), device=devices.own_token()),
    )
    if signed_in is None:
        return render_template("staff/sign_in.html", next_url=next_url, problem=_WRONG), 401
    auth.start_session(signed_in)
    if signed_in.has_second_factor:
        return redirect(url_for("staff.show_factor", next=next_url), 303)
    return redirect(_after(signed_in.actor.role, next_url), 303)


@staff.get("/sign-in/factor", endpoint="show_factor")
@auth.allow_everybody("the password was right, the second factor is asked for")
def show_factor() -> ResponseReturnValue:
    """Ask for the second factor of whoever typed the right password on this browser."""
    with services().database.write() as session:
        waiting = auth.waiting_sign_in(session)
        if waiting is None:
            return redirect(url_for("staff.sign_in", next=request.args.get("next", "")))
        return _factor_page(_act_of(session, waiting), waiting, request.args.get("next", ""))


@staff.post("/sign-in/factor")
@auth.allow_everybody("the password was right, the second factor is asked for")
def check_factor() -> ResponseReturnValue:
    """Let the person in whose factor is right, or ask again."""
    next_url = request.form.get("next", "")
    with services().database.write() as session:
        waiting = auth.waiting_sign_in(session)
        if waiting is None:
            return redirect(url_for("staff.sign_in", next=next_url), 303)
        act = _act_of(session, waiting)
        given = factors.Given(
            code=request.form.get("code", "")[:40],
            passkey=request.form.get("passkey", "")[:20_000],
            challenge=sign_ins.take_challenge(session, waiting.id, now=act.now),
            device=devices.own_token(),
        )
        if not factors.prove(act, waiting.user_id, given, confirming.site()):
            return _factor_page(act, waiting, next_url, _WRONG_FACTOR), 401
        auth.complete_session(act, waiting)
        return redirect(_after(waiting.user.role, next_url), 303)


def _factor_page(act: Act, waiting: models.SignIn, next_url: str, problem: Message | None = None) -> str:
    question = confirming.passkey_question(act, waiting.user_id, waiting.id)
    has_app = factors.standing(act.session, waiting.user_id).totp_since is not None
    return render_template(
        "staff/sign_in_factor.html", next_url=next_url, question=question, has_app=has_app, problem=problem
    )


def _act_of(session: Session, waiting: models.SignIn) -> Act:
    return Act(session, accounts.actor_of(waiting.user), services().clock())


def _after(role: Role | None, next_url: str) -> str:
    home = url_for("courier.own_day" if role is Role.COURIER else "staff.home")
    return auth.safe_next(next_url, home)


@staff.post("/sign-out")
@auth.allow_everybody("ending a session needs no right")
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    auth.end_session()
    return redirect(url_for("staff.sign_in"), 303)
