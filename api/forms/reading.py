"""Values as people write them and as our pages print them: numbers, days and clock times, in each language. Pure.

"1.234,5" is printed in Vietnamese and "1,234.5" in English: a mark that may part thousands or decimals is read as the
language of the page writes it, and where only one reading makes sense, that one is taken in either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from types import MappingProxyType

from postal.cells import day_of, read_coordinates
from routing import Point

_LONGEST = 60
_DECIMAL_MARK = {"vi": ",", "en": "."}
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’]+")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*", re.ASCII)
_IN_THREES = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*", re.ASCII)
_WITH_UNIT = re.compile(r"(?P<number>[0-9][0-9.,\s\u00a0\u2007\u2009\u202f'’]*)(?P<unit>[^0-9]*)")
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:\s*(?:[:.hg]|giờ)\s*(?P<minute>[0-9]{2})?|(?P<plain>[0-9]{2}))"
    r"(?::[0-9]{2})?\s*(?:p|phút)?\s*(?P<half>sa|ch|am|pm|sáng|trưa|chiều|tối)?",
    re.ASCII,
)
_AFTERNOON = frozenset({"ch", "pm", "chiều", "tối"})


class Unit:
    """What a field counts in: the names of its unit, and of greater and smaller ones with their size in it."""

    def __init__(self, **sizes: str) -> None:
        self.sizes: Mapping[str, Decimal] = MappingProxyType({n: Decimal(size) for n, size in sizes.items()})


_K, _M = "1000", "1000000"
GRAMS = Unit(g="1", gr="1", gam="1", gram="1", grams="1", kg=_K)
DONG = Unit(đ="1", đồng="1", dong="1", vnd="1", vnđ="1", **{"₫": "1"}, k=_K, nghìn=_K, ngàn=_K, tr=_M, triệu=_M)
MINUTES = Unit(phút="1", p="1", min="1", minutes="1", giờ="60", h="60", hours="60")
SECONDS = Unit(giây="1", s="1", seconds="1", phút="60", min="60")
PIECES = Unit()


def whole(text: str, language: str, unit: Unit = PIECES) -> int | None:
    """Return a whole number: "100.000", "100,000", "100 000 đ", "2.573 g", "2,573 kg" in grams; None for none."""
    number, size = _parts(text, unit)
    if number is None or size is None:
        return None
    is_grouped = size == 1 and _IN_THREES.fullmatch(number) is not None
    value = Decimal(re.sub("[.,]", "", number)) if is_grouped else _decimal(number, language)
    if value is None or value * size != int(value * size):
        return None
    return int(value * size)


def clock(text: str) -> time | None:
    """Return a time of day: 08:05, 8h05, 8g05, 8 giờ 05, 8.05, 0805, 8h, 2:30 chiều; None for none."""
    match = _CLOCK.fullmatch(" ".join(text.casefold().split())) if len(text) <= _LONGEST else None
    if match is None:
        return None
    hour, half = int(match["hour"]), match["half"]
    if (half in _AFTERNOON and hour < 12) or (half == "trưa" and hour < 3):
        hour += 12
    minute = int(match["minute"] or match["plain"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def day(text: str) -> date | None:
    """Return a day: 2026-11-23, 23/11/2026, 23-11-2026, 23.11.2026, "thứ Hai 23/11/2026"; None for none."""
    return day_of(text)


def point(lat: str, lon: str = "") -> Point | None:
    """Return a point written in two fields or in one: decimal points or commas, degrees and minutes; None for none."""
    found = read_coordinates(lat, lon)
    if found is None or found.lat is None or found.lon is None:
        return None
    return Point(lat=found.lat, lon=found.lon)


def _parts(text: str, unit: Unit) -> tuple[str | None, Decimal | None]:
    """Return the digits with their marks, and how much the unit behind them is in that of the field."""
    match = _WITH_UNIT.fullmatch(text.strip().casefold()) if len(text) <= _LONGEST else None
    if match is None:
        return None, None
    number, name = _SPACES.sub("", match["number"]), match["unit"].strip().rstrip(".")
    if _NUMBER.fullmatch(number) is None:
        return None, None
    return number, Decimal(1) if not name else unit.sizes.get(name)


def _decimal(number: str, language: str) -> Decimal | None:
    marks = re.sub("[0-9]", "", number)
    own = _DECIMAL_MARK.get(language, ",")
    if not marks:
        return Decimal(number)
    if len(set(marks)) == 2:
        whole_part, _, fraction = number.rpartition(marks[-1])
        is_written = _IN_THREES.fullmatch(whole_part) is not None and marks.count(marks[-1]) == 1
        return Decimal(f"{re.sub('[.,]', '', whole_part)}.{fraction}") if is_written else None
    if len(marks) > 1 or (marks != own and _IN_THREES.fullmatch(number) and not number.startswith("0")):
        return Decimal(re.sub("[.,]", "", number)) if _IN_THREES.fullmatch(number) else None
    return Decimal(number.replace(",", "."))
