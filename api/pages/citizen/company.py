"""A company's page: all its dossiers by the code the centre issued. Nothing of it is personal."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from api.pages.citizen import dossier_words
from api.pages.citizen.track import track
from api.web import auth, devices
from api.wiring import services
from api.words import STATES
from api.words import gettext as _
from postal import Message, citizen

_OPEN_FOR = timedelta(minutes=30)
_WRONG = Message(
    "Mã này không mở được danh sách nào, hoặc từ nơi này vừa có nhiều mã sai. "
    "Xem lại mã, thử lại sau ít phút, hoặc hỏi nơi đã cấp."
)


@track.get("/track/company")
@auth.allow_everybody("companies look without an account")
def company() -> ResponseReturnValue:
    """Ask for the company's code."""
    return render_template("track/company.html", problem=None)


@track.post("/track/company")
@auth.allow_everybody("companies look without an account")
def open_company() -> ResponseReturnValue:
    """Check the code, which is posted and never stands in an address; one answer for everything that is wrong."""
    with auth.acting() as act:
        found = citizen.open_by_company_code(act, request.form.get("code", "")[:200], source=devices.address())
    if found is None:
        return render_template("track/company.html", problem=_WRONG), 404
    session["company"] = {"id": found, "until": (services().clock() + _OPEN_FOR).timestamp()}
    return redirect(url_for("track.company_list"), 303)


@track.get("/track/company/list")
@auth.allow_everybody("companies look without an account")
def company_list() -> ResponseReturnValue:
    """List the dossiers of the company whose code this browser has just shown."""
    opened = session.get("company")
    if not opened or opened["until"] < services().clock().timestamp():
        return redirect(url_for("track.company"), 303)
    with services().database.read() as database_session:
        page = request.args.get("page", default=1, type=int)
        found = citizen.company_dossiers(database_session, opened["id"], page=page)
    if found is None:
        return redirect(url_for("track.company"), 303)
    lines = [{"found": one, "now": _now(one)} for one in found.lines]
    return render_template("track/company_list.html", lines=lines, shown=found)


def _now(found: citizen.CompanyDossier) -> str:
    if found.state is not None:
        return _(STATES[found.state])
    return dossier_words.say_status(found.step) if found.step is not None else ""
