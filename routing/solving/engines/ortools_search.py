"""OR-Tools on one piece: it builds first plans, and is the other implementation of the port. Runs in a child."""

from __future__ import annotations

from routing.solving.engines import search_parameters
from routing.solving.engines.ortools_model import Model
from routing.solving.engines.search_parameters import Construction
from routing.solving.piece import Orders, Piece
from routing.solving.port import Budget

STEPS_OF_A_SOLUTION = 50
"""A solution of guided local search stands for so many steps where work is counted."""
COUNTED_S = 60.0
"""The time limit where work is counted: far above what the work takes."""


class OrToolsSearch:
    """The port's OR-Tools implementation."""

    def improve(self, piece: Piece, initial: Orders, budget: Budget) -> Orders:
        """Return the best orders OR-Tools finds from ``initial``; ``initial`` itself where it finds none better.

        OR-Tools' iterated search is not repeatable, so counted work is done by guided local search, and the seed, which
        OR-Tools does not take, is ignored. Its model gives vehicles with different lunches one clock, so its orders can
        be infeasible or dearer in the piece.
        """
        if not piece.n_stops or not piece.vehicles:
            return initial
        model = Model(piece, initial)
        if budget.steps is None:
            found = model.iterate(search_parameters.ruin_and_recreate(budget.seconds, budget.temperature))
        else:
            n_solutions = 1 + budget.steps // STEPS_OF_A_SOLUTION
            found = model.solve(search_parameters.guided_local_search(COUNTED_S, n_solutions))
        before, after = piece.cost(initial), None if found is None else piece.cost(found)
        is_better = after is not None and (before is None or after < before)
        return found if found is not None and is_better else initial


def construct(piece: Piece, initial: Orders, method: Construction, seconds: float) -> Orders | None:
    """Return OR-Tools' plan of a piece; None if it found none in time. Only ``descent`` begins from ``initial``."""
    model = Model(piece, initial if method == "descent" else None)
    return model.solve(search_parameters.construction(method, seconds))
