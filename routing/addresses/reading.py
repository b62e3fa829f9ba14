"""Reads an address from left to right and notes what it says, without deciding anything.

What is noted: communes written with their type, districts, the own province, other provinces, types whose name
is not in the register, and the parts between separators for names that stand alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from routing.addresses.names import NameEntry, NameIndex
from routing.addresses.text import clean, tokens
from routing.addresses.words import ABBREVIATIONS, Known, Word, WordTree

SEPARATORS = frozenset(",;/-()[]{}<>?!=+*~^%$#@&_|:…")
_OPENING, _CLOSING = frozenset("([{<"), frozenset(")]}>")
_QUOTES = frozenset("\"'`´“”‘’«»")
_CLEAR_LANDMARKS = frozenset(("gần", "cạnh", "đối", "bên"))
_ENDS_A_NAME = frozenset(Word) - {Word.LANDMARK}
_NOT_A_NAME = frozenset((Word.HOME, Word.COMMUNE, Word.DISTRICT, Word.CITY, Word.PROVINCE, Word.AFTER))


@dataclass(slots=True)
class Mention:
    """A commune's name in the text. ``types`` is None for a name that stands alone."""

    entries: list[NameEntry]
    types: tuple[str, ...] | None
    part: int
    era: str | None = None
    is_decisive: bool = False


@dataclass(slots=True)
class Part:
    """A piece of text between separators; ``known`` holds (start, end, kind) of what was understood in it."""

    start: int
    end: int = 0
    in_bracket: bool = False
    is_landmark: bool = False
    known: list[tuple[int, int, Word]] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """All that an address says."""

    folded: list[str]
    written: list[str]
    parts: list[Part] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    districts: list[tuple[str, int]] = field(default_factory=list)
    has_unknown_commune: bool = False
    has_numbered_commune: bool = False
    has_unknown_district: bool = False
    outside: str | None = None
    home_parts: list[int] = field(default_factory=list)
    is_city: bool = False
    is_before: bool = False

    @property
    def is_home(self) -> bool:
        return bool(self.home_parts)


class Reader:
    """Reads addresses with one register's names; holds no state between texts."""

    def __init__(self, names: NameIndex) -> None:
        self.names = names
        self.words = WordTree(names.register.home)

    def read(self, text: str) -> Reading:
        """Return what the text says; never raises, whatever the text is."""
        folded, written = _without_dots(*tokens(clean(text)))
        return _Walk(self, Reading(folded, written)).run()


def _without_dots(folded: list[str], written: list[str]) -> tuple[list[str], list[str]]:
    """Drop quotes and the full stops of abbreviations; any other full stop becomes a separator."""
    if not _QUOTES.isdisjoint(folded):
        kept = [at for at, word in enumerate(folded) if word not in _QUOTES]
        folded, written = [folded[at] for at in kept], [written[at] for at in kept]
    if "." not in folded:
        return folded, written
    kept_folded: list[str] = []
    kept_written: list[str] = []
    at = 0
    for _ in range(folded.count(".")):
        dot = folded.index(".", at)
        kept_folded += folded[at:dot]
        kept_written += written[at:dot]
        if not kept_folded or kept_folded[-1] not in ABBREVIATIONS:
            kept_folded.append(",")
            kept_written.append(",")
        at = dot + 1
    return kept_folded + folded[at:], kept_written + written[at:]


