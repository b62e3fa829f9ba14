"""Whole numbers in words, for sums on papers, in the languages of the catalogue; Vietnamese is `labels`' own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GROUPS = ("", "thousand", "million", "billion")


def english(number: int) -> str:
    """Return a whole number from 0 to below 10^12 in English words: 1105 → "one thousand one hundred and five"."""
    if not 0 <= number < 10**12:
        raise ValueError("from 0 to below 10^12")
    words: list[str] = []
    for power in range(len(_GROUPS) - 1, -1, -1):
        group = number // 1000**power % 1000
        if group:
            is_tail = bool(words) and power == 0 and group < 100
            words += [*(["and"] if is_tail else []), _below_thousand(group), *filter(None, (_GROUPS[power],))]
    return " ".join(words) or _ONES[0]


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    small = _ONES[rest] if rest < len(_ONES) else "-".join(filter(None, (_TENS[tens], _ONES[ones] if ones else "")))
    if not hundreds:
        return small
    return f"{_ONES[hundreds]} hundred" + (f" and {small}" if rest else "")


IN_WORDS: Mapping[str, Callable[[int], str]] = {"en": english}
