"""Where a system receives its callbacks: registering, secrets and their rotation, pausing, disabling."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Callback, CallbackEndpoint, CallbackState, CallbackTry, EndpointState, OldSecret
from postal.outside.addresses import AddressPolicy, normal_url
from postal.outside.outbox import INTERNAL
from postal.people import vault_of
from postal.people.vault import Sealed, Vault
from postal.rules.lifecycle import EventKind
from routing import Message

OVERLAP = timedelta(hours=24)
# A rotation repeated within this time is a repeat: its first answer was lost, the receiver still has the older secret.
REPEATED_WITHIN = timedelta(hours=1)
MAX_OLD = 5


class EndpointExists(Conflict):
    code = "endpoint_exists"
    says = Message("Địa chỉ này đã được đăng ký nhận tin báo (nơi nhận {endpoint}). Đổi khóa hoặc gỡ nơi nhận ấy.")


KINDS = frozenset(f"item.{kind}" for kind in EventKind if kind not in INTERNAL)


def register_endpoint(
    session: Session, source_system: str, url: str, kinds: Iterable[str], *, policy: AddressPolicy, now: datetime
) -> tuple[CallbackEndpoint, str]:
    """Add an endpoint; return it with its secret (``whsec_…``), which is shown once.

    No kinds: every kind. Raises HttpsRequired, AddressNotAllowed, InvalidInput, EndpointExists for an address that the
    system has registered before: every event would come twice.
    """
    url, wanted = normal_url(url, policy), _checked_kinds(kinds)
    _require_new(session, source_system, url)
    secret, sealed = _new_secret(vault_of(session))
    endpoint = CallbackEndpoint(
        source_system=source_system,
        url=url,
        secret=sealed.data,
        secret_key_id=sealed.key_id,
        kinds=wanted,
        added_at=now,
    )
    _keep_one(session, endpoint)
    return endpoint, secret


def rotate_secret(session: Session, endpoint: CallbackEndpoint, *, now: datetime) -> str:
    """Return a new secret; for a day every message is signed by the ones before as well.

    Safe to repeat where an answer was lost: whichever secret the receiver has, it verifies for a day from the last
    repeat.
    """
    session.refresh(endpoint, with_for_update={"key_share": True})
    for one in list(endpoint.old_secrets):
        if one.until <= now:
            endpoint.old_secrets.remove(one)
        elif now - endpoint.old_secrets[0].replaced_at <= REPEATED_WITHIN:
            one.until = min(now, one.replaced_at + REPEATED_WITHIN) + OVERLAP
    secret, sealed = _new_secret(vault_of(session))
    replaced = OldSecret(
        secret=endpoint.secret, secret_key_id=endpoint.secret_key_id, replaced_at=now, until=now + OVERLAP
    )
    endpoint.old_secrets.insert(0, replaced)
    # However often it is repeated: the one in force longest is the one the receiver most likely has.
    for one in endpoint.old_secrets[MAX_OLD - 1 : -1]:
        endpoint.old_secrets.remove(one)
    endpoint.secret, endpoint.secret_key_id = sealed.data, sealed.key_id
    session.flush()
    return secret


def signing_secrets(vault: Vault, endpoint: CallbackEndpoint, *, now: datetime) -> tuple[str, ...]:
    """Return the secrets to sign with, newest first. Raises VaultLocked."""
    good: list[CallbackEndpoint | OldSecret] = [endpoint]
    good += [one for one in endpoint.old_secrets if now < one.until]
    return tuple(vault.open_bytes(one.secret, one.secret_key_id).decode() for one in good)


def change_endpoint(
    session: Session, endpoint: CallbackEndpoint, *, url: str, kinds: Iterable[str], policy: AddressPolicy
) -> None:
    """Change an endpoint's address and kinds. Raises HttpsRequired, AddressNotAllowed, InvalidInput, EndpointExists."""
    url, wanted = normal_url(url, policy), _checked_kinds(kinds)
    if url != endpoint.url:
        _require_new(session, endpoint.source_system, url)
    endpoint.url, endpoint.kinds = url, wanted
    _keep_one(session, endpoint)


