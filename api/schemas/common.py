"""Field types every body shares: text that is visible, instants with an offset, days, codes."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints
from pydantic import WithJsonSchema as Drawn
from pydantic_core import PydanticCustomError

_INSTANT = (
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]"
    r"(:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_DAY = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_INSTANT_RE, _DAY_RE = re.compile(_INSTANT), re.compile(_DAY)


class Body(BaseModel):
    """A body or query: nothing extra is taken, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def clean_line(text: str) -> str:
    """Return text without invisible formatting characters, spaces collapsed. Raises empty_after_clean.

    Zero-width and direction-override characters (category Cf) can make one name look like another.
    """
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    cleaned = " ".join(visible.split())
    if not cleaned:
        raise PydanticCustomError("empty_after_clean", "nothing visible is left")
    return cleaned


def read_instant(value: Any) -> datetime:
    """Return an aware instant of this century. Raises bad_datetime."""
    if isinstance(value, str) and _INSTANT_RE.match(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("bad_datetime", "not an instant with an offset")


def read_day(value: Any) -> date:
    """Return a day of this century. Raises bad_date."""
    if isinstance(value, str) and _DAY_RE.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("bad_date", "not a date")


Instant = Annotated[
    datetime,
    BeforeValidator(read_instant),
    Drawn({"type": "string", "format": "date-time", "pattern": _INSTANT, "example": "2026-11-20T16:30:00+07:00"}),
]
Day = Annotated[
    date,
    BeforeValidator(read_day),
    Drawn({"type": "string", "format": "date", "pattern": _DAY, "example": "2026-11-23"}),
]
Line40 = Annotated[str, StringConstraints(max_length=40, min_length=1), AfterValidator(clean_line)]
Line80 = Annotated[str, StringConstraints(max_length=80, min_length=1), AfterValidator(clean_line)]
Line200 = Annotated[str, StringConstraints(max_length=200, min_length=1), AfterValidator(clean_line)]
Line500 = Annotated[str, StringConstraints(max_length=500, min_length=1), AfterValidator(clean_line)]
Code = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9._:-]+$")]
Whole = Annotated[int, Strict()]
Yes = Annotated[bool, Strict()]
Money = Annotated[int, Strict(), Field(ge=0, le=1_000_000_000)]
Grams = Annotated[int, Strict(), Field(ge=1, le=30_000)]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, strict=True)]
RowId = Annotated[int, Field(ge=1, le=2**53)]


class DeviceClock(Body):
    """What a device knew of our clock: server minus device in milliseconds, as it last heard it, and when (ours).

    ``seq`` is the act's place among those the device recorded.
    """

    offset_ms: Annotated[int, Strict(), Field(ge=-(10**12), le=10**12)] | None = None
    heard_at: Instant | None = None
    seq: Annotated[int, Strict(), Field(ge=0, le=2**53)] | None = None

    @property
    def clock_offset(self) -> timedelta | None:
        """Return the offset as a duration."""
        return timedelta(milliseconds=self.offset_ms) if self.offset_ms is not None else None
