"""Reads an address from left to right, part by part, and notes what it says.

A part reaches from one separator to the next. What stands at its head, the *lead*, says what the words behind it
can be: a name alone is a commune ("…, Vỹ Dạ, Huế"), behind "đường" or a house number it is a street, behind
"quán" a shop. A name with its type is a commune wherever it stands, except behind "gần", "đối diện".
"""

from __future__ import annotations

from enum import IntEnum

from routing.addresses.lookup import (
    ABOVE,
    BEHIND_NAME,
    BEHIND_TYPED,
    CLOSING,
    OPENING,
    SEPARATORS,
    Text,
    address_words,
    is_telephone,
)
from routing.addresses.names import NameIndex, Place
from routing.addresses.reading import Mention, OtherProvince, Reading, Sure, UnknownUnit
from routing.addresses.word_tree import WordTree
from routing.addresses.words import Known, Word

_CLEAR_LANDMARKS = frozenset(("gần", "cạnh", "đối", "bên"))
_NOT_A_NAME = ABOVE | {Word.HOME, Word.COMMUNE, Word.AFTER}
# Known words that a name of the register may begin with: "Lăng Cô", "Phong Điền" written "phong dien".
_MAY_BEGIN_NAME = frozenset(
    (Word.STREET, Word.BUILDING, Word.HAMLET, Word.LANDMARK, Word.AFTER, Word.NOTE, Word.AT, Word.ADDRESS)
)
_HAMLETS = frozenset(("to", "tdp", "kv", "kp", "thon", "xom", "khom", "ap", "doi", "cum"))
_TYPES = ("phuong", "xa", "thitran", "huyen", "quan", "thixa", "thanhpho", "tp", "tinh")


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
_LOCAL = {Word.STREET: Lead.STREET, Word.BUILDING: Lead.BUILDING, Word.HAMLET: Lead.HAMLET}


class Reader:
    """Reads addresses with one register's names; holds no state between texts."""

    def __init__(self, names: NameIndex) -> None:
        self.names = names.places
        self.words = WordTree(names.register.home)
        # "phườngan", "xaphu": a type run together with the first word of a name, in small letters.
        self._joined = {kind + word: len(kind) for kind in _TYPES for word in names.first_words()}

    def read(self, text: str) -> Reading:
        """Return what the text says; never raises, whatever the text is."""
        folded, written = address_words(text)
        if not self._joined.keys().isdisjoint(folded):
            folded, written = self._parted(folded, written)
        return _Walk(self, Text(folded, written, self.words, self.names)).run()

    def _parted(self, folded: list[str], written: list[str]) -> tuple[list[str], list[str]]:
        cuts = [self._joined.get(word, 0) for word in folded]
        return _cut(folded, cuts), _cut(written, cuts)


def _cut(words: list[str], cuts: list[int]) -> list[str]:
    return [piece for word, cut in zip(words, cuts, strict=True) for piece in (word[:cut], word[cut:]) if piece]


