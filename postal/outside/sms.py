"""An SMS gateway over HTTP: the first adapter of `postal.outside.notices.Notifier`.

Every gateway takes a number and a text in one POST and differs in names and keys: the operator writes the body once,
with `{to}`, `{text}` and `{id}` where they belong, as JSON or as a form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from postal.outside.addresses import AddressPolicy
from postal.outside.notices import Outgoing, Told
from postal.outside.safe_http import SafeClient, SendFailed

PLACES = re.compile(r"\{(to|text|id)\}")
_JSON, _FORM = "application/json; charset=utf-8", "application/x-www-form-urlencoded"
# Answers after which the same request can still be taken: time-out, too early, too many, and the gateway's own trouble.
_TRY_AGAIN = frozenset({408, 425, 429})


class HttpGateway:
    """Posts each notice to one address. Safe to share between threads."""

    def __init__(self, client: SafeClient, url: str, *, headers: Mapping[str, str], body: str, is_plus84: bool) -> None:
        self._client = client
        self._url = url
        self._headers = dict(headers)
        self._body = body
        self._is_json = body.lstrip().startswith("{")
        self._is_plus84 = is_plus84

    @classmethod
    def at(cls, url: str, *, headers: Mapping[str, str], body: str, is_plus84: bool) -> HttpGateway:
        """Return a gateway at the address the operator set, which may be inside: a modem on the own network."""
        host = urlsplit(url).hostname or ""
        policy = AddressPolicy(allow_hosts=frozenset({host}), allow_http_hosts=frozenset({host}))
        return cls(SafeClient(policy), url, headers=headers, body=body, is_plus84=is_plus84)

    def send(self, notice: Outgoing) -> Told:
        """Hand one notice over."""
        values = {"to": self._number(notice.to), "text": notice.text, "id": notice.notice_id}
        body = PLACES.sub(lambda place: self._written(values[place[1]]), self._body)
        kind = {"Content-Type": _JSON if self._is_json else _FORM, "Idempotency-Key": notice.notice_id}
        try:
            answer = self._client.post(self._url, body.encode(), {**kind, **self._headers})
        except SendFailed as exc:
            return Told(verdict=exc.verdict, may_help=True)
        if 200 <= answer.status < 300:
            return Told(verdict="sent")
        return Told(verdict=f"http_{answer.status}", may_help=answer.status >= 500 or answer.status in _TRY_AGAIN)

    def _written(self, value: str) -> str:
        return json.dumps(value, ensure_ascii=False)[1:-1] if self._is_json else quote(value, safe="")

    def _number(self, phone: str) -> str:
        return "84" + phone[1:] if self._is_plus84 and phone.startswith("0") else phone
