"""The cheapest change that would serve an unserved stop, tried against the rules before it is proposed.

Cheapest is, in this order: no overtime, the fewest half hours of it, one more courier, another day; among equals the
least added cost. Every position on the twelve nearest rounds is tried. The kinds of change are in `routing.remedy`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from routing.advice.reasons import Case, reason_of
from routing.remedy import (
    AllowCourier,
    AnotherDay,
    Change,
    ExtraCourier,
    FixField,
    LargerBox,
    LongerShift,
    MustToday,
    PlanAgain,
    Remedy,
    SplitSequence,
    Unlock,
    WidenWindow,
    longer,
    somebody,
)
from routing.solving.piece import Piece, make_piece, may_serve
from routing.solving.solution import Solution
from routing.timing import work_day
from routing.types import Courier, Stop, Window, great_circle_m

LONGEST_EXTENSION_S = 4 * 3600
STEP_S = 1_800
EXACT_S = 60
WIDEST = Window(from_s=0, until_s=86_400)
WINDOW_STEP_S = 900
DOUBTFUL = {"too_far": "point", "window_closed": "window", "too_large": "volume_ml", "no_courier": "office_id"}
"""Where four more hours would not help anybody, this field of the stop is doubtful."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """What a place on a round costs, the piece it was tried on and the order there, the new stops last by number."""

    extra: int
    piece: Piece
    order: list[int]


def place_on(case: Case, courier: int, changed: Courier, *, stops: list[Stop]) -> Insertion | None:
    """Return the cheapest place of a case's changed stops on a round under a changed courier; None if nowhere."""
    case.require_time()
    solution = case.solution
    served = [solution.problem.stops[s] for s in solution.orders[courier]]
    return insertion(solution, served, stops, changed, cost_now=solution.costs[courier])


def insertion(
    solution: Solution, served: list[Stop], new: list[Stop], courier: Courier, *, cost_now: int
) -> Insertion | None:
    """Return the cheapest place of new stops on a round; None where every place breaks a rule."""
    piece = make_piece(solution.problem, solution.places, [*served, *new], [courier])
    own, added = list(range(len(served))), list(range(len(served), len(served) + len(new)))
    travel, ends = piece.travel, piece.vehicles[0]
    path = np.array([ends.start, *own, ends.end])
    detour = travel[path[:-1], added[0]].astype(np.int64) + travel[added[-1], path[1:]] - travel[path[:-1], path[1:]]
    best: Insertion | None = None
    for at in np.argsort(detour, kind="stable").tolist():
        order = [*own[:at], *added, *own[at:]]
        cost = piece.order_cost(0, order)
        if cost is not None and (best is None or cost - cost_now < best.extra):
            best = Insertion(cost - cost_now, piece, order)
        if best is not None and not ends.fair_price:
            break  # only travel differs, and the other positions have longer detours
    return best


Place = Callable[[Insertion, Courier, str | None], Change]
"""Makes the change once a position is found: of the insertion, the changed courier, and his id on a round of today."""


@dataclass(frozen=True)
class _Offer:
    """A change that makes the stop possible: the changed stops, and how a courier changes.

    ``change`` describes it once a position is found, None where nothing but time is needed. Where the change is
    of the courier (``is_of_courier``), one more courier brings ``skills`` or a larger box along instead.
    ``is_for_another`` offers couriers of other offices only as one more.
    """

    stops: list[Stop]
    courier: Callable[[Courier], Courier] = lambda courier: courier
    change: Place | None = None
    skills: tuple[str, ...] = ()
    is_of_courier: bool = False
    enlarges_box: bool = False
    is_for_another: bool = False


def cheapest_remedy(case: Case, reason: str, permitted: list[int]) -> Remedy:
    """Return the change that serves the stop beside everything planned; ``permitted`` may serve it as it is.

    Raises OutOfTime in the midst of looking where the case's time is over.
    """
    couriers, stop_id = case.solution.problem.couriers, case.stop_id
    if reason == "unreachable":
        return Remedy.of(FixField(stop_id=stop_id, field="point"))
    if not couriers:
        return _first_courier(case)
    for offer in _offers(case, reason):
        allowed = permitted or [
            i for i, c in enumerate(couriers) if all(may_serve(offer.courier(c), s) for s in offer.stops)
        ]
        found = _on_a_round(case, offer, allowed) or _with_another_courier(case, offer, allowed)
        if found is not None:
            return found
    if len(case.stops) > 1:
        single = case.split()
        remedy = cheapest_remedy(single, *reason_of(single))
        if remedy.first.is_of_the_day:
            remedy = replace(remedy, changes=(SplitSequence(stop_id=stop_id), *remedy.changes))
        return remedy
    if reason in DOUBTFUL:
        return Remedy.of(FixField(stop_id=stop_id, field=DOUBTFUL[reason]))
    return Remedy.of(AnotherDay(stop_id=stop_id))


