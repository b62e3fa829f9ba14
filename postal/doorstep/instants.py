"""The instants of what a device tells: by our clock, in the order of the device, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from postal.errors import InvalidInput
from postal.rules.clocks import AHEAD_AT_MOST, DeviceTime, true_time
from routing import Message

if TYPE_CHECKING:
    from postal.doorstep.scans import CourierScan

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


def in_sequence(scans: Sequence[CourierScan], now: datetime) -> list[CourierScan]:
    """Return scans of which none happened before the one that the device recorded before it.

    Where the order is not told, nothing changes.
    """
    told = list(scans)
    numbered = sorted((n for n, scan in enumerate(told) if scan.seq is not None), key=lambda n: told[n].seq or 0)
    floor: datetime | None = None
    for n in numbered:
        try:
            at = corrected(told[n], now)
        except BadInstant:  # refused by itself
            continue
        if floor is not None and floor > at:
            told[n] = replace(told[n], not_before=floor)
        floor = at if floor is None else max(floor, at)
    return told
