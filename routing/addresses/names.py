"""The register's names as a tree of words, so that a name is found in a text without trying every name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Generic, TypeVar

from routing.addresses.communes import Commune, FormerUnit, Register, other_provinces
from routing.addresses.text import clean, fits, lone_y_variants, spelling, tokens, usual_forms

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
    """Names by their words; dashes between the words of one name are passed over."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, name: str, value: T) -> None:
        """Add a name under every habit of writing it: i or y, and its words run together."""
        folded, written = tokens(clean(name))
        words = [(f, w) for f, w in zip(folded, written, strict=True) if f != "-"]
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

    def starts(self, word: str) -> bool:
        """Tell whether any name begins with this folded word."""
        return word in self._root.children

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
            if word == "-" and words:
                at += 1
                continue
            step = node.children.get(word)
            if step is None:
                break
            node = step
            words.append(written[at])
            at += 1
            values = [leaf.value for leaf in node.leaves if leaf.agrees(words)]
            if values:
                found.append((at, values))
        found.reverse()
        return found


@dataclass(frozen=True, slots=True)
class NameEntry:
    """Everything the register knows under one name, spelled one way; ``districts`` of ``former``, by name."""

    name: str
    spelled: str
    current: tuple[Commune, ...]
    former: tuple[FormerUnit, ...]
    districts: tuple[str, ...]
    needs_type: bool = False


def district_name(district: str) -> str:
    """Return a former district's name without its type: "Huyện Phú Vang" → "Phú Vang"."""
    for kind in ("Thành phố ", "Thị xã ", "Huyện ", "Quận "):
        if district.startswith(kind):
            return district.removeprefix(kind)
    return district


class NameIndex:
    """The trees of one register: communes and former units, former districts, other provinces."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.communes: NameTree[NameEntry] = NameTree()
        self.districts: NameTree[str] = NameTree()
        self.provinces: NameTree[str] = NameTree()
        # Former districts (by name) from which each commune of today was made, and the other way round.
        self.districts_of: dict[str, set[str]] = defaultdict(set)
        self.codes_of: dict[str, set[str]] = defaultdict(set)
        self._add_communes(register)
        self._add_districts(register)
        for province in other_provinces(register.home):
            for form in (province.name, *province.short_forms):
                self.provinces.add(form, province.name)

    def _add_communes(self, register: Register) -> None:
        names = {unit.name for unit in register.former_units} | {c.name for c in register}
        same: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            same[" ".join(spelling(word) for word in tokens(clean(name))[1])].append(name)
        for spelled, written_forms in same.items():
            current = tuple(c for c in register if c.name in written_forms)
            former = tuple(u for u in register.former_units if u.name in written_forms)
            name = written_forms[0]
            districts = tuple(district_name(unit.district) for unit in former)
            self.communes.add(name, NameEntry(name, spelled, current, former, districts))
            first, _, rest = name.partition(" ")
            types = {commune.type for commune in current} | {unit.type for unit in former}
            if rest and first.lower() in types:
                # "Phường Đúc" is the whole name, yet people write "phường Đúc" and "P. Đúc" for it.
                self.communes.add(rest, NameEntry(name, spelled, current, former, districts, needs_type=True))

    def _add_districts(self, register: Register) -> None:
        for unit in register.former_units:
            name = district_name(unit.district)
            self.districts_of[unit.successor_code].add(name)
            self.codes_of[name].add(unit.successor_code)
        for name in self.codes_of:
            if name != register.home.name:
                self.districts.add(name, name)
