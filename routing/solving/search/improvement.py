"""Improvement across offices: neighbourhoods are searched again, as many at a time as there are children.

A neighbourhood in whose rounds nothing changed since an operator searched it in vain is not searched by that operator
again.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from routing.errors import RoutingError
from routing.solving.merge import merge
from routing.solving.piece import Orders, Piece
from routing.solving.port import Budget
from routing.solving.processes.children import ChildBroke, Children
from routing.solving.search.acceptance import ThresholdAcceptance
from routing.solving.search.neighbourhoods import Neighbourhood, Neighbourhoods
from routing.solving.search.portfolio import (
    OPERATORS,
    SHORT_S,
    STALLED_OPERATORS,
    VEHICLE_CHANGE,
    Operator,
    Portfolio,
    cooling,
)
from routing.solving.search.round_pool import RoundPool
from routing.solving.search.vehicle_changes import vehicle_changes
from routing.solving.solution import Solution
from routing.types import Limits

LATE_S = 1.0
"""A thread that is so long over its time is abandoned; what it finds is no longer accepted."""
MOST_BROKEN = 10
"""After so many broken children the search ends: what breaks them will not go away."""
VEHICLE_CHANGE_SHARE = 0.9
"""How often a stalled search changes a vehicle first."""
WORST_VEHICLE_CHANGE = 0.02
"""A vehicle change that costs more than this share of the whole is not followed up."""
STALLED_S, STALLED_S_PER_STOP, STALLED_SHARE = 0.5, 0.001, 0.15
"""A search has stalled when it gained nothing for so many seconds, and for such a share of the time it took."""
LONG_SHARE = 0.25
"""Once a first search took this share of all the time, the day is large, and long operators are used as well."""
NO_CHANGE_S = 0.05
"""Time charged for finding out that a round has no vehicle change left to try."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A neighbourhood, the operator that searches it, and the seed of its search.

    ``vehicle`` is the courier whose round changes its vehicle first; None: no vehicle changes.
    """

    neighbourhood: Neighbourhood
    operator: int
    seed: int
    vehicle: int | None = None

    @property
    def key(self) -> tuple[frozenset[tuple[int, int]], int]:
        """Return what makes another trial the same: the same rounds, unchanged, and the same operator."""
        return self.neighbourhood.versions, self.operator


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
    """The search over neighbourhoods, run by as many threads as there are children."""

    def __init__(
        self,
        solution: Solution,
        children: Children,
        limits: Limits,
        tally: Tally | None = None,
        pool: RoundPool | None = None,
        seed: int | None = None,
    ) -> None:
        self.solution, self.children, self.limits = solution, children, limits
        self.tally, self.pool = tally or Tally(), pool
        rng = random.Random(limits.seed if seed is None else seed)  # noqa: S311 - no secret
        self.neighbourhoods, self.portfolio = Neighbourhoods(solution, rng), Portfolio(rng)
        self._rng = rng
        self._lock = threading.Lock()
        self._until_stalled = self._has_stalled = self._is_over = False
        self._failed: RoutingError | None = None
        self._acceptance: ThresholdAcceptance | None = None
        self._vehicle_changes_tried: set[tuple[int, int, str, int]] = set()
        self._tried: set[tuple[frozenset[tuple[int, int]], int]] = set()
        self._began = self._gained_at = self._deadline = time.monotonic()

    def run(
        self, deadline: float, stop: threading.Event, on_gain: Callable[[], None], *, until_stalled: bool = False
    ) -> None:
        """Improve until the monotonic ``deadline``, until ``stop`` is set, or until nothing is left to try.

        ``until_stalled`` also ends it when nothing was gained for long, compared to the time it took so far. Otherwise
        a stalled search goes on with vehicle changes and threshold acceptance. It always ends with the incumbent.
        """
        self._until_stalled, self._deadline = until_stalled, deadline
        accepts_worse = not until_stalled and self.limits.pieces is None
        self._acceptance = ThresholdAcceptance(self.solution) if accepts_worse else None
        n = 1 if self.limits.pieces is not None else len(self.children)  # counted work is repeatable on one thread only
        threads = [threading.Thread(target=self._work, args=(deadline, stop, on_gain), daemon=True) for _ in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive() and not stop.is_set() and time.monotonic() < deadline + LATE_S:
                thread.join(0.1)
        with self._lock:
            self._is_over = True
            if self._acceptance is not None:
                self._acceptance.return_to_incumbent()
        if self._failed is not None:
            raise self._failed

    def _work(self, deadline: float, stop: threading.Event, on_gain: Callable[[], None]) -> None:
        while not stop.is_set() and self._may_go_on() and not self._is_stalled_for_good():
            left = deadline - time.monotonic()
            trial = self.choose() if left > 0.05 else None
            if trial is None:
                return
            try:
                gain = self._try(trial, deadline, left, stop)
            except RoutingError as exc:  # the travel times failed: the plan falls back to the estimate
                self._failed = exc
                return
            except Exception:  # a fault of ours: the search ends, the plan says so, and the incumbent is not lost
                self.tally.n_broken += MOST_BROKEN
                raise
            finally:
                with self._lock:
                    self.neighbourhoods.release(trial.neighbourhood)
            if gain:
                on_gain()

    def _may_go_on(self) -> bool:
        has_work = self.limits.pieces is None or self.tally.n_pieces < self.limits.pieces
        return has_work and self.tally.is_healthy and self._failed is None

    def _is_stalled_for_good(self) -> bool:
        """Return whether a search until stalled is over: for all threads, whatever the last of them still finds."""
        self._has_stalled = self._has_stalled or (self._until_stalled and self._is_stalled())
        return self._has_stalled

    def _is_stalled(self) -> bool:
        took = self._gained_at - self._began
        patience = STALLED_S + STALLED_S_PER_STOP * len(self.solution.problem.stops)
        return time.monotonic() - self._gained_at > max(patience, STALLED_SHARE * took)

    def _accepts_worse(self) -> bool:
        acceptance = self._acceptance
        return acceptance is not None and (acceptance.is_away or self._is_stalled())

    def choose(self) -> Trial | None:
        """Claim and return a trial that is worth its time; None when nothing is left to try."""
        for _ in range(100):
            with self._lock:
                for operator in self._operators():
                    for _ in range(20):
                        trial = self._propose(operator)
                        if trial is not None and self._is_worth_a_try(trial):
                            self.neighbourhoods.claim(trial.neighbourhood)
                            return trial
                if self.neighbourhoods.is_idle:
                    return None
            time.sleep(0.05)  # the other threads hold all rounds: one of them will soon be done
        return None

    def _operators(self) -> list[int]:
        """Return the operators in the order to try them."""
        if self._accepts_worse():
            return list(STALLED_OPERATORS)
        is_short = self._until_stalled and time.monotonic() - self._began < LONG_SHARE * self.limits.seconds
        return self.portfolio.order(lambda operator: not is_short or operator.seconds <= SHORT_S)

    def _propose(self, operator: int) -> Trial | None:
        found = self.neighbourhoods.grow(OPERATORS[operator].n_stops)
        if found is None:
            return None
        seed = self._rng.randrange(2**31)
        changes_vehicle = OPERATORS[operator].changes_vehicle or (
            self._accepts_worse() and self._rng.random() < VEHICLE_CHANGE_SHARE
        )
        vehicle = self.neighbourhoods.round_of(found.centre) if changes_vehicle else -1
        return Trial(found, operator, seed, vehicle if vehicle in found.couriers else None)

    def _is_worth_a_try(self, trial: Trial) -> bool:
        is_while_stalled = trial.vehicle is not None and not OPERATORS[trial.operator].changes_vehicle
        return is_while_stalled or trial.key not in self._tried

    def _try(self, trial: Trial, deadline: float, left: float, stop: threading.Event) -> int:
        """Search a neighbourhood and return the gain."""
        solution, chosen = self.solution, trial.neighbourhood
        piece = solution.piece(chosen.couriers, chosen.stops)
        at = {s: i for i, s in enumerate(chosen.stops)}
        initial = [[at[s] for s in solution.orders[c]] for c in chosen.couriers]
        operator = OPERATORS[trial.operator]
        if trial.vehicle is not None:
            changed = self._change_vehicle(trial, trial.vehicle, piece, initial)
            if changed is None:
                self._note_no_change(trial)
                return 0
            trial, initial, operator = *changed, VEHICLE_CHANGE
        budget = Budget(
            seconds=min(left, operator.seconds),
            temperature=self._temperature(operator),
            seed=trial.seed,
            steps=None if self.limits.pieces is None else self.limits.steps,
        )
        merged = merge(piece, initial, lambda before, stop: True)  # only fixed sequences stay together
        try:
            orders = self.children.improve(merged.piece, merged.initial, budget, deadline=deadline + 0.5)
            found = merged.whole(orders)
        except (ChildBroke, IndexError):
            if time.monotonic() < deadline and not stop.is_set():  # otherwise the time was up, and no child at fault
                self.tally.n_broken += 1
            return 0
        if self.pool is not None:
            self.pool.note(chosen.couriers, chosen.stops, piece, found)
        with self._lock:
            self.tally.n_pieces += 1
            if stop.is_set() or self._is_over or not self._is_unchanged(chosen):
                return 0
            return self.accept(trial, piece, found, budget.seconds)

    def _is_unchanged(self, chosen: Neighbourhood) -> bool:
        """Return whether the rounds are those the trial began with: returning to the incumbent changes them."""
        return all(self.solution.version[courier] == version for courier, version in chosen.versions)

    def accept(self, trial: Trial, piece: Piece, orders: Orders, seconds: float) -> int:
        """Accept what a trial brought if it is good enough; return the gain, negative where the solution gets worse."""
        chosen = trial.neighbourhood
        acceptance = self._acceptance if trial.vehicle is not None else None
        allowance = acceptance.allowance() if acceptance is not None else 0
        before = self._rounds_cost(chosen)
        gain = self.solution.adopt(chosen.couriers, chosen.stops, piece, orders, allowance=allowance)
        # What a stop newly served is worth is not the operator's merit: it learns from the cost of the rounds alone.
        self._learn(trial, gain, before - self._rounds_cost(chosen), seconds)
        if self._acceptance is not None and self._acceptance.note_trial(is_vehicle_change=acceptance is not None):
            self.neighbourhoods.note_rounds()
        return gain

    def _rounds_cost(self, chosen: Neighbourhood) -> int:
        return sum(self.solution.costs[courier] for courier in chosen.couriers)

    def _learn(self, trial: Trial, gain: int, saved: int, seconds: float) -> None:
        self.tally.gain += gain
        self.neighbourhoods.note_search(trial.neighbourhood, seconds, has_changed=gain != 0)
        if gain > 0:
            self._gained_at = time.monotonic()
        elif gain == 0 and trial.vehicle is None:
            self._tried.add(trial.key)
        if trial.vehicle is None or OPERATORS[trial.operator].changes_vehicle:
            self.portfolio.learn(trial.operator, saved, seconds)

    def _change_vehicle(self, trial: Trial, vehicle: int, piece: Piece, orders: Orders) -> tuple[Trial, Orders] | None:
        """Return the trial and its orders after the most promising untried vehicle change; None without any."""
        chosen, before = trial.neighbourhood, piece.cost(orders)
        if before is None:
            return None
        found = []
        for change in vehicle_changes(piece, orders, chosen.couriers.index(vehicle)):
            other = -1 if change.vehicle is None else chosen.couriers[change.vehicle]
            key = vehicle, self.solution.version[vehicle], change.name, other
            cost = piece.cost(change.orders)
            is_new = key not in self._vehicle_changes_tried
            if cost is not None and is_new and cost - before < WORST_VEHICLE_CHANGE * self.solution.cost:
                found.append(((cost - before) * self._rng.uniform(0.7, 1.3), key, change.orders))
        if not found:
            return None
        _, key, changed = min(found)
        self._vehicle_changes_tried.add(key)
        moved = {chosen.stops[i] for a, b in zip(orders, changed, strict=True) for i in {*a} ^ {*b}}
        return replace(trial, neighbourhood=replace(chosen, near=chosen.near | moved)), changed

    def _note_no_change(self, trial: Trial) -> None:
        with self._lock:
            if OPERATORS[trial.operator].changes_vehicle:
                self.portfolio.learn(trial.operator, 0, NO_CHANGE_S)
                self._tried.add(trial.key)

    def _temperature(self, operator: Operator) -> int:
        """Return the operator's initial temperature by now, in seconds of travel, for rounds of this day's cost."""
        costs = self.solution.costs
        took = time.monotonic() - self._began if self.limits.pieces is None else 0.0  # counted work is repeatable
        share = took / max(1e-3, self._deadline - self._began)
        return max(2, round(operator.temperature * cooling(share) * sum(costs) / max(1, sum(map(bool, costs)))))
