"""The acts of one phone in the order in which it recorded them, whatever its clock said meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """One act of a phone: its place among the phone's acts, and when it happened as far as it tells by itself.

    ``is_known``: the phone's clock tells the instant; else it is no more than a bound.
    """

    seq: int
    at: datetime
    is_known: bool = True


def in_turn(acts: Sequence[Numbered]) -> list[datetime]:
    """Return when each act happened so that none lies before one the phone recorded before it, in the order given.

    An instant that is only a bound moves none of the others: it is put before the next that is known. A function of
    the set of acts: in which order they arrived does not matter, and a number that never comes leaves no gap open.
    """
    order = sorted(range(len(acts)), key=lambda n: (acts[n].seq, acts[n].at))
    ceilings = _next_known(acts, order)
    found: dict[int, datetime] = {}
    floor: datetime | None = None
    for n in order:
        at = acts[n].at if floor is None else max(floor, acts[n].at)
        floor = found[n] = min(at, ceilings.get(n, at))
    return [found[n] for n in range(len(acts))]


def _next_known(acts: Sequence[Numbered], order: Sequence[int]) -> dict[int, datetime]:
    """Return when the next known act was for each unknown one. No known one was before a known one before it."""
    ceilings: dict[int, datetime] = {}
    waiting: list[int] = []
    floor: datetime | None = None
    for n in order:
        if not acts[n].is_known:
            waiting.append(n)
            continue
        floor = acts[n].at if floor is None else max(floor, acts[n].at)
        ceilings |= dict.fromkeys(waiting, floor)
        waiting.clear()
    return ceilings
