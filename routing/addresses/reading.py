"""What an address says, as plain values: places of the province, other provinces, units nobody knows.

`routing.addresses.reader` fills a reading from a text; nothing here decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from routing.addresses.language.words import Word
from routing.addresses.names import Place


class Sure(IntEnum):
    """How sure it is that the words name a place, and not a person, a shop or a street."""

    NOT = 0
    WEAK = 1  # "Quán bún bò Huế", "Lê Lợi Đà Nẵng": words that are no place stand before it
    ALONE = 2  # a part of the address holds nothing else
    TYPED = 3  # tỉnh, thành phố stands before it


class Mention(NamedTuple):
    """A commune named in the text, or what may be one. ``types`` is None for a name without its type."""

    places: tuple[Place, ...]
    types: tuple[str, ...] | None
    era: str | None
    part: int


@dataclass(frozen=True, slots=True)
class OtherProvince:
    """Another province named in the text. ``in_number``: a house number stands in its part ("12 Lê Lợi Đà Nẵng").

    ``is_aside``: named in brackets or behind words such as "hiện ở", so that its place in the order says nothing.
    ``is_commune_too``: a commune of the register has the name as well, and is among the mentions.
    """

    name: str
    sure: Sure
    part: int
    start: int
    part_start: int
    in_number: bool = False
    is_aside: bool = False
    is_commune_too: bool = False


@dataclass(frozen=True, slots=True)
class UnknownUnit:
    """A type with a name that the register does not have so; ``start`` is where the name begins.

    It ends at ``end`` or, where known words are syllables of it ("xã Thủy Đường"), at ``part_end``. ``is_firm``: the
    type is written out where a type belongs; otherwise it may be a part of another word. ``is_register_name``: the
    register has the name or its beginning, with another type or without the rest ("xã Quảng Phú Cầu").
    """

    kind: Word
    start: int
    end: int
    part_end: int
    types: tuple[str, ...] = ()
    is_firm: bool = False
    is_old: bool = False
    is_number: bool = False
    is_register_name: bool = False


class Passed(NamedTuple):
    """A name that was passed over because words stand before it in its part, behind the address itself.

    ``is_whole``: the part, or a known word, ends the name.
    """

    places: tuple[Place, ...]
    start: int
    end: int
    is_whole: bool


@dataclass(slots=True)
class Reading:
    """All that an address says.

    ``districts`` are former districts of the province written with their type, each with all it may be where the
    accents are missing. ``strange`` holds (start, end) of the parts that may be a place nobody knows, ``aside`` those
    of them behind a commune or in brackets, ``told`` unknown words behind "nay ở" and the like, ``passed`` names behind
    other words. ``n_clauses`` counts the addresses in the text ("HKTT …; giao tại …"); ``lacks_commune``: one of
    several has a house and no commune.
    """

    folded: list[str]
    written: list[str]
    mentions: list[Mention] = field(default_factory=list)
    districts: list[tuple[Place, ...]] = field(default_factory=list)
    others: list[OtherProvince] = field(default_factory=list)
    unknown: list[UnknownUnit] = field(default_factory=list)
    strange: list[tuple[int, int]] = field(default_factory=list)
    aside: list[tuple[int, int]] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)
    n_clauses: int = 0
    lacks_commune: bool = False
    home: Sure = Sure.NOT
    home_part: int = -1
    is_city: bool = False
    is_before: bool = False
