"""The whole search: improvement, then further starts whose best rounds are recombined, then improvement to the end.

A start in which offices seem nearer or farther than they are has another first plan and ends in another local optimum.
The rounds of all starts go into one pool, and the search goes on from the best plan made of them.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from math import exp

from routing.partition import partition
from routing.solving.first_plans.office_plans import FirstPlans
from routing.solving.processes.children import ChildBroke, Children
from routing.solving.search.improvement import Improvement, Tally
from routing.solving.search.round_pool import RoundPool
from routing.solving.solution import Solution
from routing.types import Limits

BIAS = 0.3
"""How much nearer or farther an office may seem in another start (standard deviation of the logarithm)."""
FINAL_SHARE = 0.4
"""The share of the time reserved for improving the best of the starts."""
RECOMBINE_S = 2.0
"""CP-SAT may search so long."""


class MultiStartSearch:
    """One search for the best solution; ``incumbent`` is the best at any moment."""

    def __init__(self, incumbent: Solution, children: Children, first_plans: FirstPlans, limits: Limits) -> None:
        self.incumbent, self._children, self._first_plans, self._limits = incumbent, children, first_plans, limits
        self.tally = Tally()
        self.n_starts = 1
        self._pool = RoundPool(incumbent.problem, incumbent.places)
        self._rng = random.Random(limits.seed)  # noqa: S311 - a repeatable search, not a secret

    def run(self, deadline: float, stop: threading.Event, on_gain: Callable[[], None]) -> None:
        """Search until the monotonic ``deadline``, until ``stop`` is set, or until nothing is left to try."""
        began = time.monotonic()
        self._improve(self.incumbent, deadline, stop, on_gain, is_last=self._limits.pieces is not None)
        if self._limits.pieces is not None:
            return
        took = time.monotonic() - began
        reserved_s = FINAL_SHARE * self._limits.seconds
        while not stop.is_set() and deadline - time.monotonic() > took + reserved_s and self.tally.is_healthy:
            self._start_again(took, deadline, stop)
            on_gain()
        self._improve(self.incumbent, deadline, stop, on_gain, is_last=True)
        self._recombine(deadline)  # there is time only where the search ended before the deadline: small days

    def _start_again(self, seconds: float, deadline: float, stop: threading.Event) -> None:
        self.n_starts += 1
        problem = self.incumbent.problem
        bias = {o.office_id: exp(self._rng.gauss(0, BIAS)) for o in problem.offices}
        other = Solution.empty(problem, self.incumbent.places)
        self._first_plans.fill(other, partition(problem, bias), deadline)
        self._improve(other, min(deadline, time.monotonic() + seconds), stop, lambda: None, is_last=False)
        self._pool.note_all(other)
        self._recombine(deadline)

    def _recombine(self, deadline: float) -> None:
        """Let the incumbent take the best choice among all known rounds; a child that breaks changes nothing."""
        left = deadline - time.monotonic()
        if left > 0.1:
            with suppress(ChildBroke):
                seconds = min(RECOMBINE_S, left)
                self.tally.gain += self._pool.recombine(self.incumbent, self._children, seconds, deadline + 0.3)

    def _improve(
        self, solution: Solution, until: float, stop: threading.Event, on_gain: Callable[[], None], *, is_last: bool
    ) -> None:
        limits, seed = self._limits, self._rng.randrange(2**31)
        improvement = Improvement(solution, self._children, limits, self.tally, self._pool, seed)
        improvement.run(until, stop, on_gain, until_stalled=not is_last)
