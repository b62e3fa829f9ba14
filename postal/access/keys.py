"""API keys of other systems: made, found by their public prefix, checked against a hash, revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.policy import Actor, ActorKind, Scope
from postal.errors import InvalidInput, NotFound
from postal.models import ApiKey
from routing import Message

_KEY = re.compile(r"tn_([a-z2-9]{10})_[A-Za-z0-9_-]{43}")
_PREFIX_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def api_keys(session: Session) -> Sequence[ApiKey]:
    """Return every key of a system, revoked ones included, oldest first."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id)).all()


def systems(session: Session) -> list[str]:
    """Return the names of the systems that hold a key in use, each once, by name."""
    query = select(ApiKey.source_system).where(ApiKey.revoked_at.is_(None)).distinct()
    return list(session.scalars(query.order_by(ApiKey.source_system)))


def find_api_key(session: Session, prefix: str) -> ApiKey:
    """Return a key by the public part of its text. Raises NotFound."""
    found = session.scalars(select(ApiKey).where(ApiKey.prefix == prefix)).one_or_none()
    if found is None:
        raise NotFound(what=Message("khóa API"))
    return found


def add_api_key(
    session: Session,
    source_system: str,
    scopes: Iterable[Scope],
    *,
    now: datetime,
    office_id: int | None = None,
    prefix: str = "",
) -> ApiKey:
    """Add a key for a system, under a public part where one is given; it opens nothing until `give_text`."""
    key = ApiKey(
        prefix=prefix or new_prefix(),
        key_hash="",
        source_system=clean_system(source_system),
        scopes=sorted(set(scopes)),
        office_id=office_id,
        added_at=now,
    )
    session.add(key)
    session.flush()
    return key


def new_prefix() -> str:
    """Return the public part of a key to come."""
    return "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(10))


def is_prefix(text: str) -> bool:
    """Say whether this can be the public part of a key."""
    return re.fullmatch(f"[{_PREFIX_LETTERS}]{{10}}", text) is not None


def clean_system(name: str) -> str:
    """Return the name of a system as keys carry it. Raises InvalidInput."""
    cleaned = unicodedata.normalize("NFC", name.strip())
    if not re.fullmatch(r"[\w.-]{1,60}", cleaned):
        raise InvalidInput(field="source_system")
    return cleaned


def give_text(session: Session, key: ApiKey) -> str:
    """Make a key's text, which opens with it from now on; shown once and stored nowhere."""
    text = f"tn_{key.prefix}_{secrets.token_urlsafe(32)}"
    key.key_hash = _key_hash(text)
    session.flush()
    return text


def api_key_for(session: Session, text: str) -> Actor | None:
    """Return the system a key stands for, None for a key that is malformed, unknown or revoked."""
    match = _KEY.fullmatch(text)
    key = session.scalars(select(ApiKey).where(ApiKey.prefix == match[1])).one_or_none() if match else None
    is_right = hmac.compare_digest(_key_hash(text), key.key_hash if key else "0" * 64)
    if key is None or not is_right or key.revoked_at is not None:
        return None
    known = set(Scope)
    return Actor(
        kind=ActorKind.SYSTEM,
        api_key_id=key.id,
        source_system=key.source_system,
        office_id=key.office_id,
        scopes=frozenset(Scope(scope) for scope in key.scopes if scope in known),
    )


def revoke_api_key(session: Session, key: ApiKey, *, now: datetime) -> None:
    """End a key at once; safe to repeat."""
    key.revoked_at = key.revoked_at or now
    session.flush()


def _key_hash(text: str) -> str:
    # The secret holds 256 random bits: a fast hash is enough, nobody can try them.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
