"""Days and instants as people write them: day before month, clock before or after, Huế's time unless an offset stands.

Programs are held to ISO 8601 with an offset, people are not. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from postal.cells.problems import Problem, question, refusal
from postal.rules.working_days import LOCAL

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_MAX_TEXT = 60
_EXACT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_EXACT_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
# ISO 8601 as programs that do not care about its details write it: no offset, a short one, a blank for the T.
_LOOSE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[t ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r" ?(z|[+-][0-9]{2}(?::?[0-9]{2})?)?",
    re.ASCII,
)
_SERIAL = re.compile(r"([0-9]{5})(?:[.,]([0-9]{1,15}))?", re.ASCII)
_SERIAL_DAY_0 = datetime(1899, 12, 30, tzinfo=LOCAL)
_DIGITS = re.compile(r"[0-9]{8}", re.ASCII)
_DAY_FIRST = r"(?P<d>[0-9]{1,2}) ?(?P<sep>[/.\-]) ?(?P<m>[0-9]{1,2}) ?(?P=sep) ?(?P<y>[0-9]{4}|[0-9]{2})"
_YEAR_FIRST = r"(?P<y>[0-9]{4})(?P<sep>[/.\-])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})"
_IN_WORDS = r"(?P<d>[0-9]{1,2}) tháng (?P<m>[0-9]{1,2})(?: năm|,)? (?P<y>[0-9]{4})"
_CLOCK = (
    r"(?P<hour>[0-9]{1,2})(?: ?[:hg] ?| ?giờ ?)(?P<minute>[0-9]{2})?(?: ?phút| ?p)?"
    r"(?::(?P<second>[0-9]{2})(?:[.,]0+)?)?"
    r"(?: ?(?P<half>sa|ch|am|pm|a\.m\.|p\.m\.|sáng|chiều|tối|trưa))?"
)
_WEEKDAY = r"(?:(?:thứ [^ ,]+|chủ nhật|t[2-7]|cn),? )?(?:ngày )?"
_WRITTEN = tuple(
    re.compile(pattern, re.ASCII if day is not _IN_WORDS else 0)
    for day in (_DAY_FIRST, _YEAR_FIRST, _IN_WORDS)
    for pattern in (
        rf"{_WEEKDAY}{day}(?:,? (?:lúc )?{_CLOCK})?",
        rf"(?:lúc )?{_CLOCK},? ?-? ?{_WEEKDAY}{day}",
    )
)
_AFTERNOON = frozenset({"ch", "pm", "p.m.", "chiều", "tối"})
_MORNING = frozenset({"sa", "am", "a.m.", "sáng"})


@dataclass(frozen=True, slots=True)
class _Read:
    """An instant, and whether its day and month had to be taken the other way round to be one."""

    at: datetime
    is_month_first: bool = False


def exact_instant(text: str, column: str) -> tuple[datetime | None, Problem | None]:
    """Return an ISO 8601 instant with an offset, in UTC: what programs send."""
    given = text.strip()
    if not given:
        return None, refusal(column, "required")
    if _EXACT.fullmatch(given):
        try:
            return _in_range(datetime.fromisoformat(given), column)
        except (ValueError, OverflowError):
            pass
    return None, refusal(column, "bad_datetime")


def instant(text: str, column: str) -> tuple[datetime | None, Problem | None]:
    """Return an instant however people and spreadsheets write it, in UTC; a bare day begins at midnight in Huế.

    20/11 is the 20th of November. 11/20 can only be the same day written the American way: it is asked about.
    """
    given = " ".join(text.strip().removeprefix("'").split())  # a spreadsheet's mark of a text
    if not given:
        return None, refusal(column, "required")
    try:
        found = _read(given.casefold()) if len(given) <= _MAX_TEXT else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        return None, refusal(column, "bad_datetime")
    value, problem = _in_range(found.at, column)
    if problem is None and found.is_month_first:
        problem = question(column, "month_first")
    return value, problem


def day_of(text: str) -> date | None:
    """Return a day however people write it, None where it is none; one whose month stands first is none."""
    given = " ".join(text.split())
    if _EXACT_DAY.fullmatch(given):
        return exact_day(given, "")[0]
    value, problem = instant(given, "")
    return None if value is None or problem is not None else value.astimezone(LOCAL).date()


def exact_day(text: str, column: str) -> tuple[date | None, Problem | None]:
    """Return a day written YYYY-MM-DD; an empty cell is no wish."""
    given = text.strip()
    if not given:
        return None, None
    if _EXACT_DAY.fullmatch(given):
        try:
            return date.fromisoformat(given), None
        except ValueError:
            pass
    return None, refusal(column, "bad_day")


def _in_range(value: datetime, column: str) -> tuple[datetime | None, Problem | None]:
    found = value.astimezone(UTC)
    return (found, None) if _EARLIEST <= found < _LATEST else (None, refusal(column, "bad_datetime"))


def _read(given: str) -> _Read | None:
    """Return what a text means, None where it is no instant. Raises ValueError for a day that is in no calendar."""
    if match := _LOOSE.fullmatch(given):
        day, clock, offset = match.groups()
        if offset is not None and len(offset) == 3 and offset != "z":
            offset += ":00"
        clock = re.sub(r"[.,]([0-9]{1,6})[0-9]*", r".\1", clock)
        at = datetime.fromisoformat(f"{day}T{_six_digits(clock)}{(offset or '').upper()}")
        return _Read(at if at.tzinfo is not None else at.replace(tzinfo=LOCAL))
    if match := _SERIAL.fullmatch(given):
        return _Read(_SERIAL_DAY_0 + timedelta(seconds=round(float(".".join(filter(None, match.groups()))) * 86_400)))
    if _DIGITS.fullmatch(given):
        is_year_first = given.startswith("20") and given[4:6] <= "12"
        y, m, d = (given[:4], given[4:6], given[6:]) if is_year_first else (given[4:], given[2:4], given[:2])
        return _Read(datetime(int(y), int(m), int(d), tzinfo=LOCAL))
    for pattern in _WRITTEN:
        if match := pattern.fullmatch(given):
            return _written(match)
    return None


def _six_digits(clock: str) -> str:
    """Return a clock whose fraction of a second has the digits every version of Python reads."""
    whole, dot, fraction = clock.partition(".")
    return f"{whole}.{fraction:0<6}" if dot else whole


def _written(match: re.Match[str]) -> _Read | None:
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    if year < 100:
        if match["hour"] is None:
            return None  # 20/11/26 may be the 26th of November 2020: only a list of days would tell
        year += 2000
    is_month_first = month > 12 >= day and len(match["y"]) == 4
    if is_month_first:
        month, day = day, month
    at = datetime.combine(date(year, month, day), _clock(match), tzinfo=LOCAL)
    return _Read(at, is_month_first)


def _clock(match: re.Match[str]) -> time:
    if match["hour"] is None:
        return time.min
    hour, half = int(match["hour"]), match["half"]
    if (half in _AFTERNOON and hour < 12) or (half == "trưa" and hour < 3):
        hour += 12
    if half in _MORNING and hour == 12:
        hour = 0
    return time(hour, int(match["minute"] or 0), int(match["second"] or 0))
