"""Vietnamese text made comparable: clean characters, words without accents, and accents that still count.

Words are compared twice. First by their letters alone ("Hoá", "hóa" and "hoa" are all ``hoa``), then by what
was written: a word without any accent fits every accent, a word with accents fits only its own. Where the
tone mark stands (hoá, hóa), i or y after one consonant (Vỹ, Vĩ), and hỏi or ngã, which central Vietnam speaks
alike (Mỹ, Mỷ), are habits of spelling, not accents.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

# Longer texts are no addresses; the limit keeps a hostile field from costing more than a normal one.
MAX_ADDRESS_LENGTH = 1_000

_HOOK, _TILDE = "\u0309", "\u0303"
_TONES = f"\u0300\u0301{_TILDE}{_HOOK}\u0323"
_MARKS = _TONES + "\u0302\u0306\u031b"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u02d7\ufe58\ufe63\uff0d\u00ac"
# These stand inside words and only guide the layout; the ones below stand between words as often as inside them.
_LAYOUT = "\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"

SOFT_MARK = re.compile("_x000d_", re.IGNORECASE)  # a carriage return as spreadsheets write it
# Tabs, line breaks and zero-width characters usually part words; copied texts also have them inside a word or a name.
SOFT = re.compile(f"[\t{_LINE_BREAKS}{_ZERO_WIDTH}]|_x000d_", re.IGNORECASE)


def _clean_table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(char): None for char in _LAYOUT}
    table.update({ord(char): "-" for char in _DASHES})
    table.update({ord("ð"): "đ", ord("Ð"): "Đ", ord("ɖ"): "đ", ord("Ɖ"): "Đ", ord("İ"): "I"})
    for code in range(0xFF01, 0xFF5F):  # full-width forms of ASCII
        table[code] = chr(code - 0xFEE0)
    table.update({ord("，"): ",", ord("、"): ",", ord("；"): ";", ord("•"): ",", ord("·"): ","})
    for code in range(32):
        table[code] = " "
    table.update({ord(char): "," for char in "\t|\\" + _LINE_BREAKS})
    table.update({ord(char): " " for char in _ZERO_WIDTH})
    table[0xFF0D] = "-"
    return table


def _fold_table() -> dict[int, str]:
    """Map every precomposed letter with Vietnamese marks to its plain letter, one to one."""
    table = {ord("đ"): "d"}
    for code in range(0xC0, min(0x1F00, sys.maxunicode)):
        char = chr(code)
        parts = unicodedata.normalize("NFD", char)
        if len(parts) > 1 and parts[0].isascii() and all(mark in _MARKS for mark in parts[1:]):
            table[code] = parts[0].lower()
    return table


_CLEAN = _clean_table()
_FOLD = _fold_table()
_UNCLEAN = re.compile("[" + re.escape("".join(map(chr, _CLEAN.keys() - {ord("-")}))) + "]|_[xX]000[dD]_")
_SMALL = "a-z" + "".join(chr(code) for code in (*range(0xDF, 0x1B1), *range(0x1EA0, 0x1EFA)) if chr(code).islower())
_LARGE = "A-Z" + "".join(chr(code) for code in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA)) if chr(code).isupper())
# "phườngAn Cựu", "12Lê Lợi": a capital in the middle of a word begins the next one.
_RUN_TOGETHER = re.compile(f"[{_LARGE}](?:(?<=[{_SMALL}].)|(?<=[0-9].)(?=[{_SMALL}]))")
# A word of letters, one with a digit in it (house numbers 12/5A, K3, P305), or one sign.
TOKEN = re.compile(rf"[{_SMALL}]++(?![^\W_])|[^\W_]*\d[^\W_]*(?:[/-]\d[^\W_]*)*|[^\W\d_]+|[^\w\s]")


def clean(text: str) -> str:
    """Return the text composed (NFC), in lower case, with one kind of dash and nothing invisible."""
    composed = unicodedata.normalize("NFC", text)
    if _UNCLEAN.search(composed):
        composed = SOFT_MARK.sub(",", composed).translate(_CLEAN)
    if _RUN_TOGETHER.search(composed):
        composed = _RUN_TOGETHER.sub(r" \g<0>", composed)
    return composed.lower()


def readings(text: str) -> tuple[str, ...]:
    """Return the text as written and, where soft characters could stand inside a name, the texts without them.

    "phường An\\nCựu" is one name over two lines; "Vỹ\\u200bDạ" and "H\\u200buế" are met alike.
    """
    if (text.isprintable() and "_" not in text) or SOFT.search(text) is None:
        return (text,)
    return text, SOFT.sub(" ", text), SOFT.sub("", text)


def fold(cleaned: str) -> str:
    """Return cleaned text without accents; every character keeps its place."""
    return cleaned.translate(_FOLD)


def plain_words(text: str) -> str:
    """Return a name's words in small letters without accents or signs: "Hòa Bình" → "hoa binh"."""
    return " ".join("".join(char if char.isalnum() else " " for char in fold(clean(text))).split())


