"""The courier's app: one page, its manifest, and the worker that keeps both on the phone.

The page holds no data and no form token: it is kept on the phone and opened without signal. The server's public key
stands in it, so that acts can be sealed before any round was told.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from api.rest.envelopes import envelope_key
from api.web.auth import allow_everybody
from api.words import LANGUAGES, SOURCE
from api.words import gettext as _

courier = Blueprint("courier", __name__, url_prefix="/courier")
_SCRIPTS = (
    "app.js",
    "acts.js",
    "cards.js",
    "clock.js",
    "end.js",
    "envelopes.js",
    "fail.js",
    "forms.js",
    "keys.js",
    "load.js",
    "messages.js",
    "money.js",
    "moved.js",
    "next.js",
    "notes.js",
    "office.js",
    "order.js",
    "photos.js",
    "pictures.js",
    "pin.js",
    "place.js",
    "scan.js",
    "server.js",
    "store.js",
    "told.js",
    "wiring.js",
    "words.js",
    "courier.css",
)
_BESIDE = ("tannha.css", "mark.svg", "pad.js")
_WORKER = "sw.js"


@courier.get("/")
@allow_everybody("the app's page holds no data; what it shows comes by the phone's own key", asks_nobody=True)
def app() -> ResponseReturnValue:
    """Return the app's one page, in the language of the address."""
    return _page()


@courier.get("/manifest.webmanifest")
@allow_everybody("what a browser asks before it installs the app", asks_nobody=True)
def manifest() -> ResponseReturnValue:
    """Return the name and the look the app has among others on the phone."""
    told = {
        "name": _("Tận Nhà – Bưu tá"),
        "short_name": _("Bưu tá"),
        "lang": SOURCE,
        "start_url": "/courier/",
        "scope": "/courier/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b5d5a",
        "icons": [
            {
                "src": url_for("static", filename="mark.svg"),
                "sizes": "any",
                "type": "image/svg+xml",
                "purpose": "any",
            }
        ],
    }
    return Response(json.dumps(told, ensure_ascii=False), content_type="application/manifest+json")


@courier.get("/sw.js")
@allow_everybody("the worker that opens the app without signal", asks_nobody=True)
def worker() -> ResponseReturnValue:
    """Return the worker; its first line names what it keeps and changes whenever any of it does."""
    pages = [url_for("courier.app", lang=None if code == SOURCE else code) for code in LANGUAGES]
    kept = [*pages, *(url_for("static", filename=f"courier/{name}") for name in _SCRIPTS)]
    kept += [url_for("static", filename=name) for name in _BESIDE] + [url_for("courier.manifest")]
    digest = hashlib.sha256(_of_files().encode())
    for code in LANGUAGES:
        digest.update(_page_in(code).encode())
    head = f"const VERSION = {json.dumps(digest.hexdigest()[:16])}, KEPT = {json.dumps(kept)};\n"
    return Response(head + _text(f"courier/{_WORKER}"), content_type="text/javascript; charset=utf-8")


def _page_in(language: str) -> str:
    with force_locale(language):
        return _page()


def _page() -> str:
    return render_template("courier/app.html", envelope_key=envelope_key())


@cache
def _of_files() -> str:
    kept = (*(f"courier/{name}" for name in (*_SCRIPTS, _WORKER)), *_BESIDE)
    return "\n".join(_text(name) for name in kept)


def _text(name: str) -> str:
    return (files("api") / "static" / name).read_text(encoding="utf-8")
