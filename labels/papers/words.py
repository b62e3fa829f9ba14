"""Words of the papers: dates, money in figures and in Vietnamese words, codes in groups."""

from __future__ import annotations

from datetime import date, datetime

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu", "tỷ")


def say_day(day: date) -> str:
    """Return "thứ Hai 23/11/2026"."""
    return f"{_WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def say_moment(at: datetime) -> str:
    """Return "07 giờ 15, thứ Hai 23/11/2026" in the time's own zone."""
    return f"{at:%H} giờ {at:%M}, {say_day(at.date())}"


def say_number(number: int) -> str:
    """Return a whole number with its thousands parted: "1.234"."""
    return f"{number:,}".replace(",", ".")


def say_money(amount_vnd: int) -> str:
    """Return "135.000 đ"."""
    return f"{say_number(amount_vnd)} đ"


def group_code(code: str) -> str:
    """Return an S10 in its printed groups: "EJ 423 686 407 VN"; anything else as it is."""
    return f"{code[:2]} {code[2:5]} {code[5:8]} {code[8:11]} {code[11:]}" if len(code) == 13 else code


def in_words(number: int) -> str:
    """Return a whole number from 0 to below 10^12 in Vietnamese words: 1105 → "một nghìn một trăm linh năm"."""
    if not 0 <= number < 10**12:
        raise ValueError("from 0 to below 10^12")
    if number == 0:
        return _DIGITS[0]
    groups = []
    while number:
        groups.append(number % 1000)
        number //= 1000
    words: list[str] = []
    for index in range(len(groups) - 1, -1, -1):
        if groups[index]:
            words += _three(groups[index], is_first=not words)
            words += [_GROUPS[index]] if index else []
    return " ".join(words)


def _three(group: int, *, is_first: bool) -> list[str]:
    hundreds, tens, units = group // 100, group // 10 % 10, group % 10
    words = [] if is_first and not hundreds else [_DIGITS[hundreds], "trăm"]
    if tens == 0:
        if units:
            words += (["linh"] if words else []) + [_DIGITS[units]]
        return words
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if units == 5:
        words.append("lăm")
    elif units == 1 and tens > 1:
        words.append("mốt")
    elif units:
        words.append(_DIGITS[units])
    return words
