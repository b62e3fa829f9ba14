"""Leaving a dead end: for a while a little worse than the best is accepted; without a new best, back to the old one."""

from __future__ import annotations

from routing.solving.standing import Standing

THETA = 0.01
"""How much worse than the best, as a share, a wandering standing may become."""
PATIENCE = 30
"""After so many pieces without a new best the search goes back."""


class Wandering:
    """Keeps the best of a standing that is let go uphill."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._best = standing.snapshot()
        self._best_cost = standing.cost
        self._n_since = 0

    @property
    def is_away(self) -> bool:
        """Return whether the standing is worse than its best."""
        return self._n_since > 0

    def room(self) -> int:
        """Return how much worse than now the standing may become."""
        return max(0, round(self._best_cost * (1 + THETA)) - self._standing.cost)

    def after(self, *, is_change: bool) -> bool:
        """Tell that a piece was tried; return whether the standing went back to its best."""
        cost = self._standing.cost
        if cost < self._best_cost:
            self._best, self._best_cost, self._n_since = self._standing.snapshot(), cost, 0
            return False
        if is_change or self._n_since:
            self._n_since += 1
        if self._n_since <= PATIENCE:
            return False
        self.go_back()
        return True

    def go_back(self) -> None:
        """Let the standing be its best again."""
        self._n_since = 0
        if self._standing.cost > self._best_cost:
            self._standing.restore(self._best)
