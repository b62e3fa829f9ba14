"""The whole pipeline: validate, part by office, solve in children, improve across offices, check, explain.

Whatever happens to the solver, a checked plan comes back in time: an office whose child breaks is planned greedily,
and the plan says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from routing.advice.explain import explain, set_aside
from routing.check import check
from routing.errors import BadTravelTimes, EngineUnavailable
from routing.partition import partition
from routing.places import Places
from routing.solving.first_plans.first import FirstPlans, fill_greedily
from routing.solving.first_plans.inserting import carry_over, insert_left
from routing.solving.piece import unserved_price
from routing.solving.processes.children import Children
from routing.solving.search.improve import Tally
from routing.solving.search.search import Search
from routing.solving.standing import Standing
from routing.timing import walk, work_day
from routing.travel.in_time import InTime
from routing.travel.times import StraightLine, TravelTimes
from routing.types import Limits, Plan, PlannedRound, Problem, Progress, Unserved
from routing.validate import validate

LAST_S, LAST_SECONDS_PER_STOP = 0.4, 0.00008
"""Kept back for the checker, the explanations and writing the plan down."""
GREEDY_S = 0.5
LATEST_S = 1.0
"""So long after the limit explanations and travel times may still be looked for."""
INSERT_S = 0.2
"""After the search, for stops left out that still fit somewhere."""


def plan(
    problem: Problem,
    *,
    travel: TravelTimes,
    limits: Limits | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    solver: Sequence[str] | None = None,
    before: Plan | None = None,
    fallback: TravelTimes | None = None,
) -> Plan:
    """Return the best checked plan found within ``limits``; never later than its seconds + 2.

    Setting ``stop`` ends the search at once and keeps the best plan. ``solver`` replaces the child's command.
    ``before`` is a plan to start from instead of planning anew. Where ``travel`` fails, ``fallback`` (the plain
    straight line unless told otherwise) takes its place, and the plan says so.
    Raises BadProblem if the problem contradicts itself (a single bad stop does not: it is unserved, with its reason).
    """
    limits = limits or Limits()
    began = time.monotonic()
    validate(problem)
    usable, aside = set_aside(problem)
    if not isinstance(travel, StraightLine):  # everything else may hang
        travel = InTime(travel, limits.seconds / 2, began + limits.seconds + LATEST_S)
    job = _Planning(problem, usable, aside, travel, limits, began, on_progress, stop or threading.Event(), before)
    try:
        made = job.make(solver)
    except (EngineUnavailable, BadTravelTimes) as exc:
        job.degraded, job.travel = exc.code, fallback or StraightLine()
        made = job.make(solver)
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
    on_progress: Callable[[Progress], None] | None
    stop: threading.Event
    before: Plan | None = None
    degraded: str | None = None

    def make(self, solver: Sequence[str] | None) -> Plan:
        """Return the checked plan with its reasons. Raises EngineUnavailable, BadTravelTimes whenever travel fails."""
        standing = self.run(solver)
        made = self.describe(standing)
        if check(self.problem, made, self.travel):
            self.degraded = "check_failed"
            standing = self.greedy_only()
            made = self.describe(standing)
        return explain(standing, made, until=self.began + self.limits.seconds + LATEST_S)

    def run(self, solver: Sequence[str] | None) -> Standing:
        """Return the best standing: first plans by office, then the search across offices."""
        standing = Standing.empty(self.usable, Places(self.usable, self.travel))
        kept_s = min(LAST_S + LAST_SECONDS_PER_STOP * len(self.usable.stops), self.limits.seconds / 4)
        deadline = self.began + self.limits.seconds - kept_s
        with Children(self.limits.cores, self.limits.memory_mb, command=solver) as children:
            first = FirstPlans(children, self.limits, self.stop)
            if self.before is None:
                first.fill(standing, partition(self.usable), deadline)
            self._complete(standing, deadline)
            self.degraded = self.degraded or first.degraded
            search = Search(standing, children, first, self.limits)
            lock = threading.Lock()

            def report() -> None:
                with lock:
                    self._report(standing, search.tally)

            report()
            search.run(deadline, self.stop, report)
            insert_left(standing, set(standing.left), deadline + INSERT_S)
            if search.tally.n_broken:
                self.degraded = self.degraded or "solver_broke"
        return standing

    def _complete(self, standing: Standing, deadline: float) -> None:
        """Take over the plan before, if there is one, and put what no office's own plan could hold on a round."""
        wanted = set(standing.left)
        if self.before is not None:
            carry_over(standing, self.before)
        else:
            bound, stops = standing.places.sequence_of, self.usable.stops
            wanted = {s for s in wanted if stops[s].locked_to is not None or stops[s].stop_id in bound}
        insert_left(standing, wanted, deadline)

    def greedy_only(self) -> Standing:
        """Return a standing no solver touched."""
        standing = Standing.empty(self.usable, Places(self.usable, self.travel))
        fill_greedily(standing, partition(self.usable))
        self._complete(standing, time.monotonic() + GREEDY_S)
        return standing

    def _report(self, standing: Standing, tally: Tally) -> None:
        if self.on_progress is not None:
            self.on_progress(
                Progress(
                    seconds=time.monotonic() - self.began,
                    travel_s=sum(standing.costs),
                    n_unserved=len(standing.left),
                    n_pieces=tally.n_pieces,
                    gain_s=tally.gain,
                )
            )

    def describe(self, standing: Standing) -> Plan:
        """Return the standing as a plan with times; unserved stops get their reasons later."""
        rounds = tuple(planned_round(standing, c) for c, order in enumerate(standing.orders) if order)
        left = tuple(
            Unserved(stop_id=self.usable.stops[s].stop_id, reason="not_planned") for s in sorted(standing.left)
        )
        price = {s.stop_id: unserved_price(s) for s in self.problem.stops}
        return Plan(
            rounds=rounds,
            unserved=self.aside + left,
            travel_s=sum(r.travel_s for r in rounds),
            cost=sum(standing.costs) + sum(price[u.stop_id] for u in self.aside + left),
            travel_source=self.travel.name,
            degraded=self.degraded,
            seconds=0.0,
        )


def planned_round(standing: Standing, courier_number: int) -> PlannedRound:
    """Return one courier's round with its times. The order must obey every rule."""
    problem, places = standing.problem, standing.places
    courier, day = problem.couriers[courier_number], work_day(problem.couriers[courier_number])
    stops = [problem.stops[s] for s in standing.orders[courier_number]]
    start, end = places.ends(courier)
    legs_s, legs_m = places.tables([start, *(places.stop_at[s.stop_id] for s in stops), end])
    along = range(len(stops) + 1)
    seconds = [int(legs_s[i, i + 1]) for i in along]
    before = ["", *(s.building for s in stops)]
    walked = walk(
        day,
        [s.stop_id for s in stops],
        seconds,
        [0 if s.building and s.building == before[i] else s.setup_s for i, s in enumerate(stops)],
        [s.service_s for s in stops],
        [day.window(s.window) for s in stops],
        is_short=courier.longest_s is not None,
    )
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
