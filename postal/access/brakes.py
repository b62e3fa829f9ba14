"""Brakes on guessing: a few wrong tries are free, then each next one waits longer; nothing is locked for good.

Whoever lets something be guessed (a password, a code, four digits) names a `Ladder`, counts each try before it looks at
it, and takes the try back when it proves right. Strangers and a browser that is known (`postal.access.devices`) climb
ladders of their own, so that strangers never slow the owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import case, delete, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.models import Brake, UtcDateTime
from postal.people import vault_of

_KEPT_FOR = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """What is guessed: ``n_free`` wrong tries cost nothing, each one after waits the next of ``waits``, then the last.

    A day without a try begins anew.
    """

    name: str
    n_free: int
    waits: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
    forgotten_after: timedelta = timedelta(days=1)


def count_try(session: Session, ladder: Ladder, key: str, *, now: datetime) -> bool:
    """Count a try as wrong until it proves right; False where the last wrong one still makes the next wait.

    One guarded UPDATE: many guesses at once get no more tries than one after another.
    """
    key_hash = _key_hash(session, ladder, key)
    counted = _count(session, ladder, key_hash, now)
    if counted is None:
        first = {"ladder": ladder.name, "key_hash": key_hash, "n_wrong": 0, "last_at": now}
        try:
            with session.begin_nested():
                session.execute(insert(Brake).values(first))
        except IntegrityError:  # somebody else's first try
            pass
        counted = _count(session, ladder, key_hash, now)
    return bool(counted)


def take_back(session: Session, ladder: Ladder, key: str) -> None:
    """Take back a try that proved right; what was wrong before it stays counted."""
    session.execute(
        update(Brake)
        .where(Brake.ladder == ladder.name, Brake.key_hash == _key_hash(session, ladder, key), Brake.n_wrong > 0)
        .values(n_wrong=Brake.n_wrong - 1, waits_until=None)
        .execution_options(synchronize_session=False)
    )


def count_from(session: Session, own: Ladder, common: Ladder, source: str, *, now: datetime) -> bool:
    """Count a try for its source and for all sources in this hour; False where either makes it wait.

    A source that has to wait counts against itself alone, or one stranger could make everybody wait. What the common
    ladder stops is not judged, so it does not count against its source.
    """
    if not count_try(session, own, source, now=now):
        return False
    if count_try(session, common, _hour(now), now=now):
        return True
    take_back(session, own, source)
    return False


def take_back_from(session: Session, own: Ladder, common: Ladder, source: str, *, now: datetime) -> None:
    """Take back a try that `count_from` counted at the same instant and that proved right."""
    take_back(session, own, source)
    take_back(session, common, _hour(now))


def clear(session: Session, ladder: Ladder, key: str) -> None:
    """Forget every wrong try at something."""
    key_hash = _key_hash(session, ladder, key)
    session.execute(delete(Brake).where(Brake.ladder == ladder.name, Brake.key_hash == key_hash))


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete brakes nobody touched for two days."""
    session.execute(delete(Brake).where(Brake.last_at < now - _KEPT_FOR))


def _count(session: Session, ladder: Ladder, key_hash: str, now: datetime) -> bool | None:
    """Return whether the try was counted, None where nothing was guessed at this yet."""
    n_wrong = case((Brake.last_at <= now - ladder.forgotten_after, 1), else_=Brake.n_wrong + 1)
    instants = [literal(now + wait, UtcDateTime()) for wait in ladder.waits]
    steps = [(n_wrong < ladder.n_free, literal(None, UtcDateTime()))]
    steps += [(n_wrong == ladder.n_free + n, instant) for n, instant in enumerate(instants)]
    of_key = (Brake.ladder == ladder.name, Brake.key_hash == key_hash)
    done = session.execute(
        update(Brake)
        .where(*of_key, or_(Brake.waits_until.is_(None), Brake.waits_until <= now))
        .values(n_wrong=n_wrong, last_at=now, waits_until=case(*steps, else_=instants[-1]))
        .execution_options(synchronize_session=False)
    )
    if done.rowcount == 1:  # type: ignore[attr-defined]
        return True
    return False if session.scalar(select(Brake.n_wrong).where(*of_key)) is not None else None


def _hour(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%dT%H}"


def _key_hash(session: Session, ladder: Ladder, key: str) -> str:
    return vault_of(session).look_up("brake", f"{ladder.name}\x00{key}")
