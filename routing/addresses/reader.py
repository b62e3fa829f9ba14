"""Reads an address from left to right, part by part, and notes what it says.

A part reaches from one separator to the next. What stands at its head, the *lead*, says what the words behind it
can be: a name alone is a commune ("…, Vỹ Dạ, Huế"), behind "đường" or a house number it is a street, behind
"quán" a shop. A name with its type is a commune wherever it stands, except behind "gần", "đối diện".
"""

from __future__ import annotations

from routing.addresses.language.word_tree import WordTree
from routing.addresses.language.words import Known, Word, is_way
from routing.addresses.lookup import (
    ABOVE,
    BEHIND_NAME,
    BEHIND_TYPED,
    SEPARATORS,
    Text,
    address_words,
)
from routing.addresses.names import NameIndex, Place
from routing.addresses.parts import Lead, Parts
from routing.addresses.reading import Mention, OtherProvince, Passed, Reading, Sure, UnknownUnit

_CLEAR_LANDMARKS = frozenset(("gần", "cạnh", "đối", "bên"))
_NOT_A_NAME = ABOVE | {Word.HOME, Word.COMMUNE, Word.AFTER}
# Known words that a name of the register may begin with: "Lăng Cô", "Phong Điền" written "phong dien".
_MAY_BEGIN_NAME = frozenset(
    (Word.STREET, Word.BUILDING, Word.HAMLET, Word.LANDMARK, Word.AFTER, Word.NOTE, Word.AT, Word.ADDRESS)
)
_MAY_BE_SYLLABLES = frozenset((Word.STREET, Word.BUILDING, Word.AFTER))
_TYPES = ("phuong", "xa", "thitran", "huyen", "quan", "thixa", "thanhpho", "tp", "tinh")
_TYPES_OF_TWO_WORDS = {"thitran": 3, "thixa": 3, "thanhpho": 5}
# Long enough not to be the end of a syllable that a name's last word could go on with.
_TYPES_BEHIND = ("huyen", "thixa", "thanhpho", "phuong", "tinh")
# Between "nay ở", "giao tại" and the place: "nay ở trọ luôn Xuân Phú".
_FILLERS = frozenset(("tro", "luon", "tai", "lai", "nho", "han", "tam", "nha", "duoi", "tren", "trong", "ngoai"))


_PLACE = Lead.PLACE
_LOCAL = {Word.STREET: Lead.STREET, Word.BUILDING: Lead.BUILDING, Word.HAMLET: Lead.HAMLET}


class Reader:
    """Reads addresses with one register's names; holds no state between texts."""

    def __init__(self, names: NameIndex) -> None:
        self.names = names.places
        self.words = WordTree(names.register.home)
        # "phườngan", "xaphu", "trìhuyện": a type run together with a word of a name, in small letters.
        self._joined = {kind + word: len(kind) for kind in _TYPES for word in names.first_words()}
        self._joined |= {word + kind: len(word) for kind in _TYPES_BEHIND for word in names.last_words()}
        self._joined |= _TYPES_OF_TWO_WORDS

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


