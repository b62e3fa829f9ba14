"""The ticket in each shown form: for whom it was shown, and a number of its own. Signed, so nobody writes their own."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass

_WRITTEN = re.compile(r"([0-9]{1,18})\.([A-Za-z0-9_-]{16})\.([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """The user a form was shown to, and a random number that no other shown page has."""

    user_id: int
    nonce: str


def issue(secret: bytes, user_id: int) -> str:
    """Return a new ticket for somebody, as it stands in a page."""
    told = f"{user_id}.{secrets.token_urlsafe(12)}"
    return f"{told}.{_signature(secret, told)}"


def read(secret: bytes, text: str) -> Ticket | None:
    """Return what a ticket says; None for one we did not write."""
    match = _WRITTEN.fullmatch(text)
    if match is None or not hmac.compare_digest(_signature(secret, f"{match[1]}.{match[2]}"), match[3]):
        return None
    return Ticket(user_id=int(match[1]), nonce=match[2])


def _signature(secret: bytes, told: str) -> str:
    return hmac.digest(secret, b"tannha form " + told.encode(), "sha256").hex()[:32]
