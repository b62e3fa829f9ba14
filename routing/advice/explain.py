"""Why a stop is not in the plan. What would help is found, and tried, by ``routing.advice.remedies``.

Reasons of a stop impossible alone: ``bad_data`` (a field cannot be used), ``commune_closed``, ``window_impossible``
(ends before it begins), ``no_courier`` (none is permitted: office, skill or lock), ``unreachable`` (no road),
``too_far`` (there and back does not fit the shift), ``window_closed`` (no permitted courier can be there in time),
``too_large`` (more than any box holds). Of a stop possible alone: ``no_room`` (others used the day better) and
``not_worth`` (a courier has the time, but going costs more than waiting).
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from math import inf

from routing.advice.reasons import Case, OutOfTime, reason_of
from routing.advice.remedies import cheapest_remedy
from routing.advice.rivals import rival_of
from routing.planned import Plan, Unserved
from routing.remedy import Change, FixField, MustToday, NotTried, OpenCommune, PlanAgain, Remedy
from routing.solving.solution import Solution
from routing.types import Problem, Stop
from routing.validate import bad_stop_field

REASONS = (
    "bad_data", "commune_closed", "window_impossible", "no_courier", "unreachable", "too_far", "window_closed",
    "too_large", "no_room", "not_worth",
)  # fmt: skip


def set_aside(problem: Problem) -> tuple[Problem, tuple[Unserved, ...]]:
    """Return the problem without the stops no plan could serve, and those stops with their reasons."""
    aside: list[Unserved] = []
    usable: list[Stop] = []
    for stop in problem.stops:
        found = _hopeless(problem, stop)
        if found is None:
            usable.append(stop)
        else:
            aside.append(Unserved(stop_id=stop.stop_id, reason=found[0], remedy=Remedy.of(found[1])))
    gone = {u.stop_id for u in aside}
    sequences = tuple(tuple(s for s in sequence if s not in gone) for sequence in problem.sequences)
    return replace(problem, stops=tuple(usable), sequences=sequences), tuple(aside)


def _hopeless(problem: Problem, stop: Stop) -> tuple[str, Change] | None:
    bad = bad_stop_field(stop)
    if bad is not None:
        return "bad_data", FixField(stop_id=stop.stop_id, field=bad)
    if stop.commune_code in problem.closed_communes:
        return "commune_closed", OpenCommune(stop_id=stop.stop_id, commune_code=stop.commune_code)
    if stop.window is not None and stop.window.from_s > stop.window.until_s:
        return "window_impossible", FixField(stop_id=stop.stop_id, field="window")
    return None


def explain(solution: Solution, made: Plan, *, until: float) -> Plan:
    """Return the plan with the reason and remedy of every stop it left out.

    After the monotonic time ``until`` remedies are no longer looked for: the change is then ``not_tried``.
    """
    stops = {solution.problem.stops[s].stop_id: s for s in solution.unserved}
    explained = []
    for unserved in made.unserved:
        number = stops.get(unserved.stop_id)
        if number is not None:
            reason, remedy = why(solution, number, until=until)
            unserved = Unserved(stop_id=unserved.stop_id, reason=reason, remedy=remedy)
        explained.append(unserved)
    for at, unserved in enumerate(explained):  # remedies first: they are what helps
        remedy_found = unserved.remedy
        has_rival = unserved.reason == "no_room" and not isinstance(remedy_found and remedy_found.first, PlanAgain)
        if has_rival and remedy_found is not None and time.monotonic() < until:
            with suppress(OutOfTime):
                rival = rival_of(Case(solution, stops[unserved.stop_id], until=until))
                explained[at] = replace(unserved, remedy=replace(remedy_found, rival=rival))
    return replace(made, unserved=tuple(explained))


def why(solution: Solution, number: int, *, until: float = inf) -> tuple[str, Remedy]:
    """Return the reason and the cheapest verified remedy for one stop the solution leaves out."""
    case = Case(solution, number, until=until)
    reason, permitted = reason_of(case)
    try:
        case.require_time()
        remedy = cheapest_remedy(case, reason, permitted)
    except OutOfTime:
        return reason, Remedy.of(NotTried(stop_id=case.stop_id))
    if reason == "no_room" and isinstance(remedy.first, MustToday):
        reason = "not_worth"
    return reason, remedy
