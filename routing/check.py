"""The independent checker: walks every round on the wall clock and finds whatever a plan does wrong.

It shares nothing with the solver's side but the plain types and the travel times, so that both would have to be
wrong in the same way for a bad plan to pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from routing.planned import Plan, PlannedRound
from routing.travel.closed_roads import around_closed_roads
from routing.travel.times import TravelTimes
from routing.types import Courier, Point, Problem, Stop, Visit

MUST_TODAY_PENALTY = 20_000_000
MAX_PENALTY = 10_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One broken rule: a stable code, the courier or stop it concerns, and the figures."""

    code: str
    who: str
    detail: str = ""


def check(problem: Problem, plan: Plan, travel: TravelTimes) -> list[Fault]:
    """Return every fault of a plan, none if it may be saved; all times, loads and costs are computed anew."""
    travel = around_closed_roads(travel, problem.closed_roads)  # the one thing shared with the solver's side
    faults = list(_each_stop_once(problem, plan))
    faults += _sequences(problem, plan)
    couriers = {c.courier_id: c for c in problem.couriers}
    stops = {s.stop_id: s for s in problem.stops}
    used = Counter(r.courier_id for r in plan.rounds)
    faults += [Fault(code="courier_twice", who=c, detail=f"{n} rounds") for c, n in used.items() if n > 1]
    travel_s = cost = 0
    for planned in plan.rounds:
        courier = couriers.get(planned.courier_id)
        if courier is None:
            faults.append(Fault(code="unknown_courier", who=planned.courier_id))
            continue
        if any(v.stop_id not in stops for v in planned.visits):
            continue
        own = [stops[v.stop_id] for v in planned.visits]
        office = next((o.point for o in problem.offices if o.office_id == courier.office_id), None)
        if office is None:
            faults.append(Fault(code="unknown_office", who=courier.office_id))
            continue
        legs_s, legs_m = legs([courier.start or office, *(s.point for s in own), courier.end or office], travel)
        faults += _round(problem, planned, courier, own)
        faults += _distances(planned, legs_s, legs_m)
        faults += _times(planned, courier, own, legs_s)
        travel_s += sum(legs_s)
        cost += round_cost(problem, replace(planned, travel_s=sum(legs_s)), courier, own)
    cost += sum(price_of(stops[u.stop_id]) for u in plan.unserved if u.stop_id in stops)
    if travel_s != plan.travel_s:
        faults.append(Fault(code="travel_wrong", who="plan", detail=f"{plan.travel_s} stated, {travel_s} found"))
    if cost != plan.cost:
        faults.append(Fault(code="cost_wrong", who="plan", detail=f"{plan.cost} stated, {cost} found"))
    return faults


def round_cost(problem: Problem, planned: PlannedRound, courier: Courier, stops: Sequence[Stop]) -> int:
    """Return what a round costs, in seconds of travel."""
    cost = planned.travel_s + (courier.fixed_cost_s if stops else 0)
    cost += sum(problem.unfamiliar_s for s in stops if courier.familiar and s.commune_code not in courier.familiar)
    cost += sum(problem.moved_stop_s for s in stops if s.courier_before not in (None, courier.courier_id))
    return cost + (_overwork(problem, planned, courier) if stops else 0)


def price_of(stop: Stop) -> int:
    """Return what it costs not to serve a stop, in seconds of travel."""
    return (MUST_TODAY_PENALTY if stop.must_today else 0) + max(1, min(stop.lateness_per_day, MAX_PENALTY))


def _each_stop_once(problem: Problem, plan: Plan) -> Iterator[Fault]:
    known = {s.stop_id for s in problem.stops}
    seen = Counter(v.stop_id for r in plan.rounds for v in r.visits)
    seen.update(u.stop_id for u in plan.unserved)
    for stop_id, n in seen.items():
        if stop_id not in known:
            yield Fault(code="unknown_stop", who=stop_id)
        elif n > 1:
            yield Fault(code="stop_twice", who=stop_id, detail=f"{n} times")
    for stop_id in known - set(seen):
        yield Fault(code="stop_missing", who=stop_id)


