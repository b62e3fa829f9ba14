"""Travel times that answer in time or not at all: a source that hangs or breaks must not take the plan with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from routing.errors import EngineUnavailable, RoutingError
from routing.travel.times import Table, TravelTimes
from routing.types import Point


@dataclass(frozen=True, slots=True)
class InTime:
    """A source of travel times, each table of it within ``seconds`` and before the monotonic time ``until``."""

    source: TravelTimes
    seconds: float
    until: float

    @property
    def name(self) -> str:
        """Return what the plan calls the source."""
        return self.source.name

    def matrix(self, points: Sequence[Point]) -> tuple[Table, Table]:
        """Return the source's answer, unchecked. Raises EngineUnavailable where it is late or breaks in any way."""
        answers: list[tuple[Table, Table]] = []
        failures: list[Exception] = []

        def ask() -> None:
            try:
                answers.append(self.source.matrix(points))
            except Exception as exc:  # whatever it was, the fallback is planned with
                failures.append(exc)

        # A thread cannot be stopped: one that hangs is left behind, and as a daemon it does not keep the process.
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(max(0.0, min(self.seconds, self.until - time.monotonic())))
        if answers:
            return answers[0]
        if failures and isinstance(failures[0], RoutingError):
            raise failures[0]
        raise EngineUnavailable from (failures[0] if failures else None)