class _Walk:
    """One pass over one text."""

    def __init__(self, reader: Reader, text: Text) -> None:
        self._text = text
        self._f, self._w = text.folded, text.written
        self._r = Reading(text.folded, text.written)
        self._word_starts, self._name_starts = reader.words.starts, reader.names.starts
        self._lead, self._lead_end = Lead.START, 0
        self._part = self._part_start = 0
        self._in_bracket = self._is_understood = self._has_house = self._has_commune = False
        self._era_ahead: str | None = None

    def run(self) -> Reading:
        folded, known = self._f, self._text.known
        word_starts, name_starts = self._word_starts, self._name_starts
        at, n = 0, len(folded)
        while at < n:
            word = folded[at]
            if word in SEPARATORS:
                self._separator(at, word)
                at += 1
                continue
            hit = known(at) if word in word_starts else None
            if word in name_starts and (hit is None or hit[1].kind in _MAY_BEGIN_NAME):
                end = self._name_alone(at) if self._lead <= _PLACE else self._name_in_words(at)
                if end:
                    at = end
                    continue
            if hit is not None:
                self._is_understood = True
                end, found = hit
                act = _ACTS.get(found.kind)
                at = end if act is None else act(self, at, end, found)
                continue
            if word.isalpha():
                if self._lead <= _PLACE:
                    self._lead = Lead.WORDS
            elif word[0].isalnum():
                self._number(at, word)
            else:
                self._separator(at, word)
            at += 1
        self._close(n)
        self._next_clause(is_last=True)
        return self._r

    # -- parts ----------------------------------------------------------------------------------------

    def _separator(self, at: int, sign: str) -> None:
        lead = self._lead
        after = Lead.START
        if lead > _PLACE:
            is_at_lead = at == self._lead_end
            if sign == ":" and is_at_lead:  # "Đường: Lê Lợi", "Thôn: 3"
                self._lead_end = at + 1
                return
            if lead is Lead.NUMBER or lead is Lead.STREET:
                if is_at_lead:
                    after = Lead.NUMBER  # "12, Thuận Hóa": the number's street comes behind the comma
                elif sign == "-" and self._text.is_whole_name(self._lead_end, at):
                    after = Lead.STREET  # "đường Thủy Dương - Thuận An": one road
            elif lead is Lead.WORDS:
                self._close(at)
        if sign in OPENING:
            self._in_bracket = True
        elif sign in CLOSING:
            self._in_bracket = False
        self._part += 1
        self._part_start = self._lead_end = at + 1
        self._lead = after
        self._is_understood = False

    def _close(self, at: int) -> None:
        """Note a part that says nothing known, where it could be a place."""
        is_strange = self._lead is Lead.WORDS and not self._is_understood
        if is_strange and (self._in_bracket or self._r.mentions):
            self._r.strange.append((self._part_start, at))

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
                self._r.unknown.append(UnknownUnit(Word.DISTRICT, at, at + 1, is_firm=False, is_number=True))
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

    # -- known words ----------------------------------------------------------------------------------

    def _local(self, at: int, end: int, known: Known) -> int:
        """Note a street, a building or a hamlet; the "số" of "Tổ dân phố số 5" is none."""
        is_number_of_hamlet = self._lead is Lead.HAMLET and at == self._lead_end and self._f[at] == "so"
        if not is_number_of_hamlet:
            self._lead = _LOCAL[known.kind]
        self._lead_end = end
        return end

    def _before(self, _at: int, end: int, known: Known) -> int:
        self._era_ahead = known.value[0]
        self._lead, self._lead_end = Lead.CUE, end
        return end

    def _address(self, at: int, end: int, _known: Known) -> int:
        if at:
            self._next_clause()
        self._lead, self._lead_end = Lead.CUE, end
        return end

    def _at(self, at: int, end: int, _known: Known) -> int:
        if at != self._lead_end or self._lead <= _PLACE:
            self._lead, self._lead_end = Lead.CUE, end
        return end

    def _note(self, _at: int, end: int, _known: Known) -> int:
        self._lead, self._lead_end = Lead.WORDS, end
        return end

    def _landmark(self, at: int, end: int, _known: Known) -> int:
        if at != self._part_start and self._w[at] not in _CLEAR_LANDMARKS:
            if self._lead <= _PLACE:
                self._lead = Lead.WORDS
            return end
        self._lead = Lead.BUILDING
        while not self._text.is_over(end):
            end += 1
        return end

    def _home(self, at: int, end: int, known: Known) -> int:
        lead, era = self._lead, known.value[0]
        if lead > _PLACE and at == self._lead_end:
            return end  # "phố Huế", "ga Huế", "12 Huế"
        is_alone = lead <= _PLACE and self._text.ends_name(end, BEHIND_NAME)
        self._note_home(Sure.ALONE if is_alone or era == "city" else Sure.WEAK)
        self._r.is_before |= era == "before"
        self._r.is_city |= era == "city"
        if is_alone:
            self._lead = _PLACE
        return end

    def _note_home(self, sure: Sure) -> None:
        if sure > self._r.home:
            self._r.home, self._r.home_part = sure, self._part

    # -- names without a type -------------------------------------------------------------------------

    def _name_alone(self, at: int) -> int:
        """Note a name that stands alone where one may stand; return its end, 0 for none."""
        for end, places in self._text.names(at):
            is_province = all(place.is_only_province for place in places)
            if not self._text.ends_name(end, BEHIND_NAME) and not (is_province and self._lead is Lead.CUE):
                continue
            suffix = self._text.suffix(end)
            kept = [place for place in places if suffix is not None or not place.needs_type]
            if not kept or self._f[at].isdigit():
                continue
            if is_province:
                self._note_province(kept[0], Sure.ALONE, at)
            else:
                types, end = suffix or (None, end)
                self._mention(kept, types, end)
            self._lead, self._is_understood = _PLACE, True
            return end
        return 0

    def _name_in_words(self, at: int) -> int:
        """Act on a name behind words that are no place; return its end where it is passed over, else 0."""
        for end, places in self._text.names(at):
            if at == self._lead_end:
                return end  # "22 Hà Nội", "đường Lăng Cô", "thôn Hòa Bình", "quán Đà Nẵng"
            named = [place for place in places if place.province]
            if named and self._text.ends_name(end, BEHIND_NAME):
                self._note_province(named[0], Sure.WEAK, at)
                return end
        return 0

    def _note_province(self, place: Place, sure: Sure, at: int) -> None:
        is_aside = self._in_bracket or self._lead is Lead.CUE or self._r.n_clauses > 0
        in_number = self._lead in (Lead.NUMBER, Lead.STREET)
        name = place.province or place.name
        self._r.others.append(OtherProvince(name, sure, self._part, at, self._part_start, in_number, is_aside))

    def _mention(self, places: list[Place], types: tuple[str, ...] | None, end: int) -> None:
        era = self._text.era_behind(end) or self._era_ahead
        self._era_ahead = None
        self._r.mentions.append(Mention(tuple(places), types, era, self._part))
        self._has_commune = True
        self._lead = _PLACE

    # -- names with a type ----------------------------------------------------------------------------

    def _commune(self, at: int, end: int, known: Known) -> int:
        types, name_at = self._more_types(end, known.value)
        if self._text.is_over(name_at):
            return name_at
        found = self._text.typed_name(name_at, types)
        if found is not None:
            name_end, places = found
            self._mention(places, types, name_end)
            return name_end
        return self._unknown(at, name_at, known)

    def _more_types(self, end: int, types: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
        """Read on over "Phường/Xã:" and return all types named and where the name begins."""
        while end < self._text.length and self._f[end] in "/-:":
            if self._f[end] == ":":
                return types, end + 1
            hit = self._text.known(end + 1) if end + 1 < self._text.length else None
            if hit is None or hit[1].kind is not Word.COMMUNE:
                break
            types, end = (*types, *hit[1].value), hit[0]
        return types, end

    def _above(self, at: int, end: int, known: Known) -> int:
        """Act on quận, huyện, thị xã, thành phố, tỉnh."""
        kind, name_at = known.kind, end
        while name_at < self._text.length and self._f[name_at] in "/:":
            is_label_end = self._f[name_at] == ":"
            hit = self._text.known(name_at + 1) if name_at + 1 < self._text.length else None
            if is_label_end or hit is None or hit[1].kind not in ABOVE:
                name_at += 1 if is_label_end else 0
                break
            kind, name_at = (kind if hit[1].kind is Word.DISTRICT else hit[1].kind), hit[0]
        if self._text.is_over(name_at):
            return name_at
        hit = self._text.known(name_at)
        if hit is not None and hit[1].kind is Word.HOME and kind is not Word.DISTRICT:
            self._note_home(Sure.TYPED)
            self._r.is_before |= hit[1].value[0] == "before"
            self._r.is_city |= kind is Word.CITY and hit[1].value[0] == "now"
            self._lead = _PLACE
            return hit[0]
        return self._named_above(at, name_at, kind, known)

    def _named_above(self, at: int, name_at: int, kind: Word, known: Known) -> int:
        for end, places in self._text.names(name_at):
            if not self._text.ends_name(end, BEHIND_TYPED):
                continue
            districts = tuple(place for place in places if place.district_codes)
            provinces = [place for place in places if place.province]
            if districts and kind is not Word.PROVINCE:
                self._r.districts.append(districts)
            elif provinces and kind is not Word.DISTRICT:
                self._note_province(provinces[0], Sure.TYPED, at)
            else:
                continue
            self._lead = _PLACE
            return end
        return self._unknown(at, name_at, known)

    def _unknown(self, at: int, name_at: int, known: Known) -> int:
        """Note a type whose name the register does not have, unless the name is that of a street or a building."""
        if self._text.kind_at(name_at) in _NOT_A_NAME:
            return name_at
        lead, is_at_lead = self._lead, at == self._lead_end
        if is_at_lead and lead in (Lead.STREET, Lead.BUILDING):
            return name_at  # "đường P.B.Châu", "Lô H 12"
        if known.kind is not Word.PROVINCE or not known.is_short:
            is_written_out = not known.is_short and self._w[at] != self._f[at]
            is_in_place = lead not in (Lead.WORDS, Lead.BUILDING) and not (is_at_lead and lead is Lead.NUMBER)
            end = self._text.name_end(name_at)
            self._r.unknown.append(
                UnknownUnit(
                    known.kind,
                    name_at,
                    end,
                    is_firm=is_written_out and is_in_place,
                    is_old=(self._text.era_behind(end) or self._era_ahead) == "old",
                    is_number=self._f[name_at].isdigit(),
                )
            )
            self._era_ahead = None
        self._lead = Lead.WORDS
        return name_at


# What a known word makes of the text behind it; the other kinds only say where a name ends.
_ACTS = {
    Word.COMMUNE: _Walk._commune,
    Word.DISTRICT: _Walk._above,
    Word.CITY: _Walk._above,
    Word.PROVINCE: _Walk._above,
    Word.HOME: _Walk._home,
    Word.STREET: _Walk._local,
    Word.BUILDING: _Walk._local,
    Word.HAMLET: _Walk._local,
    Word.LANDMARK: _Walk._landmark,
    Word.BEFORE: _Walk._before,
    Word.AT: _Walk._at,
    Word.ADDRESS: _Walk._address,
    Word.NOTE: _Walk._note,
}
