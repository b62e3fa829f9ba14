"""Sign-ins of people, the devices they were made on, and brakes on wrong guesses."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.access.users import User
from postal.models.base import Base, PrimaryKey, stored


class EndedWhy(StrEnum):
    """Why a sign-in ended before its time."""

    SIGNED_OUT = "signed_out"
    ENDED_ELSEWHERE = "ended_elsewhere"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a reason
    RIGHTS_CHANGED = "rights_changed"
    DISABLED = "disabled"
    FACTOR_RESET = "factor_reset"


class SignIn(Base):
    """One person signed in on one browser, from then until it ended. Only the hash of its cookie is here.

    While ``waits_for_factor`` the password alone was right, and the cookie opens the page that asks for the second
    factor. ``proved_at`` is when the person last typed the password or showed a factor; ``challenge`` is what a passkey
    is asked to sign, once.
    """

    __tablename__ = "sign_ins"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    browser: Mapped[str] = mapped_column(String(60))
    started_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    waits_for_factor: Mapped[bool] = mapped_column(default=False)
    proved_at: Mapped[datetime]
    challenge: Mapped[str | None] = mapped_column(String(60))
    challenge_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[EndedWhy | None] = mapped_column(stored(EndedWhy))
    user: Mapped[User] = relationship()


class KnownDevice(Base):
    """A browser that proved something once: that it is a person's, or that it may see an item.

    ``subject`` says what it is known for, such as "user:7"; ``token_hash`` is of the browser's long-lived cookie.
    """

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("token_hash", "subject"),)

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(60), index=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class Brake(Base):
    """How many guesses at one thing were wrong lately, and until when the next one waits.

    ``ladder`` names what is guessed and by whom; ``key_hash`` is the keyed hash of the thing, an account or an address.
    """

    __tablename__ = "brakes"

    ladder: Mapped[str] = mapped_column(String(20), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    n_wrong: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    waits_until: Mapped[datetime | None]
