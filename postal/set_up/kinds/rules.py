"""What couriers must bring as evidence, which papers are photographed or never, the words of messages and of the card.

The program holds what the law fixes; what the post may decide is kept as its changes, as prices are: what holds is read
from them, and where there is none, what the program says. Evidence and photos have one rule a day, by which every act
of that day is judged whenever it comes: a phone may have had no signal. No word of it is a person's.
"""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from postal.errors import InvalidInput
from postal.models import SetUpArea, SetUpChange
from postal.rules import photos, reasons
from postal.rules.reasons import Need

FORBIDDEN, REQUIRED = "forbidden", "required"
PLACES: Mapping[str, frozenset[str]] = {
    "code": frozenset({"digits", "warning"}),
    "cut_off": frozenset({"commune", "day"}),
    "cut_off_open": frozenset({"commune"}),
    "open_again": frozenset({"commune", "day"}),
    "card": frozenset({"at", "codes", "office", "then"}),
    "collected": frozenset({"receipt", "at", "codes", "n", "sealed", "paid", "office"}),
    "paid": frozenset({"receipt", "at", "vnd", "codes", "office"}),
    "given": frozenset({"at", "codes", "office"}),
    "card_came": frozenset({"time", "reason"}),
    "card_again": frozenset({"day"}),
    "card_fetch": frozenset(),
    "card_kept": frozenset({"day"}),
    "card_identity": frozenset(),
    "card_proxy": frozenset(),
    "card_track": frozenset(),
}
"""The texts that may be worded otherwise, to phones and on the card left at a door, each with what must stand in it."""
LONGEST_TEXT, MOST_WORDS, LONGEST_WORD = 400, 40, 60


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Of one reason: what a phone brings along with it, and whether phones offer it."""

    needs: frozenset[Need]
    is_offered: bool


class DoorRules:
    """What holds at the door on each day, read at once: many acts of many days ask no more than one.

    A change counts from its day on, whether the worker has put it in force or not; one undone before its day never.
    """

    def __init__(self, session: Session) -> None:
        later = aliased(SetUpChange)
        is_undone = exists().where(later.undoes_id == SetUpChange.id)
        query = select(SetUpChange.area, SetUpChange.subject, SetUpChange.from_day, SetUpChange.after)
        query = query.where(SetUpChange.area.in_((SetUpArea.EVIDENCE, SetUpArea.PHOTO)))
        query = query.where(or_(SetUpChange.in_force_at.is_not(None), ~is_undone))
        self._changes = session.execute(query.order_by(SetUpChange.from_day, SetUpChange.id)).all()

    def evidence(self, on: date) -> dict[str, Evidence]:
        """Return by reason what holds on a local day, for every reason of the couriers' list."""
        told = self._told(SetUpArea.EVIDENCE, on)
        return {code: _evidence(_shipped(code) | told.get(code, {})) for code in reasons.REASONS}

    def photo_words(self, on: date) -> dict[str, tuple[str, ...]]:
        """Return the words of papers that forbid a photo on a local day, and of those that ask for one.

        The program's come first, then the post's.
        """
        told = self._told(SetUpArea.PHOTO, on)
        own = {kind: tuple(told.get(kind, {}).get("words") or ()) for kind in (FORBIDDEN, REQUIRED)}
        return {FORBIDDEN: (*photos.SENSITIVE, *own[FORBIDDEN]), REQUIRED: (*photos.TITLES, *own[REQUIRED])}

    def _told(self, wanted: SetUpArea, on: date) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        for area, subject, from_day, after in self._changes:
            if area is wanted and from_day <= on:
                found[subject] |= after
        return found


def texts(session: Session) -> dict[str, dict[str, str]]:
    """Return the post's own words of texts by code and language; what is not there is worded by the program."""
    told = _all(session, SetUpArea.TEXT)
    return {code: {lang: text for lang, text in one.items() if text} for code, one in told.items() if any(one.values())}


def read_evidence(session: Session, code: str) -> dict[str, Any]:
    """Return what of a reason can change; nothing for one that is not of the list."""
    return _shipped(code) | _kept(session, SetUpArea.EVIDENCE, code) if code in reasons.REASONS else {}


def put_evidence(session: Session, code: str, values: Mapping[str, Any]) -> None:
    """Look whether the evidence can be asked for. Raises InvalidInput."""
    if code not in reasons.REASONS:
        raise InvalidInput(field="reason")
    if not set(values.get("needs", ())) <= set(Need):
        raise InvalidInput(field="needs")
    told = {one: all_of.is_offered for one, all_of in DoorRules(session).evidence(date.max).items()} | {
        code: values.get("is_offered", read_evidence(session, code)["is_offered"])
    }
    if not any(told.values()):
        raise InvalidInput(field="is_offered")


def read_photo(session: Session, kind: str) -> dict[str, Any]:
    """Return the post's own words of one class of papers."""
    return {"words": []} | _kept(session, SetUpArea.PHOTO, kind)


def put_photo(_session: Session, kind: str, values: Mapping[str, Any]) -> None:
    """Look whether papers can be told by these words, in addition to the program's. Raises InvalidInput."""
    words = values.get("words", [])
    is_wrong = len(words) > MOST_WORDS or not all(map(is_word, words))
    if kind not in (FORBIDDEN, REQUIRED) or is_wrong:
        raise InvalidInput(field="words")


def is_word(word: str) -> bool:
    """Say whether papers can be told by a word: neither too short nor too long, and not of signs alone."""
    return 3 <= len(word.strip()) <= LONGEST_WORD and photos.is_telling(word)


def read_text(session: Session, code: str) -> dict[str, Any]:
    """Return the post's own words of one text, by language; None where the program's stand."""
    return {"vi": None, "en": None} | _kept(session, SetUpArea.TEXT, code)


def put_text(_session: Session, code: str, values: Mapping[str, Any]) -> None:
    """Look whether a text says all it must, and nothing a program could not fill in. Raises InvalidInput."""
    if code not in PLACES:
        raise InvalidInput(field="text")
    for language, text in values.items():
        if language not in ("vi", "en") or (text is not None and not is_text(text, PLACES[code])):
            raise InvalidInput(field=language)


def is_text(text: str, places: frozenset[str]) -> bool:
    """Say whether a text is one line with each of its places once, and no others."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:  # a brace alone
        return False
    named = [name for _, name, _, _ in parts if name is not None]
    is_plain = all(not spec and not conversion for _, _, spec, conversion in parts)
    is_one_line = text.isprintable() and 0 < len(text.strip()) <= LONGEST_TEXT
    return is_plain and is_one_line and sorted(named) == sorted(places)


def _shipped(code: str) -> dict[str, Any]:
    return {"needs": sorted(map(str, reasons.REASONS[code].needs)), "is_offered": True}


def _evidence(values: Mapping[str, Any]) -> Evidence:
    return Evidence(needs=frozenset(map(Need, values["needs"])), is_offered=values["is_offered"])


def _all(session: Session, area: SetUpArea) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for subject, after in session.execute(_changes(area).with_only_columns(SetUpChange.subject, SetUpChange.after)):
        found[subject] |= after
    return found


def _kept(session: Session, area: SetUpArea, subject: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for change in session.scalars(_changes(area).where(SetUpChange.subject == subject).with_for_update()):
        values |= change.after
    return values


def _changes(area: SetUpArea) -> Select[SetUpChange]:
    query = select(SetUpChange).where(SetUpChange.area == area, SetUpChange.in_force_at.is_not(None))
    return query.order_by(SetUpChange.in_force_at, SetUpChange.from_day, SetUpChange.id)
