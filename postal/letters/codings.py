"""What a word would say had it been written in an old coding or typed without a keyboard that makes the letters.

Each reader returns the syllables a word may stand for, none where the word cannot be of its coding.
"""

from __future__ import annotations

import re
from functools import lru_cache

from postal.letters.syllables import Syllable, parted, syllable

# TCVN 5712:1993 (TCVN3, the fonts that begin in ".Vn"), read as Latin-1. Capitals are a font, not letters.
_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ăâêôơưđăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
# VNI: a letter and its mark behind it, and letters of their own.
_VNI_SINGLE = {"æ": "ỉ", "ó": "ĩ", "ò": "ị", "ñ": "đ", "ô": "ơ", "ö": "ư", "î": "ỵ", "ì": "ì", "í": "í"}
_VNI_MARKS = {
    "a": dict(zip("øùûõïâàáåãäêèéúüë", "àáảãạâầấẩẫậăằắẳẵặ", strict=True)),
    "e": dict(zip("øùûõïâàáåãä", "èéẻẽẹêềếểễệ", strict=True)),
    "o": dict(zip("øùûõïâàáåãä", "òóỏõọôồốổỗộ", strict=True)),
    "ô": dict(zip("øùûõï", "ờớởỡợ", strict=True)),
    "u": dict(zip("øùûõï", "ùúủũụ", strict=True)),
    "ö": dict(zip("øùûõï", "ừứửữự", strict=True)),
    "y": dict(zip("øùûõ", "ỳýỷỹ", strict=True)),
}
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VOWELS = "aăâeêioôơuưy"
_TELEX_LETTERS = (
    ("uow", "ươ"), ("uwow", "ươ"), ("dd", "đ"), ("aa", "â"), ("ee", "ê"), ("oo", "ô"), ("aw", "ă"), ("ow", "ơ"),
    ("uw", "ư"), ("w", "ư"),
)  # fmt: skip
_VNI_LETTERS = {"6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}, "9": {"d": "đ"}}


def as_tcvn3(word: str) -> set[Syllable]:
    """Return what the word says in TCVN3."""
    letters = [_TCVN3.get(c, c if c.isascii() else "") for c in word]
    return _one("".join(letters)) if all(letters) else set()


def as_vni(word: str) -> set[Syllable]:
    """Return what the word says in VNI."""
    lower, letters, at = word.lower(), [], 0
    while at < len(lower):
        letter, mark = lower[at], lower[at + 1 : at + 2]
        if mark and mark in _VNI_MARKS.get(letter, {}):
            letters.append(_VNI_MARKS[letter][mark])
            at += 2
            continue
        letters.append(letter if letter.isascii() else _VNI_SINGLE.get(letter, ""))
        at += 1
    return _one("".join(letters)) if all(letters) else set()


@lru_cache(maxsize=4_096)
def as_telex(word: str) -> frozenset[Syllable]:
    """Return what the word says typed in Telex: "Nguyeenx", "Nguyeexn", "DDuwcs"; some marks may be letters already."""
    lower = word.lower()
    found = set()
    for text, tone in [(lower, ""), *_without_tone(lower, _TELEX_TONES)]:
        for letters in {_telex_letters(text, _TELEX_LETTERS[1:]), _telex_letters(text, _TELEX_LETTERS)}:
            found |= _typed(letters, tone, is_changed=bool(tone) or letters != lower)
    return frozenset(found)


@lru_cache(maxsize=4_096)
def as_vni_typed(word: str) -> frozenset[Syllable]:
    """Return what the word says typed in VNI's digits: "Nguye64n", "Nguyen64", "D9a85ng"."""
    lower = word.lower()
    if not re.fullmatch(r"(?=.*[0-9])[^\W_]+", lower):
        return frozenset()
    text = tone = ""
    for c in lower:
        if c in _VNI_TONES and not tone:
            tone = _VNI_TONES[c]
        elif not c.isdigit():
            text += c
        else:
            marked = _vni_marked(text, c)
            if marked is None:
                return frozenset()
            text = marked
    return frozenset(_typed(text, tone, is_changed=True))


def _vni_marked(text: str, digit: str) -> str | None:
    """Return the letters typed so far with the mark of a digit on the last that can bear it, "uo7" on both."""
    marked = _VNI_LETTERS.get(digit, {})
    place = next((n for n in range(len(text) - 1, -1, -1) if text[n] in marked), None)
    if place is None:
        return None
    if digit == "7" and text[place - 1 : place + 1] == "uo":
        return f"{text[: place - 1]}ươ{text[place + 1 :]}"
    return text[:place] + marked[text[place]] + text[place + 1 :]


def _one(text: str) -> set[Syllable]:
    found = syllable(text)
    return {found} if found is not None else set()


def _typed(letters: str, tone: str, *, is_changed: bool) -> set[Syllable]:
    base, own = parted(letters)
    if not is_changed or (tone and own):
        return set()
    found = syllable_of(base, tone or own)
    return {found} if found is not None else set()


def syllable_of(base: str, tone: str) -> Syllable | None:
    """Return the syllable of these letters and tone, None where they make none."""
    vowel = next((n for n, c in enumerate(base) if c in _VOWELS), None)
    if vowel is None:
        return None
    return syllable(base[: vowel + 1] + tone + base[vowel + 1 :])


def _without_tone(word: str, tones: dict[str, str]) -> list[tuple[str, str]]:
    """Return the word without one letter behind its first vowel that may be a typed tone, and that tone."""
    first = next((n for n, c in enumerate(parted(word)[0]) if c in _VOWELS), len(word))
    return [(word[:n] + word[n + 1 :], tones[c]) for n, c in enumerate(word) if n > first and c in tones]


def _telex_letters(word: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for typed, letter in pairs:
        word = word.replace(typed, letter)
    return word
