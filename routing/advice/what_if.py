"""The day as it would be after a remedy: what a dispatcher may try before deciding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from routing.advice.remedies import longer
from routing.errors import RemedyNotApplicable
from routing.solving.piece import MAX_PRICE
from routing.types import Courier, Problem, Stop, Window


def apply_remedy(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    """Return the problem changed as a remedy says, its ``also`` included, and the stop first among the day's musts.

    The change is made for this stop's sake: without that, others that waited would take the room it makes.

    Raises RemedyNotApplicable for changes that are no change of this day: ``fix_field``, ``another_day``,
    ``not_tried``.
    """
    apply = _CHANGES.get(remedy.get("change", ""))
    if apply is None:
        raise RemedyNotApplicable(stop_id, str(remedy.get("change")))
    changed = _must_today(apply(problem, stop_id, remedy), stop_id, remedy)
    return apply_remedy(changed, stop_id, remedy["also"]) if "also" in remedy else changed


def _stop(problem: Problem, stop_id: str, change: Callable[[Stop], Stop]) -> Problem:
    together: set[str] = {stop_id}.union(*(q for q in problem.sequences if stop_id in q))
    return replace(problem, stops=tuple(change(s) if s.stop_id in together else s for s in problem.stops))


def _courier(problem: Problem, remedy: dict[str, Any], change: Callable[[Courier], Courier]) -> Problem:
    name = remedy["courier_id"]
    return replace(problem, couriers=tuple(change(c) if c.courier_id == name else c for c in problem.couriers))


def _longer_shift(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    return _courier(problem, remedy, lambda c: longer(c, remedy["by_s"]))


def _extra_courier(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    like = next(c for c in problem.couriers if c.courier_id == remedy["like"])
    names = {c.courier_id for c in problem.couriers}
    name = next(f"{like.courier_id}+{n}" for n in range(1, len(names) + 2) if f"{like.courier_id}+{n}" not in names)
    more = replace(
        longer(like, remedy["by_s"]),
        courier_id=name,
        office_id=remedy["office_id"],
        has_left=False,
        skills=like.skills | frozenset(remedy.get("skills", ())),
        capacity_ml=max(like.capacity_ml, remedy.get("capacity_ml", 0)),
    )
    if like.office_id != more.office_id:
        more = replace(more, start=None, end=None)
    return replace(problem, couriers=(*problem.couriers, more))


def _lend_courier(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    """Return the problem with the one more courier being one of the crew, who walks from that office today."""

    def lent(courier: Courier) -> Courier:
        if courier.office_id != remedy["office_id"]:
            courier = replace(courier, office_id=remedy["office_id"], start=None, end=None)
        return replace(
            longer(courier, remedy["by_s"]),
            skills=courier.skills | frozenset(remedy.get("skills", ())),
            capacity_ml=max(courier.capacity_ml, remedy.get("capacity_ml", 0)),
        )

    return _courier(problem, remedy, lent)


def _widen_window(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    window = Window(from_s=remedy["from_s"], until_s=remedy["until_s"])
    return _stop(problem, stop_id, lambda s: replace(s, window=window))


def _allow_courier(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    return _courier(problem, remedy, lambda c: replace(c, skills=c.skills | frozenset(remedy["skills"])))


def _unlock(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    return _stop(problem, stop_id, lambda s: replace(s, locked_to=None))


def _larger_box(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    return _courier(problem, remedy, lambda c: replace(c, capacity_ml=max(c.capacity_ml, remedy["capacity_ml"])))


def _must_today(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    return _stop(problem, stop_id, lambda s: replace(s, must_today=True, lateness_per_day=MAX_PRICE))


def _open_commune(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    return replace(problem, closed_communes=problem.closed_communes - {remedy["commune_code"]})


def _split_sequence(problem: Problem, stop_id: str, remedy: dict[str, Any]) -> Problem:
    return replace(problem, sequences=tuple(q for q in problem.sequences if stop_id not in q))


_CHANGES: dict[str, Callable[[Problem, str, dict[str, Any]], Problem]] = {
    "longer_shift": _longer_shift,
    "extra_courier": _extra_courier,
    "lend_courier": _lend_courier,
    "widen_window": _widen_window,
    "allow_courier": _allow_courier,
    "unlock": _unlock,
    "larger_box": _larger_box,
    "must_today": _must_today,
    "open_commune": _open_commune,
    "split_sequence": _split_sequence,
    "plan_again": lambda problem, stop_id, remedy: problem,
}

APPLICABLE = frozenset(_CHANGES)
"""Every change `apply_remedy` can make; ``lend_courier`` is an ``extra_courier`` with the ``courier_id`` who walks."""
