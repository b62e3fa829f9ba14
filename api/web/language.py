"""Which language a page speaks: of a person signed in the one kept on the account, of a visitor the one in the address.

A visitor's choice is ``?lang=en``: it can be bookmarked, sent on and cached, and it is nobody's cookie.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from api.web import auth
from api.web.problems import WebRefusal
from api.web.templates import write_json
from api.wiring import services
from api.words import LANGUAGES, SOURCE, choose_by, current, gettext, gettext_html, ngettext, translate
from postal import Message
from postal.access import accounts

_IN_ADDRESS = "lang"


def register(app: Flask) -> None:
    """Let every request have a language, and templates say their sentences in it."""
    choose_by(app, _chosen)
    app.jinja_env.globals.update(
        _=gettext, _n=ngettext, _html=gettext_html, language=current, language_links=_links, here=_back
    )
    app.jinja_env.finalize = _finish
    app.jinja_env.policies["json.dumps_function"] = write_json
    app.url_defaults(_carry)
    app.add_url_rule("/language", "language", _keep, methods=["POST"])


def _chosen() -> str:
    own, asked = auth.own_language(), request.args.get(_IN_ADDRESS)
    if own is not None and not auth.is_public_page():
        return own if own in LANGUAGES else SOURCE
    return asked if asked is not None and asked in LANGUAGES else (own or SOURCE)


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    """Let a visitor's choice follow from page to page."""
    if has_request_context() and endpoint != "static" and (asked := carried()) is not None:
        values.setdefault(_IN_ADDRESS, asked)


def carried() -> str | None:
    """Return the language that addresses on this page carry on; None where none was asked for in its own."""
    if _IN_ADDRESS not in request.args or (asked := request.args[_IN_ADDRESS]) not in LANGUAGES:
        return None
    return asked if auth.own_language() is None or auth.is_public_page() else None


def _finish(value: object) -> object:
    """Print a message in the language of the request, wherever a template prints one."""
    return translate(value) if isinstance(value, Message) else value


def _links() -> list[dict[str, str]]:
    """Return the ways to read this page in each language: a link for a visitor, a choice to keep for others."""
    is_kept = auth.own_language() is not None and not auth.is_public_page()
    path = "" if is_kept else _page_here()
    return [{"code": code, "name": name, "url": path and _here(path, code)} for code, name in LANGUAGES.items()]


def _here(path: str, code: str) -> str:
    if not request.args:
        return f"{path}?{_IN_ADDRESS}={code}"
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != _IN_ADDRESS]
    return f"{path}?{urlencode([*kept, (_IN_ADDRESS, code)])}"


def _back() -> str:
    """Return the address of this page as it was asked for, to come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else _page_here()


def _page_here() -> str:
    """Return the path of this page, or the way in where it answers a form and cannot be opened again."""
    if request.method == "GET" and request.url_rule is not None:
        return request.path
    adapter = current_app.create_url_adapter(request)
    try:
        return request.path if adapter is not None and adapter.match(request.path, "GET") else "/"
    except HTTPException:
        return request.path if request.method == "GET" else "/"


@auth.allow_everybody("whoever reads chooses the language; a stranger's choice stands in the address")
def _keep() -> ResponseReturnValue:
    """Keep a person's choice on the account and show the page again."""
    wanted, user_id = request.form.get("language", ""), auth.current_actor().user_id
    if wanted not in LANGUAGES:
        raise WebRefusal("invalid", field="language")
    back = auth.safe_next(request.form.get("back"), url_for("front"))
    if user_id is None:
        return redirect(url_for("front", lang=wanted), 303)
    with services().database.write() as session:
        accounts.choose_language(session, user_id, wanted)
    return redirect(back, 303)
