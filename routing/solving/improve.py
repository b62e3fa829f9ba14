"""Improvement across offices: overlapping pieces of neighbouring rounds are solved again, some at a time.

A piece is a round and its nearest neighbours, whatever office they belong to, 60 to 240 stops together. A piece in
which nothing changed since it was tried in vain is not tried again, unless nothing else is left.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from routing.solving.children import ChildBroke, Children
from routing.solving.standing import Standing
from routing.types import Limits

MOST_STOPS = 240
MOST_BROKEN = 10
"""After so many broken children the search ends: what breaks them will not go away."""


@dataclass(frozen=True, slots=True)
class Manner:
    """A way to work on a piece: how large, how long, and how far the search may go uphill (seconds of travel)."""

    fewest: int
    most: int
    seconds_per_stop: float
    heat: int


# Early on, large pieces searched briefly from where they stand gain most; later only hotter, longer searches do.
MANNERS = (
    Manner(120, MOST_STOPS, 0.004, 60),
    Manner(60, 130, 0.006, 300),
    Manner(60, 130, 0.02, 300),
    Manner(130, MOST_STOPS, 0.015, 150),
)
USUAL_LEG_S = 135
"""Travel for each stop on the days the manners were tuned on."""
CURIOSITY = 0.15
MEMORY = 0.85


@dataclass(frozen=True, slots=True)
class Choice:
    """What to try next: couriers, stops, and in which manner."""

    couriers: tuple[int, ...]
    stops: tuple[int, ...]
    key: frozenset[tuple[int, int]]
    manner: int


class Improvement:
    """The search over pieces, run by as many threads as there are children."""

    def __init__(self, standing: Standing, children: Children, limits: Limits) -> None:
        self.standing, self.children, self.limits = standing, children, limits
        self.n_pieces = self.n_broken = self.gain = 0
        self._rng = random.Random(limits.seed)  # noqa: S311 - a repeatable search, not a secret
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        self._tried: set[tuple[frozenset[tuple[int, int]], int]] = set()
        self._worth = [1e9] * len(MANNERS)  # gain for each second spent, lately; high until tried
        stops = standing.problem.stops
        lat = np.radians(np.array([s.point.lat for s in stops]))
        lon = np.radians(np.array([s.point.lon for s in stops]))
        self._xy = np.stack([lat, lon * np.cos(lat.mean() if len(lat) else 0.0)], axis=1) * 6_371_000
        self._round_of = np.full(len(stops), -1, dtype=np.int64)
        for courier, order in enumerate(standing.orders):
            self._round_of[order] = courier
        self._by_office: dict[str, list[int]] = {}
        for number, crew in enumerate(standing.problem.couriers):
            self._by_office.setdefault(crew.office_id, []).append(number)

    def run(self, deadline: float, stop: threading.Event, on_gain: Callable[[], None]) -> None:
        """Improve until the monotonic ``deadline``, until told to stop, or until nothing is left to try."""
        n = 1 if self.limits.pieces is not None else len(self.children)
        threads = [threading.Thread(target=self._work, args=(deadline, stop, on_gain), daemon=True) for _ in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive() and not stop.is_set():
                thread.join(0.1)

    def _work(self, deadline: float, stop: threading.Event, on_gain: Callable[[], None]) -> None:
        while not stop.is_set() and self.n_broken < MOST_BROKEN:
            left = deadline - time.monotonic()
            choice = self._choose() if left > 0.05 and self._may_go_on() else None
            if choice is None:
                return
            try:
                gain = self._try(choice, deadline, left, stop)
            finally:
                with self._lock:
                    self._busy -= set(choice.couriers)
            if gain:
                on_gain()

    def _may_go_on(self) -> bool:
        return self.limits.pieces is None or self.n_pieces < self.limits.pieces

    def _try(self, choice: Choice, deadline: float, left: float, stop: threading.Event) -> int:
        standing = self.standing
        piece = standing.piece(choice.couriers, choice.stops)
        at = {s: i for i, s in enumerate(choice.stops)}
        initial = [[at[s] for s in standing.orders[c]] for c in choice.couriers]
        manner = MANNERS[choice.manner]
        seconds = min(left, max(0.05, manner.seconds_per_stop * len(at)))
        options = {"seconds": seconds, "method": "iterate", "heat": self._heat(manner)}
        if self.limits.pieces is not None:
            options |= {"seconds": min(5.0, 0.5 + 0.05 * len(at)), "method": "gls", "solutions": self.limits.solutions}
        try:
            orders = self.children.solve(piece, initial, options, deadline=deadline + 0.5)
        except ChildBroke:
            if time.monotonic() < deadline and not stop.is_set():  # otherwise the day's time was up, not the child's
                self.n_broken += 1
            return 0
        with self._lock:
            self.n_pieces += 1
            if stop.is_set() or orders is None:
                return 0
            gain = standing.adopt(choice.couriers, choice.stops, piece, orders)
            self.gain += gain
            if gain:
                self._round_of[list(choice.stops)] = -1
                for courier in choice.couriers:
                    self._round_of[standing.orders[courier]] = courier
            else:
                self._tried.add((choice.key, choice.manner))
            known = self._worth[choice.manner]
            self._worth[choice.manner] = (
                gain / seconds if known == 1e9 else known * MEMORY + gain / seconds * (1 - MEMORY)
            )
            return gain

    def _heat(self, manner: Manner) -> int:
        """Return the manner's heat for legs as long as this day's."""
        n_served = max(1, len(self.standing.problem.stops) - len(self.standing.left))
        return max(3, round(manner.heat * sum(self.standing.costs) / n_served / USUAL_LEG_S))

    def _choose(self) -> Choice | None:
        """Return a piece that is not barren and holds no busy round; None when nothing is left to try."""
        for _ in range(100):
            with self._lock:
                for manner in self._manners():
                    for _ in range(20):
                        choice = self._grow(manner)
                        if choice is not None and (choice.key, manner) not in self._tried:
                            self._busy |= set(choice.couriers)
                            return choice
                if not self._busy:
                    return None
            time.sleep(0.05)
        return None

    def _manners(self) -> list[int]:
        """Return the manners in the order to try them: what has paid lately first, sometimes another."""
        order = sorted(range(len(MANNERS)), key=lambda m: -self._worth[m])
        if self._rng.random() < CURIOSITY:
            self._rng.shuffle(order)
        return order

    def _grow(self, manner: int) -> Choice | None:
        standing = self.standing
        left = sorted(standing.left)
        if left and self._rng.random() < 0.3:
            seed = [self._rng.choice(left)]
        else:
            going = [c for c, order in enumerate(standing.orders) if order and c not in self._busy]
            seed = standing.orders[self._rng.choice(going)] if going else left[:1]
        if not seed:
            return None
        couriers = self._neighbours(seed, self._rng.randint(MANNERS[manner].fewest, MANNERS[manner].most))
        couriers += self._idle(couriers, seed)
        if not couriers:
            return None
        stops = standing.stops_of(couriers)
        stops += self._nearest_left(seed, left)
        self._rng.shuffle(stops)  # the solver's own chance is fixed: another order is another search
        key = frozenset((c, standing.version[c]) for c in couriers)
        return Choice(tuple(couriers), tuple(stops), key, manner)

    def _neighbours(self, seed: Sequence[int], size: int) -> list[int]:
        """Return the couriers of the rounds nearest to the seed's stops, up to ``size`` stops together."""
        standing = self.standing
        away = np.full(len(self._xy), np.inf)
        picked = list(seed) if len(seed) <= 8 else self._rng.sample(list(seed), 8)
        for stop in picked:
            away = np.minimum(away, np.abs(self._xy - self._xy[stop]).sum(axis=1))
        couriers: list[int] = []
        total = 0
        for stop in np.argsort(away, kind="stable")[: 4 * MOST_STOPS].tolist():
            courier = int(self._round_of[stop])
            if courier < 0 or courier in couriers or courier in self._busy:
                continue
            total += len(standing.orders[courier])
            if couriers and total > size:
                break
            couriers.append(courier)
        return couriers

    def _idle(self, couriers: list[int], seed: Sequence[int]) -> list[int]:
        """Return one courier who has no round yet for each office concerned."""
        problem, standing = self.standing.problem, self.standing
        offices = {problem.couriers[c].office_id for c in couriers}
        offices |= {o for s in seed if (o := problem.stops[s].office_id)}
        if not offices:
            offices = set(self._by_office)
        found = []
        for office in sorted(offices):
            idle = [c for c in self._by_office.get(office, ()) if not standing.orders[c] and c not in self._busy]
            found += idle[:1]
        return found[:6]

    def _nearest_left(self, seed: Sequence[int], left: list[int]) -> list[int]:
        if not left:
            return []
        ids = np.array(left)
        away = np.abs(self._xy[ids] - self._xy[seed[0]]).sum(axis=1)
        return [int(s) for s in ids[np.argsort(away, kind="stable")[:10]]]
