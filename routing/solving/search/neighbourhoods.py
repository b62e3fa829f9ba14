"""Neighbourhoods: which rounds of a solution are searched together, and by how many threads at once.

A neighbourhood is what lies around one stop: the rounds of the nearest 60 to 400 stops, whatever office they belong to,
idle vehicles of the nearest offices, and unserved stops nearby. No two threads search the same round.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.solving.solution import Solution

MOST_ROUNDS = 24
MOST_STOPS = 800
"""A neighbourhood holds at most so many: tables of travel times grow with the square of the stops."""
MOST_IDLE = 4
"""Idle vehicles offered, one of each of the nearest offices."""
MOST_UNSERVED = 10
CANDIDATES = 12
"""The centre is the stop that had least search so far among so many drawn at random."""
UNSERVED_SHARE = 0.3
"""How often the centre is an unserved stop while there are any."""
EARTH_M = 6_371_000


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Couriers, all stops of their rounds, and which of these lie ``near`` the ``centre``.

    ``versions`` are the versions of the rounds when the neighbourhood was chosen; ``unserved`` the stops nobody serves
    so far, which are among ``stops``.
    """

    couriers: tuple[int, ...]
    stops: tuple[int, ...]
    near: frozenset[int]
    centre: int
    versions: frozenset[tuple[int, int]]
    unserved: tuple[int, ...] = ()


class Neighbourhoods:
    """Chooses neighbourhoods of a solution; the caller holds a lock."""

    def __init__(self, solution: Solution, rng: random.Random) -> None:
        self._solution, self._rng = solution, rng
        self._busy: set[int] = set()  # couriers whose rounds are being searched
        self._claimed: set[int] = set()  # unserved stops that a running search tries to place
        stops = solution.problem.stops
        self._mean_lat = math.radians(sum(s.point.lat for s in stops) / max(1, len(stops)))
        self._xy = self._flat([s.point.lat for s in stops], [s.point.lon for s in stops])
        self._effort_s = np.zeros(len(stops))
        self._round_of = np.full(len(stops), -1, dtype=np.int64)
        places = solution.places
        depots = [places.points[places.ends(courier)[0]] for courier in solution.problem.couriers]
        self._depot_xy = self._flat([p.lat for p in depots], [p.lon for p in depots])
        self.note_rounds()

    @property
    def is_idle(self) -> bool:
        """Return whether no round is being searched."""
        return not self._busy

    def round_of(self, stop: int) -> int:
        """Return the courier who serves a stop, -1 if nobody does."""
        return int(self._round_of[stop])

    def claim(self, chosen: Neighbourhood) -> None:
        """Let nobody else search these rounds or place these unserved stops."""
        self._busy |= set(chosen.couriers)
        self._claimed |= set(chosen.unserved)

    def release(self, chosen: Neighbourhood) -> None:
        """Take a claim back."""
        self._busy -= set(chosen.couriers)
        self._claimed -= set(chosen.unserved)

    def note_rounds(self) -> None:
        """Read all rounds of the solution again."""
        self._round_of[:] = -1
        for courier, order in enumerate(self._solution.orders):
            self._round_of[order] = courier

    def note_search(self, chosen: Neighbourhood, seconds: float, *, has_changed: bool) -> None:
        """Remember the effort spent on a neighbourhood, and its new rounds where they changed."""
        self._effort_s[list(chosen.near)] += seconds / len(chosen.near)
        if has_changed:
            self._round_of[list(chosen.stops)] = -1
            for courier in chosen.couriers:
                self._round_of[self._solution.orders[courier]] = courier

    def grow(self, n_stops: int) -> Neighbourhood | None:
        """Return a neighbourhood of the nearest ``n_stops`` stops around a centre; None if there is none to search."""
        solution = self._solution
        unserved = sorted(solution.unserved - self._claimed)
        centre = self._centre(unserved)
        if centre is None:
            return None
        couriers, near = self._around(centre, n_stops)
        couriers += self._idle(couriers, centre)
        nearest_unserved = self._nearest_unserved(centre, unserved)
        near |= set(nearest_unserved)
        if not couriers or not near:
            return None
        return Neighbourhood(
            couriers=tuple(couriers),
            stops=(*solution.stops_of(couriers), *nearest_unserved),
            near=frozenset(near),
            centre=centre,
            versions=frozenset((c, solution.version[c]) for c in couriers),
            unserved=tuple(nearest_unserved),
        )

    def _flat(self, lat: list[float], lon: list[float]) -> NDArray[np.float64]:
        """Return metres on a plane, exact enough to compare distances within a province."""
        north, east = np.radians(np.array(lat)), np.radians(np.array(lon))
        return np.stack([north, east * math.cos(self._mean_lat)], axis=1) * EARTH_M

    def _centre(self, unserved: list[int]) -> int | None:
        """Return the stop a neighbourhood grows from: an unserved one, or one that had little search so far."""
        if unserved and self._rng.random() < UNSERVED_SHARE:
            return self._rng.choice(unserved)
        n = len(self._round_of)
        if n == 0:
            return None
        drawn = [s for s in (self._rng.randrange(n) for _ in range(CANDIDATES)) if self._is_free(s)]
        drawn = drawn or [s for s in range(n) if self._is_free(s)][:1]
        return min(drawn, key=lambda s: self._effort_s[s], default=unserved[0] if unserved else None)

    def _is_free(self, stop: int) -> bool:
        courier = self.round_of(stop)
        return courier >= 0 and courier not in self._busy

    def _around(self, centre: int, n_stops: int) -> tuple[list[int], set[int]]:
        """Return the couriers of the rounds around a stop, and the stops nearest to it on these rounds."""
        away = np.abs(self._xy - self._xy[centre]).sum(axis=1)
        n = min(len(away), 4 * n_stops)  # some of the nearest are on rounds being searched
        nearest = np.argpartition(away, n - 1)[:n]
        couriers: list[int] = []
        near: set[int] = set()
        n_on_rounds = 0
        for stop in nearest[np.argsort(away[nearest], kind="stable")].tolist():
            if not self._is_free(stop):
                continue
            courier = self.round_of(stop)
            if courier not in couriers:
                n_more = len(self._solution.orders[courier])
                if couriers and (len(couriers) >= MOST_ROUNDS or n_on_rounds + n_more > MOST_STOPS):
                    continue
                couriers.append(courier)
                n_on_rounds += n_more
            near.add(stop)
            if len(near) >= n_stops:
                break
        return couriers, near

    def _idle(self, couriers: list[int], centre: int) -> list[int]:
        """Return couriers without a round, one of each of the nearest offices that have any."""
        crew, orders = self._solution.problem.couriers, self._solution.orders
        idle = [c for c, order in enumerate(orders) if not order and c not in self._busy and c not in couriers]
        if not idle:
            return []
        away = np.abs(self._depot_xy[idle] - self._xy[centre]).sum(axis=1)
        found: dict[str, int] = {}
        for nearest in np.argsort(away, kind="stable").tolist():
            found.setdefault(crew[idle[nearest]].office_id, idle[nearest])
            if len(found) == MOST_IDLE:
                break
        return list(found.values())

    def _nearest_unserved(self, centre: int, unserved: list[int]) -> list[int]:
        if not unserved:
            return []
        ids = np.array(unserved)
        away = np.abs(self._xy[ids] - self._xy[centre]).sum(axis=1)
        return [int(s) for s in ids[np.argsort(away, kind="stable")[:MOST_UNSERVED]]]
