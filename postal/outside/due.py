"""Which callbacks are due at an endpoint, and what came of each try.

A callback is due only when no earlier one of the same item is still unsent at the same endpoint: that keeps every
item's story in order at every receiver. One job sends for one endpoint at a time (`postal.outside.work`), so a
callback needs no lease of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from postal.models import AuditEntry, Callback, CallbackEndpoint, CallbackState, CallbackTry, EndpointState
from postal.network.home import is_unconfirmed_copy
from postal.outside.endpoints import disable, signing_secrets
from postal.outside.retries import DARK_FOR, MAX_TRIES, next_try_at
from postal.people import vault_of
from postal.people.vault import Vault, VaultLocked

KEPT_FOR = timedelta(days=30)
# A callback queued this far in the future was queued before the clock was set back: its time cannot be waited for.
CLOCK_SET_BACK = timedelta(seconds=60)
# An endpoint that has failed for so long was down; a shorter time may be one message that it refuses.
DOWN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One callback to put on the wire; ``secrets`` is empty where the vault has no key for them."""

    callback_id: int
    item_id: int
    url: str
    message_id: str
    body: str
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Message {self.callback_id}>"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How one try ended. ``word`` is "sent" or says what went wrong; ``status`` is the answer's."""

    word: str
    took_ms: int
    status: int | None = None
    retry_after: str | None = None

    @property
    def is_sent(self) -> bool:
        """Return whether the other side took the message."""
        return self.word == "sent"


def due_endpoints(session: Session, now: datetime) -> list[int]:
    """Return the ids of active endpoints that have something due; none in a copy that nobody confirmed."""
    if is_unconfirmed_copy(session):
        return []
    # The same question that `due_messages` asks: a job woken for a message that may not go yet would find nothing, end,
    # and be woken again without end.
    has_due = exists().where(Callback.endpoint_id == CallbackEndpoint.id, _is_ripe(now), ~_is_blocked())
    query = select(CallbackEndpoint.id).where(CallbackEndpoint.state == EndpointState.ACTIVE, has_due)
    return list(session.scalars(query.order_by(CallbackEndpoint.id)))


def due_messages(
    session: Session, endpoint_id: int, *, due_by: datetime, n: int, without: Collection[int] = ()
) -> list[Message]:
    """Return up to ``n`` messages due at an endpoint, at most one of each item, longest waiting first.

    ``without`` are callbacks under way already. An endpoint that is paused, disabled or gone has nothing due.
    """
    endpoint = session.get(CallbackEndpoint, endpoint_id)
    if endpoint is None or endpoint.state is not EndpointState.ACTIVE or n <= 0 or is_unconfirmed_copy(session):
        return []
    rows = session.scalars(_due(endpoint_id, due_by, without).limit(n)).all()
    secrets = _secrets(vault_of(session), endpoint, due_by) if rows else ()
    return [
        Message(
            callback_id=row.id,
            item_id=row.item_id,
            url=endpoint.url,
            message_id=row.message_id,
            body=row.body,
            secrets=secrets,
        )
        for row in rows
    ]


def settle(
    session: Session,
    results: Iterable[tuple[Message, Verdict]],
    *,
    now: datetime,
    chance: Callable[[], float],
) -> None:
    """Write down how tries ended, in the transaction of the job that made them."""
    ended = {message.callback_id: verdict for message, verdict in results}
    query = select(Callback).where(Callback.id.in_(ended), Callback.state == CallbackState.WAITING)
    for callback in session.scalars(query.order_by(Callback.id).with_for_update()):
        _settle_one(session, callback, ended[callback.id], now=now, chance=chance)
    session.flush()


def postpone_all(session: Session, endpoint_id: int) -> None:
    """Let everything wait until the message that failed last is tried again: the receiver is down as a whole."""
    failing = and_(Callback.endpoint_id == endpoint_id, Callback.state == CallbackState.WAITING, Callback.n_tries > 0)
    again_at = session.scalar(select(func.min(Callback.next_try_at)).where(failing))
    if again_at is not None:
        _postpone(session, endpoint_id, again_at, Callback.next_try_at < again_at)


def disable_dark(session: Session, *, now: datetime) -> list[int]:
    """Disable endpoints that have failed for five days on end; return their ids."""
    dark = session.scalars(
        select(CallbackEndpoint).where(
            CallbackEndpoint.state == EndpointState.ACTIVE, CallbackEndpoint.failing_since <= now - DARK_FOR
        )
    ).all()
    for endpoint in dark:
        _disable(session, endpoint, "dark_for_5_days", now)
    return [endpoint.id for endpoint in dark]


