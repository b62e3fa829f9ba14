"""Which second factors somebody has, and taking them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from postal.access import audit, sign_ins
from postal.access.act import Act
from postal.errors import NotFound
from postal.models import EndedWhy, Passkey, RecoveryCode, TotpSecret, User
from routing import Message


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Somebody's second factors, as their own page and an administrator's show them."""

    totp_since: datetime | None
    passkeys: Sequence[Passkey]
    n_codes_left: int

    @property
    def has_any(self) -> bool:
        """Say whether signing in asks for one."""
        return self.totp_since is not None or bool(self.passkeys)


def standing(session: Session, user_id: int) -> Standing:
    """Return which second factors a person has."""
    unused = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.used_at.is_(None))
    return Standing(
        totp_since=session.scalar(select(TotpSecret.confirmed_at).where(TotpSecret.user_id == user_id)),
        passkeys=session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all(),
        n_codes_left=session.scalar(unused.where(RecoveryCode.user_id == user_id)) or 0,
    )


def drop_totp(act: Act, user: User) -> None:
    """Take the authenticator app away, confirmed or not; safe to repeat."""
    if act.session.execute(delete(TotpSecret).where(TotpSecret.user_id == user.id)).rowcount:  # type: ignore[attr-defined]
        audit.note(act, "totp_removed", "user", user.id)
    settle(act, user)


def drop_passkey(act: Act, user: User, passkey_id: int) -> None:
    """Take one passkey away. Raises NotFound for one that is not the person's."""
    found = act.session.get(Passkey, passkey_id)
    if found is None or found.user_id != user.id:
        raise NotFound(what=Message("khóa truy cập"))
    act.session.delete(found)
    audit.note(act, "passkey_removed", "user", user.id, passkey_id=passkey_id)
    settle(act, user)


def reset(act: Act, user: User, *, reason: str | None = None) -> None:
    """Take every second factor away, for somebody who lost them; signing in asks for the password alone until anew.

    Where they are signed in ends: whoever found the phone may be there.
    """
    for table in (TotpSecret, Passkey, RecoveryCode):
        act.session.execute(delete(table).where(table.user_id == user.id))
    user.second_factor_since = None
    sign_ins.end_all(act.session, user.id, why=EndedWhy.FACTOR_RESET, now=act.now)
    audit.note(act, "second_factor_reset", "user", user.id, reason=reason)
    act.session.flush()


def settle(act: Act, user: User) -> None:
    """Write on the account whether it has a second factor, after one was added or taken away.

    Recovery codes open nothing by themselves: they go with the last factor.
    """
    act.session.flush()
    if not standing(act.session, user.id).has_any:
        user.second_factor_since = None
        act.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    elif user.second_factor_since is None:
        user.second_factor_since = act.now
    act.session.flush()
