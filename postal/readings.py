"""Answers that one reading transaction needs more than once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

Answer = TypeVar("Answer")
_KEPT = "answers"


def keep_answers(session: Session) -> None:
    """Let a session that never writes keep what it was told."""
    session.info[_KEPT] = {}


def once(session: Session, question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """Return what was answered before in this reading transaction, or ask; one that writes asks each time."""
    kept: dict[Hashable, Any] | None = session.info.get(_KEPT)
    if kept is None:
        return ask()
    if question not in kept:
        kept[question] = ask()
    return cast("Answer", kept[question])
