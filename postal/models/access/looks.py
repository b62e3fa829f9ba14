"""Looks: who was shown citizens' data, when, for which act, and whose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from postal.models.base import Base, PrimaryKey


class Look(Base):
    """One answer that carried citizens' data; a list is one look with many subjects.

    ``act`` is the page, paper or request that showed it, ``right`` the right it was opened by: together the purpose.
    ``reason`` was typed where the right alone does not show anybody.
    """

    __tablename__ = "looks"

    id: Mapped[PrimaryKey]
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    api_key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id"))
    right: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(300))
    n_people: Mapped[int]


class LookedAt(Base):
    """A consignment whose recipient or receiver a look showed."""

    __tablename__ = "looked_at"
    __table_args__ = (Index("ix_looked_at_consignment_id", "consignment_id", "look_id"),)

    look_id: Mapped[int] = mapped_column(ForeignKey("looks.id"), primary_key=True)
    consignment_id: Mapped[int] = mapped_column(ForeignKey("consignments.id"), primary_key=True)
