"""When something happened, by our clock, though a phone told it by its own, hours late, or set in between. Pure.

A phone hears the server's time now and then, and keeps with each act how far its clock was off as it last heard. When
it sends, its clock of that moment is compared with ours. The two agree unless somebody set the clock between; then what
is possible decides: nothing happened before the phone last heard from us, and nothing after it arrived here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

IGNORED = timedelta(seconds=90)
"""A request's own way takes seconds: a clock that is off by less is taken for right."""
AHEAD_AT_MOST = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class DeviceTime:
    """An act's instant by the device's clock, and what is known of that clock.

    ``sent_at`` is the device's clock when it sent the act. ``offset`` is server minus device as last heard before the
    act, and ``heard_at`` the server's instant at which it was heard.
    """

    told_at: datetime
    sent_at: datetime | None = None
    offset: timedelta | None = None
    heard_at: datetime | None = None


def true_time(told: DeviceTime, now: datetime) -> datetime:
    """Return when an act that arrived ``now`` happened by our clock; it may be an instant that cannot be."""
    at = known_time(told, now)
    if at is not None or told.heard_at is None:
        return at or _at_sending(told, now)
    # Set twice, or set and set back: between the two instants that are known lies all that can be said.
    return min(max(_at_sending(told, now), told.heard_at), max(now, told.heard_at))


def known_time(told: DeviceTime, now: datetime) -> datetime | None:
    """Return the instant that the device's clock tells, None where all that can be said is what it lies between."""
    at_sending = _at_sending(told, now)
    if told.offset is None or told.heard_at is None:
        return at_sending
    earliest = told.heard_at - IGNORED
    possible = (told.told_at + _counted(told.offset), at_sending)
    return next((at for at in possible if earliest <= at <= now + AHEAD_AT_MOST), None)


def time_before(earlier: datetime, told: DeviceTime, act_at: datetime, now: datetime) -> datetime:
    """Return when something happened by our clock that a phone tells with an act after it, as a call before a try.

    ``told`` and ``act_at`` are the act's clock and its instant by ours. The clock may have been set between the two:
    then the latest instant that one of the known offsets tells and that lies before the act is it.
    """
    before = replace(told, told_at=earlier)
    best = earlier + (act_at - told.told_at)
    others = [_at_sending(before, now)]
    if told.offset is not None:
        others.append(earlier + _counted(told.offset))
    for other in others:
        if other <= act_at and (best > act_at or other - best > IGNORED):
            best = other
    return best


def _at_sending(told: DeviceTime, now: datetime) -> datetime:
    return told.told_at + _counted(now - told.sent_at if told.sent_at is not None else timedelta(0))


def _counted(offset: timedelta) -> timedelta:
    return offset if abs(offset) > IGNORED else timedelta(0)
