"""What citizens' pages stand on: what opens them, what arrivals taught, false couriers, dossiers in work."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey
from postal.models.people import Person
from postal.models.places import Office


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

    The digits are derived from the id by the lookup key: nothing here tells them. For a dossier without a result it is
    the dossier's. Neither: somebody asked with a code that nobody has; the row is written all the same, so that both
    take equally long.
    """

    __tablename__ = "sent_codes"

    id: Mapped[PrimaryKey]
    code_hash: Mapped[str] = mapped_column(String(32), index=True)
    consignment_id: Mapped[int | None] = mapped_column(ForeignKey("consignments.id"), index=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    n_wrong: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class FalseCourier(Base):
    """A report of somebody who claimed to be a courier; the words are sealed. ``office_id`` None: to every office."""

    __tablename__ = "false_couriers"
    __table_args__ = (
        # Every page of the desk counts those that are open.
        Index("ix_false_couriers_open", "office_id",
              sqlite_where=text("settled_at IS NULL"), postgresql_where=text("settled_at IS NULL")),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    what: Mapped[str] = mapped_column(String(40))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    reported_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settlement: Mapped[str | None]


class Badge(Base):
    """A courier's printed badge; the token of its square code is kept as a hash alone.

    ``number`` counts a courier's badges. At most one of them is not revoked: printing the next ends the one before.
    """

    __tablename__ = "badges"
    __table_args__ = (UniqueConstraint("courier_id", "number"),)

    id: Mapped[PrimaryKey]
    courier_id: Mapped[int] = mapped_column(ForeignKey("couriers.id"), index=True)
    number: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    printed_at: Mapped[datetime]
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None]
    revoked_at: Mapped[datetime | None]


class CompanyCode(Base):
    """A code that opens the list of a company's dossiers; its text is kept as a hash alone.

    ``name_hash`` and ``phone_hash`` are the company's when the code was issued: its dossiers are those of both. The
    row of ``person_id`` names it to staff; a corrected dossier may make that row somebody else's.
    """

    __tablename__ = "company_codes"

    id: Mapped[PrimaryKey]
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    name_hash: Mapped[str] = mapped_column(String(32))
    phone_hash: Mapped[str] = mapped_column(String(32))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class ArrivalDay(Base):
    """What one day's rounds of an office taught, and what is expected of its rounds since."""

    __tablename__ = "arrival_days"

    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    learned: Mapped[dict[str, Any]] = mapped_column(JSON)
    expected: Mapped[dict[str, Any]] = mapped_column(JSON)


class Dossier(Base):
    """One dossier of a source system. Whoever handed it in is in the people table; its steps are never edited."""

    __tablename__ = "dossiers"
    __table_args__ = (UniqueConstraint("source_system", "dossier_key"),)

    id: Mapped[PrimaryKey]
    source_system: Mapped[str] = mapped_column(String(60))
    dossier_code: Mapped[str] = mapped_column(String(80))
    dossier_key: Mapped[str] = mapped_column(String(80))
    dossier_bare: Mapped[str] = mapped_column(String(80), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    appointment_on: Mapped[date | None]
    added_at: Mapped[datetime]

    office: Mapped[Office] = relationship()
    person: Mapped[Person] = relationship()
    steps: Mapped[list[DossierStep]] = relationship(order_by="DossierStep.happened_at, DossierStep.id")


class DossierStep(Base):
    """One status of a dossier: 1 to 8 of the national list, when it was reached, when we heard of it."""

    __tablename__ = "dossier_steps"
    __table_args__ = (UniqueConstraint("dossier_id", "status", "happened_at"),)

    id: Mapped[PrimaryKey]
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    status: Mapped[int]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
