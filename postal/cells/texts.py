"""Texts, names, codes, telephone numbers and papers of single cells."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from postal import letters
from postal.cells.coordinates import NOTHING
from postal.cells.problems import Problem, question, refusal

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
_MAX_DOSSIER = 80
_ORDER_CODE = re.compile(r"[A-Z0-9][A-Z0-9./_-]{3,79}", re.IGNORECASE | re.ASCII)
_WINDOW = re.compile(r"([0-9]{1,2})[:hH]([0-9]{2})\s*[-\u2013]\s*([0-9]{1,2})[:hH]([0-9]{2})", re.ASCII)
_DOCUMENT = re.compile(r"(.+?)\s*\((bản chính|bản gốc|bản sao|bản điện tử)\)", re.IGNORECASE)
_LINE_BREAK = re.compile("[\r\n\x0b\x0c\x85\u2028\u2029]+")
# As spreadsheets show them, "####" for a column too narrow included.
_ERROR_VALUE = re.compile(
    r"#(?:N/?A|REF!?|VALUE!?|NAME\?|DIV/0!?|NUM!?|NULL!?|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|"
    r"BUSY!|UNKNOWN!|GETTING_DATA|EXTERNAL!|#+)|Err:[0-9]{3}",
    re.IGNORECASE,
)
_ETH = {0xD0: "Đ", 0xF0: "đ", 0x189: "Đ", 0x256: "đ"}
_CCCD = re.compile(r"([0-9]{3})([0-9])[0-9]{8}", re.ASCII)
# 1800… and 1900…: nobody lives behind them. Unknown is what the library calls a number no plan holds.
_KIND = phonenumbers.PhoneNumberType
_REFUSED_KINDS = frozenset({_KIND.UNKNOWN, _KIND.TOLL_FREE, _KIND.SHARED_COST, _KIND.PREMIUM_RATE, _KIND.UAN})


def clean(text: str, column: str) -> tuple[str, Problem | None]:
    """Return the text in NFC, without invisible characters, spaces collapsed; with the problem it has, if any.

    A text that is too long comes back cut: an optional cell keeps what fits.
    """
    if not text:
        return "", None  # most cells of most rows
    limit = LIMITS.get(column, _OTHER_LIMIT)
    if len(text) > limit * 4:
        return "", refusal(column, "too_long", limit=limit)
    if _CONTROL.search(text):
        return "", refusal(column, "control_character")
    cleaned = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())
    if len(cleaned) > limit:
        return cleaned[:limit].rstrip(), refusal(column, "too_long", limit=limit)
    return cleaned, None


def required(text: str, column: str) -> tuple[str, Problem | None]:
    """Return the cleaned text of a cell that must hold something."""
    cleaned, problem = clean(text, column)
    if problem is None and not cleaned:
        problem = refusal(column, "empty_after_clean" if text else "required")
    return cleaned, problem


def name(text: str, column: str) -> tuple[str, Problem | None]:
    """Return a person's or an organisation's name; one whose letters are broken is refused or asked about."""
    cleaned, problem = required(text, column)
    if problem is None:
        problem = _of_letters(text, cleaned, column)
    # The Icelandic Ð looks like the Vietnamese Đ and is found on some keyboards: one letter is kept for both.
    return cleaned.translate(_ETH), problem


def address(text: str, column: str) -> tuple[str, Problem | None]:
    """Return an address on one line: where it was broken, a comma stands."""
    lines = [line.strip(" ,;") for line in _LINE_BREAK.split(text)]
    cleaned, problem = required(", ".join(line for line in lines if line) or text, column)
    if problem is None and _ERROR_VALUE.fullmatch(cleaned):
        problem = refusal(column, "error_value")
    if problem is None and letters.are_coded(text):
        problem = question(column, "broken_address")
    return cleaned.translate(_ETH), problem


def optional(text: str, column: str) -> tuple[str, Problem | None]:
    """Return the cleaned text of a cell that may be empty; a spreadsheet's error is no text."""
    if not text:
        return "", None
    cleaned, problem = clean(text, column)
    if problem is None and _ERROR_VALUE.fullmatch(cleaned):
        return "", question(column, "error_value")
    return ("" if is_nothing(cleaned) else cleaned), problem


def is_nothing(text: str) -> bool:
    """Say whether a cell says in a word or a dash that there is nothing to say."""
    return not text or text.strip().casefold() in NOTHING