@lru_cache(maxsize=8_192)
def _fold_word(word: str) -> str:
    return word.translate(_FOLD)


def tokens(cleaned: str) -> tuple[list[str], list[str]]:
    """Return the words of cleaned text without accents, and the same words as written."""
    written = TOKEN.findall(cleaned)
    return [word if word.isascii() else _fold_word(word) for word in written], written


def spelling(word: str) -> str:
    """Return one spelling for all habits of writing a cleaned word: tone mark last, ngã as hỏi, i for a lone y."""
    plain = word.translate(_WITHOUT_TONE)
    tone = "" if plain == word else "".join([_TONE_OF[char] for char in word if char in _TONE_OF])
    if plain[-1:] == "y" and _VOWELS.isdisjoint(plain[:-1]):
        plain = plain[:-1] + "i"
    return plain + tone


def _tone_tables() -> tuple[dict[int, str], dict[str, str]]:
    """Return letter → letter without its tone, and letter → its tone: a lone combining tone stands for itself."""
    without: dict[int, str] = {ord(tone): "" for tone in _TONES}
    tone_of: dict[str, str] = {tone: tone for tone in _TONES} | {_TILDE: _HOOK}
    for code in range(0xC0, 0x1F00):
        parts = unicodedata.normalize("NFD", chr(code))
        tones = "".join(char for char in parts if char in _TONES)
        if tones:
            rest = "".join(char for char in parts if char not in _TONES)
            without[code], tone_of[chr(code)] = unicodedata.normalize("NFC", rest), tones.replace(_TILDE, _HOOK)
    return without, tone_of


_WITHOUT_TONE, _TONE_OF = _tone_tables()
_VOWELS = frozenset("aeiouăâêôơư")


def fits(written: str, folded: str, spelled: str) -> bool:
    """Tell whether a written word agrees with a register word: no accent at all, or exactly its accents."""
    return written == folded or spelling(written) == spelled


def usual_forms(word: str) -> frozenset[str]:
    """Return the ways a cleaned word is usually written: bare, or its tone on any vowel, hỏi or ngã, i or y.

    Only a quick yes: a word that is not among them may still agree by ``spelling``.
    """
    spelled = spelling(word)
    tone = "".join(char for char in spelled if char in _TONES)
    plain = spelled.removesuffix(tone) if tone else spelled
    plains = {plain, plain[:-1] + "y"} if plain[-1:] == "i" else {plain}
    toned = {
        unicodedata.normalize("NFC", form[: at + 1] + mark + form[at + 1 :])
        for form in plains
        for mark in ((_HOOK, _TILDE) if tone == _HOOK else (tone,))
        for at, char in enumerate(form)
        if fold(char) in "aeiouy"
    }
    return frozenset({fold(form) for form in plains} | {w for w in toned | {word} if spelling(w) == spelled})


def lone_y_variants(folded: str) -> tuple[str, ...]:
    """Return the folded word with its other i/y habit, if it has one: my, mi."""
    if len(folded) < 2 or any(char in "aeiouy" for char in folded[:-1]):
        return (folded,)
    if folded[-1] in "iy":
        return (folded[:-1] + "i", folded[:-1] + "y")
    return (folded,)
