"""The cookie by which a browser is known again, the words by which its owner recognises it, where it asks from.

The cookie opens nothing: it only lets wrong tries from elsewhere not count against this browser
(`postal.access.devices`).
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

from flask import Response, current_app, g, request

from postal.access import devices

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# The first that fits, from the special to the general: most browsers claim to be several.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("CocCoc", "Cốc Cốc"),
             ("coc_coc", "Cốc Cốc"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("Chrome", "Chrome"),
             ("CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def register_token() -> str:
    """Return the token of this browser's device cookie; one that has none gets one with this answer."""
    token = own_token() or devices.new_token()
    g.device_token = token
    return token


def address() -> str:
    """Return where the running request comes from, as strangers are told apart: of IPv6 the network of 64 bits.

    One household or one machine has all addresses of such a network. Empty where the server does not say.
    """
    told = request.remote_addr or ""
    if ":" not in told:  # IPv4, or nothing
        return told
    try:
        found = ip_address(told)
    except ValueError:
        return told
    if not isinstance(found, IPv6Address):
        return told
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"


def own_token() -> str:
    """Return the token the running request carries, empty for a browser that was never here."""
    token = request.cookies.get(_cookie_name(), "")
    return token if _TOKEN.fullmatch(token) else ""


def give_cookie(response: Response) -> Response:
    """Send the cookie where the running request asked for one; called after every request."""
    if (token := g.get("device_token")) is not None:
        response.set_cookie(
            _cookie_name(),
            token,
            max_age=devices.KNOWN_FOR,
            path="/",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response


def browser_words() -> str:
    """Return what a person recognises this browser by, such as "Firefox, Windows"; empty where it says nothing."""
    said = request.headers.get("User-Agent", "")
    found = [next((name for mark, name in names if mark in said), "") for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name)


def _cookie_name() -> str:
    return "__Host-tannha-device" if current_app.config["SESSION_COOKIE_SECURE"] else "tannha-device"
