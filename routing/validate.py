"""Checks of a planning problem before it is solved. One bad stop is not refused here: `explain` sets it aside."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from routing.errors import BadProblem
from routing.message import Message
from routing.types import Courier, Point, Problem, Stop, Window

DAY_S = 86_400
MOST_S = 5_000_000
"""No time is longer: half of what marks a pair of places without a road."""
MOST_ML = 1_000_000_000
MOST_FAIR_LOAD = 100


def validate(problem: Problem) -> None:
    """Raise BadProblem if identifiers repeat, an office is unknown, or an office or courier holds unusable values."""
    _unique(Message("điểm {id}"), "stop_id", (s.stop_id for s in problem.stops))
    _unique(Message("bưu tá {id}"), "courier_id", (c.courier_id for c in problem.couriers))
    _unique(Message("bưu cục {id}"), "office_id", (o.office_id for o in problem.offices))
    offices = {o.office_id for o in problem.offices}
    for office in problem.offices:
        if not is_place(office.point):
            raise BadProblem(Message("bưu cục {id}").filled(id=office.office_id), "point")
    for courier in problem.couriers:
        if courier.office_id not in offices:
            raise BadProblem(Message("bưu tá {id}").filled(id=courier.courier_id), "office_id")
        if bad := _bad_courier_field(courier):
            raise BadProblem(Message("bưu tá {id}").filled(id=courier.courier_id), bad)
    for stop in problem.stops:
        if stop.office_id is not None and stop.office_id not in offices:
            raise BadProblem(Message("điểm {id}").filled(id=stop.stop_id), "office_id")
    _weights(problem)
    _closed_roads(problem)
    _sequences(problem)


def _weights(problem: Problem) -> None:
    for name, most in (
        ("unfamiliar_s", DAY_S),
        ("moved_stop_s", DAY_S),
        ("fair_load", MOST_FAIR_LOAD),
        ("fair_round_s", DAY_S),
    ):
        if not _is_count(getattr(problem, name), most):
            raise BadProblem(Message("bài toán"), name)


def _closed_roads(problem: Problem) -> None:
    for number, road in enumerate(problem.closed_roads):
        if not (is_place(road.one_end) and is_place(road.other_end)):
            raise BadProblem(Message("đường bị chặn {id}").filled(id=number), "point")
        if road.detour_s is not None and not _is_count(road.detour_s, DAY_S):
            raise BadProblem(Message("đường bị chặn {id}").filled(id=number), "detour_s")


def _sequences(problem: Problem) -> None:
    known, seen = {s.stop_id for s in problem.stops}, set()
    for number, sequence in enumerate(problem.sequences):
        for stop_id in sequence:
            if stop_id not in known or stop_id in seen:  # unknown, or to be visited twice
                raise BadProblem(Message("thứ tự {id}").filled(id=number), f"stop {stop_id}")
            seen.add(stop_id)


def _unique(what: Message, id_field: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise BadProblem(what.filled(id=name), id_field)
        seen.add(name)


def is_place(point: Point) -> bool:
    """Return whether a point is a place on earth at all, and not the (0, 0) of a missing answer."""
    if not all(isinstance(v, int | float) and isfinite(v) for v in (point.lat, point.lon)):
        return False
    return abs(point.lat) <= 90 and abs(point.lon) <= 180 and (point.lat, point.lon) != (0, 0)


def _is_count(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _is_window(window: Window) -> bool:
    return _is_count(window.from_s, MOST_S) and _is_count(window.until_s, MOST_S)


def _bad_courier_field(courier: Courier) -> str | None:
    if not _is_window(courier.shift) or courier.shift.from_s > courier.shift.until_s:
        return "shift"
    if courier.lunch is not None and not _is_window(courier.lunch):
        return "lunch"
    if not _is_count(courier.capacity_ml, MOST_ML):
        return "capacity_ml"
    if not _is_count(courier.fixed_cost_s, MOST_S):
        return "fixed_cost_s"
    if courier.longest_s is not None and not _is_count(courier.longest_s, MOST_S):
        return "longest_s"
    for name, point in (("start", courier.start), ("end", courier.end)):
        if point is not None and not is_place(point):
            return name
    return None


def bad_stop_field(stop: Stop) -> str | None:
    """Return the first field of a stop no plan can use, None if all are sound."""
    if not is_place(stop.point):
        return "point"
    if stop.window is not None and not _is_window(stop.window):
        return "window"
    for name, most in (
        ("service_s", MOST_S),
        ("setup_s", MOST_S),
        ("volume_ml", MOST_ML),
        ("lateness_per_day", MOST_ML),
    ):
        if not _is_count(getattr(stop, name), most):
            return name
    return None if stop.kind in ("delivery", "collection") else "kind"