def _require_new(session: Session, source_system: str, url: str) -> None:
    same = select(CallbackEndpoint.id).where(
        CallbackEndpoint.source_system == source_system,
        CallbackEndpoint.url == url,
        CallbackEndpoint.state != EndpointState.REMOVED,
    )
    known = session.scalar(same)
    if known is not None:
        raise EndpointExists(field="url", endpoint=known)


def _keep_one(session: Session, endpoint: CallbackEndpoint) -> None:
    url, source_system = endpoint.url, endpoint.source_system
    try:
        with session.begin_nested():
            session.add(endpoint)
            session.flush()
    except IntegrityError:  # two at once: the index lets one through
        _require_new(session, source_system, url)
        raise
    session.info.pop("endpoints", None)  # the outbox asks again


def pause(session: Session, endpoint: CallbackEndpoint) -> None:
    """Keep what comes, send nothing."""
    endpoint.state = EndpointState.PAUSED
    session.flush()


def resume(session: Session, endpoint: CallbackEndpoint) -> None:
    """Send again what waits. Parked callbacks stay parked until they are replayed."""
    endpoint.state, endpoint.failing_since = EndpointState.ACTIVE, None
    session.flush()
    session.info.pop("endpoints", None)


def disable(session: Session, endpoint: CallbackEndpoint) -> None:
    """Stop sending to an endpoint; what waits is parked and can be replayed after it is resumed."""
    endpoint.state = EndpointState.DISABLED
    session.execute(
        update(Callback)
        .where(Callback.endpoint_id == endpoint.id, Callback.state == CallbackState.WAITING)
        .values(state=CallbackState.PARKED)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    session.info.pop("endpoints", None)


def remove_endpoint(session: Session, endpoint: CallbackEndpoint) -> int:
    """Take an endpoint away for good: nothing more is queued for it or sent; return how many messages are dropped.

    What was sent stays on record. Its secrets are forgotten with it: they are sealed noise from now on.
    """
    waiting = (Callback.endpoint_id == endpoint.id) & (Callback.state != CallbackState.SENT)
    dropped = select(Callback.id).where(waiting)
    session.execute(delete(CallbackTry).where(CallbackTry.callback_id.in_(dropped)))
    n_dropped = session.connection().execute(delete(Callback).where(waiting)).rowcount
    _, sealed = _new_secret(vault_of(session))
    endpoint.secret, endpoint.secret_key_id = sealed.data, sealed.key_id
    endpoint.old_secrets.clear()
    endpoint.state, endpoint.failing_since = EndpointState.REMOVED, None
    session.flush()
    session.info.pop("endpoints", None)
    return int(n_dropped)


def endpoints_of(session: Session, source_system: str | None = None) -> list[CallbackEndpoint]:
    """Return the endpoints of one system, or all, oldest first; those removed are gone."""
    is_there = CallbackEndpoint.state != EndpointState.REMOVED
    query = select(CallbackEndpoint).where(is_there).order_by(CallbackEndpoint.id)
    if source_system is not None:
        query = query.where(CallbackEndpoint.source_system == source_system)
    return list(session.scalars(query))


def find_endpoint(session: Session, endpoint_id: int, source_system: str | None = None) -> CallbackEndpoint:
    """Return one endpoint; that of another system looks as if it did not exist. Raises NotFound."""
    endpoint = session.get(CallbackEndpoint, endpoint_id)
    is_gone = endpoint is None or endpoint.state is EndpointState.REMOVED
    if endpoint is None or is_gone or source_system not in (None, endpoint.source_system):
        raise NotFound(what=Message("nơi nhận tin báo"))
    return endpoint


def _checked_kinds(kinds: Iterable[str]) -> list[str]:
    wanted = sorted(set(kinds))
    if not set(wanted) <= KINDS:
        raise InvalidInput(field="kinds")
    return wanted


def _new_secret(vault: Vault) -> tuple[str, Sealed]:
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return secret, vault.seal_bytes(secret.encode())
