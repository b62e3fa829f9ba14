"""From an address as people write it to the commune of today, or to the reason why a person must look.

A written type, a written accent and a written district all count; nothing is guessed. What a careful clerk
would do is decided here, in this order:

* another province named as such: outside; both that and the own province: unknown;
* a typed name that is not in the register (a typo, a unit abolished before 2020): unknown;
* a name with a district: the former unit of that district, or the commune of today made from it; a district
  that fits none of them contradicts the name: ambiguous when the name alone leaves several, else unknown;
* a typed name without a district: the commune of today with that type and name ("xã Phú Vinh, Huế"), unless the
  address names the province before 2025, then the former units of that name count too;
* a name standing alone counts only as a whole part of the address together with the province or a district;
  when it is also the name of a former district, every commune of that district stays a candidate;
* two names ("P. Thuận Hóa (P. Phú Hội cũ)") must agree; else both are candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from routing.addresses.communes import Commune, FormerUnit, Register
from routing.addresses.names import NameEntry, NameIndex
from routing.addresses.reading import Mention, Reader, Reading
from routing.addresses.standing import standing_names, whole_province
from routing.addresses.text import MAX_ADDRESS_LENGTH


class AddressStatus(StrEnum):
    """What the text of an address says of its commune."""

    EXACT = "exact"
    CONVERTED = "converted"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"
    OUTSIDE = "outside"

    @property
    def is_automatic(self) -> bool:
        """Tell whether the one code may be used without asking anybody."""
        return self in (AddressStatus.EXACT, AddressStatus.CONVERTED)


@dataclass(frozen=True, slots=True)
class AddressAnswer:
    """One code for exact and converted, at least two for ambiguous, none otherwise.

    ``written`` is the text untouched; ``matched`` names what was recognised, or the other province.
    """

    status: AddressStatus
    codes: tuple[str, ...]
    written: str
    matched: str | None


@dataclass(slots=True)
class _Candidate:
    code: str
    is_current: bool
    has_type: bool
    district: str | None
    spelled: str
    unit: Commune | FormerUnit

    @property
    def label(self) -> str:
        """Return the unit's full name, with its district when it is a former one."""
        unit = self.unit
        return unit.full_name if isinstance(unit, Commune) else f"{unit.type} {unit.name}, {unit.district}"


