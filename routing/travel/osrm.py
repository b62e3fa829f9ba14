"""Travel times from an OSRM of your own over HTTP: asked in blocks, remembered, and believed with care.

A point off the road is reached on foot from where the road ends; one farther than ``OFF_MAP_M`` from every road has
none. Ferries are avoided where the engine's profile knows them: what only a ferry leads to is unreachable for a round.
Interface: https://project-osrm.org/docs/v26.10.0/api/
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import requests
from numpy.typing import NDArray

from routing.errors import EngineUnavailable
from routing.travel.times import UNREACHABLE, Table
from routing.types import Point

BLOCK = 50
"""Origins, and destinations, of one request: together the 100 places osrm-routed takes by default."""
FAR_SNAP_M = 150.0
"""Farther from the road the rest of the way counts, on foot and back."""
WALK_M_S = 1.1
OFF_MAP_M = 3_000.0
"""Farther from every road a point is off the map: no round reaches it."""
RETRY_AFTER_S = (0.2, 0.8)
MOST_REMEMBERED = 4_000
"""Places whose legs are remembered (two tables of 64 MB); then remembering starts anew."""
UNKNOWN = -1
NO_SEGMENT, NO_TABLE = "NoSegment", "NoTable"
_BAD_OPTION = ("InvalidOptions", "InvalidValue", "InvalidQuery")

Legs = NDArray[np.int32]
"""Seconds and metres, one above the other: shape (2, origins, destinations)."""


class Osrm:
    """The table service of osrm-routed; safe to ask from several threads."""

    name = "osrm"

    def __init__(
        self,
        base_url: str,
        *,
        profile: str = "driving",
        timeout_s: float = 5.0,
        patience_s: float = 10.0,
        block: int = BLOCK,
    ) -> None:
        """Ask the engine at ``base_url``; one table never takes longer than ``patience_s`` altogether."""
        self._base, self._profile, self._block = base_url.rstrip("/"), profile, max(1, block)
        self._timeout_s, self._patience_s = timeout_s, patience_s
        self._session = requests.Session()
        self._lock = threading.RLock()
        self._avoids_ferries = True
        self._until = 0.0
        self._forget()

    def _forget(self) -> None:
        self._number: dict[Point, int] = {}
        self._snap_m: dict[Point, float | None] = {}
        self._known: Legs = np.empty((2, 0, 0), dtype=np.int32)

    def matrix(self, points: Sequence[Point]) -> tuple[Table, Table]:
        """Return driving seconds and metres between every pair of points. Raises EngineUnavailable."""
        places = list(dict.fromkeys(points))
        with self._lock:
            self._until = time.monotonic() + self._patience_s
            self._number_all(places)
            self._fill(places)
            at = np.array([self._number[p] for p in points], dtype=np.int64)
            grid = np.ix_(at, at)
            return self._known[0][grid], self._known[1][grid]

    def snaps_m(self, points: Sequence[Point]) -> list[float | None]:
        """Return how many metres the nearest road is away from each point; None where the map has none near.

        Raises EngineUnavailable.
        """
        with self._lock:
            self.matrix(points)
            return [self._snap_m[p] for p in points]

    def only_by_ferry(self, start: Point, points: Sequence[Point]) -> list[Point]:
        """Return the points that can be reached from ``start``, but only by ferry. Raises EngineUnavailable."""
        with self._lock:
            seconds, _ = self.matrix([start, *points])
            cut_off = [p for p, s in zip(points, seconds[0, 1:], strict=True) if s >= UNREACHABLE]
            cut_off = [p for p in cut_off if self._snap_m[p] is not None]
            if not cut_off or not self._avoids_ferries or self._snap_m[start] is None:
                return []
            reply = self._table([start], cut_off, avoids_ferries=False)
            return [p for p, s in zip(cut_off, reply["durations"][0], strict=True) if s is not None]

    def _number_all(self, places: Sequence[Point]) -> None:
        if len(self._number.keys() | set(places)) > max(MOST_REMEMBERED, len(places)):
            self._forget()
        before = len(self._number)
        for place in places:
            self._number.setdefault(place, len(self._number))
        wider = np.full((2, len(self._number), len(self._number)), UNKNOWN, dtype=np.int32)
        wider[:, :before, :before] = self._known
        self._known = wider

    def _fill(self, places: Sequence[Point]) -> None:
        """Ask for what is not known yet between these places: whole rows first, then the columns still missing."""
        numbers = np.array([self._number[p] for p in places], dtype=np.int64)
        for least in (0.5, 0.0):
            missing = self._known[0][np.ix_(numbers, numbers)] == UNKNOWN
            rows = np.flatnonzero(missing.mean(axis=1) > least) if len(places) else numbers
            columns = np.flatnonzero(missing[rows].any(axis=0))
            for a in range(0, len(rows), self._block):
                for b in range(0, len(columns), self._block):
                    some, others = rows[a : a + self._block], columns[b : b + self._block]
                    legs = self._legs([places[i] for i in some], [places[i] for i in others])
                    self._known[:, numbers[some][:, None], numbers[others]] = legs

    def _legs(self, origins: list[Point], goals: list[Point]) -> Legs:
        """Return the legs of one block. A place without a road near has legs to nowhere but itself."""
        legs = np.full((2, len(origins), len(goals)), UNREACHABLE, dtype=np.int32)
        reply = self._table(*self._on_map(origins, goals))
        if reply.get("code") == NO_SEGMENT:
            for place in {*origins, *goals}:
                self._snap_m[place] = self._nearest_m(place)
            reply = self._table(*self._on_map(origins, goals))
        if reply.get("code") not in ("Ok", NO_TABLE):
            raise EngineUnavailable
        if reply["code"] == "Ok":
            known, others = self._on_map(origins, goals)
            rows = np.array([i for i, p in enumerate(origins) if p in set(known)], dtype=np.int64)
            columns = np.array([i for i, p in enumerate(goals) if p in set(others)], dtype=np.int64)
            legs[:, rows[:, None], columns] = self._read(reply, known, others)
        same = np.array([[a == b for b in goals] for a in origins], dtype=bool)
        legs[:, same] = 0
        return legs

    def _on_map(self, origins: list[Point], goals: list[Point]) -> tuple[list[Point], list[Point]]:
        """Return the places not known to be off the map."""
        on = [[p for p in some if self._snap_m.get(p, 0.0) is not None] for some in (origins, goals)]
        return on[0], on[1]

    def _read(self, reply: dict[str, Any], origins: list[Point], goals: list[Point]) -> Legs:
        """Return an answer as legs, ways on foot added. Raises EngineUnavailable for anything but numbers and null."""
        try:
            for places, side in ((origins, "sources"), (goals, "destinations")):
                for place, waypoint in zip(places, reply[side], strict=True):
                    self._snap_m[place] = float(waypoint["distance"])
            legs = np.array([reply["durations"], reply["distances"]], dtype=np.float64)  # null becomes NaN
        except (KeyError, TypeError, ValueError) as exc:
            raise EngineUnavailable from exc
        if legs.shape != (2, len(origins), len(goals)) or bool((legs < 0).any()):
            raise EngineUnavailable
        off = [np.array([max(0.0, self._snap_m[p] or 0.0) for p in some]) for some in (origins, goals)]
        on_foot = sum(np.where(far > FAR_SNAP_M, far, 0.0) for far in (off[0][:, None], off[1][None, :]))
        legs += np.stack([on_foot / WALK_M_S, on_foot])
        legs[:, np.isnan(legs).any(axis=0)] = UNREACHABLE
        return np.rint(np.minimum(legs, UNREACHABLE)).astype(np.int32)

    def _table(self, origins: list[Point], goals: list[Point], *, avoids_ferries: bool = True) -> dict[str, Any]:
        if not origins or not goals:
            return {"code": NO_TABLE}
        n, m = len(origins), len(goals)
        asked = {
            "sources": ";".join(map(str, range(n))),
            "destinations": ";".join(map(str, range(n, n + m))),
            "annotations": "duration,distance",
            "radiuses": ";".join([f"{OFF_MAP_M:.0f}"] * (n + m)),
        }
        if self._avoids_ferries and avoids_ferries:
            reply = self._get("table", [*origins, *goals], asked | {"exclude": "ferry"})
            if reply.get("code") not in _BAD_OPTION:
                return reply
            self._avoids_ferries = False  # a profile that does not tell ferries apart
        return self._get("table", [*origins, *goals], asked)

    def _nearest_m(self, place: Point) -> float | None:
        """Return the metres to the nearest road, None beyond what is still the map."""
        reply = self._get("nearest", [place], {"number": "1"})
        if reply.get("code") == NO_SEGMENT:
            return None
        try:
            away = float(reply["waypoints"][0]["distance"])
        except (KeyError, TypeError, ValueError, IndexError) as exc:
            raise EngineUnavailable from exc
        return away if away <= OFF_MAP_M else None

    def _get(self, service: str, places: Sequence[Point], asked: dict[str, str]) -> dict[str, Any]:
        """Return the engine's answer, refusals included; tries again when it did not answer. Raises EngineUnavailable.

        The addresses of people are in these requests as bare coordinates: they go to the operator's own engine only,
        and into no message.
        """
        where = ";".join(f"{p.lon:.6f},{p.lat:.6f}" for p in places)
        url = f"{self._base}/{service}/v1/{self._profile}/{where}"
        for pause_s in (*RETRY_AFTER_S, None):
            left_s = self._until - time.monotonic()
            if left_s <= 0:
                break
            try:
                answer = self._session.get(
                    url, params=asked, timeout=min(self._timeout_s, left_s), allow_redirects=False
                )
                reply = answer.json()
                if isinstance(reply, dict) and (answer.status_code == 200 or 400 <= answer.status_code < 429):
                    return reply
            except (requests.RequestException, ValueError):
                pass
            if pause_s is not None:
                time.sleep(min(pause_s, max(0.0, self._until - time.monotonic())))
        raise EngineUnavailable
