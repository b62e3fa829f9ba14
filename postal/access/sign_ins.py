"""Sign-ins: one row for each person on each browser, read anew by every request, ended for good.

The cookie holds a random token and nothing else. What ends a sign-in is written in its row, so that a cookie that was
kept, copied or stolen opens nothing afterwards.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, contains_eager

from postal.access.act import Act
from postal.access.devices import hash_of
from postal.errors import NotFound
from postal.models import EndedWhy, SignIn, User
from routing import Message

ENDS_AFTER = timedelta(days=30)
"""However busily it is used, a sign-in ends then."""
_NOTED_EVERY = timedelta(minutes=5)
_SHOWN_FOR = timedelta(days=30)
_KEPT_FOR = timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class Own:
    """One's own sign-ins: those that run, the one in use first, and those that ended lately."""

    running: Sequence[SignIn]
    ended: Sequence[SignIn]


def start(act: Act, user_id: int, *, browser: str) -> tuple[SignIn, str]:
    """Record that a person signed in; return the row with the token of its cookie, which is stored nowhere.

    ``browser`` is what the person will recognise it by, such as "Firefox, Windows".
    """
    token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        token_hash=hash_of(token), user_id=user_id, browser=browser[:60], started_at=act.now, last_used_at=act.now
    )
    act.session.add(sign_in)
    act.session.flush()
    return sign_in, token


def running(session: Session, token: str, *, now: datetime, idle_for: timedelta) -> SignIn | None:
    """Return the sign-in of a cookie with its user, in one query; None once it ended, in whatever way."""
    query = (
        select(SignIn)
        .join(SignIn.user)
        .options(contains_eager(SignIn.user))
        .where(SignIn.token_hash == hash_of(token), SignIn.ended_at.is_(None), User.is_active)
        .where(SignIn.last_used_at > now - idle_for, SignIn.started_at > now - ENDS_AFTER)
    )
    return session.scalars(query).one_or_none()


def is_use_due(sign_in: SignIn, now: datetime) -> bool:
    """Say whether its use is to be noted again; not each request writes."""
    return sign_in.last_used_at <= now - _NOTED_EVERY


def note_use(session: Session, sign_in_id: int, *, now: datetime) -> None:
    """Note that a sign-in was used just now."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(last_used_at=now))


def own(session: Session, user_id: int, *, now: datetime, idle_for: timedelta) -> Own:
    """Return a person's sign-ins of the last month, newest use first."""
    query = select(SignIn).where(SignIn.user_id == user_id, SignIn.last_used_at > now - _SHOWN_FOR)
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