class AddressResolver:
    """Resolves addresses against one register. Safe to share; keeps nothing between addresses."""

    def __init__(self, register: Register) -> None:
        self._names = NameIndex(register)
        self._reader = Reader(self._names)
        self._home = register.home.name

    def resolve(self, text: str) -> AddressAnswer:
        """Return the commune(s) the text names; never raises for any text, however broken."""
        if not text or len(text) > MAX_ADDRESS_LENGTH:
            return AddressAnswer(AddressStatus.UNKNOWN, (), text or "", None)
        reading = self._reader.read(text)
        status, codes, matched = self._judge(reading)
        return AddressAnswer(status, codes, text, matched)

    def _judge(self, reading: Reading) -> tuple[AddressStatus, tuple[str, ...], str | None]:
        if reading.outside is not None:
            status = AddressStatus.UNKNOWN if reading.is_home else AddressStatus.OUTSIDE
            return status, (), reading.outside
        if not reading.is_home and (province := whole_province(reading, self._names)) is not None:
            name, is_commune_too = province
            return (AddressStatus.UNKNOWN if is_commune_too else AddressStatus.OUTSIDE), (), name
        mentions = self._mentions(reading)
        if not mentions or reading.has_unknown_district:
            return AddressStatus.UNKNOWN, (), None
        found = [self._choose(mention, reading) for mention in mentions]
        if any(not chosen for chosen in found):
            return self._contradiction(mentions)
        return self._agree(found)

    def _mentions(self, reading: Reading) -> list[Mention]:
        """Return the names to judge; a typed name outweighs names that stand alone."""
        decisive = [mention for mention in reading.mentions if mention.is_decisive]
        if decisive:
            return decisive
        if reading.has_unknown_commune:
            return []
        if reading.mentions:
            standing_names(reading, self._names, districts_only=True)
            return [] if self._goes_on_elsewhere(reading) else reading.mentions
        if reading.has_numbered_commune:
            return []
        return standing_names(reading, self._names, districts_only=False)

    def _goes_on_elsewhere(self, reading: Reading) -> bool:
        """Tell whether an unknown place follows the commune: "xã Lộc An, Bảo Lâm" may lie anywhere."""
        if reading.is_home or reading.districts:
            return False
        last = max(mention.part for mention in reading.mentions)
        return any(
            not part.known and not part.in_bracket and not reading.folded[part.start][0].isdigit()
            for part in reading.parts[last + 1 :]
        )

    # -- one name -------------------------------------------------------------------------------------

    def _choose(self, mention: Mention, reading: Reading) -> list[_Candidate]:
        """Return the candidates of one name that its type, era and district leave; empty: contradiction."""
        pool = self._candidates(mention)
        if reading.districts:
            wanted = {name for name, _ in reading.districts}
            return _typed_first(self._within(pool, wanted), pool)
        if reading.is_city and reading.is_before and mention.types is not None:
            # "thành phố Huế, Thừa Thiên Huế": before 2025 the city was a district of the province.
            in_city = self._within(pool, {self._home})
            if in_city:
                return _typed_first(in_city, pool)
        if mention.types is None:
            return pool + self._of_district(mention.entries)
        return self._by_type(mention, pool, reading)

    def _candidates(self, mention: Mention) -> list[_Candidate]:
        types = mention.types
        pool = []
        for entry in mention.entries:
            if mention.era != "old" or not entry.former:
                for commune in entry.current:
                    has_type = types is None or commune.type in types
                    pool.append(_Candidate(commune.code, True, has_type, None, entry.spelled, commune))
            if mention.era != "new" or not entry.current:
                for unit, district in zip(entry.former, entry.districts, strict=True):
                    has_type = types is None or unit.type in types
                    pool.append(_Candidate(unit.successor_code, False, has_type, district, entry.spelled, unit))
        return pool

    def _within(self, pool: Sequence[_Candidate], wanted: set[str]) -> list[_Candidate]:
        """Keep former units of a wanted district and communes of today made from it.

        Failing those, a former unit whose commune was made from the district: units that had changed their
        district or had been merged by then are still written with it.
        """
        districts_of = self._names.districts_of
        direct = [
            c for c in pool if (c.district in wanted if c.district else not wanted.isdisjoint(districts_of[c.code]))
        ]
        return direct or [c for c in pool if not wanted.isdisjoint(districts_of[c.code])]

    def _by_type(self, mention: Mention, pool: list[_Candidate], reading: Reading) -> list[_Candidate]:
        fitting = [c for c in pool if c.has_type]
        current = [c for c in fitting if c.is_current]
        if current:
            if reading.is_before or len(mention.types or ()) > 1:
                return fitting
            spelled = {c.spelled for c in current}
            return [c for c in fitting if c.is_current or c.spelled not in spelled]
        return fitting or pool + self._of_district(mention.entries)

    def _of_district(self, entries: Iterable[NameEntry]) -> list[_Candidate]:
        """Return every commune of the former district that bears the name, if one does."""
        found = []
        for name in {entry.name for entry in entries}:
            for code in self._names.codes_of.get(name, ()) if name != self._home else ():
                commune = self._names.register.commune(code)
                found.append(_Candidate(code, True, True, None, name, commune))
        return found

    # -- all names together ---------------------------------------------------------------------------

    def _contradiction(self, mentions: Sequence[Mention]) -> tuple[AddressStatus, tuple[str, ...], str | None]:
        codes = {c.code for mention in mentions for c in self._candidates(mention)}
        if len(codes) > 1:
            return AddressStatus.AMBIGUOUS, tuple(sorted(codes)), None
        return AddressStatus.UNKNOWN, (), None

    def _agree(self, found: Sequence[Sequence[_Candidate]]) -> tuple[AddressStatus, tuple[str, ...], str | None]:
        sets = [{c.code for c in chosen} for chosen in found]
        codes = set.intersection(*sets) or set.union(*sets)
        if len(codes) > 1:
            return AddressStatus.AMBIGUOUS, tuple(sorted(codes)), None
        (code,) = codes
        fitting = [c for chosen in found for c in chosen if c.code == code]
        best = min(fitting, key=lambda c: (not (c.is_current and c.has_type), not c.has_type))
        is_exact = best.is_current and best.has_type
        status = AddressStatus.EXACT if is_exact else AddressStatus.CONVERTED
        return status, (code,), best.label


def _typed_first(within: list[_Candidate], pool: Sequence[_Candidate]) -> list[_Candidate]:
    """Keep candidates of the written type; when only others fit the district, both readings stay."""
    fitting = [c for c in within if c.has_type]
    if fitting or not within:
        return fitting
    return within + [c for c in pool if c.has_type]
