"""The catalogue: which language speaks here, and what a message is in it. The code's own language is Vietnamese."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Protocol, runtime_checkable

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context
from markupsafe import Markup, escape

from routing import Message, fill

SOURCE = "vi"
LANGUAGES: Mapping[str, str] = {"vi": "Tiếng Việt", "en": "English"}
_CHOSEN = "tannha_language"
NAMES: dict[type, Mapping[Any, Said]] = {}
"""What the members of an enumeration are called where one stands in a sentence."""


@runtime_checkable
class Said(Protocol):
    """A message of any of our packages: its words, and the values for them."""

    @property
    def text(self) -> str: ...

    @property
    def values(self) -> Mapping[str, object]: ...


def choose_by(app: Flask, chosen: Callable[[], str]) -> None:
    """Let this decide in which language a request is answered; asked once for each request."""
    app.extensions[_CHOSEN] = chosen


def current() -> str:
    """Return the language of the running request, Vietnamese outside of one."""
    try:
        known: str | None = g.get(_CHOSEN)  # asked many times a page: one look where it is known
    except RuntimeError:
        return SOURCE
    if known is None:
        if not has_request_context():
            return SOURCE
        known = g.tannha_language = current_app.extensions[_CHOSEN]()
    return known


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Answer a part of the running request in another language."""
    before = current()
    g.tannha_language = language
    try:
        yield
    finally:
        g.tannha_language = before


def translate(message: Said | str, language: str | None = None, /, **values: object) -> str:
    """Return the sentence with its values in a language, by default that of the request."""
    spoken = language or current()
    # Asking whether something has the shape of a message costs more than all the rest: texts are told apart first.
    text, known = (message, values) if isinstance(message, str) else (message.text, {**message.values, **values})
    found = _looked_up(text, spoken, known)
    return fill(found, _spoken(known, spoken)) if known or "{" in found else found


def in_both(message: Said | None) -> dict[str, str]:
    """Return the two sentences an answer to another system holds, whatever language it asked for."""
    if message is None:
        return {"detail": "", "detail_en": ""}
    return {"detail": translate(message, "vi"), "detail_en": translate(message, "en")}


def gettext(text: Said | str, /, **values: object) -> str:
    """Return one of the pages' sentences in the language of the request."""
    return translate(text, None, **values)


def ngettext(text: str, /, *, n: int, **values: object) -> str:
    """Return a sentence about ``n`` things; Vietnamese has one form for one and many, the catalogue has the others."""
    return translate(text, None, n=n, **values)


def gettext_html(text: str, /, **values: object) -> Markup:
    """Return a sentence that holds tags of its own; its values are escaped."""
    spoken = current()
    known = {name: escape(value) for name, value in _spoken(values, spoken).items()}
    return Markup(fill(_looked_up(text, spoken, values), known))  # noqa: S704 - our own words, escaped values


def _spoken(values: Mapping[str, object], language: str) -> dict[str, object]:
    said = {name: _value(value, language) for name, value in values.items()}
    n = said.get("n")
    if isinstance(n, int):
        said["n"] = format_decimal(n, locale=language)
    return said


def _value(value: object, language: str) -> object:
    if isinstance(value, list):
        return "\n".join(str(_value(one, language)) for one in value)
    message = NAMES[type(value)][value] if type(value) in NAMES else value
    if isinstance(message, str | int):
        return value
    if isinstance(message, Message):  # first: asking whether something has the shape of a message is slow
        return translate(message, language)
    return translate(message, language) if isinstance(message, Said) else value


def _looked_up(text: str, language: str, values: Mapping[str, object]) -> str:
    catalogue = _catalogue(language)
    n = values.get("n")
    if isinstance(n, int):
        found = catalogue.ngettext(text, text, n)
        if found != text:
            return str(found)
    return str(catalogue.gettext(text)) if text else ""


@cache
def _catalogue(language: str) -> NullTranslations:
    """Return a language's catalogue, read from its text: nothing has to be compiled before the program runs."""
    if language == SOURCE:
        return NullTranslations()
    text = files("api").joinpath("translations", language, "LC_MESSAGES", "messages.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(text), locale=language))
    compiled.seek(0)
    return Translations(compiled)
