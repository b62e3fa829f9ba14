"""The ways to work on a piece, and how the time is shared between them: by what each gained lately for each second."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

SHARP = 2.0
"""A manner's share of the time goes by this power of what it gains each second: none stays the best for long."""
LATELY = 0.15
"""The share of all the search so far that counts as lately; what was gained before is forgotten."""
DOUBT = 0.12
"""A manner is known once so great a part of that was spent on it."""
QUICK_S = 0.5
"""Longer searches than this are left until a short first search has run dry."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How many stops a piece is about, for how long it is searched, and how hot; whether a round changes its seat.

    ``heat`` is how far uphill a step may lead at first, as a share of what a round costs on average.
    """

    n_near: int
    seconds: float
    heat: float
    takes_seats: bool = False


# Early on short searches gain most; later longer, hotter ones and changed seats find what those leave.
MANNERS = (
    Manner(100, 0.1, 0.035),
    Manner(250, 0.3, 0.035),
    Manner(250, 0.3, 0.1),
    Manner(250, 1.0, 0.035),
    Manner(400, 2.0, 0.1),
    Manner(100, 0.5, 0.1),
    Manner(60, 0.4, 0.1, takes_seats=True),
)
HOT_SHARE, COOLEST = 0.3, 0.1
"""So long all manners are as hot as they are told; from then on they cool, down to this share of it. Cool searches gain
two to three times as much late in a search; early on they keep rounds that should be given up."""
WANDERING = (0, 1)
"""The manners that are used on the way through a valley."""
SEATING = MANNERS[-1]
"""How a piece is searched after a change of seats."""


def cooled(share: float) -> float:
    """Return which share of its heat a manner has once a ``share`` of the time is over."""
    return float(COOLEST ** min(1.0, max(0.0, (share - HOT_SHARE) / (1 - HOT_SHARE))))


class Worth:
    """What each manner gained lately for each second of search."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._gained = [0.0] * len(MANNERS)
        self._spent_s = [0.0] * len(MANNERS)
        self._searched_s = 0.0

    def order(self, may: Callable[[Manner], bool]) -> list[int]:
        """Return the numbers of the manners that ``may`` be used, in the order to try them, drawn by chance.

        The more a manner gained lately, the greater is its share of the time. As far as little is known of a manner, it
        is believed to be as good as all are together: so none is given up for long because it was unlucky once.
        """
        if not self._searched_s:
            return [m for m, manner in enumerate(MANNERS) if may(manner)]
        doubt_s = DOUBT * LATELY * self._searched_s
        together = sum(self._gained) / sum(self._spent_s)
        known = zip(self._gained, self._spent_s, strict=True)
        worth = [(gained + doubt_s * together) / (spent_s + doubt_s) for gained, spent_s in known]
        best = max(worth)  # 0 where nothing gains: then all are alike
        chance = [(w / best if best else 1.0) ** SHARP / m.seconds for w, m in zip(worth, MANNERS, strict=True)]
        drawn = sorted(range(len(MANNERS)), key=lambda m: self._rng.expovariate(chance[m]))
        return [m for m in drawn if may(MANNERS[m])]

    def learn(self, manner: int, gain: int, seconds: float) -> None:
        """Remember what a search of ``seconds`` gained; what was learned before counts less for it."""
        self._searched_s += seconds
        kept = math.exp(-seconds / (LATELY * self._searched_s + seconds))
        self._gained = [kept * g for g in self._gained]
        self._spent_s = [kept * s for s in self._spent_s]
        self._gained[manner] += max(0, gain)
        self._spent_s[manner] += seconds