def _sequences(problem: Problem, plan: Plan) -> Iterator[Fault]:
    """Find broken sequences: each must be on one round, unbroken and in order, or not be served at all.

    Only a stop no plan may serve today may be missing from its midst.
    """
    at = {v.stop_id: (r.courier_id, i) for r in plan.rounds for i, v in enumerate(r.visits)}
    set_aside = {u.stop_id for u in plan.unserved if u.reason in ("bad_data", "commune_closed", "window_impossible")}
    for sequence in problem.sequences:
        due = [s for s in sequence if s not in set_aside]
        places = [at.get(s) for s in due]
        if not any(places):
            continue
        first = places[0]
        whole = None if first is None else [(first[0], first[1] + i) for i in range(len(due))]
        if places != whole:
            yield Fault(code="sequence_torn", who=due[0], detail=",".join(due))


def _overwork(problem: Problem, planned: PlannedRound, courier: Courier) -> int:
    """Return the price of coming back later than a fair day's work after the shift began."""
    begin, back, lunch = courier.shift.from_s, planned.back_at_s, courier.lunch
    if lunch is not None and lunch.until_s > max(lunch.from_s, begin) and lunch.from_s < courier.shift.until_s:
        if begin >= lunch.from_s:
            begin = lunch.until_s
        elif back > lunch.from_s:
            back = max(back - (lunch.until_s - lunch.from_s), lunch.from_s)
    return problem.fair_load * max(0, back - begin - problem.fair_round_s)


def _round(problem: Problem, planned: PlannedRound, courier: Courier, stops: Sequence[Stop]) -> Iterator[Fault]:
    if planned.office_id != courier.office_id:
        yield Fault(code="wrong_office", who=planned.courier_id, detail=planned.office_id)
    yield from _permissions(problem, courier, stops)
    yield from _load(courier, stops)


def _distances(planned: PlannedRound, legs_s: Sequence[int], legs_m: Sequence[int]) -> Iterator[Fault]:
    for code, stated, found in (
        ("travel_wrong", planned.travel_s, sum(legs_s)),
        ("distance_wrong", planned.travel_m, sum(legs_m)),
    ):
        if stated != found:
            yield Fault(code=code, who=planned.courier_id, detail=f"{stated} stated, {found} found")


def legs(points: Sequence[Point], travel: TravelTimes) -> tuple[list[int], list[int]]:
    """Return the seconds and the metres from each point to the next."""
    seconds, metres = travel.matrix(points)
    pairs = [(i, i + 1) for i in range(len(points) - 1)]
    return [int(seconds[a, b]) for a, b in pairs], [int(metres[a, b]) for a, b in pairs]


def _permissions(problem: Problem, courier: Courier, stops: Sequence[Stop]) -> Iterator[Fault]:
    for stop in stops:
        if stop.locked_to is not None and stop.locked_to != courier.courier_id:
            yield Fault(code="locked_elsewhere", who=stop.stop_id, detail=stop.locked_to)
        elif stop.locked_to is None and stop.office_id not in (None, courier.office_id):
            yield Fault(code="other_office", who=stop.stop_id, detail=courier.office_id)
        elif stop.locked_to is None and not stop.skills <= courier.skills:
            yield Fault(code="skill_missing", who=stop.stop_id, detail=",".join(sorted(stop.skills - courier.skills)))
        if courier.has_left and stop.locked_to is None and stop.kind == "delivery":
            yield Fault(code="left_without_it", who=stop.stop_id, detail=courier.courier_id)
        if stop.commune_code in problem.closed_communes:
            yield Fault(code="commune_closed", who=stop.stop_id, detail=stop.commune_code)


def _load(courier: Courier, stops: Sequence[Stop]) -> Iterator[Fault]:
    in_box = most = sum(s.volume_ml for s in stops if s.kind == "delivery")
    for stop in stops:
        in_box += stop.volume_ml if stop.kind == "collection" else -stop.volume_ml
        most = max(most, in_box)
    if most > courier.capacity_ml:
        yield Fault(code="overloaded", who=courier.courier_id, detail=f"{most} ml of {courier.capacity_ml} ml")


