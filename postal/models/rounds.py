"""Plans, rounds, stops, and what a plan could not place."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey, stored
from postal.models.consignments import Consignment
from postal.models.places import Courier, Office


class PlanStatus(StrEnum):
    """A day has many drafts and at most one published plan."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class DayPlan(Base):
    """One plan of one day for all offices; kept, never recomputed to reprint."""

    __tablename__ = "day_plans"
    __table_args__ = (
        UniqueConstraint("day", "version"),
        Index("uq_day_plans_published", "day", unique=True, sqlite_where=text("status = 'published'"),
              postgresql_where=text("status = 'published'")),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    day: Mapped[date]
    version: Mapped[int]
    status: Mapped[PlanStatus] = mapped_column(stored(PlanStatus))
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None]
    travel_source: Mapped[str]
    degraded: Mapped[str | None]
    travel_s: Mapped[int]
    cost: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rounds: Mapped[list[DeliveryRound]] = relationship(back_populates="plan", order_by="DeliveryRound.number")
    unserved: Mapped[list[PlanUnserved]] = relationship(order_by="PlanUnserved.id")


class RoundStatus(StrEnum):
    """How far a round is."""

    PLANNED = "planned"
    STARTED = "started"
    CLOSED = "closed"


class DeliveryRound(Base):
    """One courier, one office, one day, ordered stops."""

    __tablename__ = "delivery_rounds"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plans.id"), index=True)
    number: Mapped[int]
    courier_id: Mapped[int] = mapped_column(ForeignKey("couriers.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    status: Mapped[RoundStatus] = mapped_column(stored(RoundStatus), default=RoundStatus.PLANNED)
    leave_at_s: Mapped[int]
    back_at_s: Mapped[int]
    travel_s: Mapped[int]
    travel_m: Mapped[int]
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    plan: Mapped[DayPlan] = relationship(back_populates="rounds")
    courier: Mapped[Courier] = relationship()
    office: Mapped[Office] = relationship()
    stops: Mapped[list[RoundStop]] = relationship(back_populates="round", order_by="RoundStop.position")


class RoundStop(Base):
    """One place on a round: a consignment to deliver or to collect, with its planned times of day.

    ``kept_for`` is the courier a dispatcher wants the stop to be served by whenever the day is planned again.
    """

    __tablename__ = "round_stops"
    __table_args__ = (
        UniqueConstraint("round_id", "position"),
        UniqueConstraint("round_id", "consignment_id"),
    )

    id: Mapped[PrimaryKey]
    round_id: Mapped[int] = mapped_column(ForeignKey("delivery_rounds.id"))
    position: Mapped[int]
    consignment_id: Mapped[int] = mapped_column(ForeignKey("consignments.id"), index=True)
    arrive_s: Mapped[int]
    start_s: Mapped[int]
    leave_s: Mapped[int]
    kept_for_id: Mapped[int | None] = mapped_column(ForeignKey("couriers.id"))
    round: Mapped[DeliveryRound] = relationship(back_populates="stops")
    consignment: Mapped[Consignment] = relationship()
    kept_for: Mapped[Courier | None] = relationship()


class SheetPrint(Base):
    """A route sheet printed with whole telephones: numbered, counted back when its round is closed, then destroyed.

    ``returned_at`` None: somebody still has it, or nobody knows where it is.
    """

    __tablename__ = "sheet_prints"

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    printed_at: Mapped[datetime]
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    returned_at: Mapped[datetime | None]
    returned_to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class PlanUnserved(Base):
    """A consignment the plan could not place, with the reason and what would help."""

    __tablename__ = "plan_unserved"
    __table_args__ = (UniqueConstraint("plan_id", "consignment_id"),)

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plans.id"))
    consignment_id: Mapped[int] = mapped_column(ForeignKey("consignments.id"))
    reason: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    consignment: Mapped[Consignment] = relationship()


class DayOrder(Base):
    """What a dispatcher orders for the plans of some days: a remedy, a road closed, an order of stops that stays.

    ``detail`` holds codes, ids and figures, nothing personal. It is ended, never deleted.
    """

    __tablename__ = "day_orders"

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(String(40))
    from_date: Mapped[date] = mapped_column(index=True)
    until_date: Mapped[date]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(default="")
    ordered_at: Mapped[datetime]
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
