"""Why a stop is not in the plan, and what would help: each remedy is tried against the rules before it is told.

Reasons: ``bad_data`` (a field cannot be used), ``commune_closed``, ``window_impossible`` (ends before it begins),
``no_courier`` (no courier is permitted: office, skill or lock), ``unreachable`` (no road), ``too_far`` (there and
back does not fit the shift), ``window_closed`` (no permitted courier can be there in time), ``too_large`` (more than
any box holds), and for stops possible alone ``no_room``: others used the day better.
Remedies hold ``change`` and its figures: ``fix_field``, ``open_commune``, ``widen_window``, ``allow_courier``,
``larger_box``, ``longer_shift`` (``courier_id``, ``by_s``), ``extra_courier`` (``office_id``), ``another_day``.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from routing.places import Places
from routing.solving.piece import make_piece, may_serve
from routing.solving.standing import Standing
from routing.timing import work_day
from routing.travel import UNREACHABLE
from routing.types import Courier, Plan, Problem, Stop, Unserved, Window
from routing.validate import bad_stop_field

LONGEST_EXTENSION_S = 4 * 3600
STEP_S = 1_800
NEAREST_ROUNDS = 12


def set_aside(problem: Problem) -> tuple[Problem, tuple[Unserved, ...]]:
    """Return the problem without the stops no plan could serve, and those stops with their reasons."""
    aside: list[Unserved] = []
    usable: list[Stop] = []
    for stop in problem.stops:
        found = _hopeless(problem, stop)
        if found is None:
            usable.append(stop)
        else:
            aside.append(Unserved(stop_id=stop.stop_id, reason=found[0], remedy=found[1]))
    gone = {u.stop_id for u in aside}
    sequences = tuple(tuple(s for s in sequence if s not in gone) for sequence in problem.sequences)
    return replace(problem, stops=tuple(usable), sequences=sequences), tuple(aside)


def _hopeless(problem: Problem, stop: Stop) -> tuple[str, dict[str, Any]] | None:
    bad = bad_stop_field(stop)
    if bad is not None:
        return "bad_data", {"change": "fix_field", "field": bad}
    if stop.commune_code in problem.closed_communes:
        return "commune_closed", {"change": "open_commune", "commune_code": stop.commune_code}
    if stop.window is not None and stop.window.from_s > stop.window.until_s:
        return "window_impossible", {"change": "fix_field", "field": "window"}
    return None


def explain(standing: Standing, made: Plan, *, until: float) -> Plan:
    """Return the plan with the reason and remedy of every stop it left out; after ``until`` only the reason."""
    stops = {standing.problem.stops[s].stop_id: s for s in standing.left}
    told = []
    for unserved in made.unserved:
        number = stops.get(unserved.stop_id)
        if number is not None:
            reason, remedy = why(standing, number, is_brief=time.monotonic() > until)
            unserved = Unserved(stop_id=unserved.stop_id, reason=reason, remedy=remedy)
        told.append(unserved)
    return replace(made, unserved=tuple(told))


def why(standing: Standing, number: int, *, is_brief: bool = False) -> tuple[str, dict[str, Any]]:
    """Return the reason and the cheapest verified remedy for one stop the standing leaves out."""
    problem, stop = standing.problem, standing.problem.stops[number]
    permitted = [i for i, c in enumerate(problem.couriers) if may_serve(c, stop)]
    if not permitted:
        return "no_courier", _who_could(problem, stop)
    alone = [_alone(problem, standing.places, stop, problem.couriers[i]) for i in permitted[:200]]
    if None not in alone:
        worst = min(alone, key=lambda found: ALONE_ORDER.index(str(found)))
        return str(worst), _remedy_alone(
            problem, standing.places, stop, [problem.couriers[i] for i in permitted], str(worst)
        )
    if is_brief:
        return "no_room", {"change": "another_day"}
    return "no_room", _make_room(standing, number, permitted)


ALONE_ORDER = ("window_closed", "too_far", "too_large", "unreachable")
"""Of several couriers' obstacles the one easiest to remove is told."""