class _Clock:
    """A courier's watch: work moves it on, and lunch is taken once it is due."""

    def __init__(self, courier: Courier, now_s: int) -> None:
        lunch, shift = courier.lunch, courier.shift
        due = lunch is not None and lunch.until_s > max(lunch.from_s, shift.from_s) and lunch.from_s < shift.until_s
        self.now_s, self.lunch_at_s, self.eaten_s = now_s, 0, 0
        self.lunch_s = 0
        if due and lunch is not None:
            self.lunch_at_s, self.lunch_s = lunch.from_s, lunch.until_s - lunch.from_s
            if shift.from_s >= lunch.from_s:  # the shift begins during lunch: work starts after it
                self.lunch_s, self.now_s = 0, max(now_s, lunch.until_s)
            elif now_s >= lunch.until_s:  # lunch was taken at the office, before leaving
                self.lunch_s = 0

    def _eat(self) -> None:
        self.now_s, self.eaten_s, self.lunch_s = self.now_s + self.lunch_s, self.lunch_s, 0

    def drive(self, seconds: int) -> None:
        """Go on for so long; lunch interrupts a drive."""
        if self.lunch_s and self.now_s + seconds > self.lunch_at_s:
            self._eat()
        self.now_s += seconds

    def wait_until(self, second: int) -> None:
        """Wait at a door; a service does not begin when lunch is due."""
        if self.lunch_s and max(self.now_s, second) >= self.lunch_at_s:
            self.now_s = max(self.now_s, self.lunch_at_s)
            self._eat()
        self.now_s = max(self.now_s, second)

    def serve(self, seconds: int) -> None:
        """Finish the visit in hand; lunch that fell due meanwhile follows at once."""
        self.now_s += seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """A round as the wall clock shows it; ``eaten_s`` of it are lunch."""

    visits: tuple[Visit, ...]
    back_at_s: int
    eaten_s: int


def walk_on_the_clock(courier: Courier, leave_at_s: int, stops: Sequence[Stop], legs_s: Sequence[int]) -> Walk:
    """Walk a round stop by stop whatever it breaks; ``legs_s`` holds one leg more than there are stops."""
    clock, building, visits = _Clock(courier, leave_at_s), "", []
    for stop, leg_s in zip(stops, legs_s, strict=False):
        clock.drive(leg_s)
        arrive = clock.now_s
        clock.drive(0 if stop.building and stop.building == building else stop.setup_s)
        clock.wait_until(stop.window.from_s if stop.window else 0)
        start, building = clock.now_s, stop.building
        clock.serve(stop.service_s)
        visits.append(Visit(stop_id=stop.stop_id, arrive_s=arrive, start_s=start, leave_s=clock.now_s))
    clock.drive(legs_s[-1])
    return Walk(visits=tuple(visits), back_at_s=clock.now_s, eaten_s=clock.eaten_s)


def _times(planned: PlannedRound, courier: Courier, stops: Sequence[Stop], legs_s: Sequence[int]) -> Iterator[Fault]:
    who = planned.courier_id
    if not courier.shift.from_s <= planned.leave_at_s <= courier.shift.until_s:
        yield Fault(code="outside_shift", who=who, detail=f"leaves at {planned.leave_at_s}")
    found = walk_on_the_clock(courier, planned.leave_at_s, stops, legs_s)
    for stop, stated, visit in zip(stops, planned.visits, found.visits, strict=False):
        if stop.window and visit.start_s > stop.window.until_s:
            told = f"served at {visit.start_s}, window ends {stop.window.until_s}"
            yield Fault(code="late", who=stop.stop_id, detail=told)
        if stated != visit:
            yield Fault(code="times_wrong", who=stop.stop_id, detail=f"{stated} stated, {visit} found")
    if found.back_at_s > courier.shift.until_s:
        yield Fault(code="outside_shift", who=who, detail=f"back at {found.back_at_s}")
    worked_s = found.back_at_s - planned.leave_at_s - found.eaten_s
    if courier.longest_s is not None and worked_s > courier.longest_s:
        yield Fault(code="too_long", who=who, detail=f"{worked_s} s away, {courier.longest_s} s allowed")
    if found.back_at_s != planned.back_at_s:
        told = f"back at {planned.back_at_s} stated, {found.back_at_s} found"
        yield Fault(code="times_wrong", who=who, detail=told)
