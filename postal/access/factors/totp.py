"""Time-based codes of an authenticator app (RFC 6238): six digits, half a minute each, each taken once."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import update
from sqlalchemy.orm import Session

from postal.access import audit
from postal.access.act import Act
from postal.errors import InvalidInput
from postal.models import TotpSecret, User
from postal.people import vault_of
from routing import Message

STEP_S = 30
_DRIFT_STEPS = (-1, 0, 1)
"""Phones' clocks are up to half a minute off; RFC 6238, 5.2 advises one step."""
_ISSUER = "Tận Nhà"


class CodeWrong(InvalidInput):
    code = "code_wrong"
    says = Message("Mã không đúng, đã dùng hoặc đã hết hạn. Đợi mã mới trên ứng dụng rồi thử lại.")


@dataclass(frozen=True)
class SharedSecret:
    """What an authenticator app is given: ``text`` to type, ``address`` to scan. It is shown until it is confirmed."""

    text: str
    address: str

    def __repr__(self) -> str:
        return "<SharedSecret>"


def start_totp(act: Act, user: User) -> None:
    """Make a new secret; one that is confirmed already stays good until this one is."""
    sealed = vault_of(act.session).seal_bytes(pyotp.random_base32().encode())
    waiting = act.session.get(TotpSecret, user.id)
    if waiting is None:
        waiting = TotpSecret(user_id=user.id, made_at=act.now, sealed=sealed.data, key_id=sealed.key_id)
        act.session.add(waiting)
    elif waiting.confirmed_at is not None:
        raise InvalidInput(field="totp")
    waiting.sealed, waiting.key_id, waiting.made_at = sealed.data, sealed.key_id, act.now
    act.session.flush()


def waiting_secret(session: Session, user: User) -> SharedSecret | None:
    """Return the secret that waits to be confirmed, None where there is none."""
    found = session.get(TotpSecret, user.id)
    if found is None or found.confirmed_at is not None:
        return None
    text = _opened(session, found)
    return SharedSecret(text, pyotp.TOTP(text).provisioning_uri(name=user.username, issuer_name=_ISSUER))


def confirm_totp(act: Act, user: User, code: str) -> None:
    """Let the waiting secret count from now on, for a code of it was typed. Raises CodeWrong."""
    found = act.session.get(TotpSecret, user.id)
    if found is None or found.confirmed_at is not None or not _take(act.session, found, code, act.now):
        raise CodeWrong(field="code")
    found.confirmed_at = act.now
    audit.note(act, "totp_added", "user", user.id)
    act.session.flush()


def check_code(session: Session, user_id: int, code: str, *, now: datetime) -> bool:
    """Say whether this is a code of the person's app, and take it: it is right once."""
    found = session.get(TotpSecret, user_id)
    return found is not None and found.confirmed_at is not None and _take(session, found, code, now)


def _take(session: Session, secret: TotpSecret, code: str, now: datetime) -> bool:
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return False
    totp, here = pyotp.TOTP(_opened(session, secret)), int(now.timestamp()) // STEP_S
    fitting = [here + n for n in _DRIFT_STEPS if hmac.compare_digest(totp.at((here + n) * STEP_S), digits)]
    if not fitting:
        return False
    taken = session.execute(  # guarded: the same code twice at once is right once
        update(TotpSecret)
        .where(TotpSecret.user_id == secret.user_id, TotpSecret.last_step < max(fitting))
        .values(last_step=max(fitting))
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def _opened(session: Session, secret: TotpSecret) -> str:
    return vault_of(session).open_bytes(secret.sealed, secret.key_id).decode()
