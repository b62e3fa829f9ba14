"""A small browser for the demo: cookies, forms with their hidden token, files, JSON. Real HTTP, no code of ours."""

from __future__ import annotations

import json
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from html import unescape
from http.cookiejar import CookieJar
from typing import Any

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_REFUSED = re.compile(r'<div class="notice danger" role="status"><p>(.*?)</p>', re.DOTALL)
_TIMEOUT_S = 120


class Refused(Exception):
    """A page said that it did not do what was asked; the words are the page's."""


class Browser:
    """One person's phone or desk."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._csrf = ""
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.at = ""
        """The path of the page the last request ended on."""

    def get(self, path: str) -> str:
        """Return a page's text and remember its form token."""
        return self._open(urllib.request.Request(self._base_url + path)).decode()

    def fetch(self, path: str) -> bytes:
        """Return a file as it comes."""
        return self._open(urllib.request.Request(self._base_url + path))

    def submit(self, path: str, fields: Mapping[str, str] | None = None, /, **more: str) -> str:
        """Send a form and return the page it leads to."""
        return self._send(path, {**(fields or {}), **more}).decode()

    def act(self, path: str, fields: Mapping[str, str] | None = None, /, **more: str) -> str:
        """Send a form whose page must not refuse; return that page. Raises Refused with the page's words."""
        page = self.submit(path, fields, **more)
        if found := _REFUSED.search(page):
            raise Refused(f"{path}: {unescape(found[1])}")
        return page

    def submit_for_file(self, path: str, **fields: str) -> bytes:
        """Send a form and return the file it gives, or the page where it gives none."""
        return self._send(path, fields)

    def upload(self, path: str, name: str, filename: str, data: bytes) -> str:
        """Send a form with one file and return the page it leads to."""
        edge = secrets.token_hex(16)
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self._csrf}\r\n'.encode(),
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'.encode(),
            b"Content-Type: application/octet-stream\r\n\r\n" + data + f"\r\n--{edge}--\r\n".encode(),
        ]
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        request = urllib.request.Request(self._base_url + path, data=b"".join(parts), method="POST", headers=headers)
        return self._open(request).decode()

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

    def post_png(self, path: str, png: bytes) -> None:
        """Post a picture as a phone does."""
        headers = {"Content-Type": "image/png", "X-CSRFToken": self._csrf}
        self._open(urllib.request.Request(self._base_url + path, data=png, method="POST", headers=headers))

    def _send(self, path: str, fields: Mapping[str, str]) -> bytes:
        body = urllib.parse.urlencode({"csrf_token": self._csrf, **fields}).encode()
        return self._open(urllib.request.Request(self._base_url + path, data=body, method="POST"))

    def _open(self, request: urllib.request.Request) -> bytes:
        with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
            data: bytes = answer.read()
            self.at = urllib.parse.urlsplit(answer.geturl()).path
            is_page = answer.headers.get_content_type() == "text/html"
        if is_page and (found := _TOKEN.search(data.decode())):
            self._csrf = found[1]
        return data
