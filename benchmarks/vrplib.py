"""Plan a VRPLIB file (CVRP, VRPTW, MDVRPTW) with the planner of the service; PyVRP beside it on request.

usage: python benchmarks/vrplib.py FILE.vrp --seconds 60 [--peers] [--cores 2]
Distance is round(d) for files without time windows, round(1000 d) for those with, as PyVRP reads them. Best known
costs are read from the .sol beside the file. The last line is one JSON object: gap is a fraction of the best known.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])  # this script's own name is that of a package

import numpy as np  # noqa: E402

from routing import Courier, DeliveryOffice, Limits, Point, Problem, Stop, Window, check, plan  # noqa: E402

HORIZON = 4_000_000


class Plane:
    """Travel on a plane: the file's coordinates, shrunk to a degree so that they look like places on earth."""

    name = "plane"

    def __init__(self, places: list[tuple[float, float]], scale: int) -> None:
        self.scale = scale
        self._shrink = max(max(abs(x), abs(y)) for x, y in places) or 1.0
        self._xy = {self.point(x, y): (x, y) for x, y in places}

    def point(self, x: float, y: float) -> Point:
        """Return where a coordinate of the file lies on the shrunken plane."""
        return Point(lat=1 + y / self._shrink, lon=1 + x / self._shrink)

    def matrix(self, points: Any) -> Any:
        """Return rounded distances as seconds and as metres."""
        xy = np.array([self._xy[p] for p in points])
        away = np.sqrt(((xy[:, None, :] - xy[None, :, :]) ** 2).sum(axis=2))
        whole = np.rint(away * self.scale).astype(np.int32)
        return whole, whole


def read(path: Path) -> dict[str, Any]:
    """Return the entries of a VRPLIB file: specifications as text, sections as lists of numbers by node."""
    entries: dict[str, Any] = {}
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if not line or line == "EOF":
            continue
        if ":" in line:
            name, value = line.split(":", 1)
            entries[name.strip()] = value.strip().strip('"')
        elif line.endswith("_SECTION"):
            section = line
            entries[section] = []
        else:
            entries[section].append([float(word) for word in line.split()])
    return entries


def as_problem(entries: dict[str, Any]) -> tuple[Problem, Plane]:
    """Return the file as a day's problem: depots are offices, vehicles couriers, demands volumes."""
    windows = {int(n): (a, b) for n, a, b in entries.get("TIME_WINDOW_SECTION", [])}
    scale = 1000 if windows else 1
    xy = {int(n): (x, y) for n, x, y in entries["NODE_COORD_SECTION"]}
    demand = {int(n): int(d) for n, d in entries["DEMAND_SECTION"]}
    service = {int(n): s for n, s in entries.get("SERVICE_TIME_SECTION", [])}
    depots = [int(row[0]) for row in entries["DEPOT_SECTION"] if row[0] > 0]
    capacity = int(entries["CAPACITY"])
    plane = Plane(list(xy.values()), scale)
    if "VEHICLES_DEPOT_SECTION" in entries:
        homes = [int(d) for _, d in entries["VEHICLES_DEPOT_SECTION"]]
    else:
        n_vehicles = int(entries["VEHICLES"]) if "VEHICLES" in entries else fleet(demand, capacity)
        homes = [depots[i % len(depots)] for i in range(n_vehicles)]
    longest = entries.get("VEHICLES_MAX_DURATION")

    def point(n: int) -> Point:
        return plane.point(*xy[n])

    def shift(depot: int) -> Window:
        a, b = windows.get(depot, (0, HORIZON // scale))
        return Window(from_s=round(a * scale), until_s=min(HORIZON, round(b * scale)))

    couriers = tuple(
        Courier(
            courier_id=f"{depot}/{number}",
            office_id=str(depot),
            shift=shift(depot),
            capacity_ml=capacity,
            longest_s=None if longest is None else round(float(longest) * scale),
        )
        for number, depot in enumerate(homes)
    )
    stops = tuple(
        Stop(
            stop_id=str(n),
            office_id=None,
            point=point(n),
            commune_code="",
            service_s=round(service.get(n, 0) * scale),
            window=Window(from_s=round(windows[n][0] * scale), until_s=round(windows[n][1] * scale))
            if n in windows
            else None,
            volume_ml=demand[n],
            lateness_per_day=10_000_000,
        )
        for n in xy
        if n not in depots
    )
    offices = tuple(DeliveryOffice(office_id=str(d), point=point(d)) for d in depots)
    problem = Problem(day=date(1970, 1, 1), offices=offices, couriers=couriers, stops=stops)
    return problem, plane


def fleet(demand: dict[int, int], capacity: int) -> int:
    """Return a fleet that leaves room: a twentieth and three more than the demand needs."""
    return math.ceil(sum(demand.values()) / capacity * 1.05) + 3


def best_known(path: Path) -> int | None:
    """Return the cost in the .sol beside the file."""
    beside = path.with_suffix(".sol")
    found = re.search(r"^Cost:?\s+(\d+)", beside.read_text(), re.MULTILINE) if beside.exists() else None
    return int(found[1]) if found else None


def pyvrp_cost(path: Path, seconds: float, scale: int) -> float:
    """Return what PyVRP finds in the same time (it uses one core)."""
    from pyvrp import Model
    from pyvrp import read as read_vrp
    from pyvrp.stop import MaxRuntime

    data = read_vrp(path, round_func="round" if scale == 1 else "exact")
    return float(Model.from_data(data).solve(MaxRuntime(seconds), seed=1, display=False).cost())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--peers", action="store_true")
    args = parser.parse_args()
    if args.file is None:
        print(json.dumps({"skipped": "no VRPLIB file given"}))
        return
    problem, travel = as_problem(read(args.file))
    began = time.monotonic()
    made = plan(problem, travel=travel, limits=Limits(seconds=args.seconds, cores=args.cores))
    taken = time.monotonic() - began
    faults = check(problem, made, travel)
    known = best_known(args.file)
    line: dict[str, Any] = {
        "file": args.file.name,
        "cost": made.travel_s if not made.unserved and not faults else None,
        "best_known": known,
        "gap": round(made.travel_s / known - 1, 5) if known and not made.unserved and not faults else None,
        "unserved": len(made.unserved),
        "seconds": round(taken, 1),
        "cores": args.cores,
    }
    if args.peers:
        peer = pyvrp_cost(args.file, args.seconds, travel.scale)
        line |= {"pyvrp": peer, "pyvrp_gap": round(peer / known - 1, 5) if known else None}
        line["ratio"] = round(made.travel_s / peer, 4)
    print(json.dumps(line))


if __name__ == "__main__":
    main()
