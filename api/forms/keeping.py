"""Keeping a sent form for the person it was shown to, and showing it again on its page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from flask import current_app, g, request
from markupsafe import Markup, escape

from api.forms import tickets
from api.forms.filling import fill
from api.forms.kept import KeptForm, Wrong
from api.wiring import services
from api.words import translate
from postal import Message, is_storage_failure
from postal.access import kept_forms

KEPT = "kept"
"""The parameter of a page's address that names the form it shows again: a random number, good for one person."""
REFUSED = Message("Cần sửa rồi gửi lại. Những gì đã điền còn nguyên bên dưới.")
SESSION_ENDED = Message("Phiên làm việc đã hết trước khi gửi. Những gì đã điền còn nguyên; xem lại rồi gửi.")
_GONE = Message("Nội dung đã điền không còn được giữ cho Ông/Bà. Điền lại từ đầu.")
_SECRET = re.compile(r"password|passkey|credential|totp|otp|secret")
_NOT_TYPED = frozenset({"csrf_token", "form_ticket", "form_page", "device_at"})
_PROOF = "confirm_"
"""How the fields begin that prove once more who sends a form: no part of what it says."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def marks(user_id: int | None, page: str) -> Markup:
    """Return what each form of a page holds besides its fields: for whom it was shown, and on which page."""
    if user_id is None:
        return Markup("")
    if "form_ticket" not in g:
        g.form_ticket = tickets.issue(secret(), user_id)
    return Markup(  # noqa: S704 - a signed number of ours and an escaped address
        f'<input type="hidden" name="form_ticket" value="{g.form_ticket}">'
        f'<input type="hidden" name="form_page" value="{escape(_without_kept(page))}">'
    )


def ticket() -> tickets.Ticket | None:
    """Return the ticket of the form that the running request sends; None for none of ours."""
    if request.method != "POST" or request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return None
    return tickets.read(secret(), request.form.get("form_ticket", ""))


def keep(heading: Message = REFUSED, wrong: Sequence[Wrong] = (), *, back: str = "") -> str | None:
    """Keep the form of the running request for whom it was shown to; return the address that shows it again.

    ``back`` is the page to show where the form's own cannot be opened by its address. None where there is nothing to
    keep: no ticket of ours, no page, or more than a form of people holds. Of a form that asks for a password or a code
    nothing is kept but that it was sent.
    """
    shown = ticket()
    page = page_of_request() or back
    if shown is None or not page:
        return None
    form = KeptForm(
        action=request.path,
        fields=_fields(),
        files=tuple((name, file.filename) for name, file in request.files.items(multi=True) if file.filename),
        heading=heading,
        wrong=tuple(wrong),
    )
    try:
        with services().database.write() as session:
            token = kept_forms.keep_form(session, shown.user_id, form.as_bytes(), now=services().now())
    except Exception as failure:
        if not is_storage_failure(failure):
            raise
        return None  # the refusal is told all the same, on a page of its own
    return None if token is None else _with_kept(page, token)


def refused_page(page_text: str, wrong: Sequence[Wrong]) -> str:
    """Return a page with the form of the running request filled and its faults named; nothing is kept.

    For forms with a password among their fields, which is the only one that comes back empty.
    """
    fields = tuple((name, _CONTROL.sub("", text)) for name, text in typed() if not _SECRET.search(name))
    form = KeptForm(action=request.path, fields=fields, heading=REFUSED, wrong=tuple(wrong))
    return fill(page_text, form, translate, here=request.path)


def shown_again(page_text: str, user_id: int | None) -> str:
    """Return the page with the form that its address names (``?kept=…``), where it is this person's."""
    token = request.args.get(KEPT)
    if not token or user_id is None:
        return page_text
    with services().database.read() as session:
        stored = kept_forms.kept_form(session, user_id, token, now=services().now())
    form = KeptForm(action="", fields=(), heading=_GONE) if stored is None else KeptForm.from_bytes(stored)
    return fill(page_text, form, translate, here=request.path)


def typed() -> list[tuple[str, str]]:
    """Return what the running request says, without the marks of the page and proofs of who sends it."""
    sent = request.form.items(multi=True)
    return [(name, text) for name, text in sent if name not in _NOT_TYPED and not name.startswith(_PROOF)]


def _fields() -> tuple[tuple[str, str], ...]:
    sent = typed()
    if any(_SECRET.search(name) for name, _ in sent):
        return ()
    return tuple((name, _CONTROL.sub("", text)) for name, text in sent)


def secret() -> bytes:
    """Return the key that signs tickets and blinds digests of what was sent."""
    return str(current_app.secret_key).encode()


def page_of_request() -> str:
    """Return the page the form stood on: a path of ours, "" where it says none."""
    page = request.form.get("form_page", "")
    parts = urlsplit(page)
    is_ours = page.startswith("/staff/") and page.isprintable() and "\\" not in page and not parts.netloc
    return page if is_ours else ""


def _without_kept(page: str) -> str:
    path, mark, query = page.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith(f"{KEPT}="))
    return f"{path}{mark}{kept}" if kept else path


def _with_kept(page: str, token: str) -> str:
    address = _without_kept(page.partition("#")[0])
    return f"{address}{'&' if '?' in address else '?'}{urlencode({KEPT: token})}"
