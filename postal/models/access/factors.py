"""Second factors of people: codes of an authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from postal.models.base import Base, PrimaryKey


class TotpSecret(Base):
    """The secret a person's authenticator app shares with us, sealed; it counts once a code confirmed it.

    ``last_step`` is the half minute of the last code that was taken: none is taken twice.
    """

    __tablename__ = "totp_secrets"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    last_step: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class Passkey(Base):
    """A credential of WebAuthn: what the browser names it by, and the public key that checks its answers."""

    __tablename__ = "passkeys"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(String(2000))
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of the codes a person keeps on paper for the day the other factor is lost; each opens once."""

    __tablename__ = "recovery_codes"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(32), unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
