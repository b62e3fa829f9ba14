"""Users, API keys, the audit, idempotency records, uploads, forms kept half-way."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey, stored
from postal.models.people import Person
from postal.models.places import Office


class Role(StrEnum):
    """What a person does here, and so may do."""

    ADMINISTRATOR = "administrator"
    CENTRE_CLERK = "centre_clerk"
    POSTAL_CLERK = "postal_clerk"
    DISPATCHER = "dispatcher"
    COURIER = "courier"


class User(Base):
    """A person who signs in; an office bounds what they see (none: the whole province)."""

    __tablename__ = "users"

    id: Mapped[PrimaryKey]
    username: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(stored(Role))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    courier_id: Mapped[int | None] = mapped_column(ForeignKey("couriers.id"))
    language: Mapped[str] = mapped_column(String(5), default="vi", server_default="vi")
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    second_factor_since: Mapped[datetime | None]
    added_at: Mapped[datetime]
    person: Mapped[Person] = relationship()
    office: Mapped[Office | None] = relationship()


class ApiKey(Base):
    """A system's key: found by its public prefix, checked against a hash of the whole."""

    __tablename__ = "api_keys"

    id: Mapped[PrimaryKey]
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    source_system: Mapped[str] = mapped_column(String(60), index=True)
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    added_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who did or saw what, and why; identifiers only."""

    __tablename__ = "audit_entries"

    id: Mapped[PrimaryKey]
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    api_key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    command: Mapped[str | None] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int | None]
    reason: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class IdempotencyRecord(Base):
    """The answer given to a key, sealed (it may name people), so that a repeat gets the same answer."""

    __tablename__ = "idempotency_records"
    __table_args__ = (UniqueConstraint("client", "key"),)

    id: Mapped[PrimaryKey]
    client: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    claimed_at: Mapped[datetime]
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_key_id: Mapped[str | None] = mapped_column(String(16))


class Upload(Base):
    """A file from its trial reading on: sealed, one person's, gone within a day.

    ``columns`` is which of our columns its headers were said to be, sealed as well; ``intake_id`` what it became.
    """

    __tablename__ = "uploads"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    suffix: Mapped[str] = mapped_column(String(10))
    kept_at: Mapped[datetime]
    notes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    columns: Mapped[bytes | None] = mapped_column(LargeBinary)
    columns_key_id: Mapped[str | None] = mapped_column(String(16))
    intake_id: Mapped[int | None] = mapped_column(ForeignKey("intakes.id"))


class KeptForm(Base):
    """What one person typed into a form that was not taken yet: sealed, gone within a day."""

    __tablename__ = "kept_forms"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    kept_at: Mapped[datetime]
