"""What would serve a stop that was left out: the cheapest change, tried against the rules before it is told.

A remedy is a dictionary: ``change``, its figures, and under ``also`` a second change it needs. Times in seconds.

===============  ===================================================================================
longer_shift     ``courier_id`` works ``by_s`` longer; ``short_by_s`` is what the day lacked exactly
extra_courier    one more courier ``like`` another of ``office_id``; ``by_s`` longer where need be
widen_window     the service may begin from ``from_s`` until ``until_s``
allow_courier    ``courier_id`` gets the ``skills``; ``unlock`` lets others than ``locked_to`` serve
larger_box       ``courier_id`` can carry ``capacity_ml``
must_today       waiting costs ``waiting_s``, going ``going_s``: the promise has to outweigh it
open_commune     nobody may go to ``commune_code`` today
split_sequence   the stops of its sequence cannot be served one after the other
fix_field        ``field`` cannot be right
plan_again       there is room: the search ended before it came to this stop
another_day      no change found today; alone on an empty day the stop can be served
not_tried        the time for looking was over
===============  ===================================================================================

``extra_s`` is what the change costs in travel and other costs of the plan. Cheapest is, in this order: no overtime, the
fewest half hours of it, one more courier, another day; among equals the least ``extra_s``. Every place on the twelve
nearest rounds is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from routing.advice.reasons import Case, reason_of
from routing.solving.piece import Piece, make_piece, may_serve
from routing.solving.standing import Standing
from routing.timing import work_day
from routing.types import Courier, Stop, Window

Remedy = dict[str, Any]

LONGEST_EXTENSION_S = 4 * 3600
STEP_S = 1_800
EXACT_S = 60
WIDEST = Window(from_s=0, until_s=86_400)
WINDOW_STEP_S = 900
BY_HAND = ("fix_field", "another_day")
CHANGES = (
    "longer_shift", "extra_courier", "widen_window", "allow_courier", "unlock", "larger_box", "must_today",
    "open_commune", "split_sequence", "fix_field", "plan_again", "another_day", "not_tried",
)  # fmt: skip
DOUBTFUL = {"too_far": "point", "window_closed": "window", "too_large": "volume_ml", "no_courier": "office_id"}


@dataclass(frozen=True, slots=True)
class Insertion:
    """What a place on a round costs, the piece it was tried on and the order there, the new stops last by number."""

    extra: int
    piece: Piece
    order: list[int]


def place_on(case: Case, courier: int, changed: Courier, *, stops: list[Stop]) -> Insertion | None:
    """Return the cheapest place of a case's changed stops on a round under a changed courier; None if nowhere."""
    case.require_time()
    standing = case.standing
    served = [standing.problem.stops[s] for s in standing.orders[courier]]
    return insertion(standing, served, stops, changed, cost_now=standing.costs[courier])


def insertion(
    standing: Standing, served: list[Stop], new: list[Stop], courier: Courier, *, cost_now: int
) -> Insertion | None:
    """Return the cheapest place of new stops on a round; None where every place breaks a rule."""
    piece = make_piece(standing.problem, standing.places, [*served, *new], [courier])
    own, added = list(range(len(served))), list(range(len(served), len(served) + len(new)))
    travel, ends = piece.travel, piece.vehicles[0]
    path = np.array([ends.start, *own, ends.end])
    longer = travel[path[:-1], added[0]].astype(np.int64) + travel[added[-1], path[1:]] - travel[path[:-1], path[1:]]
    best: Insertion | None = None
    for at in np.argsort(longer, kind="stable").tolist():
        order = [*own[:at], *added, *own[at:]]
        cost = piece.order_cost(0, order)
        if cost is not None and (best is None or cost - cost_now < best.extra):
            best = Insertion(cost - cost_now, piece, order)
        if best is not None and not ends.fair_price:
            break  # the way is all that differs, and the others are longer
    return best


@dataclass(frozen=True)
class _Offer:
    """A change that makes the stop possible: changed stops, how couriers change, and how it is told.

    ``finish`` completes what is told from the place found. ``is_for_another`` leaves the couriers of today alone.
    """

    remedy: Remedy
    stops: list[Stop]
    courier: Callable[[Courier], Courier] = lambda courier: courier
    finish: Callable[[Insertion, Courier], Remedy] = lambda found, courier: {}
    is_for_another: bool = False


def cheapest_remedy(case: Case, reason: str, permitted: list[int]) -> Remedy:
    """Return the change that serves the stop beside everything planned; ``permitted`` may serve it as it is.

    Raises OutOfTime in the midst of looking where the case's time is over.
    """
    couriers = case.standing.problem.couriers
    if reason == "unreachable":
        return {"change": "fix_field", "field": "point"}
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
        return remedy if remedy["change"] in BY_HAND else {"change": "split_sequence", "also": remedy}
    if reason in DOUBTFUL:  # four hours more would not do for anybody: what came in is in doubt
        return {"change": "fix_field", "field": DOUBTFUL[reason]}
    return {"change": "another_day"}


def _offers(case: Case, reason: str) -> Iterator[_Offer]:
    """Yield the changes that take the reason away, the least first."""
    stops = case.stops
    if reason == "no_courier":
        yield from _permissions(case)
    elif reason == "too_large":
        volume = sum(s.volume_ml for s in stops)
        yield _Offer({"change": "larger_box"}, stops, partial(_with_box, by_ml=volume), _box_needed)
    elif reason == "window_closed":
        if len(stops) == 1:
            free = [replace(s, window=None) for s in stops]
            yield _Offer({"change": "widen_window"}, free, finish=partial(_window_needed, stops[0]))
    else:
        yield _Offer({}, stops)


