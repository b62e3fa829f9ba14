"""The 13-character item identifier (UPU S10): check digit, strict reading, the grouped form for people."""

from __future__ import annotations

import re
from dataclasses import dataclass

from postal.errors import BadS10

_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
# [0-9], never \d: Arabic or full-width digits must not pass for a code that scanners read as ASCII.
_SHAPE = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})", re.ASCII)
_INDICATOR = re.compile(r"[A-Z]{2}", re.ASCII)
LAST_SERIAL = 99_999_999
# What a person types between the groups; full-width or exotic spaces are not typed by accident.
_SEPARATORS = str.maketrans("", "", " \t\u00a0-")


def check_digit(serial: int) -> int:
    """Return the digit that follows an 8-digit serial: 11 − weighted sum mod 11, with 10 → 0 and 11 → 5.

    Remainders 0 and 6 both give 5, so about 2 % of misread digits pass: a scanned code is always looked up.
    """
    if not 0 <= serial <= LAST_SERIAL:
        raise ValueError("an S10 serial has 8 digits")
    weighted = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, f"{serial:08d}", strict=True))
    return {10: 0, 11: 5}.get(rest := 11 - weighted % 11, rest)


@dataclass(frozen=True, slots=True)
class S10:
    """One identifier: two letters of service, a serial of 8 digits, two letters of country."""

    indicator: str
    serial: int
    country: str = "VN"

    def __post_init__(self) -> None:
        if not (_INDICATOR.fullmatch(self.indicator) and _INDICATOR.fullmatch(self.country)):
            raise ValueError("indicator and country are two capital letters each")
        check_digit(self.serial)

    def __str__(self) -> str:
        return f"{self.indicator}{self.serial:08d}{check_digit(self.serial)}{self.country}"


def parse(text: str) -> S10:
    """Read a code as scanned or typed: any case, spaces between groups. Raises BadS10."""
    code = text[:40].translate(_SEPARATORS)
    # upper() maps letters such as "ß" or "ı" onto ASCII ones: only what is ASCII already may change case.
    match = _SHAPE.fullmatch(code.upper()) if code.isascii() else None
    if match is None:
        raise BadS10(s10=_shown(text))
    indicator, serial, check, country = match.groups()
    if check_digit(int(serial)) != int(check):
        raise BadS10(s10=_shown(text))
    return S10(indicator, int(serial), country)


def is_s10(text: str) -> bool:
    """Say whether the text reads as an identifier."""
    try:
        parse(text)
    except BadS10:
        return False
    return True


def _shown(text: str) -> str:
    """Return only what may stand in an error: whatever was typed there may have been a name."""
    short = text.strip()[:20]
    return f"“{short}”" if short.isascii() and any(c.isdigit() for c in short) else "đã nhập"


def normal_s10(text: str) -> str:
    """Return a scanned code without its spaces and in capitals, whatever it is; looking it up says if it is ours."""
    return text[:40].translate(_SEPARATORS).strip().upper()
