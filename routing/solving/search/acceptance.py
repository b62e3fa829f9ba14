"""Acceptance while the search has stalled: a solution a little worse than the incumbent is accepted for a while."""

from __future__ import annotations

from routing.solving.solution import Solution

THRESHOLD = 0.01
"""How much worse than the incumbent, as a share of its cost, the current solution may become."""
PATIENCE = 30
"""After so many pieces without a new incumbent the search returns to it."""


class ThresholdAcceptance:
    """Keeps the incumbent of a solution that may become worse."""

    def __init__(self, solution: Solution) -> None:
        self._solution = solution
        self._incumbent = solution.snapshot()
        self._incumbent_cost = solution.cost
        self._n_since = 0

    @property
    def is_away(self) -> bool:
        """Return whether the current solution may be worse than the incumbent."""
        return self._n_since > 0

    def allowance(self) -> int:
        """Return how much more than now the solution may cost."""
        return max(0, round(self._incumbent_cost * (1 + THRESHOLD)) - self._solution.cost)

    def note_trial(self, *, is_vehicle_change: bool) -> bool:
        """Count a piece that was tried; return whether the solution went back to the incumbent."""
        cost = self._solution.cost
        if cost < self._incumbent_cost:
            self._incumbent, self._incumbent_cost, self._n_since = self._solution.snapshot(), cost, 0
            return False
        if is_vehicle_change or self._n_since:
            self._n_since += 1
        if self._n_since <= PATIENCE:
            return False
        self.return_to_incumbent()
        return True

    def return_to_incumbent(self) -> None:
        """Restore the incumbent where the current solution is worse."""
        self._n_since = 0
        if self._solution.cost > self._incumbent_cost:
            self._solution.restore(self._incumbent)
