"""Finds the longest known word or phrase at a place of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from routing.addresses.communes import HomeProvince
from routing.addresses.language.text import clean, fold, spelling, usual_forms
from routing.addresses.language.words import ACCENTED, FULL, SHORT, Known, Word


class Accents(IntEnum):
    """How much the accents of a known word count at a place of a text."""

    ABSENT = 0  # the text has none at all
    LOCAL = 1  # the text has some: streets, buildings, hamlets and cues need theirs, types do not
    ALL = 2  # inside or behind a name: "Quan Sơn" holds no "quận"


# In a text with accents, words of these kinds need theirs: "phong" is no "phòng", "cho" no "chợ".
_LOCAL = frozenset((Word.STREET, Word.BUILDING, Word.HAMLET, Word.LANDMARK, Word.NOTE, Word.ADDRESS, Word.AT))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """``forms`` holds the usual ways to write each word, by ``Accents``."""

    spelled: tuple[str, ...]
    forms: tuple[tuple[frozenset[str], ...], ...]
    known: Known


class _Step:
    __slots__ = ("ends", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Step] = {}
        self.ends: list[_Phrase] = []


class WordTree:
    """The known words of one province, as a tree of their words without accents."""

    def __init__(self, home: HomeProvince) -> None:
        self._root = _Step()
        self.starts = self._root.next
        for kind, value, phrases in FULL:
            self._add(phrases, Known(kind, value))
        for kind, value, phrases in ACCENTED:
            self._add(phrases, Known(kind, value), needs_accents=True)
        for kind, value, phrases in SHORT:
            self._add(phrases, Known(kind, value, is_short=True))
        self._add(", ".join((home.name, *home.forms_today)), Known(Word.HOME, ("now",)))
        # English words only behind the province itself: "An Cựu City" is a housing estate.
        self._add(f"tp{home.name}, {home.name} city", Known(Word.HOME, ("city",), is_short=True))
        before = [*home.former_names, *home.short_forms, *(f"{name} province" for name in home.former_names)]
        if before:
            self._add(", ".join(before), Known(Word.HOME, ("before",)))

    def _add(self, phrases: str, known: Known, *, needs_accents: bool = False) -> None:
        for phrase in phrases.split(", "):
            words = clean(phrase).split()
            step = self._root
            for word in words:
                step = step.next.setdefault(fold(word), _Step())
            usual = tuple(usual_forms(word) for word in words)
            accented = tuple(forms - {fold(word)} | {word} for word, forms in zip(words, usual, strict=True))
            plain = accented if needs_accents else usual
            rich = accented if needs_accents or known.kind in _LOCAL else usual
            full = usual if known.kind is Word.HOME else accented
            step.ends.append(_Phrase(tuple(spelling(word) for word in words), (plain, rich, full), known))

    def longest(
        self, folded: Sequence[str], written: Sequence[str], start: int, accents: Accents
    ) -> tuple[int, Known] | None:
        """Return (end, known) of the longest phrase at ``start`` whose accents agree, or None."""
        step = self._root.next.get(folded[start])
        if step is None:
            return None
        best: tuple[int, Known] | None = None
        at, last = start + 1, len(folded)
        while True:
            for phrase in step.ends:
                if _agrees(folded, written, start, at, phrase, accents):
                    best = (at, phrase.known)
                    break
            if not step.next:
                return best
            while at < last and folded[at] == "-":
                at += 1
            if at >= last:
                return best
            following = step.next.get(folded[at])
            if following is None:
                return best
            step = following
            at += 1


def _agrees(
    folded: Sequence[str], written: Sequence[str], start: int, end: int, phrase: _Phrase, accents: Accents
) -> bool:
    forms, number = phrase.forms[accents], 0
    for at in range(start, end):
        word = written[at]
        if word == "-":
            continue
        if word not in forms[number] and (word == folded[at] or spelling(word) != phrase.spelled[number]):
            return False
        number += 1
    return True
