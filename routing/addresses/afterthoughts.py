"""What stands behind an address and may contradict it: places told in passing, and a second address of a list.

The reader passes over names that other words lead to, for they are mostly shops and people: "tiệm vàng Kim Long",
"gửi cô Thủy Xuân". Behind the address they may as well be where the recipient lives by now: "giờ ở luôn Đà Nẵng".
Small letters before a name, and words of going and staying, tell the one from the other; in doubt somebody is asked.
"""

from __future__ import annotations

import re
import unicodedata

from routing.addresses.language.words import is_way
from routing.addresses.names import Place
from routing.addresses.reading import Passed, Reading

# Written before the name of a person, in small letters.
_PERSONS = frozenset({
    "cô", "co", "chị", "chi", "anh", "em", "chú", "chu", "bác", "bac", "ông", "ong", "bà", "ba", "dì", "di", "mợ",
    "cậu", "cau", "thím", "thim", "mệ", "mạ", "má", "thầy", "thay", "sư", "su", "bạn", "ban", "cháu", "chau",
    "con", "bé", "be", "o", "gái", "trai", "tên", "ten", "họ", "ho", "là", "la", "và", "va", "với", "voi", "cụ",
    "thượng",
})  # fmt: skip
# "1) … 2) …", "a. … b. …"; "1/5 Lê Lợi, kiệt 2/b" are houses.
_ENTRY = r"(?:[.):]\s*|[/-]\s+)"
_LISTED = re.compile(rf"\W*(?:1|a)\s*{_ENTRY}(\D.*?)[\W_]\s*(?:2|b)\s*{_ENTRY}(\D.*)", re.DOTALL)


def listed(text: str) -> tuple[str, str] | None:
    """Return the two addresses of a list, "1) … 2) …", None for a text that is none."""
    if text[:1] not in "1aA([ -" or (match := _LISTED.fullmatch(text)) is None:
        return None
    return match[1], match[2]


def contradicting(reading: Reading, text: str, codes: tuple[str, ...]) -> list[Place]:
    """Return the places told in passing that are not in the commune an address was resolved to."""
    found = []
    for passed in reading.passed:
        others = [place for place in passed.places if not _agrees(place, codes)]
        if len(others) == len(passed.places) and _tells_a_place(reading, passed, text):
            found += others
    return found


def _agrees(place: Place, codes: tuple[str, ...]) -> bool:
    own = {commune.code for commune in place.current} | {unit.successor_code for unit in place.former}
    return not own.isdisjoint(codes) or not set(place.district_codes).isdisjoint(codes)


def _tells_a_place(reading: Reading, passed: Passed, text: str) -> bool:
    before = reading.written[passed.start - 1]
    if not before.isalpha():
        return False
    leads = is_way(before)
    found = _as_written(text, before, reading.written[passed.start : passed.end])
    if found is None or not (passed.is_whole or found[2]):
        return leads and passed.is_whole
    word, name, _ = found
    if word.islower() == name.islower():  # all in small letters or all in capitals: only the words tell
        return leads and passed.is_whole
    return word.islower() and (leads or before not in _PERSONS)


def _as_written(text: str, before: str, name: list[str]) -> tuple[str, str, bool] | None:
    """Return the word before a name and the name as they stand in the text, and whether no capital goes on behind."""
    words = r"[\W_]*".join(re.escape(word) for word in name if word.isalnum())
    pattern = rf"(?<!\w){re.escape(before)}[\W_]+{words}(?!\w)(?P<rest>\s+\w)?"
    matches = list(re.finditer(pattern, unicodedata.normalize("NFC", text), re.IGNORECASE))
    if not matches:
        return None
    last = matches[-1]
    rest = (last["rest"] or "").strip()
    whole = last[0].removesuffix(last["rest"] or "")
    return whole[: len(before)], whole[len(before) :].strip(), not rest or not rest.isupper()
