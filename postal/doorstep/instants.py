"""The instants of what a device tells: by our clock, in the order of the device, or refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from postal.errors import InvalidInput
from postal.rules.clocks import AHEAD_AT_MOST, DeviceTime, true_time
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
    clock = DeviceTime(told_at=told.happened_at, sent_at=told.sent_at, offset=told.clock_offset, heard_at=told.heard_at)
    happened_at = true_time(clock, now)
    if not now - OLD_AT_MOST <= happened_at <= now + AHEAD_AT_MOST:
        raise BadInstant(field="happened_at")
    return min(happened_at, now)
