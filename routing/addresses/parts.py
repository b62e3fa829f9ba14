"""Walks over the parts of an address: what stands at the head of a part, houses, brackets, second addresses."""

from __future__ import annotations

from enum import IntEnum

from routing.addresses.language.words import Word
from routing.addresses.lookup import CLOSING, OPENING, Text, is_telephone
from routing.addresses.reading import Reading, UnknownUnit

_OF_ROADS = frozenset(("noi", "di", "tu", "moi", "lien", "nhanh", "ven", "doc"))  # "đường nối Vỹ Dạ - Thủy Vân"
_HAMLETS = frozenset(("to", "tdp", "kv", "kp", "thon", "xom", "khom", "ap", "doi", "cum"))


class Lead(IntEnum):
    """What stands before a word in its part; up to PLACE a name alone may follow."""

    START = 0
    NUMBERED = 1  # a hamlet and its number: "KV4", "Tổ dân phố số 5"
    CUE = 2  # nay là, hiện ở, thuộc
    PLACE = 3
    HAMLET = 4
    NUMBER = 5
    STREET = 6
    BUILDING = 7
    WORDS = 8


_PLACE = Lead.PLACE


class Parts:
    """The state of a walk within one part, and what happens at its signs and numbers."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._f, self._w = text.folded, text.written
        self._r = Reading(text.folded, text.written)
        self._lead, self._lead_end = Lead.START, 0
        self._part = self._part_start = 0
        self._in_bracket = self._is_understood = self._has_house = self._has_commune = False
        self._era_ahead: str | None = None
        self._told_at = 0
        self._is_cued = False  # "ở tiệm Vỹ Dạ": a cue stands before the building

    def _separator(self, at: int, sign: str) -> None:
        if sign == ":" and self._lead > _PLACE and at == self._lead_end:  # "Đường: Lê Lợi", "Thôn: 3"
            self._lead_end = at + 1
            return
        if self._told_at:
            self._end_telling(at)
        after = self._lead_behind(at, sign) if self._lead > _PLACE else Lead.START
        if sign in OPENING:
            self._in_bracket = True
        elif sign in CLOSING:
            self._in_bracket = False
        self._part += 1
        self._part_start = self._lead_end = at + 1
        self._lead = after
        self._is_understood = False

    def _lead_behind(self, at: int, sign: str) -> Lead:
        """Return what the next part begins with when this one ends in a number or a street, or close it."""
        if self._lead in (Lead.NUMBER, Lead.STREET):
            if at == self._lead_end:
                # "1) Thủy Xuân" is an entry of a list; of "12, Thuận Hóa" the street comes behind the comma.
                return Lead.START if sign in CLOSING and not self._in_bracket else Lead.NUMBER
            starts = [self._lead_end + 1] if self._f[self._lead_end] in _OF_ROADS else []
            is_road = sign == "-" and (
                any(self._text.is_whole_name(start, at) for start in (self._lead_end, *starts))
                or "doan" in self._f[self._lead_end : at]  # "QL1A đoạn Phước Tượng - Phú Gia"
            )
            return Lead.STREET if is_road else Lead.START  # "đường Thủy Dương - Thuận An": one road
        if not self._is_understood:
            self._close(at)
        return Lead.START

    def _end_telling(self, at: int) -> None:
        """Note the words behind "nay ở", "trọ" up to the end of their part, where an address stands before them."""
        if self._told_at and (self._r.mentions or self._r.home):
            self._r.told.append((self._told_at, at))
        self._told_at = 0

    def _close(self, at: int) -> None:
        """Note a part that names nothing known, though it may be a place: "Tây Hồ", "Cầu Giấy"."""
        if self._lead > _PLACE and not self._is_understood:
            part = (self._part_start, at)
            self._r.strange.append(part)
            if self._in_bracket or self._r.mentions:
                self._r.aside.append(part)

    def _next_clause(self, *, is_last: bool = False) -> None:
        """Close the address so far: one with a house and without a commune, beside another, is noted."""
        self._r.n_clauses += 1
        if self._has_house and not self._has_commune:
            self._r.lacks_commune = True
        self._has_house = self._has_commune = False
        if is_last:
            self._r.lacks_commune &= self._r.n_clauses > 1

    def _number(self, at: int, word: str) -> None:
        """Act on a word with a digit: a house, a hamlet's number, a part of a telephone number."""
        self._is_understood = True
        if word[0].isalpha():
            letters = word.rstrip("0123456789")
            if letters in _HAMLETS:
                self._lead, self._lead_end = Lead.NUMBERED, at + 1
                return
            if letters == "q" and word != "q" and self._stands_alone(at):
                self._r.unknown.append(UnknownUnit(Word.DISTRICT, at, at + 1, at + 1, is_number=True))
                return
        if self._lead is Lead.HAMLET and at == self._lead_end:
            self._lead, self._lead_end = Lead.NUMBERED, at + 1
        elif not is_telephone(word) and not (self._lead is Lead.START and at > self._part_start):
            if self._lead <= _PLACE:
                self._lead, self._lead_end = Lead.NUMBER, at + 1
                self._has_house = True
            elif at == self._lead_end:
                self._lead_end = at + 1
                self._has_house |= self._lead in (Lead.NUMBER, Lead.STREET)

    def _stands_alone(self, at: int) -> bool:
        return (at == self._part_start or self._lead is Lead.PLACE) and self._text.is_over(at + 1)
