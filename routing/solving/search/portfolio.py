"""The operator portfolio: ways to search a neighbourhood, chosen by what each gained per second lately."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

EXPONENT = 2.0
"""An operator's share of the time grows with this power of its gain per second: none stays the best for long."""
MEMORY = 0.15
"""The share of the whole search so far that counts as "lately"; older gains fade exponentially."""
PRIOR = 0.12
"""The share of that memory after which an operator's own gains count more than the mean of all operators."""
SHORT_S = 0.5
"""Operators with longer searches than this wait until a short first search has stalled."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to search: how many stops a neighbourhood holds, for how long, at which initial temperature.

    ``temperature`` is a share of what a round costs on average. ``changes_vehicle``: one round is first given to
    another vehicle, closed or opened (`vehicle_changes`).
    """

    n_stops: int
    seconds: float
    temperature: float
    changes_vehicle: bool = False


# Early on short searches gain most; later longer ones, higher temperatures and vehicle changes find what those leave.
OPERATORS = (
    Operator(100, 0.1, 0.035),
    Operator(250, 0.3, 0.035),
    Operator(250, 0.3, 0.1),
    Operator(250, 1.0, 0.035),
    Operator(400, 2.0, 0.1),
    Operator(100, 0.5, 0.1),
    Operator(60, 0.4, 0.1, changes_vehicle=True),
)
COOLING_FROM, FINAL_SHARE = 0.3, 0.1
"""From this share of the time on, the temperatures of all operators fall, down to this share of them. Low temperatures
gain two to three times as much late in a search; early on they keep rounds that should be closed."""
STALLED_OPERATORS = (0, 1)
"""The operators used while worse solutions are accepted."""
VEHICLE_CHANGE = OPERATORS[-1]
"""How a neighbourhood is searched after a vehicle change, whichever operator proposed it."""


def cooling(share: float) -> float:
    """Return the factor on every temperature after a ``share`` of the time."""
    return float(FINAL_SHARE ** min(1.0, max(0.0, (share - COOLING_FROM) / (1 - COOLING_FROM))))


class Portfolio:
    """Chooses operators by what each gained per second lately.

    ``gained`` and the seconds spent fade with time; ``searched_s`` is the time of all searches.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.gained = [0.0] * len(OPERATORS)
        self._spent_s = [0.0] * len(OPERATORS)
        self.searched_s = 0.0

    def order(self, may_use: Callable[[Operator], bool]) -> list[int]:
        """Return the numbers of the operators that may be used in the order to try them, drawn at random.

        The chance of an operator grows with its recent gain per second. Where little is known of an operator, the mean
        of all counts for it: none is given up for long because it failed once.
        """
        if not self.searched_s:
            return [n for n, operator in enumerate(OPERATORS) if may_use(operator)]
        prior_s = PRIOR * MEMORY * self.searched_s
        mean = sum(self.gained) / sum(self._spent_s)
        known = zip(self.gained, self._spent_s, strict=True)
        rate = [(gained + prior_s * mean) / (spent_s + prior_s) for gained, spent_s in known]
        best = max(rate)  # 0 where nothing gains: then all have the same chance
        weight = [
            (r / best if best else 1.0) ** EXPONENT / operator.seconds
            for r, operator in zip(rate, OPERATORS, strict=True)
        ]
        # Sorting exponential variates draws without replacement in proportion to the weights.
        drawn = sorted(range(len(OPERATORS)), key=lambda n: self._rng.expovariate(weight[n]))
        return [n for n in drawn if may_use(OPERATORS[n])]

    def learn(self, operator: int, gain: int, seconds: float) -> None:
        """Remember what a search of ``seconds`` gained; what was learned before fades."""
        self.searched_s += seconds
        fade = math.exp(-seconds / (MEMORY * self.searched_s + seconds))
        self.gained = [fade * g for g in self.gained]
        self._spent_s = [fade * s for s in self._spent_s]
        self.gained[operator] += max(0, gain)
        self._spent_s[operator] += seconds
