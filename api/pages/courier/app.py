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

from api.pages.courier.script import one_script
from api.rest.envelopes import envelope_key
from api.web.auth import allow_everybody
from api.words import LANGUAGES, SOURCE, speaking
from api.words import gettext as _

courier = Blueprint("courier", __name__, url_prefix="/courier")
_FIRST = "courier/app.js"
_SENDS = "courier/acts.js"
_KEPT = ("courier/courier.css", "tannha.css", "mark.svg")
_OF_MAPS = ("map.js", "map.css", "empty.svg")
_LEAFLET = ("leaflet.js", "leaflet.css")
_WORKER = "sw.js"
_JAVASCRIPT = "text/javascript; charset=utf-8"


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


@courier.get("/app.js")
@allow_everybody("the app's script, the same for everybody", asks_nobody=True)
def script() -> ResponseReturnValue:
    """Return all modules of the app as one script."""
    return Response(_script(_FIRST), content_type=_JAVASCRIPT)


@courier.get("/sw.js")
@allow_everybody("the worker that opens the app without signal", asks_nobody=True)
def worker() -> ResponseReturnValue:
    """Return the worker with the modules that send acts; its first line changes whenever anything it keeps does."""
    pages = [url_for("courier.app", lang=None if code == SOURCE else code) for code in LANGUAGES]
    kept = [*pages, url_for("courier.script"), url_for("courier.manifest")]
    kept += [url_for("static", filename=name) for name in _KEPT]
    later = [url_for("static", filename=name) for name in _OF_MAPS]
    later += [url_for("leaflet.static", filename=name) for name in _LEAFLET]
    digest = hashlib.sha256(_of_files().encode())
    for code in LANGUAGES:
        digest.update(_page_in(code).encode())
    lists = f"KEPT = {json.dumps(kept)}, LATER = {json.dumps(later)}"
    head = f"const VERSION = {json.dumps(digest.hexdigest()[:16])}, {lists};\n"
    return Response(head + _script(_SENDS) + _text(f"courier/{_WORKER}"), content_type=_JAVASCRIPT)


def _page_in(language: str) -> str:
    with speaking(language):
        return _page()


def _page() -> str:
    return render_template("courier/app.html", envelope_key=envelope_key())


@cache
def _of_files() -> str:
    return "\n".join((_script(_FIRST), *(_text(name) for name in (f"courier/{_WORKER}", *_KEPT, *_OF_MAPS))))


@cache
def _script(first: str) -> str:
    return one_script(first, _text)


def _text(name: str) -> str:
    return (files("api") / "static" / name).read_text(encoding="utf-8")
