"""The register's names as a tree of words, so that a name is found in a text without trying every name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Generic, TypeVar

from routing.addresses.communes import Commune, FormerUnit, Register, other_provinces
from routing.addresses.language.text import clean, fits, fold, lone_y_variants, spelling, tokens, usual_forms

T = TypeVar("T")


@dataclass(slots=True)
class _Leaf(Generic[T]):
    folded: tuple[str, ...]
    spelled: tuple[str, ...]
    usual: tuple[frozenset[str], ...]
    value: T
    is_joined: bool = False

    def agrees(self, written: Sequence[str]) -> bool:
        """Tell whether the written words carry no accent that the name does not have."""
        if self.is_joined:
            written = self._syllables(written[0])
        for number, word in enumerate(written):
            if word not in self.usual[number] and not fits(word, self.folded[number], self.spelled[number]):
                return False
        return True

    def _syllables(self, word: str) -> list[str]:
        parts, cut = [], 0
        for syllable in self.folded:
            parts.append(word[cut : cut + len(syllable)])
            cut += len(syllable)
        return parts


@dataclass(slots=True)
class _Node(Generic[T]):
    children: dict[str, _Node[T]] = field(default_factory=dict)
    leaves: list[_Leaf[T]] = field(default_factory=list)


class NameTree(Generic[T]):
    """Names by their words; signs in a name (B'Lao, Chân Mây - Lăng Cô) count for nothing."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, name: str, value: T) -> None:
        """Add a name under every habit of writing it: i or y, and its words run together."""
        folded, written = tokens(clean(name))
        words = [(f, w) for f, w in zip(folded, written, strict=True) if f[0].isalnum()]
        plain = tuple(f for f, _ in words)
        spelled = tuple(spelling(w) for _, w in words)
        usual = tuple(usual_forms(w) for _, w in words)
        for variant in product(*(lone_y_variants(word) for word in plain)):
            self._insert(variant, _Leaf(variant, spelled, usual, value))
            if len(variant) > 1 and all(word.isalpha() for word in variant):
                joined = "".join(variant)
                self._insert((joined,), _Leaf(variant, spelled, usual, value, is_joined=True))

    def _insert(self, path: Iterable[str], leaf: _Leaf[T]) -> None:
        node = self._root
        for word in path:
            node = node.children.setdefault(word, _Node())
        node.leaves.append(leaf)

    @property
    def starts(self) -> Container[str]:
        """Return the folded words with which names begin."""
        return self._root.children

    def matches(self, folded: Sequence[str], written: Sequence[str], start: int) -> list[tuple[int, list[T]]]:
        """Return (end, values) of every name that begins at ``start``, longest first."""
        node = self._root
        found: list[tuple[int, list[T]]] = []
        at, last = start, len(folded)
        if at < last and folded[at] not in node.children:
            return found
        words: list[str] = []
        while at < last:
            word = folded[at]
            step = node.children.get(word)
            if step is None:
                if words and (word == "-" or word == "/"):
                    at += 1
                    continue
                break
            node = step
            words.append(written[at])
            at += 1
            values = [leaf.value for leaf in node.leaves if leaf.agrees(words)]
            if values:
                found.append((at, values))
        found.reverse()
        return found


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Place:
    """Everything that one name, spelled one way, can stand for.

    ``letters``: the name without accents, spaces and signs. ``district_codes``: the communes made from the former
    district of this name, if one had it; ``province``: another province of this name.
    """

    name: str
    spelled: str
    letters: str
    current: tuple[Commune, ...] = ()
    former: tuple[FormerUnit, ...] = ()
    district_codes: tuple[str, ...] = ()
    province: str | None = None
    needs_type: bool = False

    @property
    def units(self) -> tuple[Commune | FormerUnit, ...]:
        """Return the communes of today and the former units of this name."""
        return self.current + self.former

    @property
    def is_commune(self) -> bool:
        """Say whether a commune of the register has or had the name."""
        return bool(self.current or self.former)

    def has_type(self, types: Sequence[str]) -> bool:
        """Say whether a unit of this name is or was of one of the types."""
        return any(unit.type in types for unit in self.units)

    @property
    def is_only_province(self) -> bool:
        """Say whether nothing but another province has the name."""
        return self.province is not None and not (self.current or self.former or self.district_codes)


def district_name(district: str) -> str:
    """Return a former district's name without its type: "Huyện Phú Vang" → "Phú Vang"."""
    for kind in ("Thành phố ", "Thị xã ", "Huyện ", "Quận "):
        if district.startswith(kind):
            return district.removeprefix(kind)
    return district


def spelled_name(name: str) -> str:
    """Return a name's words in the one spelling by which names are compared."""
    return " ".join(spelling(word) for word in tokens(clean(name))[1] if word[0].isalnum())


def letters_of(name: str) -> str:
    """Return a name without accents, spaces and signs."""
    return "".join(char for char in fold(clean(name)) if char.isalnum())


class NameIndex:
    """One tree of all names that a register and the list of provinces know, and what belongs to which district."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.places: NameTree[Place] = NameTree()
        # Former districts (by name) from which each commune of today was made, and the other way round.
        self.districts_of: dict[str, set[str]] = defaultdict(set)
        self.codes_of: dict[str, set[str]] = defaultdict(set)
        self._district: dict[str, str] = {unit.district: district_name(unit.district) for unit in register.former_units}
        for unit in register.former_units:
            if unit.district:
                name = self._district[unit.district]
                self.districts_of[unit.successor_code].add(name)
                self.codes_of[name].add(unit.successor_code)
        for place in self._all_places(register):
            self.places.add(place.name, place)
            first, _, rest = place.name.partition(" ")
            types = {unit.type for unit in place.units}
            if rest and first.lower() in types:
                # "Phường Đúc" is the whole name, yet people write "phường Đúc" and "P. Đúc" for it.
                self.places.add(rest, replace(place, needs_type=True))

    def _all_places(self, register: Register) -> Iterator[Place]:
        provinces = {
            spelled_name(form): (form, province.name)
            for province in other_provinces(register.home)
            for form in (*province.short_forms, province.name)
        }
        districts = {spelled_name(name): name for name in self.codes_of if name != register.home.name}
        current: dict[str, list[Commune]] = defaultdict(list)
        former: dict[str, list[FormerUnit]] = defaultdict(list)
        for commune in register:
            current[spelled_name(commune.name)].append(commune)
        for unit in register.former_units:
            former[spelled_name(unit.name)].append(unit)
        for spelled in sorted({*current, *former, *districts, *provinces}):
            units = [*current.get(spelled, ()), *former.get(spelled, ())]
            form, province = provinces.get(spelled, ("", None))
            name = units[0].name if units else districts.get(spelled, form)
            yield Place(
                name=name,
                spelled=spelled,
                letters=letters_of(name),
                current=tuple(current.get(spelled, ())),
                former=tuple(former.get(spelled, ())),
                district_codes=tuple(sorted(self.codes_of[districts[spelled]])) if spelled in districts else (),
                province=province,
            )

    def district_of(self, unit: FormerUnit) -> str:
        """Return the name, without its type, of the district a former unit belonged to."""
        return self._district[unit.district]

    def first_words(self) -> Iterator[str]:
        """Yield the first word, without accents, of every name of the register."""
        units = (*self.register, *self.register.former_units)
        for name in {unit.name for unit in units} | self.codes_of.keys() | {self.register.home.name}:
            yield tokens(clean(name))[0][0]

    def last_words(self) -> Iterator[str]:
        """Yield the last word, without accents, of every name of several words in the register."""
        units = (*self.register, *self.register.former_units)
        for name in {unit.name for unit in units} | self.codes_of.keys():
            words = [word for word in tokens(clean(name))[0] if word.isalpha()]
            if len(words) > 1:
                yield words[-1]