def _offers(case: Case, reason: str) -> Iterator[_Offer]:
    """Yield the changes that remove the reason, the smallest first."""
    stops, stop_id = case.stops, case.stop_id
    if reason == "no_courier":
        yield from _permissions(case)
    elif reason == "too_large":
        volume = sum(s.volume_ml for s in stops)

        def box(found: Insertion, courier: Courier, courier_id: str | None) -> Change:
            return LargerBox(stop_id=stop_id, courier_id=courier_id or "", capacity_ml=_box_needed(found))

        yield _Offer(stops, partial(_with_box, by_ml=volume), box, is_of_courier=True, enlarges_box=True)
    elif reason == "window_closed":
        if len(stops) == 1:
            free = [replace(s, window=None) for s in stops]
            yield _Offer(free, change=partial(_window_needed, stops[0]))
    else:
        yield _Offer(stops)


def _permissions(case: Case) -> Iterator[_Offer]:
    stop_id = case.stop_id
    locked = {s.locked_to for s in case.stops} - {None}
    if locked:
        free = [replace(s, locked_to=None) for s in case.stops]
        locked_to = min(filter(None, locked))

        def unlock(found: Insertion, courier: Courier, courier_id: str | None) -> Change:
            return Unlock(stop_id=stop_id, locked_to=locked_to, courier_id=courier_id)

        yield _Offer(free, change=unlock)
        return
    skills = frozenset[str]().union(*(s.skills for s in case.stops))
    named = tuple(sorted(skills))

    def allow(found: Insertion, courier: Courier, courier_id: str | None) -> Change:
        return AllowCourier(stop_id=stop_id, courier_id=courier_id or "", skills=named)

    yield _Offer(case.stops, lambda c: replace(c, has_left=False))  # only those at the office can take it
    able = _Offer(
        case.stops,
        lambda c: replace(c, skills=c.skills | skills, has_left=False),
        allow,
        skills=named,
        is_of_courier=True,
    )
    yield able
    home = next((s.office_id for s in case.stops if s.office_id is not None), None)
    if home is not None:
        yield replace(able, courier=partial(_lent_to, home, skills), is_for_another=True)


def _lent_to(office_id: str, skills: frozenset[str], courier: Courier) -> Courier:
    """Return another office's courier as one of this office."""
    lent = replace(courier, courier_id="", office_id=office_id, start=None, end=None)
    return replace(lent, has_left=False, skills=lent.skills | skills)


def _on_a_round(case: Case, offer: _Offer, allowed: list[int]) -> Remedy | None:
    """Return the offer on the round where it needs the least overtime, then costs least."""
    couriers = case.solution.problem.couriers
    best: tuple[int, int, int, Insertion] | None = None
    if offer.is_for_another:
        return None
    for i in case.near([i for i in allowed if not couriers[i].has_left or _may_join(case, couriers[i])]):
        changed = offer.courier(couriers[i])
        most = LONGEST_EXTENSION_S if best is None else best[0]
        place = _least_overtime(partial(place_on, case, i, stops=offer.stops), changed, most)
        if place is not None and (best is None or (place[0], place[1].extra) < (best[0], best[1])):
            best = place[0], place[1].extra, i, place[1]
    if best is None:
        return None
    by_s, extra, i, found = best
    courier_id = couriers[i].courier_id
    changes: list[Change] = []
    if offer.change is not None:
        changes.append(offer.change(found, longer(offer.courier(couriers[i]), by_s), courier_id))
    if by_s:
        short_by_s = _short_by(case, i, offer, by_s)
        changes.append(LongerShift(stop_id=case.stop_id, courier_id=courier_id, by_s=by_s, short_by_s=short_by_s))
    return _priced(case, changes, extra)


def _least_overtime(
    place: Callable[[Courier], Insertion | None], courier: Courier, most_s: int
) -> tuple[int, Insertion] | None:
    """Return the fewest half hours with which a place is found, and the place; None if ``most_s`` do not do."""
    found = place(longer(courier, most_s))
    if found is None:
        return None
    # More time never makes a position infeasible, so bisection finds the least.
    low, high = -1, most_s // STEP_S
    while high - low > 1:
        middle = (low + high) // 2
        sooner = place(longer(courier, middle * STEP_S))
        if sooner is None:
            low = middle
        else:
            high, found = middle, sooner
    return high * STEP_S, found


