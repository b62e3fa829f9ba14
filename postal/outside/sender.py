"""Sends one callback, signed by Standard Webhooks, and returns how that ended in one word."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from standardwebhooks import Webhook

from postal.outside.addresses import AddressPolicy
from postal.outside.due import Message, Verdict
from postal.outside.safe_http import SafeClient, SendFailed

Clock = Callable[[], datetime]


class Sender(Protocol):
    """Puts one message on the wire."""

    def send(self, message: Message) -> Verdict:
        """Send once and say how it ended; never raises for what the other side does."""


class RequestsSender:
    """Signs and posts. ``clock`` is the wall clock: receivers compare the timestamp with their own."""

    def __init__(self, client: SafeClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    @classmethod
    def with_policy(cls, policy: AddressPolicy, clock: Clock, *, ca_file: str | None = None) -> RequestsSender:
        """Return a sender for these address rules; ``ca_file`` adds the authority of an inner network."""
        return cls(SafeClient(policy, ca_file=ca_file), clock)

    def send(self, message: Message) -> Verdict:
        """Send once; the verdict is "sent" for any 2xx."""
        if not message.secrets:
            return Verdict(word="secret_locked", took_ms=0)
        began_s = time.monotonic()
        try:
            answer = self._client.post(message.url, message.body.encode(), signed_headers(message, self._clock()))
        except SendFailed as exc:
            return Verdict(word=exc.verdict, took_ms=_since_ms(began_s))
        return Verdict(
            word=_word(answer.status),
            took_ms=_since_ms(began_s),
            status=answer.status,
            retry_after=answer.retry_after,
        )


def signed_headers(message: Message, at: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks: one signature for each secret, the id always the same."""
    at = at.astimezone(UTC)  # the library replaces the time zone instead of converting
    signatures = [Webhook(secret).sign(message.message_id, at, message.body) for secret in message.secrets]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _word(status: int) -> str:
    if 200 <= status < 300:
        return "sent"
    return "redirect_not_followed" if 300 <= status < 400 else "refused"


def _since_ms(began_s: float) -> int:
    return round((time.monotonic() - began_s) * 1000)
