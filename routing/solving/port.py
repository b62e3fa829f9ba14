"""The port every search fulfils that improves a piece: the compiled ruin and recreate, and OR-Tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from routing.solving.piece import Orders, Piece


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What one search of a piece may spend, and how it starts.

    ``seconds`` is wall-clock time. ``steps``, where given, bounds the work instead: the same piece, orders, seed and
    steps then give the same result. ``temperature`` is that of the start, in seconds of travel: how much worse a step
    may be and still be accepted (simulated annealing).
    """

    seconds: float
    temperature: int = 1
    seed: int = 1
    steps: int | None = None


class PieceSearch(Protocol):
    """A search that improves the orders of one piece."""

    def improve(self, piece: Piece, initial: Orders, budget: Budget) -> Orders:
        """Return orders that cost no more than ``initial``, which must be feasible, within the budget.

        The caller computes the cost of what comes back with ``Piece.cost``: a search is not believed.
        """
