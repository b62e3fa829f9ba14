"""What people read on a page: its text and the attributes that are read out, without names of people and places."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

from sqlalchemy import select

from postal import Scope, models, people
from tests import catalogue

VIETNAMESE = re.compile(r"[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
_WORD = re.compile(r"(?<!\w)[^\W\d_]{3,}(?!\w)")  # a code like not_found is no word
_PLACE = re.compile(r"\{\w+\}|<[^>]+>")
_READ_OUT = {"placeholder", "aria-label", "title", "alt", "data-all", "data-waiting", "data-empty", "data-unknown"}
_UNREAD = {"script", "style"}
_VOID = {"input", "meta", "link", "img", "br"}


class _Reader(HTMLParser):
    """Collects what is read; parts marked as another language are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.language = ""
        self.said: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "html":
            self.language = told["lang"]
        is_other = tag in _UNREAD or told.get("lang", self.language) != self.language
        if tag not in _VOID and (self._silent or is_other):
            self._silent.append(tag)
        if not self._silent:
            self.said += [value for name, value in attrs if name in _READ_OUT and value]

    def handle_endtag(self, tag):
        if self._silent and tag not in _VOID:
            self._silent.pop()

    def handle_data(self, data):
        if not self._silent and data.strip():
            self.said.append(" ".join(data.split()))


@cache
def _english_words() -> frozenset[str]:
    """Return every word of the English catalogue that no Vietnamese sentence of the code holds."""
    vietnamese, english = set(), set()
    for message in catalogue.of_language("en"):
        for words, said in ((vietnamese, message.id), (english, message.string)):
            for sentence in [said] if isinstance(said, str) else said:
                words |= {word.casefold() for word in _WORD.findall(_PLACE.sub(" ", sentence))}
    return frozenset(english - vietnamese)


def english_in(said: str) -> list[str]:
    """Return the English words of a text that should be Vietnamese."""
    return [word for word in _WORD.findall(said) if word.casefold() in _english_words()]


def vietnamese_in(said: str) -> list[str]:
    """Return the Vietnamese letters of a text that should be English."""
    return VIETNAMESE.findall(said)


def read(html: str) -> tuple[str, list[str]]:
    """Return the language a page says it is in, and everything it says."""
    reader = _Reader()
    reader.feed(html)
    return reader.language, reader.said


def names_in(session, register) -> list[str]:
    """Return every text people brought in, the longest first: names, addresses, papers, places."""
    found = {"Tận Nhà", "đồng"}
    for table in models.Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            for value in row:
                found |= _texts(value)
    for person in session.scalars(select(models.Person)):
        known = people.open_person(session, person)
        found |= {text for text in vars(known).values() if isinstance(text, str)} | {people.mask_name(known.full_name)}
    for commune in register:
        found |= {commune.full_name, f"{commune.type.capitalize()} {commune.name}", commune.name}
    accounts = set(session.scalars(select(models.User.username)))
    return sorted({text for text in found if VIETNAMESE.search(text)} | accounts | set(Scope), key=len, reverse=True)


def without(said: str, names: list[str]) -> str:
    """Return what is left of a text when the names are taken out."""
    for name in names:
        said = said.replace(name, " ")
    return said


def _texts(value) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return {text for one in value.values() for text in _texts(one)}
    if isinstance(value, list):
        return {text for one in value for text in _texts(one)}
    return set()
