"""Set partitioning by CP-SAT: choose rounds so that every stop is on one of them, at least cost. Runs in a child."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Partitioning:
    """The rounds to choose from.

    ``rounds`` are (kind of vehicle, cost, stops); ``n_vehicles`` counts those of each kind; ``penalties`` are of the
    stops that may stay unserved, by stop; ``incumbent`` is the choice the search starts from. ``seconds`` limit it.
    """

    rounds: list[tuple[int, int, list[int]]]
    n_vehicles: list[int]
    penalties: list[tuple[int, int]]
    incumbent: list[int]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the pipe to a child."""
        return asdict(self)


def choose_rounds(problem: Partitioning) -> list[int]:
    """Return the numbers of the chosen rounds; empty if no choice was found in time."""
    from ortools.sat.python import cp_model  # slow to import: only a child pays for it

    model = cp_model.CpModel()
    incumbent = set(problem.incumbent)
    of_stop: dict[int, list[Any]] = {}
    of_kind: dict[int, list[Any]] = {}
    costs: list[Any] = []
    taken = []
    for number, (kind, cost, stops) in enumerate(problem.rounds):
        take = model.new_bool_var("")
        taken.append(take)
        model.add_hint(take, number in incumbent)
        of_kind.setdefault(kind, []).append(take)
        for stop in stops:
            of_stop.setdefault(stop, []).append(take)
        costs.append(cost * take)
    for stop, penalty in problem.penalties:
        unserved = model.new_bool_var("")
        of_stop.setdefault(stop, []).append(unserved)
        costs.append(penalty * unserved)
    for choices in of_stop.values():
        model.add_exactly_one(choices)
    for kind, choices in of_kind.items():
        model.add(sum(choices) <= problem.n_vehicles[kind])
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = problem.seconds
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    return [number for number, take in enumerate(taken) if solver.boolean_value(take)]