def _permissions(case: Case) -> Iterator[_Offer]:
    locked = {s.locked_to for s in case.stops} - {None}
    if locked:
        free = [replace(s, locked_to=None) for s in case.stops]
        yield _Offer({"change": "unlock", "locked_to": min(filter(None, locked))}, free)
        return
    skills = frozenset[str]().union(*(s.skills for s in case.stops))
    yield _Offer({}, case.stops, lambda c: replace(c, has_left=False))  # only those at the office can take it
    yield _Offer(
        {"change": "allow_courier", "skills": sorted(skills)},
        case.stops,
        lambda c: replace(c, skills=c.skills | skills, has_left=False),
    )
    home = next((s.office_id for s in case.stops if s.office_id is not None), None)
    if home is not None:
        yield _Offer({"skills": sorted(skills)}, case.stops, partial(_lent_to, home, skills), is_for_another=True)


def _lent_to(office_id: str, skills: frozenset[str], courier: Courier) -> Courier:
    """Return another office's courier as one of this office."""
    lent = replace(courier, courier_id="", office_id=office_id, start=None, end=None)
    return replace(lent, has_left=False, skills=lent.skills | skills)


def _on_a_round(case: Case, offer: _Offer, allowed: list[int]) -> Remedy | None:
    """Return the offer on the round where it needs the least overtime, then costs least."""
    couriers = case.standing.problem.couriers
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
    told = offer.remedy | offer.finish(found, longer(offer.courier(couriers[i]), by_s))
    if offer.remedy:
        told |= {"courier_id": couriers[i].courier_id}
    parts = [told] if told else []
    if by_s:
        short = _short_by(case, i, offer, by_s)
        parts.append(
            {"change": "longer_shift", "courier_id": couriers[i].courier_id, "by_s": by_s, "short_by_s": short}
        )
    return _chained(case, parts, extra)


def _least_overtime(
    place: Callable[[Courier], Insertion | None], courier: Courier, most_s: int
) -> tuple[int, Insertion] | None:
    """Return the fewest half hours with which a place is found, and the place; None if ``most_s`` do not do."""
    found = place(longer(courier, most_s))
    if found is None:
        return None
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
    courier = offer.courier(case.standing.problem.couriers[i])
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
    couriers = case.standing.problem.couriers
    if any(s.locked_to is not None for s in offer.stops):
        return None
    for by_s in range(0, LONGEST_EXTENSION_S + 1, STEP_S):
        for i in case.near(allowed):
            case.require_time()
            changed = longer(replace(offer.courier(couriers[i]), has_left=False), by_s)
            found = insertion(case.standing, [], offer.stops, changed, cost_now=0)
            if found is not None:
                told = offer.remedy | offer.finish(found, changed)
                like = couriers[i].courier_id
                extra = {"change": "extra_courier", "office_id": changed.office_id, "like": like, "by_s": by_s}
                for name in ("skills", "capacity_ml"):  # what the new courier brings along
                    if name in told:
                        told, extra = {}, extra | {name: told[name]}
                return _chained(case, [told, extra] if told else [extra], found.extra)
    return None


def _chained(case: Case, parts: list[Remedy], extra: int) -> Remedy:
    """Return the parts as one remedy; where going costs more than waiting, the promise has to outweigh it."""
    if extra >= case.price:
        parts = [*parts, {"change": "must_today", "waiting_s": case.price, "going_s": extra}]
    told: Remedy = {}
    for part in reversed(parts):
        told = part | ({"also": told} if told else {})
    return (told or {"change": "plan_again"}) | {"extra_s": extra}


def _with_box(courier: Courier, *, by_ml: int) -> Courier:
    return replace(courier, capacity_ml=courier.capacity_ml + by_ml)


def _box_needed(found: Insertion, courier: Courier) -> Remedy:
    """Return the largest volume that lies in the box at any moment of the round."""
    piece = found.piece
    load = most = sum(piece.volume[s] for s in found.order if not piece.collected[s])
    for stop in found.order:
        load += piece.volume[stop] if piece.collected[stop] else -piece.volume[stop]
        most = max(most, load)
    return {"capacity_ml": most}


def _window_needed(stop: Stop, found: Insertion, courier: Courier) -> Remedy:
    """Return the window widened, by quarter hours, to the time of day at which the round would be there."""
    piece = found.piece
    until = found.order.index(piece.n_stops - 1) + 1
    at = work_day(courier).start(piece.clock_after(0, found.order[:until]) - stop.service_s)
    told = stop.window or WIDEST
    early = min(told.from_s, at // WINDOW_STEP_S * WINDOW_STEP_S)
    late = max(told.until_s, -(-at // WINDOW_STEP_S) * WINDOW_STEP_S)
    return {"from_s": early, "until_s": late}


def longer(courier: Courier, by_s: int) -> Courier:
    """Return the courier with a shift that ends so much later."""
    longest_s = None if courier.longest_s is None else courier.longest_s + by_s
    shift = Window(from_s=courier.shift.from_s, until_s=courier.shift.until_s + by_s)
    return replace(courier, shift=shift, longest_s=longest_s)
