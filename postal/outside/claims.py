"""Who sends which callback, and what came of it: claimed under a lease and a fence, settled in one unit.

A callback is due only when no earlier one of the same item waits for, or is on its way to, the same
endpoint: that keeps every item's story in order at every receiver, however many processes send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from postal.models import AuditEntry, Callback, CallbackEndpoint, CallbackState, CallbackTry, EndpointState
from postal.outside.endpoints import disable, signing_secrets
from postal.outside.ladder import DARK_FOR, next_try_at
from postal.people import vault_of
from postal.people.vault import Vault, VaultLocked

LEASE = timedelta(seconds=40)
KEPT_FOR = timedelta(days=30)
_OPEN = (CallbackState.WAITING, CallbackState.SENDING)


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """One callback this process may send until its lease ends."""

    callback_id: int
    endpoint_id: int
    fence: int
    url: str
    message_id: str
    body: str
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Claimed {self.callback_id}>"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How one try ended. ``word`` is "sent" or says what went wrong; ``status`` is the answer's."""

    word: str
    took_ms: int
    status: int | None = None
    retry_after: str | None = None

    @property
    def is_sent(self) -> bool:
        """Say whether the other side took the message."""
        return self.word == "sent"


def due_endpoints(session: Session, now: datetime) -> dict[int, bool]:
    """Return the active endpoints that may have something due, each with whether it is failing."""
    has_due = exists().where(Callback.endpoint_id == CallbackEndpoint.id, _is_ripe(Callback, now))
    query = select(CallbackEndpoint.id, CallbackEndpoint.failing_since).where(
        CallbackEndpoint.state == EndpointState.ACTIVE, has_due
    )
    return {row.id: row.failing_since is not None for row in session.execute(query)}


def claim(
    session: Session, slots: Mapping[int, int], *, now: datetime, due_by: datetime | None = None
) -> list[Claimed]:
    """Claim up to the given number of callbacks for each endpoint; nobody else gets the same ones.

    Due are those whose time came by ``due_by`` (``now`` unless told otherwise); leases run from ``now``.
    """
    due_by = due_by or now
    vault = vault_of(session)
    claimed: list[Claimed] = []
    for endpoint_id, n_free in slots.items():
        ids = session.scalars(_due(endpoint_id, due_by).limit(n_free)).all() if n_free > 0 else []
        if not ids:
            continue
        endpoint = session.get_one(CallbackEndpoint, endpoint_id)
        secrets = _secrets(vault, endpoint, now)
        rows = session.execute(
            update(Callback)
            .where(Callback.id.in_(ids), _is_ripe(Callback, due_by))
            .values(state=CallbackState.SENDING, leased_until=now + LEASE, fence=Callback.fence + 1)
            .returning(Callback.id, Callback.fence, Callback.message_id, Callback.body)
            .execution_options(synchronize_session=False)
        )
        claimed += [
            Claimed(callback_id=row.id, endpoint_id=endpoint_id, fence=row.fence, url=endpoint.url,
                    message_id=row.message_id, body=row.body, secrets=secrets)
            for row in sorted(rows, key=lambda row: row.id)
        ]  # fmt: skip
    return claimed


def settle(
    session: Session,
    results: Iterable[tuple[Claimed, Verdict]],
    *,
    now: datetime,
    chance: Callable[[], float],
) -> int:
    """Write down how tries ended; return how many counted. One whose lease another took changes nothing."""
    ended = list(results)
    locked = session.scalars(
        select(Callback)
        .where(Callback.id.in_([claimed.callback_id for claimed, _ in ended]), Callback.state == CallbackState.SENDING)
        .with_for_update()  # on PostgreSQL a reclaim waits for us; SQLite has one writer anyway
    )
    callbacks = {(callback.id, callback.fence): callback for callback in locked}
    n_counted = 0
    for claimed, verdict in ended:
        callback = callbacks.get((claimed.callback_id, claimed.fence))
        if callback is not None:
            _settle_one(session, callback, verdict, now=now, chance=chance)
            n_counted += 1
    session.flush()
    return n_counted


def release(session: Session, unsent: Iterable[Claimed]) -> None:
    """Free callbacks that were claimed and not sent: no try is counted, anybody may claim them now."""
    for claimed in unsent:
        mine = (Callback.id == claimed.callback_id, Callback.fence == claimed.fence)
        session.execute(
            update(Callback)
            .where(*mine, Callback.state == CallbackState.SENDING)
            .values(state=CallbackState.WAITING, leased_until=None)
            .execution_options(synchronize_session=False)
        )


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
    """How far the telling is behind: due but unsent, parked, and endpoints that fail or were disabled."""

    n_due: int
    oldest_due_at: datetime | None
    n_parked: int
    failing_endpoint_ids: tuple[int, ...]
    disabled_endpoint_ids: tuple[int, ...]


