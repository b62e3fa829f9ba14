"""Values of the set-up as forms send them: spans of hours, days from which something holds, lists of codes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, time

from flask import request

from api import forms
from api.forms import reading
from api.pages.common import form_choice, form_date, form_point, form_text, today
from api.wiring import services
from postal import Message

_NO_SPAN = Message("{field}: viết như 07:30-17:30.")
_NO_SUCH = Message("{field}: có lựa chọn không còn trong danh sách.")
_NO_REASON = Message("{field}: còn trống. Điền rồi gửi lại.")
_NO_COMMUNE = Message("{field}: chưa chọn xã, phường của tỉnh.")
_NONE_TICKED = Message("{field}: chưa chọn. Chọn rồi gửi lại.")
_NO_ZONE = Message("{field}: tên vùng tối đa 60 ký tự, không có mũi tên.")
_LONGEST_CODE, _LONGEST_ZONE = 120, 60


def form_span(name: str, *, may_be_none: bool = False) -> list[int] | None:
    """Return a span of hours in seconds from midnight; None for an empty field that may be. Raises WrongFields."""
    text = form_text(name)
    if not text and may_be_none:
        return None
    parts = [reading.clock(part) for part in re.split(r"\s*[-–]\s*", text)]
    if len(parts) != 2 or None in parts:
        raise _wrong(name, _NO_SPAN)
    return [_seconds(part) for part in parts if part is not None]


def form_place(name: str) -> list[float] | None:
    """Return a point "16,4637 107,5909" as (latitude, longitude) in degrees; None for an empty field."""
    if not form_text(name):
        return None
    point = form_point(name)
    return [point.lat, point.lon]


def form_reason() -> str:
    """Return why something is changed. Raises WrongFields for nothing."""
    text = form_text("reason", limit=300)
    if not text:
        raise _wrong("reason", _NO_REASON)
    return text


def form_from_day(first_day: date | None = None) -> date:
    """Return the day from which a change holds, where none is given ``first_day`` or today. Raises WrongFields."""
    return form_date("from_day") if form_text("from_day") else first_day or today()


def form_words(name: str) -> list[str]:
    """Return the words of a field, between spaces, commas or semicolons. Raises WrongFields."""
    return [word for word in re.split(r"[\s,;]+", form_text(name)) if word]


def form_zone(name: str) -> str:
    """Return the name of a zone of promises. Raises WrongFields for none, and one that cannot be told from an arrow."""
    zone = form_choice(name)
    if len(zone) > _LONGEST_ZONE or "→" in zone:
        raise _wrong(name, _NO_ZONE)
    return zone


def form_one_of(name: str, known: Collection[str], *, may_be_none: bool = False) -> str:
    """Return what was chosen of a list; "" for nothing where that may be. Raises WrongFields for what it offers not."""
    chosen = form_text(name) if may_be_none else form_choice(name)
    if chosen and chosen not in known:
        raise _wrong(name, _NO_SUCH)
    return chosen


def form_ticked(name: str, known: Sequence[str], *, is_needed: bool = False) -> list[str]:
    """Return which of the known codes were ticked, each once, in order.

    Raises WrongFields for an unknown one, and for none where one is needed.
    """
    if is_needed and not request.form.getlist(name):
        raise _wrong(name, _NONE_TICKED)
    ticked = {text[:_LONGEST_CODE] for text in request.form.getlist(name)}
    if ticked - set(known):
        raise _wrong(name, _NO_SUCH)
    return [code for code in known if code in ticked]


def form_commune(name: str, *, may_be_none: bool = False) -> str | None:
    """Return the code of a commune of the register; None for an empty field that may be. Raises WrongFields."""
    code = form_text(name)
    if not code and may_be_none:
        return None
    if services().guide.register.find(code) is None:
        raise _wrong(name, _NO_COMMUNE)
    return code


def _seconds(at: time) -> int:
    return (at.hour * 60 + at.minute) * 60


def _wrong(name: str, message: Message) -> forms.WrongFields:
    return forms.WrongFields([forms.Wrong(name=name, message=message)])
