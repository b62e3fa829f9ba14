"""Planning instances as files: a day's offices, couriers and stops in JSON, and the plan written back.

An instance has ``shift_s``, ``speed_kmh``, ``detour``, ``offices`` (code, lat, lon, couriers) and ``stops`` (id,
commune, lat, lon, service_s, window or null). Any office may serve any stop. Travel is the straight-line estimate.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from routing.errors import BadPlanFile
from routing.travel import StraightLine
from routing.types import Courier, DeliveryOffice, Plan, Point, Problem, Stop, Window


def plan_file_problem(text: str) -> tuple[Problem, StraightLine]:
    """Return the problem of an instance file and its travel times. Raises BadPlanFile naming the entry."""
    try:
        told = json.loads(text)
    except ValueError as exc:
        raise BadPlanFile("JSON") from exc
    where = "shift_s"
    try:
        shift = Window(from_s=0, until_s=_whole(told["shift_s"]))
        where = "speed_kmh, detour"
        travel = StraightLine(detour=float(told["detour"]), speed_kmh=float(told["speed_kmh"]))
        offices, couriers, stops = [], [], []
        for number, entry in enumerate(told["offices"]):
            where = f"offices[{number}]"
            code = str(entry["code"])
            offices.append(DeliveryOffice(office_id=code, point=_point(entry)))
            couriers += [
                Courier(courier_id=f"{code}/{i + 1}", office_id=code, shift=shift)
                for i in range(_whole(entry["couriers"]))
            ]
        for number, entry in enumerate(told["stops"]):
            where = f"stops[{number}]"
            stops.append(_stop(number, entry))
    except (KeyError, TypeError, ValueError, IndexError) as exc:
        raise BadPlanFile(where) from exc
    problem = Problem(day=date(1970, 1, 1), offices=tuple(offices), couriers=tuple(couriers), stops=tuple(stops))
    return problem, travel


def _stop(number: int, entry: dict[str, Any]) -> Stop:
    window = entry.get("window")
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
    unserved = [{"id": ids[int(u.stop_id)], "reason": u.reason, "remedy": u.remedy} for u in made.unserved]
    told = {"rounds": rounds, "unserved": unserved, "travel_s": made.travel_s, "degraded": made.degraded}
    return json.dumps(told, ensure_ascii=False)
