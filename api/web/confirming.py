"""Asking again: whoever changes users, keys or second factors proves once more who they are, if it was long ago.

The page that asks takes the place of the answer. Its form goes to the address that was asked for and holds what was
typed, so that the right password carries the act out and nothing is typed twice.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, g, make_response, render_template, request, url_for

from api.web import devices
from api.wiring import services
from postal import Act, Message, models
from postal.access import accounts, factors, sign_ins

_MOST_LETTERS = 20_000
_OURS = ("csrf_token", "confirm_password", "confirm_code", "confirm_passkey")
_WRONG = Message("Chưa đúng. Sau nhiều lần sai, phải đợi ít phút mới thử tiếp được.")


def ask_again() -> Response | None:
    """Return the page that asks for a proof, None where the last one is fresh or this request brings it."""
    minutes = services().settings.confirm_minutes
    now = services().clock()
    if g.get("sign_in_id") is None or g.proved_at > now - timedelta(minutes=minutes):
        return None
    given = {name: request.form.get(name, "")[:_MOST_LETTERS] for name in _OURS[1:]}
    if any(given.values()) and _is_right(given):
        with services().acting(g.actor) as act:
            sign_ins.note_proof(act.session, g.sign_in_id, now=act.now)
        return None
    return _page(_WRONG if any(given.values()) else None)


def site() -> factors.Site:
    """Return whom this installation's passkeys are made for."""
    address = urlsplit(services().settings.public_url)
    return factors.Site(host=address.hostname or "", origin=f"{address.scheme}://{address.netloc}")


def passkey_question(act: Act, user_id: int, sign_in_id: int) -> str:
    """Return what a passkey is asked, as JSON for our script; empty where the person has none."""
    challenge = sign_ins.new_challenge(act.session, sign_in_id, now=act.now)
    return factors.ask_for_passkey(act.session, user_id, site(), challenge=challenge) or ""


def _is_right(given: dict[str, str]) -> bool:
    user_id = g.actor.user_id
    if given["confirm_password"]:
        with services().database.read() as session:
            username = session.get_one(models.User, user_id).username
        asking = accounts.Asking(address=devices.address(), device=devices.own_token())
        now, typed = services().clock(), given["confirm_password"][:1024]
        proved = accounts.sign_in(services().database, username=username, password=typed, now=now, asking=asking)
        return proved is not None
    with services().acting(g.actor) as act:
        shown = factors.Given(
            code=given["confirm_code"][:40],
            passkey=given["confirm_passkey"],
            challenge=sign_ins.take_challenge(act.session, g.sign_in_id, now=act.now),
            device=devices.own_token(),
        )
        return factors.prove(act, user_id, shown, site())


def _page(problem: Message | None) -> Response:
    is_form = request.method == "POST"
    kept = [(name, text) for name, text in request.form.items(multi=True) if name not in _OURS] if is_form else []
    if not is_form:
        kept = [("next", request.full_path.rstrip("?"))]
    with services().acting(g.actor) as act:
        standing = factors.standing(act.session, g.actor.user_id)
        question = passkey_question(act, g.actor.user_id, g.sign_in_id) if standing.passkeys else ""
        has_codes = standing.has_any
    page = render_template(
        "staff/confirm.html",
        action=request.path if is_form else url_for("staff.confirm"),
        kept=kept,
        has_codes=has_codes,
        question=question,
        problem=problem,
    )
    return make_response(page, 401 if problem else 200)
