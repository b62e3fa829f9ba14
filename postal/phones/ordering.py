"""What it costs to walk a round in another order: time, way, and whose hours are missed. Nothing here is written.

Read first, think afterwards: the travel times may come over the network, and no transaction waits for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from postal.errors import InvalidInput, NotFound
from postal.models import Office
from postal.phones.today import DayToday
from routing import Message, Point, TravelTimes


@dataclass(frozen=True, kw_only=True)
class Door:
    """One stop of a walk: where it is, how many seconds it takes, and between which seconds of the day it is open."""

    position: int
    point: Point
    stays_s: int
    window_s: tuple[int, int] | None


@dataclass(frozen=True, kw_only=True)
class OrderCost:
    """What another order costs beside the planned one; negative where it saves. ``missed``: stops come to too late."""

    more_s: int
    more_m: int
    missed: tuple[int, ...]


def doors_of(told: DayToday, positions: Sequence[int]) -> tuple[Door, ...]:
    """Return the doors at these positions, in the planned order.

    A door nobody could place lies at the office, which adds nothing false. Raises NotFound without a round,
    InvalidInput for a position that is not on it or is named twice.
    """
    if told.round is None:
        raise NotFound(what=Message("chuyến phát"))
    office = office_point(told.office)
    stays = {stop.position: stop.leave_s - stop.start_s for stop in told.round.stops}
    found = tuple(
        Door(
            position=stop.position,
            point=Point(lat=stop.lat, lon=stop.lon) if stop.lat is not None and stop.lon is not None else office,
            stays_s=stays[stop.position],
            window_s=stop.window_s,
        )
        for stop in told.stops
        if stop.position in positions
    )
    if len(found) != len(positions):
        raise InvalidInput(field="order")
    return found


def office_point(office: Office) -> Point:
    """Return where an office is. Raises NotFound where nobody said it."""
    if office.lat is None or office.lon is None:
        raise NotFound(what=Message("vị trí bưu cục"))
    return Point(lat=office.lat, lon=office.lon)


def cost_of_order(
    doors: Sequence[Door], order: Sequence[int], *, start: Point, home: Point, now_s: int, travel: TravelTimes
) -> OrderCost:
    """Return what the order of positions costs beside that of ``doors``, both walked from ``start`` at ``now_s``.

    ``more_s`` is how much later the courier is home, waiting included. Raises EngineUnavailable.
    """
    seconds, metres = travel.matrix([start, home, *(door.point for door in doors)])
    row = {door.position: n for n, door in enumerate(doors, start=2)}
    at = {door.position: door for door in doors}

    def walk(positions: Sequence[int]) -> tuple[int, int, set[int]]:
        clock_s, way_m, before, late = now_s, 0, 0, set()
        for position in positions:
            door, here = at[position], row[position]
            clock_s += int(seconds[before, here])
            way_m += int(metres[before, here])
            if door.window_s is not None:
                clock_s = max(clock_s, door.window_s[0])
                if clock_s > door.window_s[1]:
                    late.add(position)
            clock_s += door.stays_s
            before = here
        return clock_s + int(seconds[before, 1]), way_m + int(metres[before, 1]), late

    planned_s, planned_m, late_anyway = walk([door.position for door in doors])
    other_s, other_m, late = walk(order)
    missed = tuple(sorted(late - late_anyway))
    return OrderCost(more_s=other_s - planned_s, more_m=other_m - planned_m, missed=missed)
