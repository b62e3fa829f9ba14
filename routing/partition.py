"""Parts of a day for the first plans: every stop goes to one office, every office is planned on its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from routing.types import DeliveryOffice, Problem, Stop

PIECE_LIMIT = 600
"""An office with more stops is cut into neighbouring pieces: a first solve grows faster than its stops."""


def partition(problem: Problem, bias: Mapping[str, float] | None = None) -> list[Problem]:
    """Return one problem for each office that has stops and couriers; each stop is in at most one of them.

    A stop that any office may serve goes to the nearest office with couriers; ``bias`` makes an office seem so many
    times as far as it is. Large offices are cut into sectors, and their couriers divided by stops. Stops of an office
    without couriers are in no part.
    """
    staffed = [o for o in problem.offices if any(c.office_id == o.office_id for c in problem.couriers)]
    if not staffed:
        return []
    pieces = []
    of_office: dict[str, list[Stop]] = {o.office_id: [] for o in staffed}
    nearest = _nearest([s for s in problem.stops if s.office_id is None], staffed, bias or {})
    homes = _homes(problem, nearest)
    for stop in problem.stops:
        home = homes[stop.stop_id]
        if home in of_office:
            of_office[home].append(stop)
    for office in staffed:
        couriers = tuple(c for c in problem.couriers if c.office_id == office.office_id)
        stops = of_office[office.office_id]
        if stops:
            own = replace(problem, offices=(office,), couriers=couriers, stops=tuple(stops))
            pieces += _cut(own, office)
    return pieces


def _homes(problem: Problem, nearest: Mapping[str, str]) -> dict[str, str]:
    """Return the office of each stop: its courier's where it is locked, and for a sequence one office altogether."""
    office_of = {c.courier_id: c.office_id for c in problem.couriers}
    homes = {}
    for stop in problem.stops:
        own = office_of.get(stop.locked_to or "", stop.office_id)
        homes[stop.stop_id] = nearest[stop.stop_id] if own is None else own
    for sequence in problem.sequences:
        homes.update({s: homes[sequence[0]] for s in sequence if s in homes and sequence[0] in homes})
    return homes


def _nearest(stops: list[Stop], offices: list[DeliveryOffice], bias: Mapping[str, float]) -> dict[str, str]:
    lat = np.radians([o.point.lat for o in offices])
    lon = np.radians([o.point.lon for o in offices])
    # Squared distances on a plane are enough to find the nearest; so the bias is squared as well.
    weight = np.array([bias.get(o.office_id, 1.0) ** 2 for o in offices])
    found = {}
    for stop in stops:
        y, x = np.radians(stop.point.lat), np.radians(stop.point.lon)
        far = weight * ((lat - y) ** 2 + ((lon - x) * np.cos(y)) ** 2)
        found[stop.stop_id] = offices[int(np.argmin(far))].office_id
    return found


def _cut(own: Problem, office: DeliveryOffice) -> list[Problem]:
    n_pieces = min(-(-len(own.stops) // PIECE_LIMIT), len(own.couriers))
    if n_pieces <= 1:
        return [own]
    y0, x0 = office.point.lat, office.point.lon
    points = {s.stop_id: s.point for s in own.stops}
    # A fixed sequence stays in one sector: all its stops count as being where the first one is.
    points |= {s: points[q[0]] for q in own.sequences for s in q if s in points and q[0] in points}
    turn = [float(np.arctan2(p.lat - y0, p.lon - x0)) for p in points.values()]
    order = sorted(range(len(own.stops)), key=lambda i: turn[i])
    pieces = []
    for k in range(n_pieces):
        chosen = order[k * len(order) // n_pieces : (k + 1) * len(order) // n_pieces]
        crew = own.couriers[k * len(own.couriers) // n_pieces : (k + 1) * len(own.couriers) // n_pieces]
        pieces.append(replace(own, stops=tuple(own.stops[i] for i in chosen), couriers=crew))
    return pieces
