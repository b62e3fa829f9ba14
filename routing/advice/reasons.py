"""Why a stop is unserved: impossible for every courier even alone, or possible but other stops came first."""

from __future__ import annotations

import time
from copy import copy
from dataclasses import replace
from math import inf

from routing.places import Places
from routing.solving.piece import may_serve, unserved_penalty
from routing.solving.solution import Solution
from routing.timing import work_day
from routing.travel.times import UNREACHABLE
from routing.types import Courier, Stop

MOST_ASKED = 200
"""So many permitted couriers are asked whether they could serve a stop alone."""
NEAREST_ROUNDS = 12
EASIEST_FIRST = ("window_closed", "too_far", "too_large", "unreachable")
"""Of several couriers' obstacles the one easiest to remove is the reason."""


class OutOfTime(Exception):
    """The time for looking at a case is over."""


class Case:
    """A stop the solution leaves out, with the stops of its sequence: they are served together or not at all.

    ``until`` is the monotonic time at which looking for help ends, in the midst of whatever is tried then.
    """

    def __init__(self, solution: Solution, number: int, *, until: float = inf) -> None:
        problem, places = solution.problem, solution.places
        self.solution, self.number, self.until = solution, number, until
        together = places.sequence_of.get(problem.stops[number].stop_id, ())
        of = {problem.stops[s].stop_id: s for s in solution.unserved}
        self.numbers = [of[s] for s in together if s in of] or [number]
        self.stops = [problem.stops[s] for s in self.numbers]
        self.penalty = sum(unserved_penalty(s) for s in self.stops)
        self.stop_id = problem.stops[number].stop_id

    def require_time(self) -> None:
        """Raise OutOfTime once the time for looking is over."""
        if time.monotonic() > self.until:
            raise OutOfTime

    def near(self, permitted: list[int]) -> list[int]:
        """Return the couriers whose rounds pass nearest; the idle ones of the nearest offices first among equals."""
        return sorted(permitted, key=self._away)[:NEAREST_ROUNDS]

    def _away(self, courier: int) -> float:
        solution, here = self.solution, self.stops[0].point
        points = [solution.problem.stops[s].point for s in solution.orders[courier]]
        if not points:
            points = [solution.places.points[i] for i in solution.places.ends(solution.problem.couriers[courier])]
        return min(abs(p.lat - here.lat) + abs(p.lon - here.lon) for p in points)

    def split(self) -> Case:
        """Return the case of this stop alone, without its sequence."""
        places, own = copy(self.solution.places), self.stops[0].stop_id
        places.sequence_of = {s: q for s, q in places.sequence_of.items() if own not in q}
        return Case(replace(self.solution, places=places), self.number, until=self.until)


def reason_of(case: Case) -> tuple[str, list[int]]:
    """Return the reason (see ``routing.advice.explain``) and the couriers permitted to serve the case at all."""
    couriers = case.solution.problem.couriers
    permitted = [i for i, c in enumerate(couriers) if all(may_serve(c, s) for s in case.stops)]
    if not permitted:
        return "no_courier", []
    alone = [why_not_alone(case.solution.places, case.stops, couriers[i]) for i in permitted[:MOST_ASKED]]
    obstacles = {found for found in alone if found is not None}
    return "no_room" if None in alone else min(obstacles, key=EASIEST_FIRST.index), permitted


def why_not_alone(places: Places, stops: list[Stop], courier: Courier) -> str | None:
    """Return what keeps a courier from serving only these stops, one after the other; None if nothing does."""
    start, end = places.ends(courier)
    legs, _ = places.tables([start, *(places.stop_at[s.stop_id] for s in stops), end])
    along = [int(legs[i, i + 1]) for i in range(len(stops) + 1)]
    if max(along) >= UNREACHABLE:
        return "unreachable"
    if sum(s.volume_ml for s in stops) > courier.capacity_ml:
        return "too_large"
    day = work_day(courier)
    clock = busy = 0
    clock, is_late = day.from_s, False
    for leg, stop, before in zip(along, stops, [None, *stops], strict=False):
        setup_s = 0 if before is not None and stop.building and stop.building == before.building else stop.setup_s
        early, late = day.window(stop.window)
        clock = max(clock + leg + setup_s, early)
        is_late = is_late or clock > late
        clock += stop.service_s
        busy += leg + setup_s + stop.service_s
    busy += along[-1]
    if day.from_s + busy > day.until_s or (courier.longest_s is not None and busy > courier.longest_s):
        return "too_far"
    return "window_closed" if is_late or clock + along[-1] > day.until_s else None
