"""Finds known words and the register's names at a place of a text, and tells where a name ends."""

from __future__ import annotations

from routing.addresses.language.text import clean, tokens
from routing.addresses.language.word_tree import Accents, WordTree
from routing.addresses.language.words import ABBREVIATIONS, Known, Word
from routing.addresses.names import NameTree, Place

SEPARATORS = frozenset(",;/-()[]{}<>?!=+*~^%$#@&_|:…")
OPENING, CLOSING = frozenset("([{<"), frozenset(")]}>")
ABOVE = frozenset((Word.DISTRICT, Word.CITY, Word.PROVINCE))
# What may stand behind a name alone inside its part: "Phú Sơn Huế", "Vỹ Dạ ward", "An Cựu cũ".
BEHIND_NAME = ABOVE | {
    Word.HOME,
    Word.COUNTRY,
    Word.SUFFIX,
    Word.AFTER,
    Word.BEFORE,
    Word.ADDRESS,
    Word.NOTE,
    Word.AT,
}
BEHIND_TYPED = frozenset(Word) - {Word.LANDMARK}
_QUOTES = frozenset("\"'`´“”‘’«»")
_LONGEST_NAME = 6  # words
_LONG_NUMBER = 5  # digits of a postcode; telephone numbers have more, house numbers fewer


class Text:
    """The words of one address, without accents and as written, with the look-ups at a place among them."""

    __slots__ = ("_accents", "_behind", "_names", "_words", "folded", "length", "written")

    def __init__(self, folded: list[str], written: list[str], words: WordTree, names: NameTree[Place]) -> None:
        self.folded, self.written = folded, written
        self.length = len(folded)
        has_accents = folded != written
        self._accents = Accents.LOCAL if has_accents else Accents.ABSENT
        self._behind = Accents.ALL if has_accents else Accents.ABSENT
        self._words, self._names = words, names

    def known(self, at: int) -> tuple[int, Known] | None:
        """Return (end, known) of the longest known word or phrase at a place inside the text."""
        return self._words.longest(self.folded, self.written, at, self._accents)

    def behind(self, at: int) -> tuple[int, Known] | None:
        """Return (end, known) of the longest known word behind or inside a name, where every accent counts."""
        if at >= self.length or self.folded[at] not in self._words.starts:
            return None
        return self._words.longest(self.folded, self.written, at, self._behind)

    def lacks_accents(self, at: int, known: Known) -> bool:
        """Tell whether a word stands without its accents in a text that has some: the "Quan" of "Quan Hóa"."""
        return self._accents is Accents.LOCAL and not known.is_short and self.written[at] == self.folded[at]

    def kind_behind(self, at: int) -> Word | None:
        """Return the kind of the known word behind a type or a name, None beyond the end too."""
        hit = self.behind(at)
        return hit[1].kind if hit is not None else None

    def names(self, at: int) -> list[tuple[int, list[Place]]]:
        """Return (end, places) of every name that begins at a place, longest first."""
        return self._names.matches(self.folded, self.written, at)

    def is_over(self, at: int) -> bool:
        """Tell whether the part of the address ends here."""
        return at >= self.length or self.folded[at] in SEPARATORS

    def ends_name(self, end: int, behind: frozenset[Word]) -> bool:
        """Tell whether a name may end here: "xã Phú An" must not be found inside "xã Phú An Hòa"."""
        if end >= self.length or self.folded[end] in SEPARATORS:
            return True
        word = self.folded[end]
        if word[0].isdigit():
            # "phường An Cựu 12 Lê Lợi" goes on with a house; "phường Hải Châu 1" is another name.
            return (behind is BEHIND_TYPED and not self.is_over(end + 1)) or len(word) >= _LONG_NUMBER
        if self._is_behind(end, behind):
            return True
        return any(
            (place.district_codes or place.province) and (self.is_over(after) or self._is_behind(after, BEHIND_TYPED))
            for after, places in self.names(end)
            for place in places
        )

    def _is_behind(self, end: int, behind: frozenset[Word]) -> bool:
        hit = self.behind(end)
        if hit is None:
            return False
        return hit[1].kind in behind or (hit[1].kind is Word.LANDMARK and self.written[end] != self.folded[end])

    def is_whole_name(self, start: int, end: int) -> bool:
        """Tell whether the words from start to end are one name that the register knows, or the province's."""
        if any(after == end for after, _ in self.names(start)):
            return True
        hit = self.known(start) if start < self.length else None
        return hit is not None and hit[1].kind is Word.HOME and hit[0] == end

    def suffix(self, end: int) -> tuple[tuple[str, ...], int] | None:
        """Return the types of an English "ward", "commune" behind a name, and where it ends."""
        hit = self.behind(end)
        return (hit[1].value, hit[0]) if hit is not None and hit[1].kind is Word.SUFFIX else None

    def era_behind(self, end: int) -> str | None:
        """Return what "cũ" or "mới" says right behind a name, with or without a bracket."""
        if end < self.length and self.folded[end] in OPENING:
            end += 1
        hit = self.behind(end)
        if hit is None or hit[1].kind is not Word.AFTER:
            return None
        return hit[1].value[0] if self.ends_name(hit[0], BEHIND_TYPED) else None

    def name_end(self, start: int) -> int:
        """Return where a name that nobody knows ends: at the next sign, number or known word."""
        end = start + 1
        while end < min(self.length, start + _LONGEST_NAME) and self.folded[end].isalpha():
            if self.behind(end) is not None:
                break
            end += 1
        return end

    def part_end(self, start: int) -> int:
        """Return where the part ends, or the first number in it."""
        end = start + 1
        while not self.is_over(end) and self.folded[end].isalpha():
            end += 1
        return end

    def typed_name(self, start: int, types: tuple[str, ...]) -> tuple[int, list[Place]] | None:
        """Return (end, places) of the name behind a type; one that had the type goes before a longer one.

        "thị trấn A Lưới 5 đường Hồ Chí Minh" is the town A Lưới, for A Lưới 5 is a xã. Where nothing follows the
        number, both remain.
        """
        longest: tuple[int, list[Place]] | None = None
        for end, places in self.names(start):
            named = [place for place in places if place.is_commune or place.district_codes]
            if not named:
                continue
            fits = any(place.has_type(types) for place in named)
            if longest is not None and fits and end < self.length and self.folded[end].isdigit():
                return (end, named) if self.ends_name(end, BEHIND_TYPED) else (longest[0], longest[1] + named)
            if self.ends_name(end, BEHIND_TYPED):
                if fits:
                    return end, named
                longest = longest or (end, named)
        return longest


def is_telephone(word: str) -> bool:
    """Tell a piece of a telephone number, or a postcode, from the number of a house."""
    return (len(word) >= _LONG_NUMBER and "/" not in word) or (word[0] == "0" and len(word) > 2)


def address_words(text: str) -> tuple[list[str], list[str]]:
    """Return the words of an address without accents and as written, without quotes and the stops of abbreviations.

    A full stop behind an abbreviation or an initial belongs to it; any other one separates.
    """
    folded, written = tokens(clean(text))
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
        before = kept_folded[-1] if kept_folded else ""
        if before not in ABBREVIATIONS and not (len(before) == 1 and before.isalpha()):
            kept_folded.append(",")
            kept_written.append(",")
        at = dot + 1
    return kept_folded + folded[at:], kept_written + written[at:]
