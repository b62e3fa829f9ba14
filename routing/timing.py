"""The clock of a round on the solver's side: work time, from which the lunch break is cut out.

For a courier with lunch from 11:30 for an hour, work time runs on through 11:30, and from then on the wall clock is an
hour ahead of it. The independent checker does not use this module: it walks the wall clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.types import Courier, Visit, Window


@dataclass(frozen=True, slots=True)
class WorkDay:
    """A shift in work time; ``pause_s`` seconds are cut out at ``pause_at_s`` (0 seconds: no lunch)."""

    from_s: int
    until_s: int
    pause_at_s: int
    pause_s: int

    def window(self, window: Window | None) -> tuple[int, int]:
        """Return the work-time interval in which a service may start; empty (from > until) where it never can."""
        if window is None:
            return self.from_s, self.until_s
        early, late = window.from_s, window.until_s
        # An end inside lunch moves to its edge: nobody begins a service during lunch.
        if self.pause_s:
            early = early if early < self.pause_at_s else max(self.pause_at_s, early - self.pause_s)
            late = late - self.pause_s if late >= self.pause_at_s + self.pause_s else min(late, self.pause_at_s - 1)
        return max(early, self.from_s), min(late, self.until_s)

    def arrival(self, work_s: int) -> int:
        """Return the wall clock of the end of a drive."""
        return work_s + (self.pause_s if work_s > self.pause_at_s else 0)

    def start(self, work_s: int) -> int:
        """Return the wall clock of the start of a service."""
        return work_s + (self.pause_s if work_s >= self.pause_at_s else 0)


def work_day(courier: Courier) -> WorkDay:
    """Return a courier's shift in work time."""
    shift, lunch = courier.shift, courier.lunch
    begin, end = shift.from_s, shift.until_s
    if lunch is None or lunch.until_s <= lunch.from_s or lunch.until_s <= begin or lunch.from_s >= end:
        return WorkDay(begin, end, end + 1, 0)
    if begin >= lunch.from_s:
        return WorkDay(lunch.until_s, end, end + 1, 0)
    length = lunch.until_s - lunch.from_s
    return WorkDay(begin, end - length if end >= lunch.until_s else lunch.from_s, lunch.from_s, length)


@dataclass(frozen=True, slots=True)
class Walked:
    """A feasible walk through a round: leaving and coming back, and its visits, in wall-clock seconds."""

    leave_at_s: int
    back_at_s: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """A stop of a walk: seconds of set-up and of service, and its window in work time."""

    stop_id: str
    setup_s: int
    service_s: int
    window: tuple[int, int]


def walk(day: WorkDay, doors: Sequence[Door], legs_s: Sequence[int], *, is_short: bool = False) -> Walked | None:
    """Return the earliest walk through the stops in order, or None if a window or the shift's end is broken.

    ``legs_s`` holds one leg more than there are stops: the last leads back. ``is_short`` asks for the shortest walk
    instead: it leaves as late as it can without coming back later.
    """
    leave = day.from_s
    if is_short:
        leave += max(0, _needless_wait(leave, doors, legs_s))
    elif doors:  # waiting at the first door is spent at the office instead, lunch not
        wait = doors[0].window[0] - legs_s[0] - doors[0].setup_s - leave
        leave += min(max(0, wait), max(0, day.pause_at_s - leave))
    clock, visits = leave, []
    for door, leg_s in zip(doors, legs_s, strict=False):
        arrive = clock + leg_s
        start = max(arrive + door.setup_s, door.window[0])
        if start > door.window[1]:
            return None
        clock = start + door.service_s
        begun = day.start(start)
        visits.append(
            Visit(stop_id=door.stop_id, arrive_s=day.arrival(arrive), start_s=begun, leave_s=begun + door.service_s)
        )
    back = clock + legs_s[-1]
    if back > day.until_s:
        return None
    return Walked(day.start(leave) if is_short else leave, day.arrival(back), tuple(visits))


def _needless_wait(clock: int, doors: Sequence[Door], legs_s: Sequence[int]) -> int:
    """Return how much later a walk may leave without breaking a window or coming back later."""
    waited, slack = 0, None
    for door, leg_s in zip(doors, legs_s, strict=False):
        early, late = door.window
        clock += leg_s + door.setup_s
        waited += max(0, early - clock)
        clock = max(clock, early)
        slack = waited + late - clock if slack is None else min(slack, waited + late - clock)
        clock += door.service_s
    return min(waited, slack or 0)
