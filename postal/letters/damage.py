"""Judges a name: are these the letters somebody meant, or what a coding, a keyboard or a loss made of them?

Words that are Vietnamese syllables are not doubted. Of the others a name is damaged only if another reading of them
gives syllables that people bear: names of other languages (Cơ Tu, Tà Ôi, Chinese, French) give none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import lru_cache

from postal.letters.codings import as_tcvn3, as_telex, as_vni, as_vni_typed
from postal.letters.syllables import Syllable, is_of_names, parted, syllable


class Damage(StrEnum):
    """What happened to a name."""

    CODED = "coded"
    """An old coding (TCVN3, VNI) or UTF-8 coded twice."""
    LOST = "lost"
    """Letters became question marks or nothing."""
    TYPED_RAW = "typed_raw"
    """Telex or VNI keys stand as they were pressed."""
    ODD = "odd"
    """No letters, or signs that no name has."""


# The bytes that begin a Vietnamese letter in UTF-8, and what those behind them become in Windows-1252 and Latin-1. A
# blank that does not break (A0) is none of them unless a small letter follows: "XÃ\xa0PHÚ" is in order.
_TWICE = re.compile("[ÃÄÅÆ](?:[\u0080-\u009f\u00a1-\u00bf€‚ƒ„†‡ˆ‰Š‹ŒŽ‘’“”•˜™š›œžŸ]|\u00a0(?=[a-z]))|á[º»]|â€")
# TCVN3: "Ph¹m", "§inh", "NguyÔn"; no name has a capital with a mark behind a small letter.
_OLD = re.compile(r"[a-zà-ÿ][À-ÖØ-Þ]|[A-Za-z][\u00a1-\u00bf×÷]|[\u00a1-\u00a7\u00a9-\u00bf×÷][A-Za-zà-ÿ]")
_LOST = re.compile("[?\ufffd\u25a1\u25af]")
_LOST_INSIDE = re.compile("[A-Za-zÀ-ỹ][?\ufffd\u25a1]+[a-zà-ỹ]|\ufffd")
_ODD = re.compile(r"[!#$%*;<=>@\[\\\]^_`{|}~\u00a1-\u00b6\u00b8-\u00bf×÷\u2500-\u259f\u2200-\u22ff]")
# "Ng" is a Chinese surname.
_NO_VOWEL = re.compile("(?!Ng$)[B-DF-HJ-NP-TV-XZĐ]?[bcdfghjklmnpqrstvxzđ]{1,}(?<=..)")
_ORGANISATION = re.compile(
    r"\b(?:công ty|cty|tnhh|htx|hợp tác xã|trường|trung tâm|ủy ban|u\u1ef7 ban|ubnd|ban|phòng|sở|chi nhánh|"
    r"chi cục|cục|"
    r"doanh nghiệp|dntn|cửa hàng|hộ kinh doanh|ngân hàng|bệnh viện|trạm|đội|tổ|hội|văn phòng|khách sạn|nhà hàng|"
    r"viện|xí nghiệp|tổng|tập đoàn|quỹ|chùa|giáo xứ|dòng|company|co\.|ltd|hotel|shop)\b",
    re.IGNORECASE,
)
_NO_NAMES = frozenset({
    "null", "none", "nil", "nan", "undefined", "unknown", "test", "n/a", "na", "không", "khong", "không có", "không rõ",
    "khong ro", "chưa rõ", "true", "false", "xxx", "abc",
})  # fmt: skip
# Surnames of Koreans, Chinese and Americans that Telex would read as Lê.
_NOT_TYPED = frozenset({"lee"})
# A French name that VNI would read as Lọc.
_NOT_CODED = frozenset({"loïc"})
_BETWEEN_WORDS = re.compile(r"[\s,.;:()\"“”&/+\-–]+")


@lru_cache(maxsize=16_384)
def _is_plain(word: str) -> bool:
    """Say whether a word alone raises no doubt: a syllable that no other coding makes a likelier one of."""
    found = syllable(word)
    return found is not None and (is_of_names(found) or not _is_latin1(word) or word.isascii())


def judge_name(text: str) -> Damage | None:
    """Return what is wrong with the letters of a name, None where nothing is."""
    name = text if text.isascii() else unicodedata.normalize("NFC", text)
    if not name.isascii() and _TWICE.search(name):
        return Damage.CODED
    words = name.split()
    doubtful = [word for word in words if not _is_plain(word)]
    is_plain = len(doubtful) < len(words) and all(map(str.isdecimal, doubtful)) and len(name) > 1
    if is_plain and name.strip().casefold() not in _NO_NAMES:
        return None
    if _LOST.search(name):
        return Damage.LOST
    words = [word for word in _BETWEEN_WORDS.split(name) if word]
    if _OLD.search(name) or any(_is_coded(words, read) for read in (as_tcvn3, as_vni)):
        return Damage.CODED
    is_organisation = _ORGANISATION.search(name) is not None
    if _is_typed(words, as_telex, is_organisation) or _is_typed(words, as_vni_typed, is_organisation):
        return Damage.TYPED_RAW
    return Damage.ODD if _is_odd(name, words, is_organisation) else None


def are_coded(text: str) -> bool:
    """Say whether a longer text, an address, holds words of an old coding, of UTF-8 coded twice, or lost letters."""
    if text.isascii():
        return _LOST_INSIDE.search(text) is not None
    whole = unicodedata.normalize("NFC", text)
    if _LOST_INSIDE.search(whole) or _TWICE.search(whole) or _OLD.search(whole):
        return True
    words = list(filter(_is_no_syllable_of_latin1, _BETWEEN_WORDS.split(whole)))
    return len(words) >= 2 and any(sum(bool(read(word)) for word in words) >= 2 for read in (as_tcvn3, as_vni))


@lru_cache(maxsize=16_384)
def _is_no_syllable_of_latin1(word: str) -> bool:
    """Say whether a word may be of an old coding: more than ASCII, all of Latin-1, and no syllable as it stands."""
    return not word.isascii() and _is_latin1(word) and syllable(word) is None


def _is_coded(words: Iterable[str], read: Callable[[str], Iterable[Syllable]]) -> bool:
    """Say whether the words that hold more than ASCII are rather of an old coding."""
    n_read = n_of_names = 0
    weak, is_consistent = False, True
    n_others = n_foreign = 0
    for word in words:
        if word.isascii():
            n_others += 1
            n_foreign += syllable(word) is None
            continue
        found = list(read(word)) if _is_latin1(word) and word.lower() not in _NOT_CODED else []
        if not found:
            is_consistent = False
            continue
        likely = is_of_names(found[0])
        if syllable(word) is None:
            n_read += 1
            n_of_names += likely
        elif found[0] != parted(word):
            is_consistent &= likely
            weak |= likely and not is_of_names(parted(word))
    # "Thò" and "Sôn" are syllables too: they are doubted only where nothing in the name is surely Unicode.
    return (
        n_of_names >= 1
        or n_read >= 2
        or (n_read == 1 and is_consistent and n_others > n_foreign == 0)
        or (weak and is_consistent)
    )


def _is_typed(words: list[str], read: Callable[[str], Iterable[Syllable]], is_organisation: bool) -> bool:
    n_read = n_of_names = n_others = 0
    for word in words:
        if syllable(word) is not None or word.isdigit() or word.lower() in _NOT_TYPED:
            continue
        found = read(word)
        if not found:
            n_others += 1
            continue
        n_read += 1
        n_of_names += any(map(is_of_names, found))
    if n_read >= 2:
        return n_of_names >= 1
    return n_read == 1 and not is_organisation and not n_others and (n_of_names == 1 or read is as_vni_typed)


def _is_odd(name: str, words: list[str], is_organisation: bool) -> bool:
    if _ODD.search(name) or not any(c.isalpha() for c in name) or len(name.strip()) < 2:
        return True
    if name.strip().casefold() in _NO_NAMES:
        return True
    return not is_organisation and any(_NO_VOWEL.fullmatch(word) for word in words) and "." not in name


def _is_latin1(word: str) -> bool:
    return all(c <= "\u00ff" for c in word)
