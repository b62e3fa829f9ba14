"""Working days and the promise J+n: pure, with Vietnam's public holidays and whatever overrides them.

J is the day custody passed to the post; n counts working days after it (TT 17/2017 Đ7). On which days a
far commune is visited changes the plan, never the legal promise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
END_OF_DAY = time(23, 59, 59)
_SATURDAY, _SUNDAY = 5, 6
# Longer than any run of free days a decree could make; a calendar of nothing but holidays must not hang us.
_LONGEST_REST_DAYS = 60


@dataclass(frozen=True)
class YearCalendar:
    """The public holidays of one year, and the Saturdays worked in exchange for a bridge day."""

    holidays: frozenset[date]
    worked_saturdays: frozenset[date] = frozenset()


@lru_cache(maxsize=64)
def vietnamese_year(year: int) -> YearCalendar:
    """Return a year as the law has it, 24 November (Ngày Văn hóa Việt Nam, NQ 28/2026/QH16) included."""
    # Imported here: a tenth of a second and a few megabytes that most commands never need.
    import holidays

    named = holidays.country_holidays("VN", years=year, language="en_US")
    # The package names the Saturday only in words: "Day off (substituted from 08/22/2026)".
    swapped = [re.search(r"substituted from (\d\d)/(\d\d)/(\d{4})", name) for name in named.values()]
    return YearCalendar(
        holidays=frozenset(named),
        worked_saturdays=frozenset(date(int(m[3]), int(m[1]), int(m[2])) for m in swapped if m),
    )


class WorkingDays:
    """Answers which days count. ``overrides`` (date → worked or not) beat everything else.

    ``is_saturday_working`` says whether every Saturday counts: the post works then, the agencies do not.
    """

    def __init__(
        self,
        *,
        overrides: Mapping[date, bool] | None = None,
        is_saturday_working: bool = False,
        year_calendar: Callable[[int], YearCalendar] = vietnamese_year,
    ) -> None:
        self._overrides = dict(overrides or {})
        self._is_saturday_working = is_saturday_working
        self._year = year_calendar
        self._longest_rest = _LONGEST_REST_DAYS

    def without(self, days: Collection[date]) -> WorkingDays:
        """Return the same calendar in which these days do not count either: nobody can be reached on them."""
        found = WorkingDays(
            overrides=self._overrides | dict.fromkeys(days, False),
            is_saturday_working=self._is_saturday_working,
            year_calendar=self._year,
        )
        found._longest_rest += len(days)
        return found

    def is_working(self, day: date) -> bool:
        """Say whether the day counts."""
        if day in self._overrides:
            return self._overrides[day]
        year = self._year(day.year)
        if day in year.holidays or day.weekday() == _SUNDAY:
            return False
        if day.weekday() == _SATURDAY:
            return self._is_saturday_working or day in year.worked_saturdays
        return True

    def is_holiday(self, day: date) -> bool:
        """Say whether the day is a public holiday, or noted as one on which nobody works."""
        if day in self._overrides:
            return not self._overrides[day]
        return day in self._year(day.year).holidays

    def next_working_day(self, day: date) -> date:
        """Return the first day after this one that counts."""
        for _ in range(self._longest_rest):
            day += timedelta(days=1)
            if self.is_working(day):
                return day
        raise ValueError("no working day within two months: the calendar's overrides are wrong")

    def add(self, day: date, n: int) -> date:
        """Return the day ``n`` working days after this one; with n = 0 the day itself."""
        if n < 0:
            raise ValueError("working days are counted forwards")
        for _ in range(n):
            day = self.next_working_day(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Return how many working days lie after ``first`` up to and including ``last``; 0 if it is not later."""
        days = range(max(0, (last - first).days))
        return sum(self.is_working(first + timedelta(days=n + 1)) for n in days)


def local_day(instant: datetime, zone: ZoneInfo = LOCAL) -> date:
    """Return the date a clerk's wall calendar shows at this instant."""
    return instant.astimezone(zone).date()


def local_seconds(instant: datetime, zone: ZoneInfo = LOCAL) -> int:
    """Return the seconds since local midnight at this instant."""
    local = instant.astimezone(zone)
    return local.hour * 3600 + local.minute * 60 + local.second


def promised_by(
    handed_over_at: datetime,
    days: int,
    calendar: WorkingDays,
    *,
    closes_at: time = END_OF_DAY,
    zone: ZoneInfo = LOCAL,
) -> datetime:
    """Return the last instant (UTC) of the day J+``days``; J is the local date of the handover."""
    last_day = calendar.add(local_day(handed_over_at, zone), days)
    return datetime.combine(last_day, closes_at, tzinfo=zone).astimezone(UTC)


def suspended(
    promise: datetime,
    began: date,
    calendar: WorkingDays,
    cut_off: Collection[date],
    *,
    zone: ZoneInfo = LOCAL,
) -> datetime:
    """Return when a promise ends if its clock stood still on the days its commune was cut off.

    ``promise`` is the instant (UTC) it would end without them, ``began`` the day J of its handover, which counts for
    nothing. Days of which the law counts none anyway, and days after the end, move nothing. Pure.
    """
    last = local_day(promise, zone)
    lost = calendar.without(cut_off)
    moved = lost.add(began, calendar.between(began, last))
    if moved <= last:  # a holiday noted since the promise was made must not shorten it
        return promise
    at = promise.astimezone(zone).timetz()
    return datetime.combine(moved, at, tzinfo=zone).astimezone(UTC)
