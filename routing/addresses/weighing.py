"""The commune that contradicts nothing an address says, from all the places it names.

Each place that is named leaves some communes possible: those that bear or bore the name and, for a name alone that
was also a district, every commune made from it. The communes that all of them leave possible remain; among these
the best understood ones are taken: a written type and a named district count before another type, and a typed
commune of today before a former one of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from routing.addresses.communes import Commune, FormerUnit
from routing.addresses.names import NameIndex, Place
from routing.addresses.reading import Reading

# How far a unit is from what was written; the sum over all mentions decides.
_NOT_DIRECT = 1  # its commune of today was made from the named district, the unit itself did not belong to it
_FORMER = 2  # a typed name that a commune of today bears too
_OTHER_TYPE = 4  # the unit had another type than the written one


class Evidence(NamedTuple):
    """What an address says of places in the province: of each mention its places, types and era, then the rest."""

    mentions: tuple[tuple[tuple[Place, ...], tuple[str, ...] | None, str | None], ...]
    districts: tuple[tuple[Place, ...], ...]
    is_before: bool
    is_city: bool


class Weighed(NamedTuple):
    """One code with what it was known by; several codes: too little was said, or it contradicts itself."""

    codes: tuple[str, ...]
    label: str | None = None
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A unit that a name may mean, the commune of today it leads to, and how far it is from what was written."""

    code: str
    unit: Commune | FormerUnit | None
    distance: int

    @property
    def label(self) -> str:
        unit = self.unit
        if isinstance(unit, FormerUnit):
            return ", ".join(filter(None, (f"{unit.type} {unit.name}", unit.district)))
        return unit.full_name if unit is not None else ""


class Scale:
    """Weighs evidence against one register. The answer to a set of names is remembered, no address is."""

    def __init__(self, names: NameIndex) -> None:
        self._names = names
        self._weighed = lru_cache(maxsize=4_096)(self._weigh)

    def weigh(self, reading: Reading) -> Weighed:
        """Return the communes that remain; none where the address names no place of the province."""
        if not reading.mentions:
            return Weighed(())
        named = tuple([mention[:3] for mention in reading.mentions])
        return self._weighed(Evidence(named, tuple(reading.districts), reading.is_before, reading.is_city))

    def _weigh(self, said: Evidence) -> Weighed:
        pools = [self._pool(*mention, said) for mention in said.mentions]
        nearest = [_nearest(pool) for pool in pools]
        left = set.intersection(*(set(distances) for distances in nearest))
        for places in said.districts:
            left &= {code for place in places for code in place.district_codes}
        if len(pools) > 1 or said.districts:
            # One name alone may be that of a district; beside another place, the commune itself must be named.
            left = {code for code in left if any(one.code == code and one.unit for pool in pools for one in pool)}
        if not left:
            return _several({code for distances in nearest for code in distances})
        total = {code: sum(distances[code] for distances in nearest) for code in left}
        least = min(total.values())
        chosen = [code for code in sorted(total) if total[code] == least]
        doubts = {code for distances in nearest for code in _of_written_type(distances, chosen)}
        if len(chosen) > 1 or doubts:
            return _several({*chosen, *doubts})
        return _single(chosen[0], [one for pool in pools for one in pool if one.code == chosen[0]])

    def _pool(
        self, places: Iterable[Place], types: tuple[str, ...] | None, era: str | None, said: Evidence
    ) -> list[_Candidate]:
        found: list[_Candidate] = []
        for place in places:
            if era != "old" or not place.former:
                for commune in place.current:
                    found.append(_Candidate(commune.code, commune, _type_distance(commune.type, types)))
            if era != "new" or not place.current:
                prefers_today = _prefers_today(place, types, said)
                for unit in place.former:
                    distance = _type_distance(unit.type, types) or (_FORMER if prefers_today else 0)
                    found.append(_Candidate(unit.successor_code, unit, distance))
            if types is None or not place.has_type(types):
                distance = 0 if types is None else _OTHER_TYPE
                found += [_Candidate(code, None, distance) for code in place.district_codes]
        return self._with_districts(found, types, said)

    def _with_districts(
        self, pool: list[_Candidate], types: tuple[str, ...] | None, said: Evidence
    ) -> list[_Candidate]:
        """Return the candidates, those farther off that did not belong to the named district themselves."""
        wanted = {place.name for places in said.districts for place in places}
        if not wanted and said.is_city and said.is_before and types is not None:
            # "thành phố Huế, Thừa Thiên Huế": before 2025 the city was a district of the province.
            wanted = {self._names.register.home.name}
        if not any(not wanted.isdisjoint(self._names.districts_of[one.code]) for one in pool):
            return pool
        return [
            one if self._is_direct(one, wanted) else _Candidate(one.code, one.unit, one.distance + _NOT_DIRECT)
            for one in pool
        ]

    def _is_direct(self, one: _Candidate, wanted: set[str]) -> bool:
        if isinstance(one.unit, FormerUnit):
            return self._names.district_of(one.unit) in wanted
        return not wanted.isdisjoint(self._names.districts_of[one.code])


def _type_distance(kind: str, types: Sequence[str] | None) -> int:
    return 0 if types is None or kind in types else _OTHER_TYPE


def _prefers_today(place: Place, types: Sequence[str] | None, said: Evidence) -> bool:
    """Tell whether a typed name means the commune of today that bears it: "xã Phú Vinh, Huế".

    A district or the province of before speaks of the units of before as well.
    """
    if types is None or len(types) > 1 or said.is_before or said.districts:
        return False
    if any(other.district_codes for places, kinds, _era in said.mentions if kinds is None for other in places):
        return False
    return any(commune.type in types for commune in place.current)


def _nearest(pool: Sequence[_Candidate]) -> dict[str, int]:
    nearest: dict[str, int] = {}
    for one in pool:
        nearest[one.code] = min(one.distance, nearest.get(one.code, one.distance))
    return nearest


def _of_written_type(distances: dict[str, int], chosen: Sequence[str]) -> list[str]:
    """Return communes that had the written type where the chosen ones had another: the type speaks against them."""
    if min(distances[code] for code in chosen) < _OTHER_TYPE:
        return []
    return [code for code, distance in distances.items() if distance < _OTHER_TYPE]


def _several(codes: set[str]) -> Weighed:
    return Weighed(tuple(sorted(codes)) if len(codes) > 1 else ())


def _single(code: str, speaking: Sequence[_Candidate]) -> Weighed:
    best = min(speaking, key=lambda one: (one.distance, not isinstance(one.unit, Commune), one.unit is None))
    return Weighed((code,), best.label, is_exact=best.distance == 0 and isinstance(best.unit, Commune))