class _Walk(Parts):
    """One pass over one text."""

    def __init__(self, reader: Reader, text: Text) -> None:
        super().__init__(text)
        self._word_starts, self._name_starts = reader.words.starts, reader.names.starts

    def run(self) -> Reading:
        folded, n = self._f, self._text.length
        word_starts, name_starts = self._word_starts, self._name_starts
        at = 0
        while at < n:
            word = folded[at]
            if word in SEPARATORS:
                self._separator(at, word)
                at += 1
            elif word in word_starts:
                at = self._known_word(at, word)
            elif word in name_starts:
                at = self._name(at) or self._word(at, word)
            else:
                at = self._word(at, word)
        if self._told_at:
            self._end_telling(n)
        self._close(n)
        self._next_clause(is_last=True)
        return self._r

    def _known_word(self, at: int, word: str) -> int:
        """Act on a word that a known word or phrase begins with, or a name; return where reading goes on."""
        hit = self._text.known(at)
        if word in self._name_starts and (hit is None or hit[1].kind in _MAY_BEGIN_NAME):
            end = self._name(at)
            if end:
                return end
        if hit is None:
            return self._word(at, word)
        end, found = hit
        if found.kind not in _MAY_BE_SYLLABLES and not self._text.lacks_accents(at, found):
            self._is_understood = True
        act = _ACTS.get(found.kind)
        return end if act is None else act(self, at, end, found)

    def _name(self, at: int) -> int:
        """Act on a name of the register or of a province; return its end, 0 where none begins."""
        return self._name_alone(at) if self._lead <= _PLACE else self._name_in_words(at)

    def _word(self, at: int, word: str) -> int:
        """Act on a word that nobody knows, on a number, on a sign."""
        if word.isalpha():
            if self._lead is Lead.CUE and at == self._lead_end:
                if word in _FILLERS:
                    self._lead_end = at + 1
                else:
                    self._lead, self._told_at = Lead.WORDS, at
            elif self._lead <= _PLACE:
                self._lead = Lead.WORDS
            if self._lead is Lead.WORDS and (self._r.mentions or self._r.home) and is_way(self._w[at]):
                self._told_at = at + 1
        elif word[0].isalnum():
            self._number(at, word)
        else:
            self._separator(at, word)
        return at + 1

    # -- known words ----------------------------------------------------------------------------------

    def _local(self, at: int, end: int, known: Known) -> int:
        """Note a street, a building or a hamlet; the "số" of "Tổ dân phố số 5" is none."""
        if known.value:
            found = self._text.typed_name(at + 1, known.value)
            if found is not None and found[0] > end:
                return self._commune(at, at + 1, Known(Word.COMMUNE, known.value))
        is_number_of_hamlet = self._lead is Lead.HAMLET and at == self._lead_end and self._f[at] == "so"
        if not is_number_of_hamlet:
            self._is_cued = self._lead is Lead.CUE and at == self._lead_end
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
                self._note_province_too(kept, at)
                types, end = suffix or (None, end)
                self._mention(kept, types, end)
            self._lead, self._is_understood = _PLACE, True
            return end
        return 0

    def _name_in_words(self, at: int) -> int:
        """Act on a name behind words that are no place; return its end where it is passed over, else 0."""
        for end, places in self._text.names(at):
            named = [place for place in places if place.province]
            if self._lead >= Lead.BUILDING:
                self._note_passed(at, end, places)
            if at == self._lead_end:
                if named and at == self._part_start:  # "7, Hồ Chí Minh"
                    self._note_province(named[0], Sure.WEAK, at)
                return end  # "22 Hà Nội", "đường Lăng Cô", "thôn Hòa Bình", "quán Đà Nẵng"
            if named and self._text.ends_name(end, BEHIND_NAME):
                self._note_province(named[0], Sure.WEAK, at)
                return end
        return 0

    def _note_passed(self, at: int, end: int, places: list[Place]) -> None:
        """Keep a name in words behind the address: "dọn sang An Đông rồi" may tell where somebody lives now."""
        is_behind = bool(self._r.mentions) or self._r.home > Sure.NOT
        is_told = self._is_cued or self._r.n_clauses > 0
        is_in_words = self._lead is Lead.WORDS or (self._lead is Lead.BUILDING and is_told)
        if is_behind and is_in_words and at > self._part_start:
            self._r.passed.append(Passed(tuple(places), at, end, self._text.ends_name(end, BEHIND_TYPED)))

    def _note_province_too(self, places: list[Place], at: int) -> None:
        """Note that a commune's name is that of another province as well: Hải Dương."""
        for place in places:
            if place.province is not None:
                other = OtherProvince(place.province, Sure.ALONE, self._part, at, self._part_start, is_commune_too=True)
                self._r.others.append(other)

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
        if found is None:
            return self._unknown(at, name_at, known)
        end, places = found
        has_rest = self._text.kind_behind(end) in _MAY_BE_SYLLABLES
        if has_rest or not any(place.has_type(types) for place in places):
            part_end = self._text.part_end(name_at) if has_rest else end
            unit = UnknownUnit(Word.COMMUNE, name_at, part_end, part_end, types, is_register_name=True)
            self._r.unknown.append(unit)
        self._mention(places, types, end)
        return end

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
        if self._text.kind_behind(name_at) in _NOT_A_NAME:
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
                    self._text.part_end(name_at),
                    is_firm=is_written_out and is_in_place,
                    is_old=(self._text.era_behind(end) or self._era_ahead) == "old",
                    is_number=self._f[name_at].isdigit(),
                )
            )
            self._era_ahead = None
        self._lead, self._lead_end = Lead.WORDS, name_at
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
