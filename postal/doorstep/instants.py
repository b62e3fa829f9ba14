"""The instants of what a device tells: by our clock, in the order of the device, or refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from postal.errors import InvalidInput
from postal.rules.clocks import AHEAD_AT_MOST, DeviceTime, known_time, true_time
from routing import Message

OLD_AT_MOST = timedelta(days=31)


class BadInstant(InvalidInput):
    code = "bad_happened_at"
    says = Message("Giờ của lượt quét nằm ở tương lai hoặc quá cũ. Kiểm tra đồng hồ của máy.")


class Told(Protocol):
    """What is told with an instant by a device's clock; the fields are those of `postal.rules.clocks.DeviceTime`."""

    @property
    def happened_at(self) -> datetime: ...

    @property
    def sent_at(self) -> datetime | None: ...

    @property
    def clock_offset(self) -> timedelta | None: ...

    @property
    def heard_at(self) -> datetime | None: ...


def corrected(told: Told, now: datetime) -> datetime:
    """Return when it happened by our clock: the device's clock may be wrong or set in between. Raises BadInstant."""
    happened_at = true_time(_clock(told), now)
    if not now - OLD_AT_MOST <= happened_at <= now + AHEAD_AT_MOST:
        raise BadInstant(field="happened_at")
    return min(happened_at, now)


def is_known(told: Told, now: datetime) -> bool:
    """Say whether the device's clock tells the instant: else `corrected` is no more than a bound."""
    return known_time(_clock(told), now) is not None


def _clock(told: Told) -> DeviceTime:
    return DeviceTime(told_at=told.happened_at, sent_at=told.sent_at, offset=told.clock_offset, heard_at=told.heard_at)
