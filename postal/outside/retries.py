"""When a callback is tried again: waits that grow, with jitter. Pure: chance and time are arguments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Waits before the 2nd to the 10th try; with the first at once, about 75 h 35 min in all. The last wait repeats.
WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
MAX_TRIES = len(WAITS_S) + 1
JITTER = 0.2
MAX_RETRY_AFTER_S = 86_400
DARK_FOR = timedelta(days=5)


def next_try_at(n_tries: int, *, now: datetime, retry_after: str | None, chance: Callable[[], float]) -> datetime:
    """Return when to try again after ``n_tries`` failures; past the ladder's end once a day.

        Nothing is given up while its endpoint is active: an endpoint that fails for five days on end is disabled as a
    whole, and its callbacks are parked with it. ``chance`` returns a number in [0, 1): it spreads each wait by ±20 %,
    so that a partner who comes back is not hit by everything at once. ``retry_after`` is the answer's own wish, obeyed
    up to a day.
    """
    wait_s = WAITS_S[min(n_tries, len(WAITS_S)) - 1] * (1 - JITTER + 2 * JITTER * chance())
    return now + timedelta(seconds=max(wait_s, retry_after_s(retry_after, now)))


def retry_after_s(header: str | None, now: datetime) -> float:
    """Return the seconds a Retry-After header asks for, 0 for none or nonsense, at most a day."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        wished_s = float(text[:9])
    else:
        try:
            wished_at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return 0.0
        wished_at = wished_at if wished_at.tzinfo else wished_at.replace(tzinfo=UTC)
        wished_s = (wished_at - now).total_seconds()
    return min(max(wished_s, 0.0), MAX_RETRY_AFTER_S)
