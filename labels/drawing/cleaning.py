"""One way to clean a paper's data: every text, however deep, in NFC and printable, or refused by its place."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from labels.drawing import text

T = TypeVar("T")


def clean_data(data: T, place: str = "") -> T:
    """Return the data with every text in NFC. Raises UnprintableText naming the field, such as ``lines.3.name``."""
    changes = {f.name: _clean(getattr(data, f.name), f"{place}{f.name}") for f in fields(cast("Any", data))}
    return cast("T", replace(cast("Any", data), **changes))


def _clean(value: Any, place: str) -> Any:
    if isinstance(value, str):
        return text.clean(value, place)
    if is_dataclass(value):
        return clean_data(value, f"{place}.")
    if isinstance(value, tuple):
        return tuple(_clean(one, f"{place}.{number}") for number, one in enumerate(value, start=1))
    return value
