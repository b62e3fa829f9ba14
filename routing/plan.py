"""The whole pipeline: validate, plan each office, improve across offices, check, explain.

Whatever happens to the solver, a checked plan comes back in time: an office OR-Tools could not plan is planned
greedily, and the plan says so (``degraded``).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

from routing.advice.explain import explain, set_aside
from routing.check import check
from routing.errors import BadTravelTimes, EngineUnavailable
from routing.partition import partition
from routing.places import Places
from routing.planned import Plan, PlannedRound, Unserved
from routing.solving.first_plans.insertion import carry_over, insert_unserved
from routing.solving.first_plans.office_plans import FirstPlans, fill_greedily
from routing.solving.piece import unserved_penalty
from routing.solving.processes.children import Children, PieceSearchName
from routing.solving.search.improvement import Tally
from routing.solving.search.multi_start import MultiStartSearch
from routing.solving.solution import Solution
from routing.timing import Door, walk, work_day
from routing.travel.in_time import InTime
from routing.travel.times import StraightLine, TravelTimes
from routing.types import Limits, Problem, Progress, Watch
from routing.validate import validate

LAST_S, LAST_SECONDS_PER_STOP = 0.4, 0.00008
"""Reserved for the checker, the explanations and writing the plan down."""
GREEDY_S = 0.5
LATEST_S = 1.0
"""Explanations and travel times may still be looked for so long after the limit."""
INSERT_S = 0.2
"""After the search, for inserting unserved stops that still fit somewhere."""


def plan(
    problem: Problem,
    *,
    travel: TravelTimes,
    fallback: TravelTimes | None = None,
    limits: Limits | None = None,
    watch: Watch | None = None,
    before: Plan | None = None,
) -> Plan:
    """Return the best checked plan found within ``limits``; never later than its seconds + 2.

    ``before`` is a plan to begin from instead of planning anew. Where ``travel`` fails, ``fallback`` (by default the
    plain straight line) takes its place, and the plan says so.
    Raises BadProblem if the problem contradicts itself (a single bad stop does not: it is unserved, with its reason).
    """
    limits = limits or Limits()
    began = time.monotonic()
    validate(problem)
    usable, aside = set_aside(problem)
    if not isinstance(travel, StraightLine):  # everything else may hang
        travel = InTime(travel, limits.seconds / 2, began + limits.seconds + LATEST_S)
    job = _Planning(problem, usable, aside, travel, limits, began, watch or Watch(), before)
    try:
        made = job.make()
    except (EngineUnavailable, BadTravelTimes) as exc:
        job.degraded, job.travel = exc.code, fallback or StraightLine()
        made = job.make()
    return replace(made, seconds=round(time.monotonic() - began, 3))


@dataclass
class _Planning:
    """One run of the pipeline; ``usable`` is the problem without the stops set aside."""

    problem: Problem
    usable: Problem
    aside: tuple[Unserved, ...]
    travel: TravelTimes
    limits: Limits
    began: float
    watch: Watch
    before: Plan | None = None
    degraded: str | None = None

    def make(self) -> Plan:
        """Return the checked plan with its reasons. Raises EngineUnavailable, BadTravelTimes whenever travel fails."""
        solution = self.run()
        made = self.describe(solution)
        if check(self.problem, made, self.travel):
            self.degraded = "check_failed"
            solution = self.greedy_only()
            made = self.describe(solution)
        return explain(solution, made, until=self.began + self.limits.seconds + LATEST_S)

    def run(self) -> Solution:
        """Return the best solution found: each office planned by OR-Tools, then the search across offices."""
        solution = Solution.empty(self.usable, Places(self.usable, self.travel, self.limits.whole_table))
        limits, stop = self.limits, self.watch.stop
        reserved_s = min(LAST_S + LAST_SECONDS_PER_STOP * len(self.usable.stops), limits.seconds / 4)
        deadline = self.began + limits.seconds - reserved_s
        search: PieceSearchName = "ortools" if limits.search == "ortools" else "compiled"
        with Children(limits.cores, limits.memory_mb, search=search, command=limits.child_command) as children:
            first = FirstPlans(children, limits, stop)
            if self.before is None:
                first.fill(solution, partition(self.usable), deadline)
            self._complete(solution, deadline)
            if self.before is not None:
                first.plan_on(solution, deadline)
            self.degraded = self.degraded or first.degraded
            searching = MultiStartSearch(solution, children, first, limits)
            lock = threading.Lock()

            def report() -> None:
                with lock:
                    self._report(solution, searching.tally)

            report()
            searching.run(deadline, stop, report)
            insert_unserved(solution, set(solution.unserved), deadline + INSERT_S)
            if searching.tally.n_broken:
                self.degraded = self.degraded or "solver_broke"
        return solution

    def _complete(self, solution: Solution, deadline: float) -> None:
        """Take over the earlier plan, if there is one, and insert what no office's own plan could hold."""
        wanted = set(solution.unserved)
        if self.before is not None:
            carry_over(solution, self.before)
        else:
            in_sequence, stops = solution.places.sequence_of, self.usable.stops
            wanted = {s for s in wanted if stops[s].locked_to is not None or stops[s].stop_id in in_sequence}
        insert_unserved(solution, wanted, deadline)

    def greedy_only(self) -> Solution:
        """Return a solution made without any solver process."""
        solution = Solution.empty(self.usable, Places(self.usable, self.travel, self.limits.whole_table))
        fill_greedily(solution, partition(self.usable))
        self._complete(solution, time.monotonic() + GREEDY_S)
        return solution

    def _report(self, solution: Solution, tally: Tally) -> None:
        if self.watch.on_progress is not None:
            self.watch.on_progress(
                Progress(
                    seconds=time.monotonic() - self.began,
                    travel_s=sum(solution.costs),
                    n_unserved=len(solution.unserved),
                    n_pieces=tally.n_pieces,
                    gain_s=tally.gain,
                )
            )

    def describe(self, solution: Solution) -> Plan:
        """Return the solution as a plan with times; ``explain`` adds the reasons of unserved stops."""
        rounds = tuple(planned_round(solution, c) for c, order in enumerate(solution.orders) if order)
        left = tuple(
            Unserved(stop_id=self.usable.stops[s].stop_id, reason="not_planned") for s in sorted(solution.unserved)
        )
        price = {s.stop_id: unserved_penalty(s) for s in self.problem.stops}
        return Plan(
            rounds=rounds,
            unserved=self.aside + left,
            travel_s=sum(r.travel_s for r in rounds),
            cost=sum(solution.costs) + sum(price[u.stop_id] for u in self.aside + left),
            travel_source=self.travel.name,
            degraded=self.degraded,
            seconds=0.0,
        )


