"""Sign-ins: one row for each person on each browser, read anew by every request, ended for good.

The cookie holds a random token and nothing else. What ends a sign-in is written in its row, so that a cookie that was
kept, copied or stolen opens nothing afterwards.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, Select, delete, literal, select, update
from sqlalchemy.orm import Session, contains_eager

from postal.access.act import Act
from postal.access.devices import hash_of
from postal.errors import NotFound
from postal.models import EndedWhy, SignIn, User
from routing import Message

ENDS_AFTER = timedelta(days=30)
"""However busily it is used, a sign-in ends then."""
_NOTED_EVERY = timedelta(minutes=5)
_FACTOR_WITHIN = timedelta(minutes=10)
_SHOWN_FOR = timedelta(days=30)
_KEPT_FOR = timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class Own:
    """One's own sign-ins: those that run, the one in use first, and those that ended lately."""

    running: Sequence[SignIn]
    ended: Sequence[SignIn]


def start(act: Act, user_id: int, *, browser: str, waits_for_factor: bool = False) -> tuple[SignIn, str]:
    """Record that a person signed in; return the row with the token of its cookie, which is stored nowhere.

    ``browser`` is what the person will recognise it by, such as "Firefox, Windows".
    """
    token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        token_hash=hash_of(token),
        user_id=user_id,
        browser=browser[:60],
        started_at=act.now,
        last_used_at=act.now,
        proved_at=act.now,
        waits_for_factor=waits_for_factor,
    )
    act.session.add(sign_in)
    act.session.flush()
    return sign_in, token


def running(
    session: Session, token: str, *, now: datetime, idle_for: timedelta, beside: ScalarSelect[int] | None = None
) -> tuple[SignIn, int] | None:
    """Return the sign-in of a cookie with its user, in one query; None once it ended, in whatever way.

    ``beside`` is a figure about the user's row that the same query asks for; 0 without one.
    """
    query = _of_token(token).where(SignIn.waits_for_factor.is_(False))
    query = query.where(SignIn.last_used_at > now - idle_for, SignIn.started_at > now - ENDS_AFTER)
    found = session.execute(query.add_columns(literal(0) if beside is None else beside)).one_or_none()
    return None if found is None else (found[0], found[1])


def waiting(session: Session, token: str, *, now: datetime) -> SignIn | None:
    """Return the sign-in of a cookie whose password was right and whose second factor is still asked for."""
    query = _of_token(token).where(SignIn.waits_for_factor, SignIn.started_at > now - _FACTOR_WITHIN)
    return session.scalars(query).one_or_none()


def complete(act: Act, sign_in_id: int) -> str:
    """Let a sign-in that waited for its factor be one; return the token of its cookie from now on."""
    token = secrets.token_urlsafe(32)
    found = act.session.get_one(SignIn, sign_in_id)
    found.token_hash, found.waits_for_factor = hash_of(token), False
    found.last_used_at = found.proved_at = act.now
    act.session.flush()
    return token


def note_proof(session: Session, sign_in_id: int, *, now: datetime) -> None:
    """Note that the person proved once more who they are."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(proved_at=now, last_used_at=now))


def new_challenge(session: Session, sign_in_id: int, *, now: datetime) -> bytes:
    """Make the challenge a passkey is asked to sign next; an earlier one is void."""
    challenge = secrets.token_bytes(30)
    values = {"challenge": challenge.hex(), "challenge_until": now + _FACTOR_WITHIN}
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(values))
    return challenge


def take_challenge(session: Session, sign_in_id: int, *, now: datetime) -> bytes:
    """Return the challenge that was made last and void it; empty where none is good any longer."""
    found = session.get(SignIn, sign_in_id)
    if found is None or found.challenge is None or found.challenge_until is None:
        return b""
    taken = session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.challenge == found.challenge)
        .values(challenge=None)
        .execution_options(synchronize_session=False)
    )
    is_good = taken.rowcount == 1 and found.challenge_until > now  # type: ignore[attr-defined]
    return bytes.fromhex(found.challenge) if is_good else b""


def is_use_due(sign_in: SignIn, now: datetime) -> bool:
    """Say whether its use is to be noted again; not each request writes."""
    return sign_in.last_used_at <= now - _NOTED_EVERY


def note_use(session: Session, sign_in_id: int, *, now: datetime) -> None:
    """Note that a sign-in was used just now."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(last_used_at=now))


def own(session: Session, user_id: int, *, now: datetime, idle_for: timedelta) -> Own:
    """Return a person's sign-ins of the last month, newest use first."""
    query = select(SignIn).where(SignIn.user_id == user_id, SignIn.last_used_at > now - _SHOWN_FOR)
    query = query.where(SignIn.waits_for_factor.is_(False))
    found = session.scalars(query.order_by(SignIn.last_used_at.desc(), SignIn.id.desc()).limit(200)).all()
    good = [
        one
        for one in found
        if one.ended_at is None and one.last_used_at > now - idle_for and one.started_at > now - ENDS_AFTER
    ]
    return Own(running=good, ended=[one for one in found if one not in good][:20])


def end(act: Act, sign_in_id: int, *, why: EndedWhy) -> None:
    """End one of the actor's own sign-ins; safe to repeat. Raises NotFound for somebody else's."""
    found = act.session.get(SignIn, sign_in_id)
    if found is None or found.user_id != act.by.user_id:
        raise NotFound(what=Message("lần đăng nhập"))
    if found.ended_at is None:
        found.ended_at, found.ended_why = act.now, why
    act.session.flush()


def end_all(session: Session, user_id: int, *, why: EndedWhy, now: datetime, but: int | None = None) -> int:
    """End every sign-in of a person except one; return how many ran."""
    ending = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    if but is not None:
        ending = ending.where(SignIn.id != but)
    return int(session.execute(ending.values(ended_at=now, ended_why=why)).rowcount)  # type: ignore[attr-defined]


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete sign-ins that were last used more than 400 days ago."""
    session.execute(delete(SignIn).where(SignIn.last_used_at < now - _KEPT_FOR))


def _of_token(token: str) -> Select[SignIn]:
    return (
        select(SignIn)
        .join(SignIn.user)
        .options(contains_eager(SignIn.user).joinedload(User.office))
        .where(SignIn.token_hash == hash_of(token), SignIn.ended_at.is_(None), User.is_active)
    )
