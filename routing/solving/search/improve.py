"""Improvement across offices: overlapping pieces of neighbouring rounds are solved again, some at a time.

A piece is what lies around one stop: the rounds of the nearest 60 to 400 stops, whatever office they belong to. A piece
of rounds in which nothing changed since it was tried in vain is not tried in the same manner again.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.errors import RoutingError
from routing.solving.merge import merge
from routing.solving.piece import Orders, Piece
from routing.solving.processes.children import ChildBroke, Children
from routing.solving.search.manners import MANNERS, QUICK_S, SEATING, WANDERING, Manner, Worth, cooled
from routing.solving.search.pool import RoundPool
from routing.solving.search.seats import seatings
from routing.solving.search.wander import Wandering
from routing.solving.standing import Standing
from routing.types import Limits

MOST_ROUNDS = 24
MOST_STOPS = 800
"""A piece has at most so many: tables of travel times grow with the square of them."""
MOST_IDLE = 4
LATE_S = 1.0
"""A thread this long over its time is left behind; what it finds is no longer taken over."""
MOST_BROKEN = 10
"""After so many broken children the search ends: what breaks them will not go away."""
SEATING_SHARE = 0.9
WORST_SEATING = 0.02
"""A change of seats that costs more than this share of the whole is not followed up."""
DRY_S, DRY_S_PER_STOP, DRY_SHARE = 0.5, 0.001, 0.15
"""A search has run dry when it gained nothing for so many seconds, and for such a share of the time it took."""
LONG_SHARE = 0.25
"""Once a first search took this share of all the time, the day is large and long searches are used as well."""
BARREN_S = 0.05
"""What it takes to find out that a round has no other seat left to try."""
SEEDS = 12
"""The seed of a piece is the stop with least effort spent on it among so many."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to try next: couriers, their stops, which of these it is about, and in which manner.

    ``lone`` are the stops nobody serves so far; ``home`` is the courier whose round is to change its seat first, if one
    is.
    """

    couriers: tuple[int, ...]
    stops: tuple[int, ...]
    near: frozenset[int]
    key: frozenset[tuple[int, int]]
    manner: int
    lone: tuple[int, ...] = ()
    home: int | None = None
    chance: int = 0


@dataclass
class Tally:
    """What was done so far: pieces tried, children broken, seconds of travel gained."""

    n_pieces: int = 0
    n_broken: int = 0
    gain: int = 0

    @property
    def is_healthy(self) -> bool:
        """Return whether it makes sense to go on."""
        return self.n_broken < MOST_BROKEN


class Improvement:
    """The search over pieces, run by as many threads as there are children."""

    def __init__(
        self,
        standing: Standing,
        children: Children,
        limits: Limits,
        tally: Tally | None = None,
        pool: RoundPool | None = None,
        seed: int | None = None,
    ) -> None:
        self.standing, self.children, self.limits = standing, children, limits
        self.tally, self.pool = tally or Tally(), pool
        self._until_dry = self._dried = self._is_over = False
        self._failed: RoutingError | None = None
        self._wandering: Wandering | None = None
        self._seated: set[tuple[int, int, str, int]] = set()
        self._rng = random.Random(limits.seed if seed is None else seed)  # noqa: S311 - no secret
        self._began = self._gained_at = self._deadline = time.monotonic()
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        self._held: set[int] = set()  # stops left out that a running piece tries to place
        self._tried: set[tuple[frozenset[tuple[int, int]], int]] = set()
        stops = standing.problem.stops
        self._mean_lat = math.radians(sum(s.point.lat for s in stops) / max(1, len(stops)))
        self._xy = self._flat([s.point.lat for s in stops], [s.point.lon for s in stops])
        self._round_of = np.full(len(stops), -1, dtype=np.int64)
        self._note_rounds()
        self._effort = np.zeros(len(stops))
        self._worth = Worth(self._rng)
        places = standing.places
        homes = [places.points[places.ends(crew)[0]] for crew in standing.problem.couriers]
        self._home_xy = self._flat([p.lat for p in homes], [p.lon for p in homes])

    def _flat(self, lat: list[float], lon: list[float]) -> NDArray[np.float64]:
        """Return metres on a plane that is right enough to tell what is near."""
        north, east = np.radians(np.array(lat)), np.radians(np.array(lon))
        return np.stack([north, east * math.cos(self._mean_lat)], axis=1) * 6_371_000

    def run(
        self, deadline: float, stop: threading.Event, on_gain: Callable[[], None], *, until_dry: bool = False
    ) -> None:
        """Improve until the monotonic ``deadline``, until told to stop, or until nothing is left to try.

        ``until_dry`` ends it already when nothing was gained for long, compared to the time it took so far. Otherwise
        the search then takes other seats and wanders; it ends with the best it found.
        """
        self._until_dry, self._deadline = until_dry, deadline
        self._wandering = None if until_dry or self.limits.pieces is not None else Wandering(self.standing)
        n = 1 if self.limits.pieces is not None else len(self.children)
        threads = [threading.Thread(target=self._work, args=(deadline, stop, on_gain), daemon=True) for _ in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive() and not stop.is_set() and time.monotonic() < deadline + LATE_S:
                thread.join(0.1)
        with self._lock:
            self._is_over = True
            if self._wandering is not None:
                self._wandering.go_back()
        if self._failed is not None:
            raise self._failed

    def _work(self, deadline: float, stop: threading.Event, on_gain: Callable[[], None]) -> None:
        while not stop.is_set() and self._may_go_on() and not self._has_dried():
            left = deadline - time.monotonic()
            choice = self._choose() if left > 0.05 else None
            if choice is None:
                return
            try:
                gain = self._try(choice, deadline, left, stop)
            except RoutingError as exc:  # the travel times failed: it is for the plan to fall back
                self._failed = exc
                return
            except Exception:  # a fault of ours: the search ends and the plan says so, the best so far is kept
                self.tally.n_broken += MOST_BROKEN
                raise
            finally:
                with self._lock:
                    self._busy -= set(choice.couriers)
                    self._held -= set(choice.lone)
            if gain:
                on_gain()

    def _is_wandering(self) -> bool:
        wandering = self._wandering
        return wandering is not None and (wandering.is_away or self._is_dry())

    def _has_dried(self) -> bool:
        """Return whether a search until dry is over: for all threads, whatever the last of them still finds."""
        self._dried = self._dried or (self._until_dry and self._is_dry())
        return self._dried

    def _is_dry(self) -> bool:
        took = self._gained_at - self._began
        patience = DRY_S + DRY_S_PER_STOP * len(self._round_of)
        return time.monotonic() - self._gained_at > max(patience, DRY_SHARE * took)

    def _may_go_on(self) -> bool:
        has_work = self.limits.pieces is None or self.tally.n_pieces < self.limits.pieces
        return has_work and self.tally.is_healthy and self._failed is None

    def _try(self, choice: Choice, deadline: float, left: float, stop: threading.Event) -> int:
        standing = self.standing
        piece = standing.piece(choice.couriers, choice.stops)
        at = {s: i for i, s in enumerate(choice.stops)}
        initial = [[at[s] for s in standing.orders[c]] for c in choice.couriers]
        manner = MANNERS[choice.manner]
        if choice.home is not None:
            seated = self._seat(choice, piece, initial)
            if seated is None:
                self._note_barren(choice)
                return 0
            choice, initial, manner = *seated, SEATING
        merged = merge(piece, initial, lambda before, stop: True)  # only sequences stay together
        seconds = min(left, manner.seconds)
        options = {"seconds": seconds, "method": "iterate", "heat": self._heat(manner), "seed": choice.chance}
        if self.limits.pieces is not None:
            options["steps"] = self.limits.steps
        try:
            orders = self.children.solve(merged.piece, merged.initial, options, deadline=deadline + 0.5)
            found = None if orders is None else merged.whole(orders)
        except (ChildBroke, IndexError):
            if time.monotonic() < deadline and not stop.is_set():  # otherwise the day's time was up, not the child's
                self.tally.n_broken += 1
            return 0
        if self.pool is not None and found is not None:
            self.pool.note(choice.couriers, choice.stops, piece, found)
        with self._lock:
            self.tally.n_pieces += 1
            if stop.is_set() or self._is_over or found is None or not self._is_as_chosen(choice):
                return 0
            return self._adopt(choice, piece, found, seconds)

    def _adopt(self, choice: Choice, piece: Piece, found: Orders, seconds: float) -> int:
        """Take over what a piece brought; return the gain, which is negative on the way through a valley."""
        wandering = self._wandering if choice.home is not None else None
        room = wandering.room() if wandering is not None else 0
        driven = self._driven(choice)
        gain = self.standing.adopt(choice.couriers, choice.stops, piece, found, room=room)
        self._learn(choice, gain, driven - self._driven(choice), seconds)
        if self._wandering is not None and self._wandering.after(is_change=wandering is not None):
            self._note_rounds()
        return gain

    def _is_as_chosen(self, choice: Choice) -> bool:
        """Return whether the rounds of a choice are still those it was made for; wandering back changes them."""
        return all(self.standing.version[courier] == version for courier, version in choice.key)

    def _seat(self, choice: Choice, piece: Piece, orders: Orders) -> tuple[Choice, Orders] | None:
        """Return the choice and its orders with the most promising untried change of seats; None without any."""
        before, home = piece.cost(orders), choice.home
        if before is None or home is None:
            return None
        found = []
        for seating in seatings(piece, orders, choice.couriers.index(home)):
            guest = -1 if seating.vehicle is None else choice.couriers[seating.vehicle]
            key = home, self.standing.version[home], seating.name, guest
            cost = piece.cost(seating.orders)
            if cost is not None and key not in self._seated and cost - before < WORST_SEATING * self.standing.cost:
                found.append(((cost - before) * self._rng.uniform(0.7, 1.3), key, seating.orders))
        if not found:
            return None
        _, key, changed = min(found)
        self._seated.add(key)
        moved = {choice.stops[i] for a, b in zip(orders, changed, strict=True) for i in {*a} ^ {*b}}
        return replace(choice, near=choice.near | moved), changed

    def _note_rounds(self) -> None:
        self._round_of[:] = -1
        for courier, order in enumerate(self.standing.orders):
            self._round_of[order] = courier

    def _driven(self, choice: Choice) -> int:
        """Return what the rounds of a choice cost; what its stops left out cost says nothing of how it is searched."""
        return sum(self.standing.costs[courier] for courier in choice.couriers)

    def _learn(self, choice: Choice, gain: int, saved: int, seconds: float) -> None:
        self.tally.gain += gain
        self._effort[list(choice.near)] += seconds / len(choice.near)
        if gain:
            if gain > 0:
                self._gained_at = time.monotonic()
            self._round_of[list(choice.stops)] = -1
            for courier in choice.couriers:
                self._round_of[self.standing.orders[courier]] = courier
        elif choice.home is None:
            self._tried.add((choice.key, choice.manner))
        if choice.home is None or MANNERS[choice.manner].takes_seats:
            self._worth.learn(choice.manner, saved, seconds)

    def _note_barren(self, choice: Choice) -> None:
        with self._lock:
            if MANNERS[choice.manner].takes_seats:
                self._worth.learn(choice.manner, 0, BARREN_S)
                self._tried.add((choice.key, choice.manner))

    def _heat(self, manner: Manner) -> int:
        """Return the manner's heat by now in seconds of travel, for rounds as long as this day's."""
        costs = self.standing.costs
        took = time.monotonic() - self._began if self.limits.pieces is None else 0.0  # counted work is repeatable
        over = took / max(1e-3, self._deadline - self._began)
        return max(2, round(manner.heat * cooled(over) * sum(costs) / max(1, sum(map(bool, costs)))))

    def _choose(self) -> Choice | None:
        """Return a piece that is not barren and holds no busy round; None when nothing is left to try."""
        for _ in range(100):
            with self._lock:
                for manner in self._manners():
                    for _ in range(20):
                        choice = self._grow(manner)
                        if choice is not None and self._is_worth_a_try(choice):
                            self._busy |= set(choice.couriers)
                            self._held |= set(choice.lone)
                            return choice
                if not self._busy:
                    return None
            time.sleep(0.05)
        return None

    def _is_worth_a_try(self, choice: Choice) -> bool:
        is_on_the_way = choice.home is not None and not MANNERS[choice.manner].takes_seats
        return is_on_the_way or (choice.key, choice.manner) not in self._tried

    def _manners(self) -> list[int]:
        """Return the manners in the order to try them."""
        if self._is_wandering():
            return list(WANDERING)
        is_short = self._until_dry and time.monotonic() - self._began < LONG_SHARE * self.limits.seconds
        return self._worth.order(lambda manner: not is_short or manner.seconds <= QUICK_S)

    def _grow(self, manner: int) -> Choice | None:
        standing = self.standing
        left = sorted(standing.left - self._held)
        seed = self._seed(left)
        if seed is None:
            return None
        couriers, near = self._around(seed, MANNERS[manner].n_near)
        couriers += self._idle(couriers, seed)
        if not couriers:
            return None
        stops = standing.stops_of(couriers)
        near_left = self._nearest_left(seed, left)
        stops += near_left
        near |= set(near_left)
        if not near:
            return None
        chance = self._rng.randrange(2**31)
        key = frozenset((c, standing.version[c]) for c in couriers)
        takes_seats = MANNERS[manner].takes_seats or (self._is_wandering() and self._rng.random() < SEATING_SHARE)
        home = int(self._round_of[seed]) if takes_seats else -1
        lone = tuple(near_left)
        seated = home if home in couriers else None
        return Choice(tuple(couriers), tuple(stops), frozenset(near), key, manner, lone, seated, chance)

    def _seed(self, left: list[int]) -> int | None:
        """Return the stop a piece grows from: one left out, or one that had little effort so far."""
        if left and self._rng.random() < 0.3:
            return self._rng.choice(left)
        n = len(self._round_of)
        if n == 0:
            return None
        some = [s for s in (self._rng.randrange(n) for _ in range(SEEDS)) if self._is_going(s)]
        some = some or [s for s in range(n) if self._is_going(s)][:1]
        return min(some, key=lambda s: self._effort[s], default=left[0] if left else None)

    def _is_going(self, stop: int) -> bool:
        courier = int(self._round_of[stop])
        return courier >= 0 and courier not in self._busy

    def _around(self, seed: int, n_near: int) -> tuple[list[int], set[int]]:
        """Return the couriers of the rounds around a stop and the stops nearest to it on these rounds."""
        away = np.abs(self._xy - self._xy[seed]).sum(axis=1)
        n = min(len(away), 4 * n_near)
        nearest = np.argpartition(away, n - 1)[:n]
        couriers: list[int] = []
        near: set[int] = set()
        n_stops = 0
        for stop in nearest[np.argsort(away[nearest], kind="stable")].tolist():
            courier = int(self._round_of[stop])
            if courier < 0 or courier in self._busy:
                continue
            if courier not in couriers:
                n_more = len(self.standing.orders[courier])
                if couriers and (len(couriers) >= MOST_ROUNDS or n_stops + n_more > MOST_STOPS):
                    continue
                couriers.append(courier)
                n_stops += n_more
            near.add(stop)
            if len(near) >= n_near:
                break
        return couriers, near

    def _idle(self, couriers: list[int], seed: int) -> list[int]:
        """Return couriers who have no round yet, one for each of the nearest offices that have any."""
        crew, orders = self.standing.problem.couriers, self.standing.orders
        idle = [c for c, order in enumerate(orders) if not order and c not in self._busy and c not in couriers]
        if not idle:
            return []
        away = np.abs(self._home_xy[idle] - self._xy[seed]).sum(axis=1)
        found: dict[str, int] = {}
        for nearest in np.argsort(away, kind="stable").tolist():
            found.setdefault(crew[idle[nearest]].office_id, idle[nearest])
            if len(found) == MOST_IDLE:
                break
        return list(found.values())

    def _nearest_left(self, seed: int, left: list[int]) -> list[int]:
        if not left:
            return []
        ids = np.array(left)
        away = np.abs(self._xy[ids] - self._xy[seed]).sum(axis=1)
        return [int(s) for s in ids[np.argsort(away, kind="stable")[:10]]]
