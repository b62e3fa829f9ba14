"""From an address as people write it to the commune of today, or to the reason why a person must look.

All that an address says is read first (`routing.addresses.reader`) and then weighed; nothing is guessed:

* another province named for certain: outside; that and the own province: unknown (`routing.addresses.elsewhere`);
* a typed name that only other provinces have: outside; one that nobody has: unknown;
* else the only commune that contradicts nothing (`routing.addresses.weighing`): exact when it bears the written
  name and type today, converted when a former unit leads to it;
* several communes that fit, or places that contradict each other, typed or not: ambiguous;
* a second address of which only the street is given ("…; giao tại 12 Lê Lợi"): unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
        ways = readings(text)
        if len(ways) == 1:
            status, codes, matched = self._judge(self._reader.read(text))
        else:
            status, codes, matched = _clearest([self._judge(self._reader.read(way)) for way in ways])
        return AddressAnswer(status, codes, text, matched)

    def _judge(self, reading: Reading) -> _Found:
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


def _clearest(found: list[_Found]) -> _Found:
    """Return the answer of several ways to read one text: an automatic one that no other contradicts."""
    automatic = [one for one in found if one[0].is_automatic]
    codes = {one[1] for one in automatic}
    if len(codes) > 1:
        return AddressStatus.AMBIGUOUS, tuple(sorted(code for (code,) in codes)), None
    return automatic[0] if automatic else found[0]
