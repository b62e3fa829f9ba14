"""Sums of money as people write them: dots for thousands, the currency behind, a dash for nothing. Pure."""

from __future__ import annotations

import re

from postal.cells.problems import Problem, question
from postal.people.vault import fold_name

MAX_FEE_VND = 1_000_000_000
LEAST_FEE_VND = 1_000
"""No fee is smaller: 35 is 35.000 whose dot a spreadsheet took for a decimal point."""
_MAX_TEXT = 40
# However it is written without accents and punctuation: nothing is to be collected at the door.
_NOTHING = frozenset({
    "", "khong", "ko", "khong co", "khong thu", "khong thu ho", "khong thu phi", "khong thu tien", "khong phi",
    "khong mat phi", "khong le phi", "mien", "mien phi", "mien thu", "mien le phi", "free", "da thu", "da nop",
    "da thanh toan", "da tra", "da dong",
})  # fmt: skip
_CURRENCY = re.compile(r"\s*(?:đồng|dong|vnđ|vnd|đ|₫|d)\.?$|^(?:vnđ|vnd|₫)\s*", re.IGNORECASE)
_PLAIN = re.compile(r"([0-9]{1,12})(?:[.,]0{1,2})?", re.ASCII)
_GROUPED = re.compile(r"([0-9]{1,3}(?:([., '])[0-9]{3})(?:\2[0-9]{3})*)(?:(?!\2)[.,]0{1,2})?", re.ASCII)
_IN_UNITS = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,3}))?\s*(k|nghìn|ngàn|nghin|ngan|tr|triệu|trieu)", re.ASCII)
_THOUSAND, _MILLION = ("k", "nghìn", "ngàn", "nghin", "ngan"), ("tr", "triệu", "trieu")


def money(text: str, column: str) -> tuple[int, Problem | None]:
    """Return whole đồng; "135.000 đ" is 135000, for the đồng has no cents; an empty cell, "-" or "miễn phí" is 0.

    What cannot be read is asked about, and so is a sum that no fee can be (``odd_money``).
    """
    given = " ".join(text.removeprefix("'").split()).casefold()
    value = _read(given) if len(given) <= _MAX_TEXT else None
    if value is None or value > MAX_FEE_VND:
        return 0, question(column, "bad_money", limit=MAX_FEE_VND)
    return value, question(column, "odd_money") if 0 < value < LEAST_FEE_VND else None


def _read(given: str) -> int | None:
    if re.sub(r"[\W_]+", " ", fold_name(given)).strip() in _NOTHING and not re.search("[0-9#]", given):
        return 0 if re.fullmatch(r"[\w\s.,/\-\u2013\u2014]*", given) else None
    bare = re.sub(r"(?<=[0-9])[.,/]?-+$", "", _CURRENCY.sub("", given).strip())  # "135.000,-"
    if match := _GROUPED.fullmatch(bare):
        return int(re.sub("[^0-9]", "", match[1]))
    if match := _PLAIN.fullmatch(bare):
        return int(match[1])
    if match := _IN_UNITS.fullmatch(bare):
        unit = 1_000 if match[3] in _THOUSAND else 1_000_000
        return (int(match[1]) * 1_000 + int((match[2] or "").ljust(3, "0"))) * unit // 1_000
    return None
