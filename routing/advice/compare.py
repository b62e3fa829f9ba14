"""Two plans of one day beside each other: by figures, and by every stop that another courier serves or another time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from routing.planned import Plan

LATER_S = 900
"""A stop served this much earlier or later has moved in time."""
Kind = Literal["added", "dropped", "moved", "retimed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StopChange:
    """A stop that is not as it was; ``..._courier`` and ``..._start_s`` are None where no round serves it.

    ``added`` and ``dropped`` are served in one plan only, ``moved`` by another courier, ``retimed`` by the same one at
    least a quarter of an hour earlier or later.
    """

    stop_id: str
    kind: Kind
    before_courier: str | None
    before_start_s: int | None
    after_courier: str | None
    after_start_s: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a plan comes to; times in seconds, ways in metres."""

    n_rounds: int
    n_stops: int
    n_unserved: int
    travel_s: int
    travel_m: int
    latest_back_s: int
    longest_round_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Figures before and after, the changes (dropped, added, moved, retimed), and how many stops stay as they were."""

    before: Figures
    after: Figures
    changes: tuple[StopChange, ...]
    n_same: int


def figures(plan: Plan) -> Figures:
    """Return what a plan comes to."""
    driven = [r for r in plan.rounds if r.visits]
    return Figures(
        n_rounds=len(driven),
        n_stops=sum(len(r.visits) for r in driven),
        n_unserved=len(plan.unserved),
        travel_s=sum(r.travel_s for r in driven),
        travel_m=sum(r.travel_m for r in driven),
        latest_back_s=max((r.back_at_s for r in driven), default=0),
        longest_round_s=max((r.back_at_s - r.leave_at_s for r in driven), default=0),
    )


def compare(before: Plan, after: Plan) -> Comparison:
    """Return how two plans differ; changes in the order of kinds, then of the time of day."""
    was, now = _served(before), _served(after)
    found = [change for stop_id in was.keys() | now.keys() if (change := _change(stop_id, was, now)) is not None]
    kinds: tuple[Kind, ...] = ("dropped", "added", "moved", "retimed")
    found.sort(key=lambda c: (kinds.index(c.kind), c.after_start_s or c.before_start_s or 0, c.stop_id))
    n_same = len(was.keys() | now.keys()) - len(found)
    return Comparison(before=figures(before), after=figures(after), changes=tuple(found), n_same=n_same)


def _served(plan: Plan) -> dict[str, tuple[str, int]]:
    return {v.stop_id: (r.courier_id, v.start_s) for r in plan.rounds for v in r.visits}


def _change(stop_id: str, was: dict[str, tuple[str, int]], now: dict[str, tuple[str, int]]) -> StopChange | None:
    before, after = was.get(stop_id), now.get(stop_id)
    kind: Kind
    if before is None:
        kind = "added"
    elif after is None:
        kind = "dropped"
    elif before[0] != after[0]:
        kind = "moved"
    elif abs(before[1] - after[1]) >= LATER_S:
        kind = "retimed"
    else:
        return None
    return StopChange(
        stop_id=stop_id,
        kind=kind,
        before_courier=before[0] if before else None,
        before_start_s=before[1] if before else None,
        after_courier=after[0] if after else None,
        after_start_s=after[1] if after else None,
    )
