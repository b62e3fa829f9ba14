"""The citizen's page: a code and four digits, or the label's token. Nothing personal without one of them."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from api import words
from api.pages.citizen import track_words
from api.pages.common import local_zone
from api.web import auth
from api.wiring import services
from postal import Message, PublicHistory
from postal.life import public_history

track = Blueprint("track", __name__)
_OPEN_FOR = timedelta(minutes=30)
_BETWEEN_DIGITS = re.compile(r"[\s.()\u200b-\u200d\u2060\ufeff‐-―-]")
_PHONE = re.compile(r"(\+?84|0)[0-9]{8,10}", re.ASCII)


@track.get("/track")
@auth.allow_everybody("citizens track without an account")
def ask() -> ResponseReturnValue:
    """Ask for the code and the four digits."""
    return _ask_page()


@track.post("/track")
@auth.allow_everybody("citizens track without an account")
def look_up() -> ResponseReturnValue:
    """Check both; unknown and wrong get the same answer. The pair is posted: it never stands in a URL."""
    code, tail = request.form.get("code", "")[:200], _last_four(request.form.get("tail", "")[:40])
    now = services().clock()
    with services().database.write() as database_session:  # a wrong guess is counted
        found = public_history.by_code(database_session, code, tail, source=request.remote_addr or "", now=now)
    if found is None:
        return _ask_page(problem=track_words.NOT_FOUND, code=code), 404
    session["tracked"] = {"item": found.item_id, "until": (now + _OPEN_FOR).timestamp()}
    return redirect(url_for("track.status"), 303)


@track.get("/track/status")
@auth.allow_everybody("citizens track without an account")
def status() -> ResponseReturnValue:
    """Show the item this browser has just proved it may see."""
    tracked = session.get("tracked")
    now = services().clock()
    if not tracked or tracked["until"] < now.timestamp():
        return redirect(url_for("track.ask"), 303)
    with services().database.read() as database_session:
        history = public_history.by_item(database_session, tracked["item"], now=now)
    return _status_page(history) if history is not None else redirect(url_for("track.ask"), 303)


@track.get("/t/<token>")
@auth.allow_everybody("citizens track without an account")
def by_token(token: str) -> ResponseReturnValue:
    """Open by the label's 128-bit token: the only way for a recipient without a phone."""
    with services().database.read() as database_session:
        history = public_history.by_token(database_session, token, now=services().clock())
    if history is None:
        return _ask_page(problem=track_words.LINK_DEAD), 404
    return _status_page(history)


def _last_four(typed: str) -> str:
    """Return the last four digits of a whole number of a phone; anything else as it was typed."""
    digits = _BETWEEN_DIGITS.sub("", typed)
    return digits[-4:] if _PHONE.fullmatch(digits) else typed.strip()


def _ask_page(problem: Message | None = None, code: str = "") -> str:
    """Return the form; after a wrong try with the code as it was typed, which is no secret of its own."""
    return render_template("track/ask.html", problem=problem, code=code)


def _status_page(history: PublicHistory) -> str:
    zone = local_zone()
    steps = [
        {"at_iso": step.at.isoformat(), "at": words.say_instant(step.at, zone), "text": track_words.say_step(step)}
        for step in history.steps
    ]
    return render_template(
        "track/status.html",
        s10=history.s10,
        dossier_code=history.dossier_code,
        now_text=track_words.say_now(history),
        holder_text=track_words.say_who(history, zone),
        next_text=track_words.say_next(history, zone),
        late_text=track_words.say_late(history),
        contact=track_words.say_contact(history),
        bring=track_words.say_bring(history),
        steps=steps,
        recipient=history.recipient,
    )
