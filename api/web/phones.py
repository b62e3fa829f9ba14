"""A courier's phone at the edge: the cookie that says which it is, and the key that opens its round.

The cookie alone sends acts, so that nothing recorded waits for a PIN; reading people's data takes the key as well,
which the phone keeps sealed under its PIN (`docs/decisions/0012-phones.md`).
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, request

from api.web.problems import WebRefusal
from api.wiring import services
from postal import Actor, Message, NotFound, Session, models, phones

ENROL = "/v1/courier/phones"
HAND_IN = "/v1/courier/held"
_BY_A_PHONE_THAT_IS_NONE = (ENROL, HAND_IN, f"{HAND_IN}/pictures")  # not yet, or no more
_OF_PHONES = ("/v1/scans", "/v1/courier/", "/v1/pictures")
_KEY_HEADER = "X-Phone-Key"
_FORMER_HEADER = "X-Former-Phone"
# As long as browsers keep one; the phone itself ends sooner, when it is silent or revoked.
_KEPT_FOR = timedelta(days=400)


def is_carried() -> bool:
    """Say whether the running request comes from a phone, good or not: it has the cookie and asks what phones ask."""
    is_of_phones = request.path.startswith(_OF_PHONES) and request.path not in _BY_A_PHONE_THAT_IS_NONE
    return is_of_phones and _cookie_name() in request.cookies


def needs_no_form_token() -> bool:
    """Say whether the running request is a phone's: JSON or a picture of our own script, no form of another site.

    The page of an app that works offline is older than any form token.
    """
    return request.path in _BY_A_PHONE_THAT_IS_NONE or is_carried()


def actor() -> Actor:
    """Return whose phone makes the running request, and note its contact. Raises WebRefusal for a phone not good."""
    now = services().clock()
    with services().database.read() as session:
        phone = phones.phone_with(session, request.cookies[_cookie_name()], now=now)
        if phone is None:
            raise WebRefusal("sign_in_required")
        found, is_due = phones.actor_of(session, phone), phones.is_contact_due(phone, now)
    if is_due and found.phone_id is not None:
        with services().database.write() as session:
            phones.note_contact(session, found.phone_id, now=now)
    return found


def ended_phone(session: Session) -> models.Phone:
    """Return the phone of the running request's cookie, good or ended of late. Raises NotFound for a stranger.

    A browser that passed to another courier asks in the name of the one before by `X-Former-Phone`.
    """
    name = _former_name() if request.headers.get(_FORMER_HEADER) else _cookie_name()
    phone = phones.ended_phone(session, request.cookies.get(name, ""), now=services().clock())
    if phone is None:
        raise NotFound(what=Message("điện thoại"))
    return phone


def require_key(by: Actor) -> None:
    """Let a person pass, and a phone that shows its key. Raises WebRefusal."""
    if by.phone_id is None:
        return
    with services().database.read() as session:
        if not phones.is_key_of(session, by.phone_id, request.headers.get(_KEY_HEADER, "")[:100]):
            raise WebRefusal("phone_key_required")


def keep_former(session: Session, response: Response, courier_id: int) -> None:
    """Let this browser still hand in what it holds of the courier it was the phone of, where that is another one."""
    token = request.cookies.get(_cookie_name(), "")
    before = phones.ended_phone(session, token, now=services().clock())
    if before is not None and before.courier_id != courier_id:
        _set(response, _former_name(), token, path=HAND_IN, max_age=phones.HANDED_IN_WITHIN)


def give_cookie(response: Response, token: str) -> None:
    """Let this browser be the phone of a token."""
    _set(response, _cookie_name(), token, path="/v1/", max_age=_KEPT_FOR)


def _set(response: Response, name: str, token: str, *, path: str, max_age: timedelta) -> None:
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        name, token, max_age=max_age, path=path, secure=is_secure, httponly=True, samesite="Strict"
    )  # fmt: skip


def _former_name() -> str:
    return f"{_cookie_name()}-former"


def _cookie_name() -> str:
    return "__Secure-tannha-phone" if current_app.config["SESSION_COOKIE_SECURE"] else "tannha-phone"
