"""Lists whose entries are read one by one: an entry that does not keep the contract stays its own fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import InitErrorDetails, PydanticCustomError

from api.schemas.json_body import BadEntry

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Unread:
    """An entry that could not be read. ``raw`` is what was sent; ``why`` names its fields from the entry on."""

    raw: Any
    why: ValidationError

    def __repr__(self) -> str:
        return "<Unread>"

    def text(self, name: str, limit: int) -> str:
        """Return one of the entry's own texts to name it by, "" where there is none that could be its."""
        value = self.raw.get(name) if isinstance(self.raw, dict) else None
        return value if isinstance(value, str) and len(value) <= limit and value.isprintable() else ""


def _keep(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, BadEntry):
        loc = tuple(value.field.split(".")) if value.field else ()
        wrong = InitErrorDetails(type=PydanticCustomError(value.code, "text that cannot be kept"), loc=loc, input=None)
        return Unread(value.raw, ValidationError.from_exception_data("entry", [wrong]))
    try:
        return read(value)
    except ValidationError as exc:
        return Unread(value, exc)


# Written behind the type of a list's entries; the contract describes the entries as they should be.
KEEP_UNREAD = WrapValidator(_keep)


def read_and_unread(entries: Sequence[Entry]) -> list[Entry | Unread]:
    """Return the entries with their true type."""
    return list(entries)
