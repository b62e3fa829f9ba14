"""Dates, times, money, numbers and codes as each language writes them."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from babel.dates import format_date
from babel.numbers import format_decimal

from api.words.language import SOURCE, current, ngettext, translate
from postal import Message

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_DAYS = {"vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def say_date(day: date, language: str | None = None) -> str:
    """Return "thứ Hai 23/11/2026", or "Mon 23 Nov 2026"."""
    spoken = language or current()
    if spoken == SOURCE:
        return f"{_WEEKDAYS[day.weekday()]} {_numbers(day)}"
    return str(format_date(day, "E d MMM y", locale=spoken))


def say_short_date(day: date, language: str | None = None) -> str:
    """Return "23/11/2026", or "23 Nov 2026"."""
    spoken = language or current()
    return _numbers(day) if spoken == SOURCE else str(format_date(day, "d MMM y", locale=spoken))


def _numbers(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"  # in a third of the time that strftime takes


def say_instant(instant: datetime, zone: tzinfo, language: str | None = None) -> str:
    """Return "10:30, thứ Hai 23/11/2026"."""
    local = instant.astimezone(zone)
    return f"{local.hour:02d}:{local.minute:02d}, {say_date(local.date(), language)}"


def say_day_seconds(seconds: int) -> str:
    """Return seconds since local midnight as a time of day: "07:30"."""
    minutes = round(seconds / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def say_duration(seconds: int, language: str | None = None) -> str:
    """Return "2 giờ 05 phút", or "35 phút"."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return translate(Message("{minutes} phút"), language, minutes=minutes)
    return translate(Message("{hours} giờ {minutes} phút"), language, hours=hours, minutes=f"{minutes:02d}")


def say_money(amount_vnd: int, language: str | None = None) -> str:
    """Return "135.000 đ", or "135,000 VND"."""
    return translate(Message("{amount} đ"), language, amount=say_number(amount_vnd, language=language))


def say_number(number: float, digits: int = 0, language: str | None = None) -> str:
    """Return "1.234,5", or "1,234.5"."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(round(number, digits), format=pattern, locale=language or current()))


def say_code(s10: str | None) -> str:
    """Return an S10 in its printed groups: "EJ 423 686 407 VN"."""
    if not s10 or len(s10) != 13:
        return s10 or ""
    return f"{s10[:2]} {s10[2:5]} {s10[5:8]} {s10[8:11]} {s10[11:]}"


def say_age(since: datetime, now: datetime) -> str:
    """Return how long something has lasted: "3 ngày", "5 giờ", "12 phút"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes >= 2 * 24 * 60:
        return ngettext("{n} ngày", n=minutes // (24 * 60))
    return ngettext("{n} giờ", n=minutes // 60) if minutes >= 60 else ngettext("{n} phút", n=minutes)


def say_weekdays(weekdays: str, language: str | None = None) -> str:
    """Return "T2–T6" for "01234", or "T3, T6"."""
    names = _DAYS[language or current()]
    days = sorted(int(day) for day in weekdays)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{names[days[0]]}–{names[days[-1]]}"
    return ", ".join(names[day] for day in days)
