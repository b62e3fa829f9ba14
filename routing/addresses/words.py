"""The words around names in an address: types, abbreviations, streets and hamlets, landmarks, old and new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from routing.addresses.communes import HomeProvince
from routing.addresses.text import clean, fold, spelling, usual_forms

WARD, RURAL, TOWN, ZONE = "phường", "xã", "thị trấn", "đặc khu"


class Word(Enum):
    """What a known word does in an address."""

    COMMUNE = auto()  # the type of a commune; value: its types
    DISTRICT = auto()  # quận, huyện, thị xã
    CITY = auto()  # thành phố: a district, the province, or another province
    PROVINCE = auto()  # tỉnh
    HOME = auto()  # the register's own province; value: ("now" | "before")
    STREET = auto()  # what follows is a street, a house or a building
    HAMLET = auto()  # what follows is a hamlet or a group of houses
    LANDMARK = auto()  # what follows only says what is near
    AFTER = auto()  # cũ, mới behind a name; value: "old" | "new"
    BEFORE = auto()  # nay là, trước đây là before a name; value: "old" | "new"
    COUNTRY = auto()
    SUFFIX = auto()  # English: ward, commune behind the name; value: its types


@dataclass(frozen=True, slots=True)
class Known:
    """A known word or phrase; ``is_short`` for abbreviations, ``is_plain`` when written without accents."""

    kind: Word
    value: tuple[str, ...] = ()
    is_short: bool = False


_FULL: tuple[tuple[Word, tuple[str, ...], tuple[str, ...]], ...] = (
    (Word.COMMUNE, (WARD,), ("phường", "phuờng", "phưòng", "fường")),
    (Word.COMMUNE, (RURAL,), ("xã",)),
    (Word.COMMUNE, (TOWN,), ("thị trấn",)),
    (Word.COMMUNE, (ZONE,), ("đặc khu",)),
    (Word.DISTRICT, (), ("quận", "huyện", "thị xã")),
    (Word.CITY, (), ("thành phố",)),
    (Word.PROVINCE, (), ("tỉnh",)),
    (
        Word.STREET,
        (),
        ("đường", "phố", "kiệt", "ngõ", "ngách", "hẻm", "số", "số nhà", "nhà số", "lô", "chung cư", "cầu")
        + ("chợ", "trường", "quốc lộ", "tỉnh lộ", "hương lộ", "khu đô thị", "khu quy hoạch", "khu chung cư")
        + ("khu tái định cư", "khu dân cư", "căn hộ", "tòa nhà", "tầng", "phòng", "đại lộ", "bến xe"),
    ),
    (
        Word.HAMLET,
        (),
        ("thôn", "xóm", "tổ", "tổ dân phố", "tổ dp", "khu phố", "khu vực", "khu", "ấp", "bản", "làng", "cụm")
        + ("đội", "khóm", "buôn", "nhóm"),
    ),
    (
        Word.LANDMARK,
        (),
        ("gần", "cạnh", "bên cạnh", "đối diện", "sau", "phía sau", "trước", "phía trước", "kế", "sát")
        + ("kế bên", "ngay", "giáp", "sau lưng", "trước mặt", "ngã ba", "ngã tư", "đầu đường", "cuối đường"),
    ),
    (Word.AFTER, ("old",), ("cũ", "trước đây")),
    (Word.AFTER, ("new",), ("mới",)),
    (
        Word.BEFORE,
        ("old",),
        ("tên cũ", "tên cũ là", "trước đây là", "trước là", "nguyên là", "cũ là", "trước thuộc", "vốn là")
        + ("trước đây thuộc", "địa chỉ cũ"),
    ),
    (
        Word.BEFORE,
        ("new",),
        ("nay là", "nay thuộc", "hiện nay là", "hiện là", "nay", "hiện nay", "hiện nay thuộc", "bây giờ là")
        + ("địa chỉ mới", "tên mới", "mới là", "nay đổi thành", "đổi thành"),
    ),
    (Word.COUNTRY, (), ("việt nam", "vietnam", "viet nam")),
)
_SHORT: tuple[tuple[Word, tuple[str, ...], tuple[str, ...]], ...] = (
    (Word.COMMUNE, (WARD,), ("p", "ph", "f")),
    (Word.COMMUNE, (RURAL,), ("x",)),
    (Word.COMMUNE, (TOWN,), ("tt", "t t", "ttr", "t trấn")),
    (Word.DISTRICT, (), ("q", "h", "tx", "t x", "thx", "txa", "t xã")),
    (Word.CITY, (), ("tp", "t p", "t / p", "thp", "tph", "t phố")),
    (Word.PROVINCE, (), ("t",)),
    (Word.STREET, (), ("đ", "kđt", "kqh", "tđc", "ql", "tl", "hl", "k", "sn", "cc")),
    (Word.HAMLET, (), ("tdp", "tổ dp", "kp", "kv")),
    (Word.LANDMARK, (), ("gan",)),
    (Word.COUNTRY, (), ("vn",)),
    (Word.SUFFIX, (WARD,), ("ward",)),
    (Word.SUFFIX, (RURAL,), ("commune",)),
    (Word.SUFFIX, (TOWN,), ("town", "township")),
)
# A full stop behind these belongs to the abbreviation; behind any other word it ends a part of the address.
ABBREVIATIONS = frozenset(
    "p ph f x tt t ttr q h tx thx txa tp thp tph tth k kp kv tdp sn ql tl hl đ d hcm hn hp qt st n".split()
)


@dataclass(frozen=True, slots=True)
class _Phrase:
    spelled: tuple[str, ...]
    usual: tuple[frozenset[str], ...]
    known: Known


class _Step:
    __slots__ = ("ends", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Step] = {}
        self.ends: list[_Phrase] = []


class WordTree:
    """Finds the longest known word or phrase at a place of a text."""

    def __init__(self, home: HomeProvince) -> None:
        self._root = _Step()
        self.starts = self._root.next.keys()
        for kind, value, phrases in _FULL:
            self._add(phrases, Known(kind, value))
        for kind, value, phrases in _SHORT:
            self._add(phrases, Known(kind, value, is_short=True))
        self._add((home.name, *home.forms_today), Known(Word.HOME, ("now",)))
        # English words only behind the province itself: "An Cựu City" is a housing estate.
        self._add((f"tp{home.name}", f"{home.name} city"), Known(Word.HOME, ("city",), is_short=True))
        provinces = [f"{name} province" for name in home.former_names]
        self._add((*home.former_names, *home.short_forms, *provinces), Known(Word.HOME, ("before",)))

    def _add(self, phrases: Iterable[str], known: Known) -> None:
        for phrase in phrases:
            words = clean(phrase).split()
            step = self._root
            for word in words:
                step = step.next.setdefault(fold(word), _Step())
            usual = tuple(usual_forms(word) for word in words)
            step.ends.append(_Phrase(tuple(spelling(word) for word in words), usual, known))

    def longest(self, folded: Sequence[str], written: Sequence[str], start: int) -> tuple[int, Known] | None:
        """Return (end, known) of the longest phrase at ``start`` whose accents agree, or None."""
        step = self._root.next.get(folded[start])
        if step is None:
            return None
        best: tuple[int, Known] | None = None
        at, last = start + 1, len(folded)
        while True:
            for phrase in step.ends:
                if _agrees(folded, written, start, at, phrase):
                    best = (at, phrase.known)
                    break
            if not step.next:
                return best
            while at < last and folded[at] == "-":
                at += 1
            if at >= last:
                return best
            following = step.next.get(folded[at])
            if following is None:
                return best
            step = following
            at += 1


def _agrees(folded: Sequence[str], written: Sequence[str], start: int, end: int, phrase: _Phrase) -> bool:
    usual, number = phrase.usual, 0
    for at in range(start, end):
        word = written[at]
        if folded[at] == "-":
            continue
        if word not in usual[number] and word != folded[at] and spelling(word) != phrase.spelled[number]:
            return False
        number += 1
    return True
