"""Who asks, and whether they may: sessions for people, keys for systems, one rule on every route.

A route without a rule answers nobody; a test walks the URL map and fails the build for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect

from api import forms
from api.forms import once
from api.web import confirming, devices, phones
from api.web.problems import WebRefusal
from api.wiring import services
from postal import ANONYMOUS, Act, Action, Actor, ActorKind, Session, SignedIn, citizen, models, require
from postal.access import accounts, keys, sign_ins
from postal.access import devices as known_devices

View = TypeVar("View", bound=Callable[..., Any])

_RULE = "tannha_rule"
SIGNED_IN = "signed_in"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_OF_SYSTEMS = ("/v1/", "/metrics")
_TOLD_BESIDE = citizen.n_false_couriers_beside()
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER = re.compile(r"[Bb]earer +(\S{1,200})")
csrf = CSRFProtect()


@dataclass(frozen=True)
class Rule:
    """What a route demands: any one of these actions, or nothing (``public_because`` says why).

    One that ``asks_nobody`` does not even look who is asking, and so needs no database. One that ``asks_again`` wants a
    proof of the last minutes that it is still the person who signed in. One ``is_before_factor`` that is open to
    somebody who must have a second factor and has none yet.
    """

    actions: tuple[Action, ...] = ()
    public_because: str = ""
    asks_nobody: bool = False
    asks_again: bool = False
    is_before_factor: bool = False


def allow(*actions: Action, asks_again: bool = False, is_before_factor: bool = False) -> Callable[[View], View]:
    """Open a route to actors who may do one of these actions; own or foreign is the view's question."""
    if not actions:
        raise ValueError("a rule names at least one action")
    return _ruled(Rule(actions=actions, asks_again=asks_again, is_before_factor=is_before_factor))


def allow_everybody(because: str, *, asks_nobody: bool = False) -> Callable[[View], View]:
    """Open a route to strangers, for a stated reason."""
    if not because:
        raise ValueError("say why the route is public")
    return _ruled(Rule(public_because=because, asks_nobody=asks_nobody))


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """Return the rule of an endpoint, None where somebody forgot it."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Rule(public_because="stylesheets, fonts and scripts", asks_nobody=True)
    rule: Rule | None = getattr(app.view_functions.get(endpoint), _RULE, None)
    return rule


def current_actor() -> Actor:
    """Return who makes the running request."""
    return cast("Actor", g.get("actor", ANONYMOUS))


@contextmanager
def acting() -> Iterator[Act]:
    """Open a writing transaction in the name of whoever makes the running request, a person or a system.

    A form of a page that is sent twice acts once. Raises SentBefore for the second.
    """
    with services().acting(current_actor()) as act, once.claimed(act):
        yield act


def signed_in_as() -> tuple[str, str | None]:
    """Return the user name and the office's name of who is signed in; None for the whole province, "" for nobody."""
    return cast("tuple[str, str | None]", g.get("signed_in_as", ("", None)))


def n_false_couriers() -> int:
    """Return how many reports of false couriers are open for who is signed in; 0 for whoever settles none."""
    return g.get("n_false_couriers", 0) if current_actor().may(Action.SETTLE_DISCREPANCY) else 0


def own_language() -> str | None:
    """Return the language kept on the account of whoever makes the running request, None for strangers."""
    return cast("str | None", g.get("language"))


def is_public_page() -> bool:
    """Say whether the running request is for an address that strangers may open."""
    rule = rule_of(current_app, request.endpoint) if request.endpoint else None
    return rule is not None and bool(rule.public_because)


def client_name() -> str:
    """Return the name under which this client's idempotency keys are kept."""
    actor = current_actor()
    # A system keeps its keys when its API key is replaced.
    return f"user:{actor.user_id}" if actor.kind is ActorKind.USER else f"system:{actor.source_system}"[:60]


def start_session(signed_in: SignedIn) -> None:
    """Sign a person in on this browser, or let the browser wait for the second factor of one who has any.

    The old session's content goes.
    """
    waits = signed_in.has_second_factor
    with services().acting(signed_in.actor) as act:
        browser = devices.browser_words()
        _, token = sign_ins.start(act, signed_in.user_id, browser=browser, waits_for_factor=waits)
        if not waits:
            _know_device(act, signed_in.user_id)
    _carry(token)


def complete_session(act: Act, sign_in: models.SignIn) -> None:
    """Sign in the person whose second factor was just right, under a new token."""
    token = sign_ins.complete(act, sign_in.id)
    _know_device(act, sign_in.user_id)
    _carry(token)


def waiting_sign_in(db: Session) -> models.SignIn | None:
    """Return the sign-in of this browser that waits for its second factor."""
    token = str(session.get(SIGNED_IN, ""))
    return sign_ins.waiting(db, token, now=services().clock()) if _TOKEN.fullmatch(token) else None


def _know_device(act: Act, user_id: int) -> None:
    known_devices.remember(act.session, devices.register_token(), accounts.device_subject(user_id), now=act.now)


def _carry(token: str) -> None:
    session.clear()
    session[SIGNED_IN] = token
    session.permanent = True


