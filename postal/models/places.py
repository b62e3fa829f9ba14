"""Offices, couriers, who covers which commune when, promises by zone, and the calendar."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey, stored


class OfficeKind(StrEnum):
    """An agency that issues results, or a post office where rounds start."""

    ISSUING = "issuing"
    DELIVERY = "delivery"


class Office(Base):
    """An issuing office (sender) or a delivery office of the post. Public bodies: nothing personal here."""

    __tablename__ = "offices"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[OfficeKind] = mapped_column(stored(OfficeKind))
    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    opening_hours: Mapped[str] = mapped_column(default="")
    commune_code: Mapped[str | None] = mapped_column(String(10))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    zone: Mapped[str] = mapped_column(String(60), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class Coverage(Base):
    """Which delivery office serves a commune, on which weekdays (0 = Monday), in which promise zone."""

    __tablename__ = "coverage"

    commune_code: Mapped[str] = mapped_column(String(10), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    weekdays: Mapped[str] = mapped_column(String(7), default="01234")
    zone: Mapped[str] = mapped_column(String(60))
    office: Mapped[Office] = relationship()


class TransitRule(Base):
    """J+n in working days between two zones (TT 17/2017 Đ7); zones are data since districts were abolished."""

    __tablename__ = "transit_rules"

    id: Mapped[PrimaryKey]
    from_zone: Mapped[str] = mapped_column(String(60))
    to_zone: Mapped[str] = mapped_column(String(60))
    days: Mapped[int]
    legal_ref: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("from_zone", "to_zone"),)


class CalendarDay(Base):
    """An exception to the week: a holiday, or a Saturday worked in exchange."""

    __tablename__ = "calendar_days"

    on_date: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")


class Courier(Base):
    """Somebody who walks rounds from one delivery office; the name is in the people table.

    ``longest_s`` bounds the time away from the office, lunch not counted. A round starts and ends at the office unless
    another place is given.
    """

    __tablename__ = "couriers"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    shift_from_s: Mapped[int] = mapped_column(default=27_000)
    shift_until_s: Mapped[int] = mapped_column(default=63_000)
    lunch_from_s: Mapped[int | None] = mapped_column(default=41_400)
    lunch_until_s: Mapped[int | None] = mapped_column(default=48_600)
    capacity_ml: Mapped[int] = mapped_column(default=80_000)
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    beat: Mapped[list[str]] = mapped_column(JSON, default=list)
    longest_s: Mapped[int | None]
    start_lat: Mapped[float | None]
    start_lon: Mapped[float | None]
    end_lat: Mapped[float | None]
    end_lon: Mapped[float | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    office: Mapped[Office] = relationship()


class Absence(Base):
    """Days on which a courier does not walk."""

    __tablename__ = "absences"

    id: Mapped[PrimaryKey]
    courier_id: Mapped[int] = mapped_column(ForeignKey("couriers.id"), index=True)
    from_date: Mapped[date]
    until_date: Mapped[date]


class CommuneClosure(Base):
    """A commune cut off (flood, landslide) from one date to another, both included.

    ``proof`` names what shows it, such as the authority's notice; with it the clocks of what waits there stand still.
    A closure is never deleted: one that was a mistake is ``taken_back_at``, and then as if it had not been.
    """

    __tablename__ = "commune_closures"

    id: Mapped[PrimaryKey]
    commune_code: Mapped[str] = mapped_column(String(10), index=True)
    from_date: Mapped[date]
    until_date: Mapped[date]
    reason: Mapped[str]
    noted_at: Mapped[datetime]
    proof: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    taken_back_at: Mapped[datetime | None]


class CommuneBorder(Base):
    """A commune's border for maps, as the operator brought it in: outer rings of corners (latitude, longitude)."""

    __tablename__ = "commune_borders"

    commune_code: Mapped[str] = mapped_column(String(10), primary_key=True)
    rings: Mapped[Any] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(200))
    imported_at: Mapped[datetime]


class OfficeClosure(Base):
    """Days on which a delivery office does not work, both included: it plans no round and visits no door."""

    __tablename__ = "office_closures"

    id: Mapped[PrimaryKey]
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    from_date: Mapped[date]
    until_date: Mapped[date]
    reason: Mapped[str]
    noted_at: Mapped[datetime]
    office: Mapped[Office] = relationship()


class Procedure(Base):
    """An administrative procedure: code and name. Kept apart so that no row ties a name to a person."""

    __tablename__ = "procedures"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(500), default="")
    is_postal_allowed: Mapped[bool] = mapped_column(default=True)


class PointMemory(Base):
    """A point confirmed for an address before; found by the keyed hash of the folded address."""

    __tablename__ = "point_memory"

    address_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    lat: Mapped[float]
    lon: Mapped[float]
    source: Mapped[str] = mapped_column(String(40))
    noted_at: Mapped[datetime]