def _of_letters(text: str, cleaned: str, column: str) -> Problem | None:
    if _ERROR_VALUE.fullmatch(cleaned):
        return refusal(column, "error_value")
    found = letters.judge_name(text)
    if found is letters.Damage.CODED:
        return refusal(column, "legacy_encoding_suspected")
    if found is letters.Damage.LOST:
        return refusal(column, "letters_lost")
    if found is letters.Damage.TYPED_RAW:
        return question(column, "typing_suspected")
    return question(column, "odd_name") if found is letters.Damage.ODD else None


def dossier_code(text: str, column: str) -> tuple[str, Problem | None]:
    """Return the code exactly as given, but for spaces around it."""
    cleaned, problem = required(text, column)
    if problem is None and not _DOSSIER.fullmatch(cleaned):
        problem = refusal(column, "bad_dossier_code")
    return cleaned, problem


def is_dossier_code(text: str) -> bool:
    """Say whether a text is a dossier code and nothing else."""
    return len(text) <= _MAX_DOSSIER and _DOSSIER.fullmatch(text) is not None


def order_code(text: str, column: str) -> tuple[str, Problem | None]:
    """Return the code of a dossier to collect: not lodged yet, so any plain code of the ordering system will do."""
    cleaned, problem = required(text, column)
    if problem is None and not _ORDER_CODE.fullmatch(cleaned):
        problem = refusal(column, "bad_dossier_code")
    return cleaned, problem


def phone(text: str, column: str) -> tuple[str | None, bool]:
    """Return a phone in its one stored form and whether the cell is in order; an empty one is.

    Vietnamese numbers become national digits (0905123456), foreign ones +1415….
    """
    given = _INVISIBLE.sub("", text).strip().removeprefix("'").removesuffix(".0")
    if is_nothing(given):
        return None, True
    if len(given) > 40:
        return None, False
    try:
        number = phonenumbers.parse(given, "VN")
    except phonenumbers.NumberParseException:
        return None, False
    if phonenumbers.number_type(number) in _REFUSED_KINDS:
        return None, False
    if number.country_code == 84:
        return f"0{number.national_number}", True
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), True


def window(text: str, column: str) -> tuple[tuple[int, int] | None, Problem | None]:
    """Return seconds of the local day from and until; an empty cell is no wish."""
    given = text.strip()
    if is_nothing(given):
        return None, None
    match = _WINDOW.fullmatch(given) if len(given) <= 20 else None
    if match:
        h1, m1, h2, m2 = (int(part or 0) for part in match.groups())
        from_s, until_s = h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60
        if m1 < 60 and m2 < 60 and from_s < until_s <= 86_400:
            return (from_s, until_s), None
    return None, question(column, "bad_window")


def documents(text: str, column: str) -> tuple[list[dict[str, str]], Problem | None]:
    """Return the papers of "X (bản chính); Y (bản sao)", each with its name and kind ("" where not said)."""
    cleaned, problem = optional(text, column)
    if problem is not None:
        return [], problem
    parts = [part.strip() for part in cleaned.split(";") if part.strip()]
    too_many = refusal(column, "too_many_documents", limit=MAX_DOCUMENTS) if len(parts) > MAX_DOCUMENTS else None
    return [_document(part) for part in parts[:MAX_DOCUMENTS]], too_many


def id_number_tail(text: str, column: str) -> tuple[str | None, Problem | None]:
    """Return the last four digits of a citizen identity number: no more of it is ever stored (Luật 91/2025).

    Zeros that a spreadsheet took off its beginning are put back; a number that cannot be is asked about.
    """
    if is_nothing(text):
        return None, None
    given = re.sub(r"[\s.\-']", "", text.strip().removesuffix(".0")) if len(text) <= 40 else text
    if re.fullmatch(r"[0-9]{10,11}", given, re.ASCII):
        given = given.zfill(12)
    match = _CCCD.fullmatch(given)
    # 001 to 096 are provinces; the fourth digit tells sex and century, 0-3 for people born before 2100.
    if match is None or not 1 <= int(match[1]) <= 96 or int(match[2]) > 3:
        return None, question(column, "cccd_invalid")
    return given[-4:], None


def _document(text: str) -> dict[str, str]:
    match = _DOCUMENT.fullmatch(text)
    return {"name": match[1], "kind": match[2].casefold()} if match else {"name": text, "kind": ""}
