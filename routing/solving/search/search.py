"""The whole search: improvement, and where that runs dry, further starts whose best rounds are put together.

Offices that look nearer or farther than they are give another first plan, and another end. The rounds of all ends go
into one pool; the best day made of them is where the search goes on.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from math import exp

from routing.partition import partition
from routing.solving.first_plans.first import FirstPlans
from routing.solving.processes.children import Children
from routing.solving.search.improve import Improvement, Tally
from routing.solving.search.pool import RoundPool
from routing.solving.standing import Standing
from routing.types import Limits

BIAS = 0.3
"""Spread of how much nearer or farther than it is an office may look (standard deviation of the logarithm)."""
LAST_SHARE = 0.4
"""The share of the time kept for the best of the starts."""
CHOOSE_S = 2.0


class Search:
    """One search for the best standing; ``standing`` is the best at any moment."""

    def __init__(self, standing: Standing, children: Children, first: FirstPlans, limits: Limits) -> None:
        self.standing, self._children, self._first, self._limits = standing, children, first, limits
        self.tally = Tally()
        self.n_starts = 1
        self._pool = RoundPool(standing.problem, standing.places)
        self._rng = random.Random(limits.seed)  # noqa: S311 - a repeatable search, not a secret

    def run(self, deadline: float, stop: threading.Event, on_gain: Callable[[], None]) -> None:
        """Search until the monotonic ``deadline``, until told to stop, or until nothing is left to try."""
        began = time.monotonic()
        self._improve(self.standing, deadline, stop, on_gain, is_last=self._limits.pieces is not None)
        took = time.monotonic() - began
        if self._limits.pieces is not None:
            return
        kept_s = LAST_SHARE * self._limits.seconds
        while not stop.is_set() and deadline - time.monotonic() > took + kept_s and self.tally.is_healthy:
            self._start_again(took, deadline, stop)
            on_gain()
        self._improve(self.standing, deadline, stop, on_gain, is_last=True)
        self._put_together(deadline)  # has time only where the search ended before the deadline: small days

    def _start_again(self, seconds: float, deadline: float, stop: threading.Event) -> None:
        self.n_starts += 1
        problem = self.standing.problem
        bias = {o.office_id: exp(self._rng.gauss(0, BIAS)) for o in problem.offices}
        other = Standing.empty(problem, self.standing.places)
        self._first.fill(other, partition(problem, bias), deadline)
        self._improve(other, min(deadline, time.monotonic() + seconds), stop, lambda: None, is_last=False)
        self._pool.note_all(other)
        self._put_together(deadline)

    def _put_together(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left > 0.1:
            self.tally.gain += self._pool.recombine(self.standing, self._children, min(CHOOSE_S, left), deadline + 0.3)

    def _improve(
        self, standing: Standing, until: float, stop: threading.Event, on_gain: Callable[[], None], *, is_last: bool
    ) -> None:
        limits = self._limits
        improvement = Improvement(standing, self._children, limits, self.tally, self._pool, self._rng.randrange(2**31))
        improvement.run(until, stop, on_gain, until_dry=not is_last)