def planned_round(solution: Solution, courier_number: int) -> PlannedRound:
    """Return one courier's round with its times. The order must obey every rule."""
    problem, places = solution.problem, solution.places
    courier, day = problem.couriers[courier_number], work_day(problem.couriers[courier_number])
    stops = [problem.stops[s] for s in solution.orders[courier_number]]
    start, end = places.ends(courier)
    legs_s, legs_m = places.tables([start, *(places.stop_at[s.stop_id] for s in stops), end])
    along = range(len(stops) + 1)
    seconds = [int(legs_s[i, i + 1]) for i in along]
    before = ["", *(s.building for s in stops)]
    doors = [
        Door(s.stop_id, 0 if s.building and s.building == last else s.setup_s, s.service_s, day.window(s.window))
        for s, last in zip(stops, before, strict=False)
    ]
    walked = walk(day, doors, seconds, is_short=courier.longest_s is not None)
    if walked is None:
        raise AssertionError(f"an order of courier {courier.courier_id} breaks its own rules")
    return PlannedRound(
        courier_id=courier.courier_id,
        office_id=courier.office_id,
        leave_at_s=walked.leave_at_s,
        back_at_s=walked.back_at_s,
        travel_s=sum(seconds),
        travel_m=sum(int(legs_m[i, i + 1]) for i in along),
        visits=walked.visits,
    )
