"""Is the person at the door a courier? A yes or a no for everybody, and where to report who is none."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from api.pages.citizen.track import track
from api.pages.common import form_text, told
from api.web import auth, devices
from api.wiring import services
from api.words import gettext as _
from postal import Message, PostalError, citizen

WHAT = {
    "asked_money": Message("Đòi tiền khác với số tiền ghi trên trang này hoặc trên nhãn"),
    "no_code": Message("Không đưa được mã trong ngày"),
    "wrong_code": Message("Đưa mã mà trang này trả lời là không đúng"),
    "by_phone": Message("Gọi điện hoặc nhắn tin xưng là bưu tá"),
    "other": Message("Việc khác"),
}


@track.get("/genuine")
@auth.allow_everybody("anybody may ask who stands at the door")
def genuine() -> ResponseReturnValue:
    """Ask for the code the courier shows."""
    return _page()


@track.post("/genuine")
@auth.allow_everybody("anybody may ask who stands at the door")
def check_genuine() -> ResponseReturnValue:
    """Say whether this code is of a courier on duty now; with an item open, whether he has it and what is due."""
    shown, link = form_text("code", limit=80), form_text("link", limit=64)
    return _answer(shown, _item_open(link))


@track.get("/genuine/<token>")
@auth.allow_everybody("anybody may ask who stands at the door")
def genuine_by_square(token: str) -> ResponseReturnValue:
    """Answer for the square code a courier shows."""
    return _answer(token[:80], _item_open(""))


@track.post("/genuine/report")
@auth.allow_everybody("whoever met a false courier has no account")
def report_false_courier() -> ResponseReturnValue:
    """Take a report to the office at once; what was typed stays where it cannot be taken."""
    typed = {name: form_text(name, limit=2_000) for name in ("what", "words", "commune")}
    try:
        with auth.acting() as act:
            citizen.report_false_courier(
                act,
                citizen.FalseCourierTold(
                    what=typed["what"],
                    words=typed["words"],
                    commune_code=typed["commune"] or None,
                    item_id=_item_open(""),
                ),
                source=devices.address(),
            )
    except PostalError as refusal:
        return _page(problem=told(refusal), typed=typed), 400
    flash(_("Đã báo bưu cục. Nếu người ấy còn ở đó hoặc Ông/Bà bị đe dọa, gọi 113."), "done")
    return redirect(url_for("track.genuine"), 303)


def _answer(shown: str, item_id: int | None) -> ResponseReturnValue:
    with auth.acting() as act:
        checked = citizen.check_courier(act, shown, source=devices.address(), item_id=item_id)
    if checked.must_wait:
        return _page(must_wait=True), 429
    return _page(asked=True, found=checked.genuine), 200 if checked.genuine is not None else 404


def _item_open(link: str) -> int | None:
    """Return the item whose label this form comes from, or whose label or second factor this browser has just shown."""
    now = services().clock()
    if link:
        with services().database.read() as database_session:
            history = citizen.by_token(database_session, link, now=now)
            return history.item_id if history is not None else None
    opened = [session.get("tracked"), session.get("label")]
    still = [one for one in opened if one and "item" in one and one["until"] >= now.timestamp()]
    return max(still, key=lambda one: one["until"])["item"] if still else None


def _page(
    *,
    asked: bool = False,
    found: citizen.Genuine | None = None,
    must_wait: bool = False,
    problem: str = "",
    typed: dict[str, str] | None = None,
) -> str:
    with services().database.read() as database_session:
        offices = citizen.offices_to_ask(database_session) if must_wait else ()
    communes = sorted(services().guide.register.communes, key=lambda one: one.name)
    return render_template(
        "track/genuine.html",
        asked=asked,
        found=found,
        must_wait=must_wait,
        offices=offices,
        problem=problem,
        typed=typed or {},
        what=WHAT,
        communes=communes,
        is_open=_item_open("") is not None,
    )
