"""Who may sign in with which role, for which office, and whether at all: from a day on. No name, no password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from postal.access import accounts
from postal.access.act import Act
from postal.models import Courier, Office, Role, User
from routing import Message

_TELLS = Message("Khi áp dụng, mọi nơi người này đang đăng nhập kết thúc; hoàn lại thì người này đăng nhập lại.")
_RIGHTS = ("role", "office", "courier")


def values_of(session: Session, user: User) -> dict[str, Any]:
    """Return what of an account can change: the role, the office and the courier by their codes."""
    office = session.get_one(Office, user.office_id) if user.office_id is not None else None
    courier = session.get_one(Courier, user.courier_id) if user.courier_id is not None else None
    return {
        "role": str(user.role),
        "office": office.code if office is not None else None,
        "courier": courier.code if courier is not None else None,
        "is_active": user.is_active,
    }


def read(session: Session, username: str) -> dict[str, Any]:
    """Return an account's values, the row held for this transaction. Raises NotFound."""
    return values_of(session, accounts.held_for_change(session, username))


def may_touch(act: Act, username: str) -> None:
    """Keep people from changing their own account and from undoing its changes. Raises OwnAccount, NotFound."""
    accounts.refuse_own(act, accounts.held_for_change(act.session, username))


def put(session: Session, username: str, values: Mapping[str, Any], now: datetime) -> None:
    """Bring an account to some values; every sign-in of it ends. Raises LastAdministrator, InvalidInput, NotFound."""
    user = accounts.held_for_change(session, username)
    if any(name in values for name in _RIGHTS):
        known = values_of(session, user) | dict(values)
        rights = accounts.Rights(
            role=Role(known["role"]),
            office_id=accounts.office_id_of(session, known["office"]) if known["office"] else None,
            courier_id=accounts.courier_id_of(session, known["courier"]) if known["courier"] else None,
        )
        accounts.change_rights(session, user, rights, now=now)
    if values.get("is_active") is False:
        accounts.disable_user(session, user, now=now)
    elif values.get("is_active"):
        accounts.enable_user(session, user)


def tells(_session: Session, _username: str, values: Mapping[str, Any]) -> Message | None:
    """Return what happens besides: sign-ins end for good."""
    return None if values.get("is_active") else _TELLS