def end_session() -> None:
    """Sign the person out on this browser, for good: its cookie opens nothing any longer."""
    if (own := current_sign_in()) is not None:
        with acting() as act:
            sign_ins.end(act, own, why=models.EndedWhy.SIGNED_OUT)
    session.clear()


def current_sign_in() -> int | None:
    """Return the id of the sign-in that makes the running request, None for strangers, phones and systems."""
    return cast("int | None", g.get("sign_in_id"))


def safe_next(target: str | None, home: str) -> str:
    """Return where to go after signing in: a path of ours, or home."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return home
    parts = urlsplit(target)
    # Browsers drop tabs and newlines and read "\" as "/": anything unusual goes home.
    is_plain = target.isprintable() and "\\" not in target and not parts.scheme and not parts.netloc
    return target if is_plain else home


def register(app: Flask) -> None:
    """Check the rule of every request before anything of it is read."""
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)
    csrf.init_app(app)
    app.before_request(_guard)
    app.after_request(devices.give_cookie)
    app.after_request(once.keep_answer)


def _ruled(rule: Rule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _RULE, rule)
        return view

    return mark


def _signed_in() -> Actor:
    """Return who signed in on this browser, until that was ended there or elsewhere.

    Couriers change networks all day: a sign-in is bound to its cookie's token, not to an address.
    """
    token = str(session.get(SIGNED_IN, ""))
    if not _TOKEN.fullmatch(token):
        return ANONYMOUS
    now = services().clock()
    with services().database.read() as db:
        row = sign_ins.running(db, token, now=now, idle_for=services().settings.signed_in_for, beside=_TOLD_BESIDE)
        if row is None:
            return ANONYMOUS
        found, g.n_false_couriers = row
        g.language, g.sign_in_id, g.proved_at = found.user.language, found.id, found.proved_at
        g.signed_in_as = found.user.username, found.user.office.name if found.user.office is not None else None
        must_have = found.user.role in services().settings.second_factor_roles
        g.lacks_factor = must_have and found.user.second_factor_since is None
        actor, is_due = accounts.actor_of(found.user), sign_ins.is_use_due(found, now)
    if is_due:
        with services().database.write() as db:
            sign_ins.note_use(db, g.sign_in_id, now=now)
    return actor


def _guard() -> Response | None:
    endpoint = request.endpoint
    if endpoint is None:  # no such address or method: the error handler answers, in the reader's language
        g.actor = _signed_in()
        return None
    rule = rule_of(current_app, endpoint)
    if rule is not None and rule.asks_nobody:
        return None
    actor = g.actor = _actor()
    if rule is None:
        raise WebRefusal("forbidden")
    if actor.kind is not ActorKind.SYSTEM and request.method not in _SAFE_METHODS:
        _check_sender(rule)
    return None if rule.public_because else _admit(rule)


def _admit(rule: Rule) -> Response | None:
    """Hold whoever asks to the rule of a route that is not public; return what is answered instead of the route."""
    if g.actor.kind is ActorKind.ANONYMOUS:
        return _ask_to_sign_in()
    if g.actor.kind is ActorKind.SYSTEM and not request.path.startswith(_OF_SYSTEMS):
        raise WebRefusal("forbidden")  # a key opens the API and the counters; pages are for people
    if not any(g.actor.may(action) for action in rule.actions):
        require(g.actor, rule.actions[0])
    if g.get("lacks_factor") and not rule.is_before_factor:
        return _ask_for_factor()
    return confirming.ask_again() if rule.asks_again else None


def _actor() -> Actor:
    header = request.headers.get("Authorization")
    if header is not None:
        match = _BEARER.fullmatch(header)
        actor = None
        if match is not None:
            with services().database.read() as db:
                actor = keys.api_key_for(db, match[1])
        if actor is None:
            raise WebRefusal("sign_in_required")
        return actor
    return phones.actor() if phones.is_carried() else _signed_in()


def _check_sender(rule: Rule) -> None:
    """Refuse what another site sends. "null" is what our own no-referrer policy makes browsers say."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise WebRefusal("csrf_failed")
    origin = request.headers.get("Origin")
    if origin not in (None, "null") and urlsplit(str(origin)).netloc != request.host:
        raise WebRefusal("csrf_failed")
    is_to_sign_in = g.actor.kind is ActorKind.ANONYMOUS and not rule.public_because and forms.ticket() is not None
    # Whoever has to sign in first does nothing here: the form is kept, and its token was that of the session before.
    if not is_to_sign_in and not phones.needs_no_form_token():
        csrf.protect()


def _ask_for_factor() -> Response:
    """Send somebody who must have a second factor to the page that adds one."""
    if request.path.startswith("/v1/") or request.method != "GET":
        raise WebRefusal("second_factor_required")
    return cast("Response", redirect(url_for("staff.second_factor")))


def _ask_to_sign_in() -> Response:
    is_page = not request.path.startswith("/v1/") and "staff.sign_in" in current_app.view_functions
    if is_page and request.method == "GET":
        return cast("Response", redirect(url_for("staff.sign_in", next=request.full_path.rstrip("?"))))
    if is_page and (page := forms.keep(forms.SESSION_ENDED)) is not None:
        return cast("Response", redirect(url_for("staff.sign_in", next=page), 303))
    raise WebRefusal("sign_in_required")
