"""A peer plans an instance in a process of its own.

usage: python -m benchmarks.days.peers PEER INSTANCE.json SECONDS PLAN.json
PEER: pyvrp (whole province), pyvrp-offices (each office its own communes, two processes, time shared by stops),
vroom-offices (each office its own communes, stopping at its own limit).
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Day = dict[str, Any]
Rounds = list[dict[str, Any]]
PRIZE, PROCESSES = 1_000_000, 2


def table(day: Day, places: list[Day]) -> Any:
    """Return whole seconds between all pairs of places."""
    lat = np.radians(np.array([p["lat"] for p in places]))
    lon = np.radians(np.array([p["lon"] for p in places]))
    chord = np.sin((lat[:, None] - lat) / 2) ** 2
    chord += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return np.rint(2 * 6371 * np.arcsin(np.sqrt(chord)) * day["detour"] / day["speed_kmh"] * 3600).astype(np.int64)


def with_pyvrp(day: Day, seconds: float) -> Rounds:
    """Plan with PyVRP; a stop may be left out at a price far above any drive."""
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve
    from pyvrp.stop import MaxRuntime

    offices, stops, shift = day["offices"], day["stops"], day["shift_s"]
    n = len(offices)
    legs = table(day, offices + stops)
    clients = []
    for at, stop in enumerate(stops, n):
        early, late = stop["window"] or (0, shift)
        clients.append(
            Client(at, service_duration=stop["service_s"], tw_early=early, tw_late=late, required=False, prize=PRIZE)
        )
    vehicles = [
        VehicleType(o["couriers"], start_depot=i, end_depot=i, tw_early=0, tw_late=shift, shift_duration=shift)
        for i, o in enumerate(offices)
    ]
    places = [Location(0, 0) for _ in range(len(legs))]
    data = ProblemData(places, clients, [Depot(i) for i in range(n)], vehicles, [legs], [legs])
    best = solve(data, MaxRuntime(seconds), seed=1, display=False).best
    return [
        {
            "office": offices[r.vehicle_type()]["code"],
            "stops": [stops[visit.idx]["id"] for visit in r if visit.is_client()],
        }
        for r in best.routes()
    ]


def _one_office(part: tuple[Day, float]) -> Rounds:
    return with_pyvrp(*part)


def _of_office(day: Day, office: Day) -> Day:
    own = [s for s in day["stops"] if s["commune"] == office["code"]]
    return {**day, "offices": [office], "stops": own}


def with_pyvrp_by_office(day: Day, seconds: float) -> Rounds:
    """Plan each office's own communes with PyVRP, two offices at a time."""
    parts = [part for o in day["offices"] if (part := _of_office(day, o))["stops"]]
    shares = [PROCESSES * seconds * len(part["stops"]) / len(day["stops"]) for part in parts]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        found = pool.map(_one_office, list(zip(parts, shares, strict=True)), chunksize=1)
    return [planned for rounds in found for planned in rounds]


def with_vroom_by_office(day: Day, seconds: float) -> Rounds:
    """Plan each office's own communes with VROOM at its most thorough."""
    import vroom

    found: Rounds = []
    for office in day["offices"]:
        part = _of_office(day, office)
        stops, shift = part["stops"], day["shift_s"]
        if not stops:
            continue
        problem = vroom.Input()
        problem.set_durations_matrix("car", table(day, [office, *stops]).astype(np.uint32))
        whole = vroom.TimeWindow(0, shift)
        problem.add_vehicle([vroom.Vehicle(v, start=0, end=0, time_window=whole) for v in range(office["couriers"])])
        for at, stop in enumerate(stops, 1):
            window = vroom.TimeWindow(*stop["window"]) if stop["window"] else whole
            problem.add_job(vroom.Job(at, location=at, default_service=stop["service_s"], time_windows=[window]))
        steps = problem.solve(exploration_level=5, nb_threads=PROCESSES).routes
        for _, steps_of_one in steps[steps.type == "job"].groupby("vehicle_id"):
            found.append({"office": office["code"], "stops": [stops[int(i) - 1]["id"] for i in steps_of_one.id]})
    return found


PEERS: dict[str, Callable[[Day, float], Rounds]] = {
    "pyvrp": with_pyvrp,
    "pyvrp-offices": with_pyvrp_by_office,
    "vroom-offices": with_vroom_by_office,
}


def main() -> None:
    name, instance, seconds, output = sys.argv[1:]
    day = json.loads(Path(instance).read_text(encoding="utf-8"))
    rounds = PEERS[name](day, float(seconds))
    served = {i for r in rounds for i in r["stops"]}
    left = [{"id": s["id"], "reason": "not planned"} for s in day["stops"] if s["id"] not in served]
    Path(output).write_text(json.dumps({"rounds": rounds, "unserved": left}), encoding="utf-8")


if __name__ == "__main__":
    main()
