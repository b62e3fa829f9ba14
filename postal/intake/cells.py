"""Judges single cells: text in, value out, or a Problem that names the column and the rule. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime

import phonenumbers

from postal.intake.problems import Problem, question, refusal

MAX_FEE_VND = 1_000_000_000
MAX_DOCUMENTS = 50
LIMITS = {
    "nguoi_nhan": 250,
    "dia_chi": 500,
    "co_quan": 200,
    "ten_tthc": 500,
    "tai_lieu": 2_000,
    "thu_hoi": 2_000,
    # As wide as the columns they are kept in: PostgreSQL refuses what SQLite lets pass.
    "ma_tthc": 40,
    "muc_do_dvc": 40,
    "kenh": 40,
}
_OTHER_LIMIT = 200

# Zero-width, joiners, bidi marks and overrides: they hide text or turn it round, and no name needs them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# Both known shapes and the older one with the unit code in front (domain: dossier codes are never interpreted).
_DOSSIER = re.compile(
    r"(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}|[A-Y][0-9]{2}(?:\.[0-9]{1,3}){0,5})-[0-9]{6}-[0-9]{4,6}",
    re.IGNORECASE | re.ASCII,
)
_ORDER_CODE = re.compile(r"[A-Z0-9][A-Z0-9./_-]{3,79}", re.IGNORECASE | re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MONEY = re.compile(r"[0-9]{1,12}|[0-9]{1,3}(?:[.,\u00a0 ][0-9]{3}){1,3}", re.ASCII)
_WINDOW = re.compile(r"([0-9]{1,2})[:hH]([0-9]{2})\s*[-\u2013]\s*([0-9]{1,2})[:hH]([0-9]{2})", re.ASCII)
_DOCUMENT = re.compile(r"(.+?)\s*\((bản chính|bản gốc|bản sao|bản điện tử)\)", re.IGNORECASE)
_CCCD = re.compile(r"([0-9]{3})([0-9])[0-9]{8}", re.ASCII)
# TCVN3 read as Latin-1: "NguyÔn", "Hoµng", "Ph¹m", "§inh"; VNI: "Traàn", "Leâ".
_LEGACY = re.compile(
    r"[a-zà-ÿ][ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝÆÇËÎÏÑÖ×ØÛÜÞ]|[A-Za-z][\u00a1-\u00bf]|[\u00a1-\u00a7\u00a9-\u00bf][a-zà-ÿ]|[ae][àáâãäåèéêëïøùûü]"
)
# 1800… and 1900…: nobody lives behind them.
_KIND = phonenumbers.PhoneNumberType
_HOTLINES = frozenset({_KIND.TOLL_FREE, _KIND.SHARED_COST, _KIND.PREMIUM_RATE, _KIND.UAN})
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def clean(text: str, column: str) -> tuple[str, Problem | None]:
    """Return the text in NFC, without invisible characters, spaces collapsed; with the problem it has, if any."""
    limit = LIMITS.get(column, _OTHER_LIMIT)
    if len(text) > limit * 4:
        return "", refusal(column, "too_long", limit=limit)
    if _CONTROL.search(text):
        return "", refusal(column, "control_character")
    cleaned = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())
    if len(cleaned) > limit:
        return "", refusal(column, "too_long", limit=limit)
    return cleaned, None


def required(text: str, column: str) -> tuple[str, Problem | None]:
    """Return the cleaned text of a cell that must hold something."""
    cleaned, problem = clean(text, column)
    if problem is None and not cleaned:
        problem = refusal(column, "empty_after_clean" if text else "required")
    return cleaned, problem


def looks_legacy(text: str) -> bool:
    """Say whether the text looks like TCVN3 or VNI read as Unicode, which no font can print right."""
    return _LEGACY.search(text) is not None


def name(text: str, column: str) -> tuple[str, Problem | None]:
    """Return a person's or an organisation's name."""
    cleaned, problem = required(text, column)
    if problem is None and looks_legacy(cleaned):
        problem = refusal(column, "legacy_encoding_suspected")
    return cleaned, problem


def dossier_code(text: str, column: str) -> tuple[str, Problem | None]:
    """Return the code exactly as given, but for spaces around it."""
    cleaned, problem = required(text, column)
    if problem is None and not _DOSSIER.fullmatch(cleaned):
        problem = refusal(column, "bad_dossier_code")
    return cleaned, problem


def order_code(text: str, column: str) -> tuple[str, Problem | None]:
    """Return the code of a dossier to collect: not lodged yet, so any plain code of the ordering system will do."""
    cleaned, problem = required(text, column)
    if problem is None and not _ORDER_CODE.fullmatch(cleaned):
        problem = refusal(column, "bad_dossier_code")
    return cleaned, problem


def instant(text: str, column: str) -> tuple[datetime | None, Problem | None]:
    """Return an ISO 8601 instant with an offset, in UTC."""
    given, problem = required(text, column)
    if problem is not None:
        return None, problem
    if _INSTANT.fullmatch(given):
        try:
            value = datetime.fromisoformat(given).astimezone(UTC)
        except (ValueError, OverflowError):
            return None, refusal(column, "bad_datetime")
        if _EARLIEST <= value < _LATEST:
            return value, None
    return None, refusal(column, "bad_datetime")


def day(text: str, column: str) -> tuple[date | None, Problem | None]:
    """Return a day written YYYY-MM-DD; an empty cell is no wish."""
    given = text.strip()
    if not given:
        return None, None
    if _DAY.fullmatch(given):
        try:
            return date.fromisoformat(given), None
        except ValueError:
            pass
    return None, refusal(column, "bad_day")


def phone(text: str, column: str) -> tuple[str | None, bool]:
    """Return a phone in its one stored form and whether the cell is in order; an empty one is.

    Vietnamese numbers become national digits (0905123456), foreign ones +1415….
    """
    given = _INVISIBLE.sub("", text).strip()
    if not given:
        return None, True
    if len(given) > 40:
        return None, False
    try:
        number = phonenumbers.parse(given, "VN")
    except phonenumbers.NumberParseException:
        return None, False
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) in _HOTLINES:
        return None, False
    if number.country_code == 84:
        return f"0{number.national_number}", True
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), True


def money(text: str, column: str) -> tuple[int, Problem | None]:
    """Return whole đồng; an empty cell is nothing to collect. "135.000" is 135000: the đồng has no cents."""
    given = text.strip()
    if not given:
        return 0, None
    if len(given) <= 20 and _MONEY.fullmatch(given):
        value = int(re.sub(r"[^0-9]", "", given))
        if value <= MAX_FEE_VND:
            return value, None
    return 0, refusal(column, "bad_money", limit=MAX_FEE_VND)


def window(text: str, column: str) -> tuple[tuple[int, int] | None, Problem | None]:
    """Return seconds of the local day from and until; an empty cell is no wish."""
    given = text.strip()
    if not given:
        return None, None
    match = _WINDOW.fullmatch(given) if len(given) <= 20 else None
    if match:
        h1, m1, h2, m2 = map(int, match.groups())
        from_s, until_s = h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60
        if m1 < 60 and m2 < 60 and from_s < until_s <= 86_400:
            return (from_s, until_s), None
    return None, question(column, "bad_window")


def documents(text: str, column: str) -> tuple[list[dict[str, str]], Problem | None]:
    """Return the papers of "X (bản chính); Y (bản sao)", each with its name and kind ("" where not said)."""
    cleaned, problem = clean(text, column)
    if problem is not None:
        return [], problem
    parts = [part.strip() for part in cleaned.split(";") if part.strip()]
    if len(parts) > MAX_DOCUMENTS:
        return [], refusal(column, "too_many_documents", limit=MAX_DOCUMENTS)
    return [_document(part) for part in parts], None


def id_number_tail(text: str, column: str) -> tuple[str | None, Problem | None]:
    """Return the last four digits of a citizen identity number: no more of it is ever stored (Luật 91/2025)."""
    given = text.strip()
    if not given:
        return None, None
    match = _CCCD.fullmatch(given)
    # 001 to 096 are provinces; the fourth digit tells sex and century, 0-3 for people born before 2100.
    if match is None or not 1 <= int(match[1]) <= 96 or int(match[2]) > 3:
        return None, refusal(column, "cccd_invalid")
    return given[-4:], None


def coordinate(text: str) -> float | None:
    """Return degrees; None for what is not a plain decimal number."""
    given = text.strip()
    if len(given) > 30 or not re.fullmatch(r"-?[0-9]{1,3}(?:\.[0-9]+)?", given, re.ASCII):
        return None
    return float(given)


def _document(text: str) -> dict[str, str]:
    match = _DOCUMENT.fullmatch(text)
    return {"name": match[1], "kind": match[2].casefold()} if match else {"name": text, "kind": ""}
