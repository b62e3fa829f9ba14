"""The ways to work on a piece, and which of them pays: what gained most for each second of late is tried next."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

CURIOSITY = 0.05
"""How often another manner than the best is tried, short ones more often than long ones."""
FIRST_WORTH = 15.0
"""What an untried manner is believed to gain, in seconds of travel for each second of search, where legs are usual."""
MEMORY = 0.95
"""How much of what is known of a manner still counts after it was tried once more."""
QUICK_S = 0.5
"""Longer searches than this are left until a short first search has run dry."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How many stops may move, for how long, how far uphill (seconds of travel); whether a round changes its seat."""

    n_free: int
    seconds: float
    heat: int
    takes_seats: bool = False


# Early on short searches gain most; later only longer, hotter ones and changed seats do. Measured while searching.
MANNERS = (
    Manner(100, 0.15, 150),
    Manner(60, 0.5, 300),
    Manner(100, 0.5, 300),
    Manner(60, 1.5, 600),
    Manner(100, 1.5, 300),
    Manner(100, 4.0, 1500),
    Manner(60, 0.4, 300, takes_seats=True),
)
WANDERING = (0, 1)
"""The manners that are used on the way through a valley."""
SEATING = MANNERS[-1]
"""How a piece is searched after a change of seats."""
USUAL_LEG_S = 135
"""Travel for each stop on the days the manners were tuned on."""


class Worth:
    """What each manner gained lately for each second of search."""

    def __init__(self, rng: random.Random, scale: float) -> None:
        """``scale`` is how long this day's legs are, in usual ones."""
        self._rng = rng
        # The first manner is tried first, whatever the others promise.
        self._gained = [1e9] + [FIRST_WORTH * scale * m.seconds for m in MANNERS[1:]]
        self._spent_s = [m.seconds for m in MANNERS]
        self._is_untried = [True] + [False] * (len(MANNERS) - 1)

    def order(self, may: Callable[[Manner], bool]) -> list[int]:
        """Return the numbers of the manners that ``may`` be used: what has paid lately first, sometimes another."""
        order = sorted(range(len(MANNERS)), key=lambda m: -self._gained[m] / self._spent_s[m])
        if self._rng.random() < CURIOSITY:
            other = self._rng.choices(order, [1 / MANNERS[m].seconds for m in order])[0]
            order.sort(key=lambda m: m != other)
        return [m for m in order if may(MANNERS[m])]

    def learn(self, manner: int, gain: int, seconds: float) -> None:
        """Remember what a search of ``seconds`` gained."""
        kept = 0.0 if self._is_untried[manner] else MEMORY
        self._is_untried[manner] = False
        self._gained[manner] = gain + kept * self._gained[manner]
        self._spent_s[manner] = seconds + kept * self._spent_s[manner]
