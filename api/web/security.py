"""Browser defences and limits that hold for every answer: headers, cookies, hosts, sizes, rates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from api.schemas.json_body import MAX_BODY_BYTES
from api.settings import Settings
from api.web import devices, limiting
from api.web.auth import current_actor
from api.web.problems import WebRefusal
from api.web.session_cookie import Sessions
from postal import ActorKind, pictures

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TWO_YEARS_S = 63_072_000
_PICTURES = ("/v1/pictures", "/v1/courier/held/pictures")
_STRANGER_A_MINUTE, _KNOWN_A_MINUTE = 120, 6_000
_OWN_HOSTS = ("localhost", "127.0.0.1")


def register(app: Flask, settings: Settings) -> None:
    """Harden an app; call before any route is added."""
    is_https = urlsplit(settings.public_url).scheme == "https"
    app.session_interface = Sessions()
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        # A supervisor on this machine asks by the loopback address, whatever name citizens use.
        TRUSTED_HOSTS=[*(settings.trusted_hosts or [urlsplit(settings.public_url).hostname or ""]), *_OWN_HOSTS],
        MAX_CONTENT_LENGTH=settings.max_upload_bytes,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="__Host-tannha" if is_https else "tannha",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=settings.signed_in_for,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        # Our own no-referrer policy leaves nothing for a referrer check; auth looks at Origin instead.
        WTF_CSRF_SSL_STRICT=False,
    )
    if settings.n_trusted_proxies:
        hops = settings.n_trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.before_request(_refuse_large_bodies)
    app.before_request(_refuse_control_characters)
    app.after_request(partial(_add_headers, {**_HEADERS, "Content-Security-Policy": _policy(settings)}))
    if is_https:
        app.after_request(_add_hsts)


def brake_requests(app: Flask, settings: Settings) -> None:
    """Brake those who ask too often: each client by its own name, strangers by their address."""
    if settings.rate_limits_enabled:
        limiting.register(app, limiting.counter_at(settings.rate_limit_storage_url), who=_who, limit=_limit)


def _who() -> str:
    actor = current_actor()
    if actor.kind is ActorKind.SYSTEM:
        return f"key:{actor.api_key_id}"
    if actor.kind is ActorKind.PHONE:
        return f"phone:{actor.phone_id}"
    return f"user:{actor.user_id}" if actor.kind is ActorKind.USER else f"from:{devices.address()}"


def _limit() -> int:
    return _STRANGER_A_MINUTE if current_actor().kind is ActorKind.ANONYMOUS else _KNOWN_A_MINUTE


def _refuse_large_bodies() -> None:
    """Answer 413 from the stated length, before a byte of the body is read."""
    if request.path.startswith("/v1/"):
        is_picture = request.path.startswith(_PICTURES)
        request.max_content_length = pictures.MAX_BYTES if is_picture else MAX_BODY_BYTES
    limit = request.max_content_length
    if limit is not None and (request.content_length or 0) > limit:
        raise WebRefusal("too_large")


def _refuse_control_characters() -> None:
    """Refuse NUL and its like in paths, queries and forms: no text of ours holds them and PostgreSQL cannot."""
    texts = [request.path, *request.args.values()]
    if request.mimetype and not request.path.startswith("/v1/"):  # what does not say its kind is no form
        texts += [text for _, text in request.form.items(multi=True)]
    if any(_CONTROL.search(text) for text in texts):
        raise WebRefusal("control_character")


def _policy(settings: Settings) -> str:
    """Return what a page may load: what is ours, and pictures from where the operator's map tiles are."""
    tiles = urlsplit(settings.map_tiles_url)
    outside = f" {tiles.scheme}://{tiles.netloc}" if tiles.netloc else ""
    return "; ".join((*_POLICY, f"img-src 'self' blob:{outside}"))


def _add_headers(headers: Mapping[str, str], response: Response) -> Response:
    present = {name.lower() for name, _ in response.headers}
    for name, value in headers.items():
        if name.lower() not in present:
            response.headers.add(name, value)
    if request.endpoint is None or not request.endpoint.endswith("static"):
        # Anything may name a citizen: no shared or local cache keeps it.
        response.headers["Cache-Control"] = "no-store"
    response.headers.pop("Server", None)
    if response.status_code < 400:  # the limiter tells everybody when its window ends, and a client would wait
        response.headers.pop("Retry-After", None)
    return response


def _add_hsts(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS_S}; includeSubDomains"
    return response
