"""Recovery codes: ten on paper, each opens once, kept as keyed hashes."""

from __future__ import annotations

import re
import secrets

from sqlalchemy import delete, update

from postal.access import audit
from postal.access.act import Act
from postal.models import RecoveryCode
from postal.people import vault_of

N_CODES = 10
# Without letters and digits that are taken for one another: 31**10 codes.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_N_LETTERS = 10


def new_codes(act: Act, user_id: int) -> tuple[str, ...]:
    """Make ten codes in place of all earlier ones; they are shown once and stored nowhere."""
    act.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = tuple("".join(secrets.choice(_LETTERS) for _ in range(_N_LETTERS)) for _ in range(N_CODES))
    for code in codes:
        act.session.add(RecoveryCode(user_id=user_id, code_hash=_hash(act, user_id, code), made_at=act.now))
    audit.note(act, "recovery_codes_made", "user", user_id)
    act.session.flush()
    return tuple(f"{code[:5]}-{code[5:]}" for code in codes)


def use_recovery_code(act: Act, user_id: int, code: str) -> bool:
    """Say whether this is an unused code of the person, and use it up."""
    bare = re.sub(r"[^A-Z0-9]", "", code.upper())
    used = act.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.code_hash == _hash(act, user_id, bare), RecoveryCode.used_at.is_(None))
        .where(RecoveryCode.user_id == user_id)
        .values(used_at=act.now)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        return False
    audit.note(act, "recovery_code_used", "user", user_id)
    return True


def _hash(act: Act, user_id: int, bare: str) -> str:
    return vault_of(act.session).look_up("recovery code", f"{user_id}:{bare}")
