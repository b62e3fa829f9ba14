"""Tracking as an app on the home screen: its manifest, its worker, and the page it shows without signal.

The worker keeps nothing of anybody: a page that was never anybody's, the stylesheet and the script.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from api.pages.citizen.track import track
from api.web.auth import allow_everybody
from api.words import SOURCE
from api.words import gettext as _

_KEPT = ("tannha.css", "citizen/recent.js", "mark.svg")
_WORKER = "citizen/sw.js"


@track.get("/track/manifest.webmanifest")
@allow_everybody("what a browser asks before it puts the page on the home screen", asks_nobody=True)
def manifest() -> ResponseReturnValue:
    """Return the name and the look the page has among the apps of a phone."""
    told = {
        "name": _("Tận Nhà – Tra cứu kết quả"),
        "short_name": _("Tận Nhà"),
        "lang": SOURCE,
        "id": "/track",
        "start_url": "/track",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b5d5a",
        "icons": [
            {"src": url_for("static", filename="mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
        ],
    }
    return Response(json.dumps(told, ensure_ascii=False), content_type="application/manifest+json")


@track.get("/track/offline")
@allow_everybody("the page a phone shows without signal holds no data", asks_nobody=True)
def offline() -> ResponseReturnValue:
    """Return what is shown where the network is away: what this phone remembers, and when to try again."""
    return render_template("track/offline.html")


@track.get("/track/sw.js")
@allow_everybody("the worker that answers without signal", asks_nobody=True)
def worker() -> ResponseReturnValue:
    """Return the worker; its first line names what it keeps and changes whenever any of it does."""
    kept = [url_for("track.offline", lang=None), *(url_for("static", filename=name) for name in _KEPT)]
    version = hashlib.sha256((_of_files() + render_template("track/offline.html")).encode()).hexdigest()[:16]
    head = f"const VERSION = {json.dumps(version)}, KEPT = {json.dumps(kept)};\n"
    answer = Response(head + _text(_WORKER), content_type="text/javascript; charset=utf-8")
    answer.headers["Service-Worker-Allowed"] = "/track"
    return answer


@cache
def _of_files() -> str:
    return "\n".join(_text(name) for name in (*_KEPT, _WORKER))


def _text(name: str) -> str:
    return (files("api") / "static" / name).read_text(encoding="utf-8")
