"""A round as it is walked: its legs, what is done of them, where lunch lay, how far out of order doors were. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

# A break is lunch where what is beyond the work in it is so long, and so near to when lunch was planned.
_LUNCH_SHARE, _LUNCH_NEAR_S = 0.5, 3_600


@dataclass(frozen=True, kw_only=True)
class Leg:
    """The way to one stop and the stop itself, in seconds: planned work, of which at the door; when it was done.

    ``position`` is its place in the order in which the round is to be walked, from 1.
    ``done_s`` is a second of the local day, None where the courier still has to come.
    """

    position: int
    work_s: float
    service_s: float
    done_s: int | None = None


@dataclass(frozen=True, kw_only=True)
class Lunch:
    """When lunch is planned, in seconds of the local day."""

    from_s: int
    until_s: int

    @property
    def long_s(self) -> int:
        """Return how long it is."""
        return self.until_s - self.from_s

    def within(self, begin_s: float, end_s: float) -> float:
        """Return how much of a time is lunch."""
        return max(0.0, min(end_s, self.until_s) - max(begin_s, self.from_s))


@dataclass(frozen=True, kw_only=True)
class Walked:
    """A round as it is: legs in planned order, when it was planned to leave and when it left (None: not yet)."""

    legs: Sequence[Leg]
    leave_s: int
    left_s: int | None = None
    lunch: Lunch | None = None
    courier: int = 0


@dataclass(frozen=True, kw_only=True)
class Break:
    """The time between two doors, with the planned work in it; both in seconds."""

    begin_s: int
    end_s: int
    work_s: float

    @property
    def taken_s(self) -> int:
        """Return how long it was."""
        return max(0, self.end_s - self.begin_s)


def breaks(walked: Walked) -> list[Break]:
    """Return the times between the doors that are done, in the order they were done."""
    done = sorted((leg for leg in walked.legs if leg.done_s is not None), key=lambda leg: leg.done_s or 0)
    begins = [walked.left_s, *(leg.done_s for leg in done)]
    return [
        Break(begin_s=begin_s, end_s=leg.done_s or 0, work_s=leg.work_s)
        for leg, begin_s in zip(done, begins, strict=False)
        if begin_s is not None
    ]


def legs_walked(walked: Walked, pace: float) -> list[tuple[float, float]]:
    """Return planned and true work of each leg that is over, in seconds; the one that lunch lay in is left out."""
    return [(one.work_s, float(one.taken_s)) for one in breaks(walked) if lunch_in(one, walked.lunch, pace) is None]


def lunch_in(one: Break, lunch: Lunch | None, pace: float) -> float | None:
    """Return how long the lunch in a break was, in seconds; None where none lay in it.

    It is lunch where what the work leaves is long enough, and near enough to when lunch was planned.
    """
    beyond_s = one.taken_s - pace * one.work_s
    if lunch is None or not lunch.long_s or beyond_s < _LUNCH_SHARE * lunch.long_s:
        return None
    near = Lunch(from_s=lunch.from_s - _LUNCH_NEAR_S, until_s=lunch.until_s + _LUNCH_NEAR_S)
    return beyond_s if near.within(one.begin_s, one.end_s) >= _LUNCH_SHARE * lunch.long_s else None


def worked_at(at_s: float, lunch: Lunch | None) -> float:
    """Return an instant as seconds of work: lunch takes none of them."""
    return at_s - (lunch.within(0, at_s) if lunch is not None else 0.0)


def out_of_order_s(walked: Walked, expected_s: float = 0.0, n_expected: int = 0) -> float:
    """Return how far doors were from their planned place on this round, in seconds of planned work; 0 for none.

    ``expected_s`` is what was expected of the round, and counts as much as ``n_expected`` legs.
    """
    planned, so_far = {}, 0.0
    for leg in walked.legs:
        so_far += leg.work_s
        planned[leg.position] = so_far
    done = sorted((leg for leg in walked.legs if leg.done_s is not None), key=lambda leg: leg.done_s or 0)
    off_s, so_far = n_expected * expected_s, 0.0
    for leg in done:
        so_far += leg.work_s
        off_s += abs(so_far - planned[leg.position])
    return off_s / max(1, n_expected + len(done))


def as_of(walked: Walked, now_s: int) -> Walked:
    """Return a round as it was known at an earlier second of its day."""
    legs = [leg if leg.done_s is None or leg.done_s <= now_s else replace(leg, done_s=None) for leg in walked.legs]
    left_s = walked.left_s if walked.left_s is not None and walked.left_s <= now_s else None
    return replace(walked, legs=legs, left_s=left_s)
