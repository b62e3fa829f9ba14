"""Keys of other systems: issued and revoked. The key itself is made by whoever shows it, and is in no change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access import accounts, keys
from postal.access.policy import Scope
from postal.errors import Conflict, InvalidInput
from postal.models import ApiKey, Office
from routing import Message

_FINAL = Message("Khóa thu hồi rồi không mở lại được: bí mật của nó không còn tin được. Cần thì cấp khóa mới.")
_ISSUED = Message("Khóa hiện một lần sau khi ghi và không lưu ở đâu. Hoàn lại là thu hồi khóa.")


def values_of(session: Session, key: ApiKey) -> dict[str, Any]:
    """Return what a key is: its system, what it opens, the office it is bound to by code, whether it still opens."""
    office = session.get_one(Office, key.office_id) if key.office_id is not None else None
    return {
        "system": key.source_system,
        "scopes": list(key.scopes),
        "office": office.code if office is not None else None,
        "is_active": key.revoked_at is None,
    }


def read(session: Session, prefix: str) -> dict[str, Any]:
    """Return a key's values, the row held for this transaction; nothing where there is none."""
    found = _key(session, prefix)
    return values_of(session, found) if found is not None else {}


def put(session: Session, prefix: str, values: Mapping[str, Any], now: datetime) -> None:
    """Issue a key that has no text yet and opens nothing, or revoke one. Raises InvalidInput, NotFound, Conflict."""
    found = _key(session, prefix)
    if not values.get("is_active"):
        if found is None:
            raise InvalidInput(field="key")
        keys.revoke_api_key(session, found, now=now)
        return
    if found is not None or not keys.is_prefix(prefix):
        raise Conflict
    scopes = values["scopes"]
    if not scopes or set(scopes) - set(Scope):
        raise InvalidInput(field="scope")
    office_id = accounts.office_id_of(session, values["office"]) if values.get("office") else None
    known = [Scope(scope) for scope in scopes]
    keys.add_api_key(session, values["system"], known, now=now, office_id=office_id, prefix=prefix)


def tells(_session: Session, _prefix: str, values: Mapping[str, Any]) -> Message:
    """Return what to know before a key is issued or revoked."""
    return final(values) or _ISSUED


def final(values: Mapping[str, Any]) -> Message | None:
    """Return why a revoked key stays revoked."""
    return None if values.get("is_active") else _FINAL


def _key(session: Session, prefix: str) -> ApiKey | None:
    query = select(ApiKey).where(ApiKey.prefix == prefix).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))
