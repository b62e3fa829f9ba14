"""The places of a problem under one numbering: stops first, then offices, then couriers' own starts and ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.errors import EngineUnavailable
from routing.travel.closed_roads import around_closed_roads
from routing.travel.times import Table, TravelTimes, checked_table
from routing.types import Courier, Limits, Point, Problem


class Places:
    """The places of a problem and the checked travel times between any of them; ``whole_table`` as in `Limits`."""

    def __init__(self, problem: Problem, travel: TravelTimes, whole_table: int = Limits().whole_table) -> None:
        self._most_in_one_table = whole_table
        self.travel = around_closed_roads(travel, problem.closed_roads)
        self.points: list[Point] = [stop.point for stop in problem.stops]
        self.stop_at = {stop.stop_id: i for i, stop in enumerate(problem.stops)}
        self._office_at = {}
        for office in problem.offices:
            self._office_at[office.office_id] = self._add(office.point)
        self._start = {c.courier_id: self._add(c.start) for c in problem.couriers if c.start is not None}
        self._end = {c.courier_id: self._add(c.end) for c in problem.couriers if c.end is not None}
        self._whole: tuple[Table, Table] | None = None
        self.sequence_of = {
            stop_id: known
            for sequence in problem.sequences
            if len(known := tuple(s for s in sequence if s in self.stop_at)) > 1
            for stop_id in known
        }

    def _add(self, point: Point) -> int:
        self.points.append(point)
        return len(self.points) - 1

    def office(self, office_id: str) -> int:
        """Return the number of an office."""
        return self._office_at[office_id]

    def ends(self, courier: Courier) -> tuple[int, int]:
        """Return the numbers of the places where a courier's round starts and ends."""
        office = self._office_at[courier.office_id]
        return self._start.get(courier.courier_id, office), self._end.get(courier.courier_id, office)

    def tables(self, numbers: Sequence[int]) -> tuple[Table, Table]:
        """Return seconds and metres between the numbered places. Raises EngineUnavailable, BadTravelTimes."""
        if len(self.points) > self._most_in_one_table:
            return self._ask([self.points[i] for i in numbers])
        if self._whole is None:
            self._whole = self._ask(self.points)
        rows = np.asarray(numbers, dtype=np.int64)
        grid = np.ix_(rows, rows)
        return self._whole[0][grid], self._whole[1][grid]

    def _ask(self, points: Sequence[Point]) -> tuple[Table, Table]:
        # An engine is somebody else's program: whatever it answers is checked before a solver sees it.
        answer = self.travel.matrix(points)
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise EngineUnavailable
        return checked_table(answer[0], len(points)), checked_table(answer[1], len(points))
