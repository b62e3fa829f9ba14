"""The chain of evidence: one link for each event and each receipt, in the order they were sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from postal.models.base import Base, BigId, PrimaryKey


class ChainLink(Base):
    """What was said, as a salted commitment, bound to everything sealed before it.

    ``position`` counts from 1 without gaps. ``head`` is the hash over the head before and this link, so one head
    vouches for all that came earlier. Nothing here is personal, and nothing here changes when a person is erased.
    """

    __tablename__ = "chain_links"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int]
    salt: Mapped[str] = mapped_column(String(32))
    commitment: Mapped[str] = mapped_column(String(64))
    head: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]


class SigningKey(Base):
    """A key that signs receipts and heads from ``made_at`` on; its private half is sealed, its public one is open."""

    __tablename__ = "signing_keys"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(8), unique=True)
    public_key: Mapped[str] = mapped_column(String(43), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]
