"""Set partitioning: choose rounds so that every stop is on one of them, at the least cost. Runs only in a child."""

from __future__ import annotations

from typing import Any


def choose(told: dict[str, Any]) -> list[int]:
    """Return the numbers of the chosen rounds; empty if no choice was found in time.

    ``rounds`` are [kind of courier, cost, stops]; ``crew`` how many couriers of each kind there are; ``left`` the price
    of each stop that may stay unserved; ``now`` the choice that stands, where the search begins.
    """
    from ortools.sat.python import cp_model  # heavy: only a child pays for it

    model = cp_model.CpModel()
    now = set(told["now"])
    of_stop: dict[int, list[Any]] = {}
    of_kind: dict[int, list[Any]] = {}
    costs: list[Any] = []
    taken = []
    for number, (kind, cost, stops) in enumerate(told["rounds"]):
        take = model.new_bool_var("")
        taken.append(take)
        model.add_hint(take, number in now)
        of_kind.setdefault(kind, []).append(take)
        for stop in stops:
            of_stop.setdefault(stop, []).append(take)
        costs.append(cost * take)
    for stop, price in told["left"].items():
        wait = model.new_bool_var("")
        of_stop.setdefault(int(stop), []).append(wait)
        costs.append(price * wait)
    for choices in of_stop.values():
        model.add_exactly_one(choices)
    for kind, choices in of_kind.items():
        model.add(sum(choices) <= told["crew"][kind])
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = told["seconds"]
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    return [number for number, take in enumerate(taken) if solver.boolean_value(take)]
