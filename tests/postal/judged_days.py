"""Windows told on days that are over, and what came true: for tests and for `benchmarks/arrivals.py`.

A round is a `Walked` that is done, with when its courier was truly at each door.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from postal.citizen.arrivals import Expected, Leg, Lunch, Walked, as_of, seen, windows
from tests.postal.replayed_days import HOUR, Replayed

EIGHT = 8 * HOUR


@dataclass(frozen=True)
class Told:
    """One look of one citizen: when, how many of the round's doors were done, the window, and when it came true."""

    now_s: int
    share_done: float
    from_s: int
    until_s: int
    true_s: int

    @property
    def is_held(self) -> bool:
        """Say whether the courier came within the window."""
        return self.from_s <= self.true_s <= self.until_s

    @property
    def wide_min(self) -> float:
        """Return how wide the window was, in minutes."""
        return (self.until_s - self.from_s) / 60


def walked_of(replayed: Replayed) -> Walked:
    """Return a made-up round as the windows see it when it is over."""
    legs = [
        Leg(
            position=door.position,
            work_s=door.leave_s - door.from_s - door.lunch_s,
            service_s=door.leave_s - door.start_s,
            done_s=door.true_leave_s,
        )
        for door in replayed.doors
    ]
    lunch = Lunch(from_s=replayed.lunch[0], until_s=replayed.lunch[1])
    return Walked(
        legs=legs,
        leave_s=replayed.leave_s,
        left_s=replayed.true_leave_s,
        lunch=lunch if lunch.long_s > 0 else None,
        courier=replayed.courier,
    )


def true_of(replayed: Replayed) -> dict[int, int]:
    """Return when the courier was truly at each door, by its position."""
    return {door.position: door.true_start_s for door in replayed.doors}


def told_at(walked: Walked, true: Mapping[int, int], expected: Expected, times: Iterable[int]) -> Iterator[Told]:
    """Yield what is told, at each of these seconds of the day, of every door that the courier was not yet at."""
    for now_s in times:
        known = as_of(walked, now_s)
        share = sum(leg.done_s is not None for leg in known.legs) / len(known.legs)
        for position, told in windows(seen(known, now_s=now_s, expected=expected)).items():
            if true.get(position, 0) > now_s:
                yield Told(now_s, share, told.from_s, told.until_s, true[position])


def hours(true: Mapping[int, int]) -> range:
    """Return 08:00 and each full hour until the last door, in seconds of the day."""
    return range(EIGHT, max(true.values(), default=0), HOUR)


def share(found: list[Told]) -> float:
    """Return how many of a hundred windows held."""
    return 100 * sum(one.is_held for one in found) / len(found)


def width(found: list[Told]) -> float:
    """Return the median width in minutes."""
    return median(one.wide_min for one in found)


def at_eight_and_later(found: Iterable[Told]) -> tuple[list[Told], list[Told]]:
    """Return the looks at 08:00, and the later ones."""
    looks = list(found)
    return [one for one in looks if one.now_s == EIGHT], [one for one in looks if one.now_s > EIGHT]
