"""The demo's clocks: one stands until the story moves it, one runs on from where a played day stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from threading import Lock
from zoneinfo import ZoneInfo

HUE = ZoneInfo("Asia/Ho_Chi_Minh")


class DayClock:
    """Tells the same instant to everybody until `move_to` is called; never runs backwards."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._now = self.at("06:00")
        self._lock = Lock()

    def __call__(self) -> datetime:
        """Return the simulated instant, aware."""
        with self._lock:
            return self._now

    def at(self, text: str) -> datetime:
        """Return a time of the demo's day: "07:30"."""
        return datetime.combine(self.day, time.fromisoformat(text), HUE)

    def move_to(self, instant: datetime | str) -> datetime:
        """Move on to a later instant and return it."""
        wanted = self.at(instant) if isinstance(instant, str) else instant
        with self._lock:
            self._now = max(self._now, wanted)
            return self._now


class RunningClock:
    """Runs on from ``start`` at the pace of the real clock, which says when it was started."""

    def __init__(self, start: datetime, started_at: datetime, real: Callable[[], datetime]) -> None:
        self._ahead = start - started_at
        self._real = real

    def __call__(self) -> datetime:
        """Return the simulated instant, aware."""
        return (self._real() + self._ahead).astimezone(UTC)
