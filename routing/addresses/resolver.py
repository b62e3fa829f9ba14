"""From an address as people write it to the commune of today, or to the reason why a person must look.

All that an address says is read first (`routing.addresses.reader`) and then weighed; nothing is guessed:

* another province named for certain: outside; that and the own province: unknown (`routing.addresses.elsewhere`);
* a typed name that only other provinces have: outside; one that nobody has: unknown;
* else the only commune that contradicts nothing (`routing.addresses.weighing`): exact when it bears the written
  name and type today, converted when a former unit leads to it;
* several communes that fit, or places that contradict each other, typed or not: ambiguous;
* a place told in passing behind the address that is elsewhere ("dọn sang An Đông rồi"), or a list of two
  addresses, asks (`routing.addresses.afterthoughts`);
* a second address of which only the street is given ("…; giao tại 12 Lê Lợi"): unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from routing.addresses.afterthoughts import contradicting, listed
from routing.addresses.communes import Register
from routing.addresses.elsewhere import Where, where
from routing.addresses.language.text import MAX_ADDRESS_LENGTH, readings
from routing.addresses.names import NameIndex
from routing.addresses.reader import Reader
from routing.addresses.reading import Reading
from routing.addresses.weighing import Scale


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


_Found = tuple[AddressStatus, tuple[str, ...], str | None]
_NOTHING: _Found = (AddressStatus.UNKNOWN, (), None)


class AddressResolver:
    """Resolves addresses against one register. Safe to share; keeps nothing between addresses."""

    def __init__(self, register: Register) -> None:
        names = NameIndex(register)
        self._reader = Reader(names)
        self._scale = Scale(names)
        self._home = register.home

    def resolve(self, text: str) -> AddressAnswer:
        """Return the commune(s) the text names; never raises for any text, however broken."""
        if not text or len(text) > MAX_ADDRESS_LENGTH:
            return AddressAnswer(AddressStatus.UNKNOWN, (), text or "", None)
        both = listed(text)
        if both is not None:
            status, codes, matched = _together([self._found(one) for one in both])
        else:
            status, codes, matched = self._found(text)
        return AddressAnswer(status, codes, text, matched)

    def _found(self, text: str) -> _Found:
        ways = readings(text)
        if len(ways) == 1:
            return self._judge(text)
        return _clearest([self._judge(way) for way in ways])

    def _judge(self, text: str) -> _Found:
        reading = self._reader.read(text)
        found = self._weighed(reading)
        if not (reading.passed and found[0].is_automatic):
            return found
        others = contradicting(reading, text, found[1])
        if not others:
            return found
        codes = {*found[1], *(unit.code for place in others for unit in place.current),
                 *(unit.successor_code for place in others for unit in place.former)}  # fmt: skip
        return (AddressStatus.AMBIGUOUS, tuple(sorted(codes)), None) if len(codes) > 1 else _NOTHING

    def _weighed(self, reading: Reading) -> _Found:
        place, province = where(reading, self._home)
        if place is Where.OUTSIDE:
            return AddressStatus.OUTSIDE, (), province
        if place is Where.UNCLEAR or reading.lacks_commune:
            return AddressStatus.UNKNOWN, (), province
        codes, label, is_exact = self._scale.weigh(reading)
        if not codes:
            return AddressStatus.UNKNOWN, (), None
        if len(codes) > 1:
            return AddressStatus.AMBIGUOUS, codes, None
        return (AddressStatus.EXACT if is_exact else AddressStatus.CONVERTED), codes, label


def _together(found: list[_Found]) -> _Found:
    """Return the answer to a list of two addresses: the one they share, else a question."""
    if found[0][1] == found[1][1] or found[0][0] is found[1][0] is AddressStatus.OUTSIDE:
        return found[0]
    codes = {code for _status, codes, _label in found for code in codes}
    is_told = all(status is not AddressStatus.OUTSIDE for status, _codes, _label in found)
    return (AddressStatus.AMBIGUOUS, tuple(sorted(codes)), None) if is_told and len(codes) > 1 else _NOTHING


def _clearest(found: list[_Found]) -> _Found:
    """Return the answer of several ways to read one text: an automatic one that no other contradicts."""
    automatic = [one for one in found if one[0].is_automatic]
    codes = {one[1] for one in automatic}
    if len(codes) > 1:
        return AddressStatus.AMBIGUOUS, tuple(sorted(code for (code,) in codes)), None
    return automatic[0] if automatic else found[0]


@lru_cache(maxsize=4)
def resolver_of(register: Register) -> AddressResolver:
    """Return the resolver of a register; reading all its names takes a while, so the last few are kept."""
    return AddressResolver(register)
