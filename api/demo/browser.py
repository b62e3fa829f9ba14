"""A small browser for the demo: cookies, forms with their hidden token, JSON. Real HTTP, nothing of ours behind it."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_TIMEOUT_S = 60


class Browser:
    """One person's phone or desk."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._csrf = ""
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        """Return a page's text and remember its form token."""
        return self._open(urllib.request.Request(self._base_url + path))

    def submit(self, path: str, **fields: str) -> str:
        """Send a form and return the page it leads to."""
        body = urllib.parse.urlencode({"csrf_token": self._csrf, **fields}).encode()
        return self._open(urllib.request.Request(self._base_url + path, data=body, method="POST"))

    def sign_in(self, username: str, password: str) -> None:
        """Sign in through the page, like anybody."""
        self.get("/staff/sign-in")
        # Where the page leads afterwards depends on the role; a courier may have no desk to see.
        try:
            self.submit("/staff/sign-in", username=username, password=password)
        except urllib.error.HTTPError as answer:
            if answer.code not in (403, 404):
                raise
        self.get("/track")  # a new session has a new token

    def post_json(self, path: str, body: Any, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Post JSON and return the JSON answer."""
        request = urllib.request.Request(
            self._base_url + path,
            data=json.dumps(body, ensure_ascii=False).encode(),
            method="POST",
            headers={"Content-Type": "application/json", "X-CSRFToken": self._csrf, **(headers or {})},
        )
        answer: dict[str, Any] = json.loads(self._open(request))
        return answer

    def _open(self, request: urllib.request.Request) -> str:
        with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
            text: str = answer.read().decode()
        if found := _TOKEN.search(text):
            self._csrf = found[1]
        return text
