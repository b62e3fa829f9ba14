"""Where a system receives its callbacks: registering, secrets and their rotation, pausing, disabling."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from postal.errors import InvalidInput, NotFound
from postal.models import Callback, CallbackEndpoint, CallbackState, CallbackTry, EndpointState
from postal.outside.addresses import AddressPolicy, check_url
from postal.outside.outbox import INTERNAL
from postal.people import vault_of
from postal.people.vault import Sealed, Vault
from postal.rules.lifecycle import EventKind
from routing import Message

OVERLAP = timedelta(hours=24)
KINDS = frozenset(f"item.{kind}" for kind in EventKind if kind not in INTERNAL)


def register_endpoint(
    session: Session, source_system: str, url: str, kinds: Iterable[str], *, policy: AddressPolicy, now: datetime
) -> tuple[CallbackEndpoint, str]:
    """Add an endpoint; return it with its secret (``whsec_…``), which is shown once.

    No kinds: every kind. Raises HttpsRequired, AddressNotAllowed, InvalidInput.
    """
    check_url(url, policy)
    secret, sealed = _new_secret(vault_of(session))
    endpoint = CallbackEndpoint(
        source_system=source_system,
        url=url,
        secret=sealed.data,
        secret_key_id=sealed.key_id,
        kinds=_checked_kinds(kinds),
        added_at=now,
    )
    session.add(endpoint)
    session.flush()
    session.info.pop("endpoints", None)  # the outbox asks again
    return endpoint, secret


def rotate_secret(session: Session, endpoint: CallbackEndpoint, *, now: datetime) -> str:
    """Return a new secret; for a day every message carries signatures by both."""
    secret, sealed = _new_secret(vault_of(session))
    endpoint.old_secret, endpoint.old_secret_key_id = endpoint.secret, endpoint.secret_key_id
    endpoint.old_secret_until = now + OVERLAP
    endpoint.secret, endpoint.secret_key_id = sealed.data, sealed.key_id
    session.flush()
    return secret


def signing_secrets(vault: Vault, endpoint: CallbackEndpoint, *, now: datetime) -> tuple[str, ...]:
    """Return the secrets to sign with, newest first. Raises VaultLocked."""
    found = [vault.open_bytes(endpoint.secret, endpoint.secret_key_id).decode()]
    is_overlapping = endpoint.old_secret_until is not None and now < endpoint.old_secret_until
    if is_overlapping and endpoint.old_secret is not None and endpoint.old_secret_key_id is not None:
        found.append(vault.open_bytes(endpoint.old_secret, endpoint.old_secret_key_id).decode())
    return tuple(found)


def change_endpoint(
    session: Session, endpoint: CallbackEndpoint, *, url: str, kinds: Iterable[str], policy: AddressPolicy
) -> None:
    """Change an endpoint's address and kinds. Raises HttpsRequired, AddressNotAllowed, InvalidInput."""
    check_url(url, policy)
    endpoint.url, endpoint.kinds = url, _checked_kinds(kinds)
    session.flush()
    session.info.pop("endpoints", None)


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
    endpoint.old_secret = endpoint.old_secret_key_id = endpoint.old_secret_until = None
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
