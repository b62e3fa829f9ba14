"""What planning returns: rounds with their times, and the stops that are not served, with reason and remedy."""

from __future__ import annotations

from dataclasses import dataclass

from routing.remedy import Remedy
from routing.types import Visit


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedRound:
    """One courier's ordered day; ``travel_s`` and ``travel_m`` count the road only, not waiting, lunch or service."""

    courier_id: str
    office_id: str
    leave_at_s: int
    back_at_s: int
    travel_s: int
    travel_m: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unserved:
    """A stop the plan does not serve. ``reason`` is a code of ``advice.explain``; ``remedy`` is what would help."""

    stop_id: str
    reason: str
    remedy: Remedy | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Rounds and what is left over. ``degraded`` says, when not None, why the plan may be worse than it should be.

    ``cost`` is travel plus fixed costs, unfamiliar and moved stops, unfair load and the price of what is unserved, in
    seconds of travel.
    ``seconds`` is how long planning took.
    """

    rounds: tuple[PlannedRound, ...]
    unserved: tuple[Unserved, ...]
    travel_s: int
    cost: int
    travel_source: str
    degraded: str | None
    seconds: float
