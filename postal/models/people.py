"""The one table that holds people's data, and the keyed words it is found by."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from postal.models.base import Base, PrimaryKey, stored


class PersonKind(StrEnum):
    """Why we know this person."""

    RECIPIENT = "recipient"
    RECEIVER = "receiver"
    PARTY = "party"
    STAFF = "staff"


class Person(Base):
    """Somebody's name, phone, address and ID data, sealed; everything else refers to the id."""

    __tablename__ = "people"

    id: Mapped[PrimaryKey]
    kind: Mapped[PersonKind] = mapped_column(stored(PersonKind))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16), index=True)
    phone_hash: Mapped[str | None] = mapped_column(String(32), index=True)
    phone_tail_hash: Mapped[str | None] = mapped_column(String(32))
    name_hash: Mapped[str | None] = mapped_column(String(32), index=True)
    address_hash: Mapped[str | None] = mapped_column(String(32), index=True)
    added_at: Mapped[datetime]


class PersonWord(Base):
    """One word of a folded name as a keyed hash, so that a clerk finds "Hằng" by "hang"."""

    __tablename__ = "person_words"
    __table_args__ = (Index("ix_person_words_word_hash", "word_hash", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    word_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