class _Walk:
    """One pass over one text."""

    def __init__(self, reader: Reader, reading: Reading) -> None:
        self._words, self._names = reader.words, reader.names
        self._r = reading
        self._f, self._w = reading.folded, reading.written
        self._n = len(reading.folded)
        self._part = Part(0)
        self._era_ahead: str | None = None
        self._in_bracket = False

    def run(self) -> Reading:
        at = 0
        folded, n = self._f, self._n
        starts, longest = self._words.starts, self._words.longest
        while at < n:
            word = folded[at]
            hit = longest(folded, self._w, at) if word in starts else None
            if hit is not None:
                at = self._known(at, *hit)
                continue
            if not word[0].isalnum():
                self._close(at)
            elif word[0] == "q" and len(word) <= 3 and word[1:].isdigit():
                self._r.has_unknown_district = True
            at += 1
        self._close(n)
        return self._r

    def _close(self, at: int) -> None:
        part = self._part
        part.end, part.in_bracket = at, self._in_bracket
        if part.end > part.start:
            self._r.parts.append(part)
        if at < self._n:
            sign = self._f[at]
            if sign in _OPENING:
                self._in_bracket = True
            elif sign in _CLOSING:
                self._in_bracket = False
        self._part = Part(at + 1)

    def _note(self, start: int, end: int, kind: Word) -> int:
        self._part.known.append((start, end, kind))
        return end

    def _known(self, at: int, end: int, known: Known) -> int:
        """Act on a known word; return where reading goes on."""
        match known.kind:
            case Word.COMMUNE:
                return self._commune(at, end, known)
            case Word.DISTRICT | Word.CITY | Word.PROVINCE:
                return self._above(at, end, known)
            case Word.HOME:
                return self._home(at, end, known)
            case Word.LANDMARK:
                return self._landmark(at, end)
            case Word.BEFORE:
                self._era_ahead = known.value[0]
        return self._note(at, end, known.kind)

    def _landmark(self, at: int, end: int) -> int:
        if at != self._part.start and self._w[at] not in _CLEAR_LANDMARKS:
            return end
        self._part.is_landmark = True
        while end < self._n and self._f[end] not in SEPARATORS:
            end += 1
        return self._note(at, end, Word.LANDMARK)

    def _home(self, at: int, end: int, known: Known) -> int:
        era = known.value[0]
        if era == "now" and not self._names_the_province(at, end):
            return end
        self._r.home_parts.append(len(self._r.parts))
        self._r.is_before |= era == "before"
        self._r.is_city |= era == "city"
        return self._note(at, end, Word.HOME)

    def _names_the_province(self, at: int, end: int) -> bool:
        """Tell "…, Huế" from a street: "phố Huế", "12 Huế", or "Nguyễn Huệ" written without accents."""
        if at == self._part.start:
            return self._ends_name(end)
        before = self._part.known[-1] if self._part.known else None
        if before is not None and before[1] == at:
            return before[2] is not Word.STREET
        is_last = end >= self._n or self._f[end] in SEPARATORS
        return is_last and self._f[at - 1] != "nguyen" and not self._f[at - 1][0].isdigit()

    # -- communes with a type -------------------------------------------------------------------------

    def _commune(self, at: int, end: int, known: Known) -> int:
        types, name_at = self._more_types(end, known.value)
        if name_at >= self._n or self._f[name_at] in SEPARATORS:
            return self._note(at, end, Word.COMMUNE)
        found = self._name_at(name_at)
        if found is not None:
            name_end, entries = found
            self._mention(entries, types, name_end)
            return self._note(at, name_end, Word.COMMUNE)
        follower = self._words.longest(self._f, self._w, name_at)
        if follower is not None and follower[1].kind in _NOT_A_NAME:
            return self._note(at, name_at, Word.COMMUNE)
        if self._is_meant_as_type(at, known):
            if self._f[name_at].isdigit():
                self._r.has_numbered_commune = True
            else:
                self._r.has_unknown_commune = True
        return self._note(at, end, Word.COMMUNE)

    def _more_types(self, end: int, types: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
        """Read on over "Phường/Xã:" and return all types named and where the name begins."""
        while end < self._n and self._f[end] in "/-:":
            if self._f[end] == ":":
                return types, end + 1
            hit = self._words.longest(self._f, self._w, end + 1) if end + 1 < self._n else None
            if hit is None or hit[1].kind is not Word.COMMUNE:
                break
            types, end = (*types, *hit[1].value), hit[0]
        return types, end

    def _name_at(self, start: int) -> tuple[int, list[NameEntry]] | None:
        for end, entries in self._names.communes.matches(self._f, self._w, start):
            if self._ends_name(end):
                return end, entries
        return None

    def _ends_name(self, end: int) -> bool:
        """Tell whether a name may end here: "xã Phú An" must not be found inside "xã Phú An Hòa"."""
        if end >= self._n or self._f[end] in SEPARATORS:
            return True
        if self._f[end][0].isdigit():
            # "phường An Cựu 12 Lê Lợi" goes on with a house; "phường Hải Châu 1" is another name.
            return end + 1 < self._n and self._f[end + 1] not in SEPARATORS
        hit = self._words.longest(self._f, self._w, end)
        if hit is not None and hit[1].kind in _ENDS_A_NAME:
            return True
        return any(self._is_free(after) for after, _ in self._names.districts.matches(self._f, self._w, end)) or any(
            self._is_free(after) for after, _ in self._names.provinces.matches(self._f, self._w, end)
        )

    def _is_free(self, end: int) -> bool:
        if end >= self._n or self._f[end] in SEPARATORS:
            return True
        hit = self._words.longest(self._f, self._w, end)
        return hit is not None and hit[1].kind in _ENDS_A_NAME

    def _mention(self, entries: list[NameEntry], types: tuple[str, ...], end: int) -> None:
        mention = Mention(entries, types, len(self._r.parts), era=self._era_ahead)
        mention.is_decisive = self._era_ahead == "new"
        self._era_ahead = None
        mention.era = self.era_behind(end) or mention.era
        self._r.mentions.append(mention)

    def era_behind(self, end: int) -> str | None:
        """Return what "cũ" or "mới" says right behind a name, with or without a bracket."""
        if end < self._n and self._f[end] in _OPENING:
            end += 1
        if end >= self._n:
            return None
        hit = self._words.longest(self._f, self._w, end)
        if hit is None or hit[1].kind is not Word.AFTER:
            return None
        return hit[1].value[0] if self._is_free(hit[0]) else None

    def _is_meant_as_type(self, at: int, known: Known) -> bool:
        """Tell a type from a part of a name: "phuong" inside "nguyen phuong dinh" is none."""
        before = self._part.known[-1][1] if self._part.known else self._part.start
        if at in (self._part.start, before):
            return True
        return not known.is_short and self._w[at] != self._f[at]

    # -- what stands above a commune ------------------------------------------------------------------

    def _above(self, at: int, end: int, known: Known) -> int:
        kind, name_at = known.kind, end
        while name_at < self._n and self._f[name_at] in "/:":
            is_label_end = self._f[name_at] == ":"
            hit = self._words.longest(self._f, self._w, name_at + 1) if name_at + 1 < self._n else None
            if is_label_end or hit is None or hit[1].kind not in (Word.DISTRICT, Word.CITY, Word.PROVINCE):
                name_at += 1 if is_label_end else 0
                break
            kind, name_at = (kind if hit[1].kind is Word.DISTRICT else hit[1].kind), hit[0]
        if name_at >= self._n or self._f[name_at] in SEPARATORS:
            return self._note(at, end, kind)
        return self._named_above(at, name_at, kind, known)

    def _named_above(self, at: int, name_at: int, kind: Word, known: Known) -> int:
        hit = self._words.longest(self._f, self._w, name_at)
        if hit is not None and hit[1].kind is Word.HOME and kind is not Word.DISTRICT:
            self._r.home_parts.append(len(self._r.parts))
            self._r.is_before |= hit[1].value[0] == "before"
            self._r.is_city |= kind is Word.CITY and hit[1].value[0] == "now"
            return self._note(at, hit[0], Word.HOME)
        for end, names in self._names.districts.matches(self._f, self._w, name_at):
            if self._ends_name(end):
                self._r.districts += [(name, len(self._r.parts)) for name in names]
                return self._note(at, end, Word.DISTRICT)
        if kind is not Word.DISTRICT:
            for end, names in self._names.provinces.matches(self._f, self._w, name_at):
                if self._is_free(end):
                    self._r.outside = names[0]
                    return self._note(at, end, Word.PROVINCE)
        is_a_name = hit is None or hit[1].kind not in _NOT_A_NAME
        if is_a_name and self._is_meant_as_type(at, known) and (kind is not Word.PROVINCE or not known.is_short):
            self._r.has_unknown_district = True
        return self._note(at, name_at, kind)
