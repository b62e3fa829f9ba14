"""Signing in and out."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.desk.home import staff
from api.web import auth, devices
from api.wiring import services
from postal import Message, Role
from postal.access import accounts

# One sentence for every way the pair can be wrong: the page tells a guesser nothing.
_WRONG = Message("Tên đăng nhập hoặc mật khẩu chưa đúng. Sau nhiều lần sai, phải đợi ít phút mới thử tiếp được.")


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
        asking=accounts.Asking(address=request.remote_addr or "", device=devices.own_token()),
    )
    if signed_in is None:
        return render_template("staff/sign_in.html", next_url=next_url, problem=_WRONG), 401
    auth.start_session(signed_in)
    is_courier = signed_in.actor.role is Role.COURIER
    home = url_for("courier.own_day" if is_courier else "staff.home")
    return redirect(auth.safe_next(next_url, home), 303)


@staff.post("/sign-out")
@auth.allow_everybody("ending a session needs no right")
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    auth.end_session()
    return redirect(url_for("staff.sign_in"), 303)
