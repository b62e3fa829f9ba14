"""The instants of what a device tells: by our clock, in the order of the device, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select

from postal.access.act import Act
from postal.errors import InvalidInput
from postal.life.facts import UNTIMED
from postal.models import TrackingEvent
from postal.rules.clocks import AHEAD_AT_MOST, DeviceTime, known_time, time_before, true_time
from postal.rules.sequences import Numbered, in_turn
from routing import Message

OLD_AT_MOST = timedelta(days=31)
NEAR = 50
"""How many numbers of a phone before and after those of a request are looked up: they bound its instants."""


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


class ToldInTurn(Told, Protocol):
    """… and its place among what the device recorded; ``held_since`` is when a revoked phone handed it in."""

    @property
    def seq(self) -> int | None: ...

    @property
    def held_since(self) -> datetime | None: ...


@dataclass(frozen=True, kw_only=True)
class When:
    """When something told by a device happened by our clock.

    ``is_known``: the device's clock tells it, else it is no more than a bound. ``clock`` is what is known of that
    clock, ``heard`` when we heard of it.
    """

    at: datetime
    is_known: bool
    clock: DeviceTime
    heard: datetime

    def at_before(self, earlier: datetime) -> datetime:
        """Return when something before it happened by our clock that the device told with it, by its own."""
        return time_before(earlier, self.clock, self.at, self.heard)


def times_of(act: Act, told: Sequence[ToldInTurn]) -> list[When | None]:
    """Return when each of what one device tells happened, None where it cannot be.

    None lies before one that the device recorded before it, in the same request or in one that came before; what its
    clock does not tell lies between those it tells. Where the order is not told, nothing changes.
    """
    found = [_by_itself(one, one.held_since or act.now) for one in told]
    numbered = {
        n: Numbered(seq=one.seq, at=when.at, is_known=when.is_known)
        for n, (one, when) in enumerate(zip(told, found, strict=True))
        if one.seq is not None and when is not None
    }
    if numbered:
        placed = in_turn([*numbered.values(), *_heard_before(act, [one.seq for one in numbered.values()])])
        for n, at in zip(numbered, placed, strict=False):
            when = found[n]
            found[n] = replace(when, at=at) if when is not None else None
    return found


def _by_itself(one: ToldInTurn, now: datetime) -> When | None:
    with suppress(BadInstant):  # refused by itself
        is_timed = one.held_since is None and is_known(one, now)
        return When(at=corrected(one, now), is_known=is_timed, clock=_clock(one), heard=now)
    return None


def _heard_before(act: Act, seqs: Sequence[int]) -> list[Numbered]:
    """Return what the phone that acts told in earlier requests around these numbers."""
    if act.by.phone_id is None:
        return []
    event = TrackingEvent
    query = select(event.seq, event.happened_at, event.facts).where(
        event.phone_id == act.by.phone_id, event.seq.between(min(seqs) - NEAR, max(seqs) + NEAR)
    )
    rows = act.session.execute(query).all()
    return [Numbered(seq=row.seq, at=row.happened_at, is_known=UNTIMED not in row.facts) for row in rows]


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