def stuck(session: Session, *, now: datetime) -> Stuck:
    """Count what is late, for the operator's eye."""
    is_due = and_(Callback.state.in_(_OPEN), Callback.next_try_at <= now)
    n_due, oldest = session.execute(
        select(func.count(), func.min(Callback.next_try_at))
        .join(CallbackEndpoint)
        .where(is_due, CallbackEndpoint.state == EndpointState.ACTIVE)
    ).one()
    n_parked = session.scalar(select(func.count()).where(Callback.state == CallbackState.PARKED)) or 0
    states = session.execute(
        select(CallbackEndpoint.id, CallbackEndpoint.state, CallbackEndpoint.failing_since).order_by(
            CallbackEndpoint.id
        )
    ).all()
    return Stuck(
        n_due=n_due,
        oldest_due_at=oldest,
        n_parked=n_parked,
        failing_endpoint_ids=tuple(row.id for row in states if row.state is EndpointState.ACTIVE and row.failing_since),
        disabled_endpoint_ids=tuple(row.id for row in states if row.state is EndpointState.DISABLED),
    )


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete callbacks that ended more than 30 days ago, with their tries; return how many."""
    is_old = and_(Callback.queued_at < now - KEPT_FOR, Callback.state.not_in(_OPEN))
    old = select(Callback.id).where(is_old)
    session.execute(delete(CallbackTry).where(CallbackTry.callback_id.in_(old)))
    done = session.execute(delete(Callback).where(is_old).execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _secrets(vault: Vault, endpoint: CallbackEndpoint, now: datetime) -> tuple[str, ...]:
    try:
        return signing_secrets(vault, endpoint, now=now)
    except VaultLocked:
        return ()  # the sender answers for it in the attempt log; other endpoints go on


def _is_ripe(callback: type[Callback], now: datetime) -> ColumnElement[bool]:
    waits = and_(callback.state == CallbackState.WAITING, callback.next_try_at <= now)
    is_abandoned = and_(callback.state == CallbackState.SENDING, callback.leased_until <= now)
    return or_(waits, is_abandoned)


def _due(endpoint_id: int, now: datetime) -> Select[int]:
    earlier = aliased(Callback)
    is_blocked = exists().where(
        earlier.endpoint_id == Callback.endpoint_id,
        earlier.item_id == Callback.item_id,
        earlier.sequence < Callback.sequence,
        earlier.state.in_(_OPEN),
    )
    return (
        select(Callback.id)
        .where(Callback.endpoint_id == endpoint_id, _is_ripe(Callback, now), ~is_blocked)
        .order_by(Callback.next_try_at, Callback.id)
        # On PostgreSQL rivals take different ones instead of waiting; SQLite drops this, and the guard remains.
        .with_for_update(skip_locked=True, of=Callback)
    )


def _settle_one(
    session: Session, callback: Callback, verdict: Verdict, *, now: datetime, chance: Callable[[], float]
) -> None:
    callback.n_tries += 1
    callback.leased_until = None
    session.add(
        CallbackTry(callback_id=callback.id, tried_at=now, status=verdict.status, verdict=verdict.word,
                    took_ms=verdict.took_ms)
    )  # fmt: skip
    endpoint = session.get_one(CallbackEndpoint, callback.endpoint_id)
    if verdict.is_sent:
        callback.state = CallbackState.SENT
        if endpoint.state is not EndpointState.DISABLED:
            endpoint.failing_since = None
        return
    again_at = next_try_at(callback.n_tries, now=now, retry_after=verdict.retry_after, chance=chance)
    _after_failure(session, callback, endpoint, again_at, now)
    if verdict.status == 410 and endpoint.state is not EndpointState.DISABLED:
        _disable(session, endpoint, "gone", now)


def _after_failure(
    session: Session, callback: Callback, endpoint: CallbackEndpoint, again_at: datetime | None, now: datetime
) -> None:
    endpoint.failing_since = endpoint.failing_since or now
    if again_at is None or endpoint.state is EndpointState.DISABLED:
        callback.state = CallbackState.PARKED
        return
    callback.state, callback.next_try_at = CallbackState.WAITING, again_at
    session.flush()
    # The item's later callbacks cannot go before this one: do not look at them until then.
    session.execute(
        update(Callback)
        .where(
            Callback.endpoint_id == callback.endpoint_id,
            Callback.item_id == callback.item_id,
            Callback.sequence > callback.sequence,
            Callback.state == CallbackState.WAITING,
            Callback.next_try_at < again_at,
        )
        .values(next_try_at=again_at)
        .execution_options(synchronize_session=False)
    )


def _disable(session: Session, endpoint: CallbackEndpoint, reason: str, now: datetime) -> None:
    disable(session, endpoint)
    session.add(
        AuditEntry(at=now, action="endpoint_disabled", subject="endpoint", subject_id=endpoint.id, reason=reason)
    )
