"""Whose data a request sees: the one place that masks, lets pass and notes, whatever view or paper asked.

`postal.people.open_person` asks here. Outside a request (commands, jobs) there is nobody to hide anything from.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Looking:
    """What one request may see of citizens, and the ids of the people it has seen."""

    may_see: bool
    seen: set[int] = field(default_factory=set)


_looking: ContextVar[Looking | None] = ContextVar("looking", default=None)


@contextmanager
def watching(looking: Looking) -> Iterator[Looking]:
    """Note in ``looking`` whoever is shown inside, and mask them where it may not see."""
    token = _looking.set(looking)
    try:
        yield looking
    finally:
        _looking.reset(token)


def allow_looking() -> None:
    """Show people from here on in a request that masks them: somebody typed why."""
    looking = _looking.get()
    if looking is not None:
        looking.may_see = True


def may_see(person_id: int) -> bool:
    """Say whether a citizen may be shown now; one who may is noted as seen."""
    looking = _looking.get()
    if looking is None:
        return True
    if looking.may_see:
        looking.seen.add(person_id)
    return looking.may_see
