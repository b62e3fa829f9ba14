"""A label's 128-bit link: derived from the item by a key, so it can be printed again; only its hash is stored."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from postal.models import Item
from postal.people import vault_of


def token_of(session: Session, item: Item) -> str:
    """Return the item's token: 32 hex digits nobody can compute without the key."""
    return vault_of(session).look_up("token", f"{item.id}:{item.token_version}")


def set_token(session: Session, item: Item) -> None:
    """Let the item be found by its present token."""
    item.token_hash = hashlib.sha256(token_of(session, item).encode()).hexdigest()


def revoke_token(session: Session, item: Item) -> None:
    """Make the old link dead at once and give the item another."""
    item.token_version += 1
    set_token(session, item)
