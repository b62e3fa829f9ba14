"""The citizen's page: a code with four digits or with digits sent to the phone, or the label's token.

Nothing personal is shown without one of them, and one answer stands for unknown, forbidden and wrong alike.
"""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from api import words
from api.pages.citizen import dossier_words, track_words
from api.pages.common import local_zone
from api.web import auth, devices
from api.wiring import services
from postal import Message, PublicHistory, citizen

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
    tail = request.form.get("tail", "")[:40]
    tried = _tried(_last_four(tail))
    with auth.acting() as act:  # a wrong guess is counted
        found = citizen.open_by_digits(act, tried)
    if found is None:
        return _ask_page(problem=track_words.NOT_FOUND, code=tried.code, tail=tail), 404
    return _opened(found)


@track.post("/track/code")
@auth.allow_everybody("citizens track without an account")
def send_code() -> ResponseReturnValue:
    """Send digits to the registered phone; the answer is the same whether anything was sent or not."""
    tried = _tried("")
    with auth.acting() as act:
        citizen.send_code(act, tried, language=words.current())
    return render_template("track/code.html", problem=None, code=tried.code)


@track.post("/track/code/open")
@auth.allow_everybody("citizens track without an account")
def open_by_code() -> ResponseReturnValue:
    """Check the digits that were sent."""
    tried = _tried(_BETWEEN_DIGITS.sub("", request.form.get("digits", "")[:40]))
    with auth.acting() as act:
        found = citizen.open_by_sent_code(act, tried)
    if found is None:
        return render_template("track/code.html", problem=track_words.CODE_WRONG, code=tried.code), 404
    return _opened(found)


@track.get("/track/status")
@auth.allow_everybody("citizens track without an account")
def status() -> ResponseReturnValue:
    """Show the item this browser has just proved it may see."""
    tracked = session.get("tracked")
    now = services().clock()
    if not tracked or tracked["until"] < now.timestamp():
        return redirect(url_for("track.ask"), 303)
    with services().database.read() as database_session:
        if "dossier" in tracked:
            dossier = citizen.by_dossier(database_session, tracked["dossier"], now=now)
            return _dossier_page(dossier) if dossier is not None else redirect(url_for("track.ask"), 303)
        history = citizen.by_item(database_session, tracked["item"], now=now)
    return _status_page(history) if history is not None else redirect(url_for("track.ask"), 303)


@track.get("/t/<token>")
@auth.allow_everybody("citizens track without an account")
def by_token(token: str) -> ResponseReturnValue:
    """Open by the label's 128-bit token: the only way for a recipient without a phone."""
    now = services().clock()
    with services().database.read() as database_session:
        history = citizen.by_token(database_session, token, now=now, device=devices.own_token())
    if history is None:
        return _ask_page(problem=track_words.LINK_DEAD), 404
    if not history.is_device_known:
        with auth.acting() as act:
            citizen.know_device(act, devices.register_token(), history)
    # A courier's badge that is scanned next is answered for this item.
    session["label"] = {"item": history.item_id, "until": (now + _OPEN_FOR).timestamp()}
    return _status_page(history, link=token)


def _tried(digits: str) -> citizen.Try:
    return citizen.Try(
        code=request.form.get("code", "")[:200],
        digits=digits,
        device=devices.register_token(),
        source=devices.address(),
    )


def _opened(found: PublicHistory | citizen.DossierHistory) -> ResponseReturnValue:
    """Lead on to the page; this browser may see it for half an hour."""
    until = (services().clock() + _OPEN_FOR).timestamp()
    if isinstance(found, PublicHistory):
        session["tracked"] = {"item": found.item_id, "until": until}
    else:
        session["tracked"] = {"dossier": found.dossier_id, "until": until}
    return redirect(url_for("track.status"), 303)


def _last_four(typed: str) -> str:
    """Return the last four digits of a whole number of a phone; anything else as it was typed."""
    digits = _BETWEEN_DIGITS.sub("", typed)
    return digits[-4:] if _PHONE.fullmatch(digits) else typed.strip()


def _ask_page(problem: Message | None = None, code: str = "", tail: str = "") -> str:
    """Return the form; after a wrong try with all that was typed, so that one slip is mended and not typed anew."""
    with services().database.read() as database_session:
        offices = citizen.offices_to_ask(database_session) if problem is not None else ()
    return render_template("track/ask.html", problem=problem, code=code, tail=tail, offices=offices)


def _status_page(history: PublicHistory, link: str = "") -> str:
    zone, language = local_zone(), words.current()
    steps = [
        {
            "at_iso": step.at.isoformat(),
            "at": words.say_instant(step.at, zone, language),
            "text": track_words.say_step(step),
        }
        for step in history.steps
    ] + dossier_words.timeline(history.before, zone)
    return render_template(
        "track/status.html",
        s10=history.s10,
        dossier_code=history.dossier_code,
        now_text=track_words.say_now(history),
        holder_text=track_words.say_who(history, zone),
        next_text=track_words.say_next(history, zone),
        late_text=track_words.say_late(history),
        moved_text=track_words.say_moved(history, zone),
        contact=track_words.say_contact(history),
        bring=track_words.say_bring(history),
        steps=steps,
        recipient=history.recipient,
        may_come=history.state in track_words.OUT,
        link=link,
        parcel=track_words.parcel(history, zone),
    )


def _dossier_page(history: citizen.DossierHistory) -> str:
    return render_template(
        "track/dossier.html",
        history=history,
        now_text=dossier_words.say_status(history.steps[0]) if history.steps else "",
        next_text=dossier_words.say_next(history),
        appointment=dossier_words.say_appointment(history),
        steps=dossier_words.timeline(history.steps, local_zone()),
    )
