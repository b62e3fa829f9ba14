"""The keys that sign receipts and heads: random, sealed like people's data, one after another, none ever taken away.

What was signed stays signed by the key of its time, whose public half is kept, so that a sheet of paper is checked for
ever. Before the first of these keys an older version signed with one derived from the look-up key; it has no name.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access import audit
from postal.access.act import Act
from postal.models import SigningKey
from postal.people import vault_of

NO_NAME = ""


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A public key as people pass it on (43 characters), its name (8 hex digits), and since when it signs."""

    name: str
    text: str
    since: datetime | None


def new_signing_key(act: Act) -> PublicKey:
    """Make a key that signs from now on; what was signed before keeps its key."""
    private = Ed25519PrivateKey.generate()
    public = public_text(private)
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    sealed = vault_of(act.session).seal_bytes(raw)
    made = SigningKey(name=_name(public), public_key=public, sealed=sealed.data, key_id=sealed.key_id, made_at=act.now)
    act.session.add(made)
    act.session.flush()
    audit.note(act, "signing_key_made", "signing_key", made.id, name=made.name)
    return PublicKey(name=made.name, text=public, since=made.made_at)


def ensure_signing_key(act: Act) -> None:
    """Make the first key of its own where there is none yet."""
    if act.session.scalar(select(SigningKey.id).limit(1)) is None:
        new_signing_key(act)


def signing_keys(session: Session) -> list[PublicKey]:
    """Return every key that ever signed here, the present one first; last the derived one."""
    kept = session.scalars(select(SigningKey).order_by(SigningKey.made_at.desc(), SigningKey.id.desc()))
    own = [PublicKey(name=key.name, text=key.public_key, since=key.made_at) for key in kept]
    return [*own, PublicKey(name=NO_NAME, text=public_text(_derived(session)), since=None)]


def key_at(session: Session, instant: datetime) -> tuple[str, Ed25519PrivateKey]:
    """Return name and private half of the key that signed at an instant. Raises VaultLocked."""
    query = select(SigningKey).where(SigningKey.made_at <= instant)
    found = session.scalars(query.order_by(SigningKey.made_at.desc(), SigningKey.id.desc()).limit(1)).first()
    if found is None:
        return NO_NAME, _derived(session)
    raw = vault_of(session).open_bytes(found.sealed, found.key_id)
    return found.name, Ed25519PrivateKey.from_private_bytes(raw)


def public_text(private: Ed25519PrivateKey) -> str:
    """Return the public half as people pass it on: base64url without "=", 43 characters."""
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _name(public: str) -> str:
    return hashlib.sha256(public.encode()).hexdigest()[:8]


def _derived(session: Session) -> Ed25519PrivateKey:
    vault = vault_of(session)
    seed = vault.look_up("signing", "ed25519 first half") + vault.look_up("signing", "ed25519 second half")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
