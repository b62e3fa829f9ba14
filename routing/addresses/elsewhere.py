"""Whether an address lies in the register's province, in another one, or says both.

An address that names no other province means that of the sending office, unless what it names with a type exists
only elsewhere. Names of the whole country are looked up only where an address holds something that the register
does not know, so that a plain address never pays for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache

from routing.addresses.communes import HomeProvince
from routing.addresses.language.text import spelling
from routing.addresses.language.words import Word
from routing.addresses.names import Place, district_name, letters_of, spelled_name
from routing.addresses.national import national_communes, national_former_units, provinces
from routing.addresses.reading import OtherProvince, Reading, Sure, UnknownUnit

_TYPES = {"phuong": "phường", "thitran": "thị trấn", "dackhu": "đặc khu", "xa": "xã"}


class Where(Enum):
    """What an address says of its province."""

    HOME = auto()
    OUTSIDE = auto()
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str | None  # None: only its letters are known
    type: str  # "" for a district
    provinces: frozenset[str]


class Country:
    """The communes and districts of all other provinces, old and new, by the letters of their names."""

    def __init__(self, home: HomeProvince) -> None:
        self._units: dict[str, list[_Unit]] = defaultdict(list)
        self._today = {name: one.name for one in provinces() for name in (one.name, *one.former_names)}
        own = {home.name, *home.former_names}
        names = {one.code: one.name for one in provinces()}
        for today in national_communes():
            province = names[today.province_code]
            if province not in own:
                self._add(today.commune.name, today.commune.type, frozenset({province}))
        districts: dict[str, set[str]] = defaultdict(set)
        for unit in national_former_units():
            if unit.province in own or self._today.get(unit.province) in own:
                continue
            both = frozenset({unit.province, self._today.get(unit.province, unit.province)})
            self._add(unit.name, unit.type, both)
            districts[district_name(unit.district)] |= both
            for key in unit.earlier:
                kind = next((kind for kind in _TYPES if key.startswith(kind)), "")
                self._units[key.removeprefix(kind)].append(_Unit(None, _TYPES.get(kind, "xã"), both))
        for name, found in districts.items():
            self._add(name, "", frozenset(found))

    def _add(self, name: str, kind: str, found: frozenset[str]) -> None:
        self._units[letters_of(name)].append(_Unit(name, kind, found))

    def provinces_with(
        self, folded: Sequence[str], written: Sequence[str], *, district: bool, types: Sequence[str] = ()
    ) -> frozenset[str]:
        """Return the provinces that have or had a district (else a commune, of these types if any) of this name."""
        found: set[str] = set()
        for unit in self._units.get("".join([word for word in folded if word.isalnum()]), ()):
            is_wanted = (not unit.type) is district and (not types or unit.type in types)
            if is_wanted and _agrees(unit, folded, written):
                found |= unit.provinces
        return frozenset(found)

    def has(self, province: str, places: Iterable[Place]) -> bool:
        """Say whether a province, as it was or is, has a unit of one of these names."""
        wanted = {province, self._today.get(province, province)}
        return any(
            not wanted.isdisjoint(unit.provinces) for place in places for unit in self._units.get(place.letters, ())
        )


@cache
def country_around(home: HomeProvince) -> Country:
    """Return the units of all provinces but this one; read once, at the first question."""
    return Country(home)


@lru_cache(maxsize=4_096)
def _spelled_words(name: str) -> list[str]:
    return spelled_name(name).split()


def _agrees(unit: _Unit, folded: Sequence[str], written: Sequence[str]) -> bool:
    if unit.name is None:
        return True
    spelled = _spelled_words(unit.name)
    words = [(f, w) for f, w in zip(folded, written, strict=True) if f != "-"]
    if len(words) != len(spelled):
        return True
    return all(w == f or spelling(w) == s for (f, w), s in zip(words, spelled, strict=True))


def where(reading: Reading, home: HomeProvince) -> tuple[Where, str | None]:
    """Return where the address lies, and the other province where it names one."""
    if not (reading.others or reading.unknown or reading.aside or reading.told):
        return Where.HOME, None
    judge = _Judge(reading, home)
    return judge.province() or judge.units() or judge.doubtful() or (Where.HOME, None)


class _Judge:
    """Weighs what one address names outside the register's province."""

    def __init__(self, reading: Reading, home: HomeProvince) -> None:
        self._r = reading
        self._home = home
        self._is_home = reading.home >= Sure.ALONE

    @property
    def _country(self) -> Country:
        return country_around(self._home)

    def _with_name(self, start: int, end: int, *, district: bool, types: Sequence[str] = ()) -> frozenset[str]:
        span = slice(start, end)
        return self._country.provinces_with(self._r.folded[span], self._r.written[span], district=district, types=types)

    # -- provinces ------------------------------------------------------------------------------------

    def province(self) -> tuple[Where, str] | None:
        """Return what the named provinces say; None when none is named for certain."""
        certain = [other for other in self._r.others if self._is_certain(other)]
        if not certain:
            return None
        other = max(certain, key=lambda one: one.sure)
        if self._is_home:
            return Where.UNCLEAR, other.name
        if other.sure is Sure.TYPED or self._fits(other):
            return Where.OUTSIDE, other.name
        return Where.UNCLEAR, other.name

    def _fits(self, other: OtherProvince) -> bool:
        """Say whether the province has a unit of a name in the text, or the text names none."""
        named = [*self._r.districts, *(mention.places for mention in self._r.mentions)]
        if other.is_commune_too:
            named = [places for places in named if all(place.province != other.name for place in places)]
        if any(self._country.has(other.name, places) for places in named):
            return True
        if any(other.name in self._provinces_of(unit) for unit in self._r.unknown):
            return True
        if other.is_commune_too:
            return any(other.name in self._with_name(*part, district=True) for part in self._r.strange)
        return not named

    def _is_certain(self, other: OtherProvince) -> bool:
        """Tell a province from a street, a shop or a person called so."""
        if other.is_commune_too:
            return not self._is_home and not self._r.districts
        if other.sure is Sure.TYPED or (other.sure is Sure.ALONE and other.is_aside):
            return True
        if self._stands_before_its_commune(other):
            # "Hà Nội, phường Phú Hội" begins with a street, "Hà Nội, phường Phú Thượng" with the province.
            return other.sure is Sure.ALONE and not self._is_home and self._has_any(other)
        if other.sure is Sure.ALONE or other.name in self._with_name(other.part_start, other.start, district=True):
            return True
        return other.in_number and other.start > other.part_start

    def _stands_before_its_commune(self, other: OtherProvince) -> bool:
        later = [mention.part for mention in self._r.mentions] + ([self._r.home_part] if self._is_home else [])
        return any(part > other.part for part in later)

    def _has_any(self, other: OtherProvince) -> bool:
        return any(self._country.has(other.name, mention.places) for mention in self._r.mentions)

    def doubtful(self) -> tuple[Where, str] | None:
        """A name behind other words ("quán phở Hà Nội") counts only where it could be the province after all."""
        if self._is_home:
            return None
        for other in self._r.others:
            if self._stands_before_its_commune(other):
                continue
            if self._has_any(other) or not (self._r.mentions or self._r.districts):
                return Where.UNCLEAR, other.name
        return None

    # -- units ----------------------------------------------------------------------------------------

    def units(self) -> tuple[Where, str | None] | None:
        """Return what types with unknown names, and unknown parts behind the commune, say; None for nothing."""
        elsewhere = [unit for unit in self._r.unknown if self._is_elsewhere(unit)]
        if elsewhere:
            return self._of_units(elsewhere)
        if any(unit.is_firm and not unit.is_old for unit in self._r.unknown):
            return Where.UNCLEAR, None
        districts = [found for part in self._r.aside if (found := self._with_name(*part, district=True))]
        if self._r.mentions and districts:
            is_doubtful = self._is_home or self._r.districts or not self._is_near(districts)
            return (Where.UNCLEAR if is_doubtful else Where.OUTSIDE), None
        if self._r.mentions and any(self._is_told_elsewhere(start, end) for start, end in self._r.told):
            return Where.UNCLEAR, None
        return None

    def _is_told_elsewhere(self, start: int, end: int) -> bool:
        """Say whether words behind "nay ở" begin with the name of another province's district."""
        return any(self._with_name(start, stop, district=True) for stop in range(start + 2, min(end, start + 4) + 1))

    def _is_elsewhere(self, unit: UnknownUnit) -> bool:
        if unit.is_number:
            is_district = unit.kind is not Word.COMMUNE
            return is_district or unit.is_firm or not (self._r.mentions or self._is_home)
        if unit.is_register_name and (self._is_home or self._r.districts):
            return False
        return bool(self._provinces_of(unit))

    def _provinces_of(self, unit: UnknownUnit) -> frozenset[str]:
        if not (unit.is_firm or unit.is_number) and unit.part_end - unit.start < 2:
            return frozenset()  # "H. Vương", "P. Châu": one syllable behind a letter is hardly a unit
        is_district = unit.kind is not Word.COMMUNE
        whole = self._with_name(unit.start, unit.part_end, district=is_district, types=unit.types)
        return whole or self._with_name(unit.start, unit.end, district=is_district, types=unit.types)

    def _of_units(self, units: list[UnknownUnit]) -> tuple[Where, str | None]:
        if self._is_home or self._r.districts:
            return Where.UNCLEAR, None
        if not self._r.mentions:
            return Where.OUTSIDE, None
        found = {province for unit in units if not unit.is_register_name for province in self._provinces_of(unit)}
        fits = any(self._country.has(name, mention.places) for name in found for mention in self._r.mentions)
        return (Where.OUTSIDE if fits else Where.UNCLEAR), None

    def _is_near(self, districts: Iterable[frozenset[str]]) -> bool:
        """Say whether a commune named here, typed or not, may be one of these districts' provinces."""
        if not any(mention.types for mention in self._r.mentions):
            return True
        return any(self._country.has(name, m.places) for found in districts for name in found for m in self._r.mentions)
