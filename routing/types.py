"""Plain values every part of planning shares, and the straight-line distance between two points."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from math import asin, cos, radians, sin, sqrt
from typing import Literal

EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A place on the earth in degrees (WGS 84); always built by keyword, so the two never swap unseen."""

    lat: float
    lon: float


def great_circle_m(a: Point, b: Point) -> float:
    """Return the straight-line distance in metres over a sphere of 6,371 km."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half_lat = sin((lat_b - lat_a) / 2)
    half_lon = sin(radians(b.lon - a.lon) / 2)
    chord = half_lat * half_lat + cos(lat_a) * cos(lat_b) * half_lon * half_lon
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """From and until, in seconds after local midnight; both ends belong to it."""

    from_s: int
    until_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryOffice:
    """Where rounds start and end."""

    office_id: str
    point: Point
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Courier:
    """One courier's day.

    ``lunch`` begins at ``lunch.from_s``, or as soon as the visit in hand then ends, and lasts as long as the window.
    ``familiar`` are the codes of the communes of the standing beat. ``fixed_cost_s`` is what using the courier at all
    costs, in seconds of travel. ``longest_s`` bounds the time from leaving to coming back, lunch not counted.
    ``start`` and ``end`` replace the office as the two ends of the round. A courier who ``has_left`` is on the road
    already: deliveries he does not carry cannot reach him, so he serves only what is locked to him, and collections.
    """

    courier_id: str
    office_id: str
    shift: Window
    lunch: Window | None = None
    capacity_ml: int = 80_000
    skills: frozenset[str] = frozenset()
    familiar: frozenset[str] = frozenset()
    fixed_cost_s: int = 0
    longest_s: int | None = None
    start: Point | None = None
    end: Point | None = None
    has_left: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """One door to go to. Service begins inside ``window``; ``setup_s`` comes before it, once for each ``building``.

    ``office_id`` None lets any office serve the stop. ``lateness_per_day`` is what one more day of waiting costs,
    in seconds of travel; a stop that ``must_today`` costs far more. ``skills`` are those its courier must have.
    ``locked_to`` names the only courier who may serve it. ``radius_m`` is how far the true door may be from the point.
    ``courier_before`` had the stop in the plan this one replaces; another courier costs ``Problem.moved_stop_s``.
    """

    stop_id: str
    office_id: str | None
    point: Point
    commune_code: str
    service_s: int
    setup_s: int = 0
    building: str = ""
    window: Window | None = None
    volume_ml: int = 0
    kind: Literal["delivery", "collection"] = "delivery"
    must_today: bool = False
    lateness_per_day: int = 36_000
    skills: frozenset[str] = frozenset()
    radius_m: int = 0
    locked_to: str | None = None
    courier_before: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedRoad:
    """A line nobody crosses today: a flooded bridge, a landslide. Legs that cross it take ``detour_s`` longer.

    ``detour_s`` None: there is no way round.
    """

    one_end: Point
    other_end: Point
    detour_s: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """All that is to be planned for one day. Stops in ``closed_communes`` (floods) are not visited.

    ``unfamiliar_s`` is the price, in seconds of travel, of each stop outside its courier's beat; 0 ignores beats.
    ``sequences`` are stops one courier visits one directly after the other in this order, all of them or none.
    ``moved_stop_s`` is the price of each stop served by another courier than its ``courier_before``. ``fair_load`` is
    the price of each second a courier comes back later than ``fair_round_s`` of work after the shift begins (lunch
    not counted); 0 ignores loads.
    """

    day: date
    offices: tuple[DeliveryOffice, ...]
    couriers: tuple[Courier, ...]
    stops: tuple[Stop, ...]
    closed_communes: frozenset[str] = frozenset()
    unfamiliar_s: int = 0
    closed_roads: tuple[ClosedRoad, ...] = ()
    sequences: tuple[tuple[str, ...], ...] = ()
    moved_stop_s: int = 0
    fair_load: int = 0
    fair_round_s: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """When a courier reaches a stop, begins the service there, and leaves; seconds after local midnight."""

    stop_id: str
    arrive_s: int
    start_s: int
    leave_s: int


SearchChoice = Literal["both", "ortools"]
"""``both``: OR-Tools plans and recombines, the compiled search improves. ``ortools``: OR-Tools improves as well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What planning may use: wall-clock seconds, processes, memory of each process, and which search.

    ``pieces`` bounds the work instead of the clock (same input and ``seed``, same cost): that many pieces are
    improved, each by so many ``steps`` of ruin and recreate. ``child_command`` starts a solver process; None: our own.
    Up to ``whole_table`` places one table of travel times holds all pairs (3,000: 36 MB); beyond, each piece asks for
    its own.
    """

    seconds: float = 20.0
    cores: int = 2
    memory_mb: int = 1_536
    seed: int = 1
    pieces: int | None = None
    steps: int = 4_000
    whole_table: int = 3_000
    search: SearchChoice = "both"
    child_command: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A line of the search: seconds since the start, travel and stops served by now, pieces tried and their gain."""

    seconds: float
    travel_s: int
    n_unserved: int
    n_pieces: int
    gain_s: int


@dataclass(frozen=True)
class Watch:
    """Who follows a plan while it is made: ``on_progress`` is called after each gain; setting ``stop`` ends the search.

    A stopped search keeps the best plan so far.
    """

    on_progress: Callable[[Progress], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)
