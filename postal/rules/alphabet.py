"""The order of a Vietnamese dictionary: Đ after D, Ơ after Ô, and within a syllable the tones in their fixed order.

A dictionary compares syllable by syllable: every word that begins with "hoa" stands before the first with "hòa". The
databases' own orders differ from it and from each other, so lists are put in order after they are read.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", start=1)}
# ngang, huyền, hỏi, ngã, sắc, nặng
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_AFTER_Z = len(_LETTERS) + 1
_PARTS = re.compile(r"\d+|[^\W\d_]+")

Syllable = tuple[int, int, tuple[int, ...], int]
Place = tuple[tuple[Syllable, ...], str]


def alphabetical(text: str) -> Place:
    """Return the place of a text among others, as a key for ``sorted``; numbers in it count as numbers."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return tuple(_syllable(part) for part in _PARTS.findall(folded)), folded


def by_given_name(full_name: str) -> tuple[Place, Place]:
    """Return the place of a person among others: Vietnamese lists of people go by the given name, written last."""
    family, _, given = full_name.strip().rpartition(" ")
    return alphabetical(given), alphabetical(family)


def _syllable(part: str) -> Syllable:
    if part.isdecimal():
        return 0, int(part), (), 0
    tone, letters = 0, []
    for letter in part:
        marks = unicodedata.normalize("NFD", letter)
        tone = next((_TONES[mark] for mark in marks if mark in _TONES), tone)
        bare = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
        letters.append(_LETTERS.get(bare, _AFTER_Z + ord(bare[0])))
    return 1, 0, tuple(letters), tone
