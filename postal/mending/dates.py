"""One order of day, month and year for a whole column, told by a clerk where the cells alone do not say it. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from postal.rules.working_days import LOCAL


class DateOrder(StrEnum):
    """In which order a column writes its dates."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"
    YEAR_DAY = "ydm"


_DATE = re.compile(
    r"(?P<a>[0-9]{1,4})\s*[/.\- ]\s*(?P<b>[0-9]{1,2})\s*[/.\- ]\s*(?P<c>[0-9]{1,4})"
    r"(?:[\sT,]+(?P<hour>[0-9]{1,2})[:hg](?P<minute>[0-9]{2})?(?::(?P<second>[0-9]{2}))?\s*(?P<half>am|pm|sa|ch)?)?",
    re.ASCII | re.IGNORECASE,
)
_LONGEST = 60
_CENTURY = 2000


def read_in(text: str, order: DateOrder) -> str | None:
    """Return a date written in this order as "2026-11-20 16:30", None for what is none in it."""
    match = _DATE.fullmatch(text.strip().removeprefix("'")) if len(text) <= _LONGEST else None
    if match is None:
        return None
    parts = dict(zip(order.value, (match["a"], match["b"], match["c"]), strict=True))
    if len(parts["y"]) not in (2, 4) or len(parts["d"]) > 2 or len(parts["m"]) > 2:
        return None
    year = int(parts["y"]) + (_CENTURY if len(parts["y"]) == 2 else 0)
    hour, minute = int(match["hour"] or 0), int(match["minute"] or 0)
    half = (match["half"] or "").casefold()
    if half in ("pm", "ch") and hour < 12:
        hour += 12
    if half in ("am", "sa") and hour == 12:
        hour = 0
    try:
        at = datetime(year, int(parts["m"]), int(parts["d"]), hour, minute, tzinfo=LOCAL)
    except ValueError:
        return None
    return f"{at:%Y-%m-%d %H:%M}" if match["hour"] else f"{at:%Y-%m-%d} 00:00"
