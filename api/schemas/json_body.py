"""Strict reading of a JSON body: what is doubtful is refused with its own code, never guessed at.

Duplicate keys, numbers no database column holds, halves of surrogate pairs and control characters are all
legal for Python's parser and all poison further in; they stop here. Text leaves in NFC.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, NoReturn

from api.web.problems import WebRefusal

MAX_DEPTH = 32
MAX_BODY_BYTES = 4 * 1024 * 1024
_INTEGER_LIMIT = 2**63
_LONGEST_INTEGER = 20
_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Lists whose entries stand for themselves: a letter that cannot be keeps its entry out, and none beside it.
ENTRY_BY_ENTRY = frozenset({"results", "collections", "scans", "reports"})


@dataclass(frozen=True)
class BadEntry:
    """An entry with text that cannot be kept: as it was sent, the code of what is wrong, and the field it is in."""

    raw: Any
    code: str
    field: str

    def __repr__(self) -> str:
        return "<BadEntry>"


def read_object(raw: bytes) -> dict[str, Any]:
    """Return the one JSON object of a body, its text in NFC. Raises WebRefusal with the code of what is wrong."""
    try:
        value = json.loads(
            _text(raw),
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except RecursionError:
        raise WebRefusal("json_too_deep", limit=MAX_DEPTH) from None
    except json.JSONDecodeError as exc:
        is_control = exc.msg.startswith("Invalid control character")
        raise WebRefusal("control_character" if is_control else "bad_json") from None
    cleaned = _clean(value, "", 1)
    if not isinstance(cleaned, dict):
        raise WebRefusal("object_expected")
    return cleaned


def _text(raw: bytes) -> str:
    # A NUL byte is never legal in JSON text, but every UTF-16 or UTF-32 rendering of ASCII holds one.
    if raw.startswith(_BOM) or b"\x00" in raw:
        raise WebRefusal("utf8_required")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise WebRefusal("utf8_required") from None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {unicodedata.normalize("NFC", key): value for key, value in pairs}
    if len(found) != len(pairs):
        raise WebRefusal("duplicate_key")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise WebRefusal("number_not_finite")


def _integer(digits: str) -> int:
    # Long digit strings are refused unread: int() takes quadratic time on them.
    if len(digits) > _LONGEST_INTEGER or not -_INTEGER_LIMIT <= (number := int(digits)) < _INTEGER_LIMIT:
        raise WebRefusal("number_out_of_range")
    return number


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise WebRefusal("number_not_finite")
    return number


def _clean(value: Any, place: str, depth: int) -> Any:
    """Check every text and the depth; return the value with text in NFC. ``place`` is like "results.0"."""
    if isinstance(value, str):
        return _clean_text(value, place)
    if not isinstance(value, dict | list):
        return value
    if depth > MAX_DEPTH:
        raise WebRefusal("json_too_deep", limit=MAX_DEPTH)
    if isinstance(value, list) and place.lstrip(".") in ENTRY_BY_ENTRY:
        return [_clean_entry(entry, f"{place}.{position}", depth + 1) for position, entry in enumerate(value)]
    if isinstance(value, list):
        return [_clean(entry, f"{place}.{position}", depth + 1) for position, entry in enumerate(value)]
    # A key is the client's text: it is checked, but only a well-formed one is named in an error.
    return {_clean_text(key, place): _clean(entry, _inside(place, key), depth + 1) for key, entry in value.items()}


def _clean_entry(entry: Any, place: str, depth: int) -> Any:
    try:
        return _clean(entry, place, depth)
    except WebRefusal as exc:
        if exc.code not in ("bad_unicode", "control_character"):
            raise
        return BadEntry(entry, exc.code, (exc.field or "").removeprefix(place.lstrip(".")).lstrip("."))


def _clean_text(text: str, place: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    if _SURROGATE.search(text):
        raise WebRefusal("bad_unicode", field=place.lstrip(".") or None)
    if _CONTROL.search(text):
        raise WebRefusal("control_character", field=place.lstrip(".") or None)
    return unicodedata.normalize("NFC", text)


def _inside(place: str, key: str) -> str:
    return f"{place}.{key}" if re.fullmatch(r"[a-z_]{1,40}", key) else place