def replay(
    session: Session,
    endpoint_id: int,
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    item_id: int | None = None,
) -> int:
    """Send again the original bytes under the original ids: parked ones, and sent ones of a time range.

    With neither item nor range only what is parked goes again. Returns how many.
    """
    states: Sequence[CallbackState] = [CallbackState.PARKED]
    wanted = [Callback.endpoint_id == endpoint_id]
    if item_id is not None:
        wanted.append(Callback.item_id == item_id)
    if since is not None:
        wanted.append(Callback.queued_at >= since)
    if until is not None:
        wanted.append(Callback.queued_at < until)
    if len(wanted) > 1:
        states = [CallbackState.PARKED, CallbackState.SENT]
    done = session.execute(
        update(Callback)
        .where(*wanted, Callback.state.in_(states))
        .values(state=CallbackState.WAITING, next_try_at=now, n_tries=0)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """How far sending is behind: due but unsent, refused again and again, parked; endpoints failing or disabled."""

    n_due: int
    oldest_due_at: datetime | None
    n_beyond_waits: int
    n_parked: int
    failing_endpoint_ids: tuple[int, ...]
    disabled_endpoint_ids: tuple[int, ...]


def stuck(session: Session, *, now: datetime) -> Stuck:
    """Count what is late, for the operator's eye."""
    is_due = and_(Callback.state == CallbackState.WAITING, Callback.next_try_at <= now)
    n_due, oldest = session.execute(
        select(func.count(), func.min(Callback.next_try_at))
        .join(CallbackEndpoint)
        .where(is_due, CallbackEndpoint.state == EndpointState.ACTIVE)
    ).one()
    n_parked = session.scalar(select(func.count()).where(Callback.state == CallbackState.PARKED)) or 0
    is_beyond = and_(Callback.state == CallbackState.WAITING, Callback.n_tries >= MAX_TRIES)
    n_beyond = session.scalar(select(func.count()).where(is_beyond)) or 0
    states = session.execute(
        select(CallbackEndpoint.id, CallbackEndpoint.state, CallbackEndpoint.failing_since).order_by(
            CallbackEndpoint.id
        )
    ).all()
    return Stuck(
        n_due=n_due,
        oldest_due_at=oldest,
        n_beyond_waits=n_beyond,
        n_parked=n_parked,
        failing_endpoint_ids=tuple(row.id for row in states if row.state is EndpointState.ACTIVE and row.failing_since),
        disabled_endpoint_ids=tuple(row.id for row in states if row.state is EndpointState.DISABLED),
    )


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete callbacks that ended more than 30 days ago, with their tries; return how many."""
    is_old = and_(Callback.queued_at < now - KEPT_FOR, Callback.state != CallbackState.WAITING)
    old = select(Callback.id).where(is_old)
    session.execute(delete(CallbackTry).where(CallbackTry.callback_id.in_(old)))
    done = session.execute(delete(Callback).where(is_old).execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _is_ripe(now: datetime) -> ColumnElement[bool]:
    is_due = or_(Callback.next_try_at <= now, and_(Callback.n_tries == 0, Callback.queued_at > now + CLOCK_SET_BACK))
    return and_(Callback.state == CallbackState.WAITING, is_due)


def _is_blocked() -> ColumnElement[bool]:
    """An earlier callback of the same item is still unsent at the same endpoint."""
    earlier = aliased(Callback)
    return exists().where(
        earlier.endpoint_id == Callback.endpoint_id,
        earlier.item_id == Callback.item_id,
        earlier.sequence < Callback.sequence,
        earlier.state == CallbackState.WAITING,
    )


def _due(endpoint_id: int, now: datetime, without: Collection[int]) -> Select[Callback]:
    query = select(Callback).where(Callback.endpoint_id == endpoint_id, _is_ripe(now), ~_is_blocked())
    return query.where(Callback.id.not_in(without)).order_by(Callback.next_try_at, Callback.id)


def _settle_one(
    session: Session, callback: Callback, verdict: Verdict, *, now: datetime, chance: Callable[[], float]
) -> None:
    callback.n_tries += 1
    session.add(
        CallbackTry(callback_id=callback.id, tried_at=now, status=verdict.status, verdict=verdict.word,
                    took_ms=verdict.took_ms)
    )  # fmt: skip
    endpoint = session.get_one(CallbackEndpoint, callback.endpoint_id)
    if verdict.is_sent:
        callback.state = CallbackState.SENT
        if endpoint.failing_since is not None and endpoint.state is not EndpointState.DISABLED:
            _recover(session, endpoint, now)
        return
    endpoint.failing_since = endpoint.failing_since or now
    if verdict.status == 410 and endpoint.state is not EndpointState.DISABLED:
        _disable(session, endpoint, "gone", now)
    if endpoint.state is EndpointState.DISABLED:
        callback.state = CallbackState.PARKED
        return
    callback.next_try_at = next_try_at(callback.n_tries, now=now, retry_after=verdict.retry_after, chance=chance)
    session.flush()
    # The item's later callbacks cannot go before this one: do not look at them until then.
    later = (Callback.item_id == callback.item_id, Callback.sequence > callback.sequence)
    _postpone(session, endpoint.id, callback.next_try_at, *later, Callback.next_try_at < callback.next_try_at)


def _recover(session: Session, endpoint: CallbackEndpoint, now: datetime) -> None:
    """The receiver answers again: what waited because it was down goes at once, in order for each item."""
    was_down = endpoint.failing_since is not None and endpoint.failing_since <= now - DOWN_AFTER
    endpoint.failing_since = None
    # A single message that is refused among others that are taken keeps to its ladder.
    may_go = Callback.n_tries >= 0 if was_down else Callback.n_tries == 0
    _postpone(session, endpoint.id, now, Callback.next_try_at > now, may_go)


def _postpone(session: Session, endpoint_id: int, at: datetime, *which: ColumnElement[bool]) -> None:
    session.execute(
        update(Callback)
        .where(Callback.endpoint_id == endpoint_id, Callback.state == CallbackState.WAITING, *which)
        .values(next_try_at=at)
        .execution_options(synchronize_session=False)
    )


def _secrets(vault: Vault, endpoint: CallbackEndpoint, now: datetime) -> tuple[str, ...]:
    try:
        return signing_secrets(vault, endpoint, now=now)
    except VaultLocked:
        return ()  # the sender answers for it in the log of tries; other endpoints go on


def _disable(session: Session, endpoint: CallbackEndpoint, reason: str, now: datetime) -> None:
    disable(session, endpoint)
    session.add(
        AuditEntry(at=now, action="endpoint_disabled", subject="endpoint", subject_id=endpoint.id, reason=reason)
    )