def _may_join(case: Case, courier: Courier) -> bool:
    return all(may_serve(courier, s) for s in case.stops)


def _short_by(case: Case, i: int, offer: _Offer, by_s: int) -> int:
    """Return how many seconds the shift is too short, to the minute."""
    courier = offer.courier(case.solution.problem.couriers[i])
    low, high = by_s - STEP_S, by_s
    while high - low > EXACT_S:
        middle = (low + high) // 2
        if place_on(case, i, longer(courier, middle), stops=offer.stops) is None:
            low = middle
        else:
            high = middle
    return high


def _with_another_courier(case: Case, offer: _Offer, allowed: list[int]) -> Remedy | None:
    """Return the offer with one more courier, like the one who needs the least overtime for it alone."""
    couriers = case.solution.problem.couriers
    if any(s.locked_to is not None for s in offer.stops):
        return None
    for by_s in range(0, LONGEST_EXTENSION_S + 1, STEP_S):
        for i in case.near(allowed):
            case.require_time()
            changed = longer(replace(offer.courier(couriers[i]), has_left=False), by_s)
            found = insertion(case.solution, [], offer.stops, changed, cost_now=0)
            if found is None:
                continue
            changes: list[Change] = []
            if offer.change is not None and not offer.is_of_courier:
                changes.append(offer.change(found, changed, None))
            more = ExtraCourier(
                stop_id=case.stop_id,
                office_id=changed.office_id,
                like=couriers[i].courier_id,
                by_s=by_s,
                skills=offer.skills,
                capacity_ml=_box_needed(found) if offer.enlarges_box else None,
            )
            return _priced(case, [*changes, more], found.extra)
    return None


def _first_courier(case: Case) -> Remedy:
    """Return the office that lacks a courier on a day without any: the stop's own, else the nearest that will do."""
    here, own = case.stops[0].point, {s.office_id for s in case.stops} - {None}
    offices = [o for o in case.solution.problem.offices if not own or own == {o.office_id}]
    free = [replace(s, locked_to=None) for s in case.stops]
    skills = frozenset[str]().union(*(s.skills for s in free))
    for office in sorted(offices, key=lambda o: great_circle_m(o.point, here)):
        case.require_time()
        courier = replace(somebody(office.office_id), skills=skills)
        found = insertion(case.solution, [], free, courier, cost_now=0)
        if found is not None:
            more = ExtraCourier(
                stop_id=case.stop_id, office_id=office.office_id, like=None, skills=tuple(sorted(skills))
            )
            return _priced(case, [more], found.extra)
    return Remedy.of(FixField(stop_id=case.stop_id, field="office_id" if own else "point"))


def _priced(case: Case, changes: list[Change], extra: int) -> Remedy:
    """Return the changes as one remedy; where going costs more than waiting, the stop must go today as well."""
    if extra >= case.penalty:
        changes = [*changes, MustToday(stop_id=case.stop_id, waiting_s=case.penalty, going_s=extra)]
    return Remedy(changes=tuple(changes) or (PlanAgain(stop_id=case.stop_id),), extra_s=extra)


def _with_box(courier: Courier, *, by_ml: int) -> Courier:
    return replace(courier, capacity_ml=courier.capacity_ml + by_ml)


def _box_needed(found: Insertion) -> int:
    """Return the largest volume that lies in the box at any moment of the round."""
    piece = found.piece
    load = most = sum(piece.volume[s] for s in found.order if not piece.collected[s])
    for stop in found.order:
        load += piece.volume[stop] if piece.collected[stop] else -piece.volume[stop]
        most = max(most, load)
    return most


def _window_needed(stop: Stop, found: Insertion, courier: Courier, courier_id: str | None) -> Change:
    """Return the window widened, by quarter hours, to the time of day at which the round would be there."""
    piece = found.piece
    until = found.order.index(piece.n_stops - 1) + 1
    at = work_day(courier).start(piece.clock_after(0, found.order[:until]) - stop.service_s)
    window = stop.window or WIDEST
    return WidenWindow(
        stop_id=stop.stop_id,
        from_s=min(window.from_s, at // WINDOW_STEP_S * WINDOW_STEP_S),
        until_s=max(window.until_s, -(-at // WINDOW_STEP_S) * WINDOW_STEP_S),
        courier_id=courier_id,
    )
