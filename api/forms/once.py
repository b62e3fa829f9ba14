"""One shown form that is sent twice is one act: the second sending gets the answer of the first.

The claim is made in the transaction of the act itself, so two that arrive together cannot both act. What tells one act
from another is the page it was shown on and everything that was sent: a form changed and sent again is another act.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response, flash, g, redirect, request, session
from werkzeug.datastructures import FileStorage

from api.forms.keeping import page_of_request, secret, ticket, typed
from api.wiring import services
from api.words import translate
from postal import Act, Message
from postal.access import idempotency

_ANSWERED_WITHIN_S = 5.0
_LOOKED_EVERY_S = 0.05
_MAX_BYTES = 8 * 1024 * 1024
_KEPT_HEADERS = ("Location", "Content-Type", "Content-Disposition")
DONE_BEFORE = Message("Biểu mẫu này đã gửi và đã được ghi.")
_SHOWN_ONCE = Message(
    "Mã hoặc mật khẩu của lần gửi ấy chỉ hiện một lần. Nếu chưa chép được, hãy thu hồi rồi tạo cái mới."
)


class SentBefore(Exception):
    """The running request sends a form that was sent and done before; its answer is kept."""


def claim(act: Act) -> None:
    """Claim the form of the running request for this act. Raises SentBefore; nothing happens without a ticket."""
    if "form_claim" in g:
        return
    asked = _keyed()
    if asked is None:
        return
    if not idempotency.claim_once(act.session, asked, now=act.now):
        raise SentBefore
    g.form_claim = asked


def every_time() -> None:
    """Let the form of the running request act whenever it is sent: it only shows, and no answer of it is kept."""
    g.form_claim = None


def shown_once() -> None:
    """Keep nothing of the answer of the running form but that it was done: it shows a secret, this one time."""
    g.form_shows_secret = True


@contextmanager
def claimed(act: Act) -> Iterator[Act]:
    """Yield the act once its form is claimed; a claim that is not committed counts for nothing."""
    has_claimed = "form_claim" in g
    claim(act)
    try:
        yield act
    except BaseException:
        if not has_claimed:
            g.pop("form_claim", None)
        raise


def keep_answer(response: Response) -> Response:
    """Keep the answer of a form that was done, and say to the next page that it was."""
    asked: idempotency.KeyedRequest | None = g.get("form_claim")
    if asked is None or response.status_code >= 400:
        return response
    session["form_done"] = asked.key.partition(":")[0]
    kept, flashes = response, session.get("_flashes", [])
    if "form_shows_secret" in g:
        kept = redirect(page_of_request() or "/staff/", 303)  # type: ignore[assignment]
        flashes = [("done", translate(DONE_BEFORE)), ("warning", translate(_SHOWN_ONCE))]
    told = {
        "headers": {name: kept.headers[name] for name in _KEPT_HEADERS if name in kept.headers},
        "flashes": flashes,
    }
    kept.direct_passthrough = False
    body = json.dumps(told, ensure_ascii=False).encode() + b"\n" + kept.get_data()
    if len(body) <= _MAX_BYTES:
        with services().database.write() as db:
            idempotency.keep_answer(db, asked, idempotency.KeptAnswer(status=kept.status_code, body=body))
    return response


def form_done() -> str:
    """Return, once, the number of the form that was done last: its page need not keep what was typed any more."""
    return str(session.pop("form_done")) if "form_done" in session else ""


def answer_again() -> Response:
    """Return what was answered to this form the first time; where that is not known, its page and that it was done."""
    kept = _waited_for(_keyed())
    if kept is None:
        flash(translate(DONE_BEFORE), "done")
        return redirect(page_of_request() or "/staff/", 303)  # type: ignore[return-value]
    head, _, body = kept.body.partition(b"\n")
    told = json.loads(head)
    shown = session.get("_flashes", [])
    for category, said in told["flashes"]:
        if (category, said) not in [tuple(one) for one in shown]:
            flash(said, category)
    return Response(body, status=kept.status, headers=told["headers"])


def _waited_for(asked: idempotency.KeyedRequest | None) -> idempotency.KeptAnswer | None:
    """Return the first answer; it is kept a moment after the act that a rival saw."""
    until_s = time.monotonic() + _ANSWERED_WITHIN_S
    while asked is not None and time.monotonic() < until_s:
        with services().database.read() as db:
            found = idempotency.kept_answer(db, asked)
        if found is not None:
            return found
        time.sleep(_LOOKED_EVERY_S)
    return None


def _keyed() -> idempotency.KeyedRequest | None:
    shown = ticket()
    if shown is None:
        return None
    content = _content()
    return idempotency.KeyedRequest(
        client=f"{idempotency.FORM_CLIENT}{shown.user_id}", key=f"{shown.nonce}:{content}", fingerprint=content
    )


def _content() -> str:
    """Return a keyed digest of everything that was sent, files included, and where to: it tells nothing of it."""
    digest = hmac.new(secret(), b"tannha content " + request.path.encode(), "sha256")
    digest.update(json.dumps(typed()).encode())
    for name, file in request.files.items(multi=True):
        digest.update(json.dumps([name, _digest_of(file)]).encode())
    return digest.hexdigest()


def _digest_of(file: FileStorage) -> str:
    read = hashlib.sha256(file.stream.read()).hexdigest()
    file.stream.seek(0)
    return read
