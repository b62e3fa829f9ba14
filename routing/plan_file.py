"""Planning instances as files: a day's offices, couriers and stops in JSON, and the plan written back.

An instance has ``shift_s``, ``speed_kmh``, ``detour``, ``offices`` (code, lat, lon, couriers) and ``stops`` (id,
commune, lat, lon, service_s, window or null). Any office may serve any stop. Travel is the straight-line estimate.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from routing.errors import BadPlanFile
from routing.planned import Plan
from routing.travel.times import StraightLine
from routing.types import Courier, DeliveryOffice, Point, Problem, Stop, Window

MOST_SHIFT_S = 7 * 86_400
MOST_COURIERS = 100_000
"""Of one office: more is a slip of the keyboard that would fill the memory."""
SPEEDS_KMH, DETOURS = (0.1, 1_000.0), (0.1, 1_000.0)


def plan_file_problem(text: str) -> tuple[Problem, StraightLine]:
    """Return the problem of an instance file and its travel times. Raises BadPlanFile naming the entry."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadPlanFile("JSON") from exc
    where = "shift_s"
    try:
        shift = Window(from_s=0, until_s=_count(told["shift_s"], MOST_SHIFT_S))
        where = "speed_kmh, detour"
        travel = StraightLine(detour=_within(told["detour"], DETOURS), speed_kmh=_within(told["speed_kmh"], SPEEDS_KMH))
        offices, couriers, stops = [], [], []
        where = "offices"
        for number, entry in enumerate(_listed(told["offices"])):
            where = f"offices[{number}]"
            code = str(entry["code"])
            code.encode()
            offices.append(DeliveryOffice(office_id=code, point=_point(entry)))
            couriers += [
                Courier(courier_id=f"{code}/{i + 1}", office_id=code, shift=shift)
                for i in range(_count(entry["couriers"], MOST_COURIERS))
            ]
        where = "stops"
        for number, entry in enumerate(_listed(told["stops"])):
            where = f"stops[{number}]"
            stops.append(_stop(number, entry))
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError) as exc:
        raise BadPlanFile(where) from exc
    problem = Problem(day=date(1970, 1, 1), offices=tuple(offices), couriers=tuple(couriers), stops=tuple(stops))
    return problem, travel


def _listed(entries: Any) -> list[Any]:
    if not isinstance(entries, list):
        raise TypeError
    return entries


def _count(value: Any, most: int) -> int:
    if not 0 <= _whole(value) <= most:
        raise ValueError(value)
    return _whole(value)


def _within(value: Any, bounds: tuple[float, float]) -> float:
    if not bounds[0] <= float(value) <= bounds[1]:  # not a number is in no bounds
        raise ValueError(value)
    return float(value)


def _stop(number: int, entry: dict[str, Any]) -> Stop:
    window = entry.get("window")
    if not isinstance(entry["id"], str | int):  # it is written back into the plan
        raise TypeError
    str(entry["id"]).encode()  # half a surrogate pair could not be written back
    return Stop(
        stop_id=str(number),
        office_id=None,
        point=_point(entry),
        commune_code=str(entry.get("commune", "")),
        service_s=_whole(entry["service_s"]),
        window=None if window is None else Window(from_s=_whole(window[0]), until_s=_whole(window[1])),
        lateness_per_day=10_000_000,
    )


def _point(entry: dict[str, Any]) -> Point:
    return Point(lat=float(entry["lat"]), lon=float(entry["lon"]))


def _whole(value: Any) -> int:
    if isinstance(value, bool) or int(value) != value:
        raise ValueError(value)
    return int(value)


def plan_file_text(text: str, made: Plan) -> str:
    """Return the plan of an instance file as JSON: rounds with the file's own stop ids, and what is unserved."""
    ids = [entry["id"] for entry in json.loads(text)["stops"]]
    rounds = [{"office": r.office_id, "stops": [ids[int(v.stop_id)] for v in r.visits]} for r in made.rounds]
    unserved = [
        {"id": ids[int(u.stop_id)], "reason": u.reason, "remedy": u.remedy.to_json() if u.remedy else {}}
        for u in made.unserved
    ]
    told = {"rounds": rounds, "unserved": unserved, "travel_s": made.travel_s, "degraded": made.degraded}
    return json.dumps(told, ensure_ascii=False)