def _alone(problem: Problem, places: Places, stop: Stop, courier: Courier) -> str | None:
    """Return what keeps a courier from serving only this stop, None if nothing does."""
    start, end = places.ends(courier)
    legs, _ = places.tables([start, places.stop_at[stop.stop_id], end])
    there, back = int(legs[0, 1]), int(legs[1, 2])
    if max(there, back) >= UNREACHABLE:
        return "unreachable"
    if stop.volume_ml > courier.capacity_ml:
        return "too_large"
    day = work_day(courier)
    early, late = day.window(stop.window)
    begin = day.from_s + there + stop.setup_s
    if day.from_s + there + stop.setup_s + stop.service_s + back > day.until_s:
        return "too_far"
    if max(begin, early) > late or max(begin, early) + stop.service_s + back > day.until_s:
        return "window_closed"
    if courier.longest_s is not None and there + stop.setup_s + stop.service_s + back > courier.longest_s:
        return "too_far"
    return None


def _who_could(problem: Problem, stop: Stop) -> dict[str, Any]:
    if stop.locked_to is not None:
        return {"change": "allow_courier", "locked_to": stop.locked_to}
    near = [c for c in problem.couriers if stop.office_id in (None, c.office_id)]
    if not near:
        return {"change": "extra_courier", "office_id": stop.office_id, "skills": sorted(stop.skills)}
    best = min(near, key=lambda c: len(stop.skills - c.skills))
    missing = sorted(stop.skills - best.skills)
    return {"change": "allow_courier", "courier_id": best.courier_id, "skills": missing}


def _remedy_alone(problem: Problem, places: Places, stop: Stop, couriers: list[Courier], reason: str) -> dict[str, Any]:
    if reason == "unreachable":
        return {"change": "fix_field", "field": "point"}
    if reason == "too_large":
        best = max(couriers, key=lambda c: c.capacity_ml)
        return {"change": "larger_box", "courier_id": best.courier_id, "capacity_ml": stop.volume_ml}
    if reason == "window_closed":
        for courier in couriers:
            if _alone(problem, places, replace(stop, window=None), courier) is None:
                return {"change": "widen_window", "courier_id": courier.courier_id}
    for courier in couriers:
        for by_s in range(STEP_S, LONGEST_EXTENSION_S + 1, STEP_S):
            if _alone(problem, places, stop, longer(courier, by_s)) is None:
                return {"change": "longer_shift", "courier_id": courier.courier_id, "by_s": by_s}
    return {"change": "another_day"}


def longer(courier: Courier, by_s: int) -> Courier:
    """Return the courier with a shift that ends so much later."""
    longest_s = None if courier.longest_s is None else courier.longest_s + by_s
    shift = Window(from_s=courier.shift.from_s, until_s=courier.shift.until_s + by_s)
    return replace(courier, shift=shift, longest_s=longest_s)


def _make_room(standing: Standing, number: int, permitted: list[int]) -> dict[str, Any]:
    """Return the cheapest change under which this stop fits beside everything already planned."""
    problem, stop = standing.problem, standing.problem.stops[number]
    near = sorted(permitted, key=lambda c: _away(standing, number, c))[:NEAREST_ROUNDS]
    for by_s in range(STEP_S, LONGEST_EXTENSION_S + 1, STEP_S):
        for courier in near:
            extra = insertion_cost(standing, courier, number, longer(problem.couriers[courier], by_s))
            if extra is not None:
                return {
                    "change": "longer_shift",
                    "courier_id": problem.couriers[courier].courier_id,
                    "by_s": by_s,
                    "extra_travel_s": extra,
                }
    fit = next(i for i in permitted if _alone(problem, standing.places, stop, problem.couriers[i]) is None)
    model = problem.couriers[fit]
    if stop.locked_to is None:
        return {"change": "extra_courier", "office_id": model.office_id, "like": model.courier_id}
    return {"change": "another_day"}


def _away(standing: Standing, number: int, courier: int) -> float:
    here = standing.problem.stops[number].point
    points = [standing.problem.stops[s].point for s in standing.orders[courier]]
    return min((abs(p.lat - here.lat) + abs(p.lon - here.lon) for p in points), default=0.0)


def insertion_cost(standing: Standing, courier: int, number: int, changed: Courier) -> int | None:
    """Return what inserting a stop into a courier's round costs under a changed courier; None if it never fits."""
    problem, order = standing.problem, standing.orders[courier]
    stops = [problem.stops[s] for s in (*order, number)]
    piece = make_piece(problem, standing.places, stops, [changed])
    now, new = list(range(len(order))), len(order)
    costs = [piece.order_cost(0, [*now[:at], new, *now[at:]]) for at in range(len(order) + 1)]
    possible = [c for c in costs if c is not None]
    before = piece.order_cost(0, now)
    return min(possible) - before if possible and before is not None else None
