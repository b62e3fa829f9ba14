"""What opens the citizens' pages: counts of wrong tries, and codes sent to phones."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from postal.models.base import Base, PrimaryKey


class WrongTries(Base):
    """How often somebody was wrong on one day: for one code, from one source or device, or in ten minutes of it.

    ``key_hash`` is a keyed hash that tells which; nobody can read from it what was tried or from where.
    """

    __tablename__ = "wrong_tries"

    key_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    on_date: Mapped[date] = mapped_column(primary_key=True)
    n_wrong: Mapped[int] = mapped_column(default=0)


class SentCode(Base):
    """A code sent to the phone a recipient registered, good for minutes.

    The digits are derived from the id by the lookup key: nothing here tells them. ``consignment_id`` None: somebody
    asked with a code that nobody has; the row is written all the same, so that both take equally long.
    """

    __tablename__ = "sent_codes"

    id: Mapped[PrimaryKey]
    code_hash: Mapped[str] = mapped_column(String(32), index=True)
    consignment_id: Mapped[int | None] = mapped_column(ForeignKey("consignments.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    n_wrong: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
