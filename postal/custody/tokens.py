"""A label's 128-bit link: derived from the item by a key, so it can be printed again; only its hash is stored."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.audit import note
from postal.errors import NotFound
from postal.models import Item
from postal.people import vault_of
from routing import Message


def token_of(session: Session, item: Item) -> str:
    """Return the item's token: 32 hex digits nobody can compute without the key."""
    return vault_of(session).look_up("token", f"{item.id}:{item.token_version}")


def set_token(session: Session, item: Item) -> None:
    """Let the item be found by its present token."""
    item.token_hash = hashlib.sha256(token_of(session, item).encode()).hexdigest()


def revoke_token(act: Act, item_id: int) -> Item:
    """Make the link on an item's label dead at once; the next label printed bears another. Raises NotFound.

    An item that never had a label has no link to revoke.
    """
    item = act.session.get(Item, item_id)
    if item is None or item.token_hash is None:
        raise NotFound(what=Message("đường dẫn trên nhãn"))
    item.token_version += 1
    set_token(act.session, item)
    note(act, "link_revoked", "item", item.id)
    act.session.flush()
    return item
