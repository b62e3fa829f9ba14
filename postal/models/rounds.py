"""Plans, rounds, stops, what a plan could not place; of rounds under way, texts, stops that pass on, and money."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey, stored
from postal.models.consignments import Consignment, Item
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
    ``passed_on_at``: another round took it over in the middle of the day; the stop stays here for what was told of it
    before, and its position is never given to another.
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
    passed_on_at: Mapped[datetime | None]
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


class PlanEdit(Base):
    """A dispatcher's hand in a draft: a stop moved or kept, or the last such act undone.

    ``number`` counts the acts of a plan, so that of two at once one wins. ``detail`` holds ids, codes and times:
    what was there before, for undoing, and the codes of the rules that were broken knowingly, for a ``reason``.
    """

    __tablename__ = "plan_edits"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plans.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]


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


class CourierMessage(Base):
    """A short text from the office to a courier or back; sealed, for it may name people, and deleted after a month.

    ``client_id`` is the phone's own: a text sent twice is one. ``read_at``: when the other side saw it. ``device_at``
    is the clock of the phone that sent it, ``sent_at`` ours.
    """

    __tablename__ = "courier_messages"
    __table_args__ = (UniqueConstraint("courier_id", "client_id"),)

    id: Mapped[PrimaryKey]
    courier_id: Mapped[int] = mapped_column(ForeignKey("couriers.id"))
    is_from_courier: Mapped[bool]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    client_id: Mapped[str | None] = mapped_column(String(60))
    sent_at: Mapped[datetime] = mapped_column(index=True)
    device_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    read_at: Mapped[datetime | None]


class StopMove(Base):
    """Pieces of a round under way that pass to another courier's round; its number stands on the slip both sign.

    Until both confirmed, the giver holds them. ``ended_at`` without a handover: called off.
    """

    __tablename__ = "stop_moves"

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    from_round_id: Mapped[int] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    to_round_id: Mapped[int] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    reason: Mapped[str]
    ordered_at: Mapped[datetime]
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handovers.id"))
    from_round: Mapped[DeliveryRound] = relationship(foreign_keys=[from_round_id])
    to_round: Mapped[DeliveryRound] = relationship(foreign_keys=[to_round_id])
    pieces: Mapped[list[MovedPiece]] = relationship(order_by="MovedPiece.id")


class MovedPiece(Base):
    """One piece of a move: when its giver scanned it out, and when its taker scanned it in."""

    __tablename__ = "moved_pieces"
    __table_args__ = (UniqueConstraint("move_id", "item_id"),)

    id: Mapped[PrimaryKey]
    move_id: Mapped[int] = mapped_column(ForeignKey("stop_moves.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    given_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    item: Mapped[Item] = relationship()


class CashCount(Base):
    """What the courier or the cashier counted of a round's money; counted again is another row, never an edit.

    ``is_blind``: it was the side's first count, made before it could see what is due or what the other side counted.
    ``notes``: how many of each denomination, where the side said so.
    """

    __tablename__ = "cash_counts"

    id: Mapped[PrimaryKey]
    round_id: Mapped[int] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    side: Mapped[str] = mapped_column(String(10))
    money_vnd: Mapped[int]
    n_papers: Mapped[int]
    notes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    is_blind: Mapped[bool]
    counted_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id"))


class HomeCount(Base):
    """The pieces a side scanned when a round came home; counted again is another row, and none is ever edited.

    ``codes`` are in one form, in the order they were scanned. ``is_blind``: it was the side's first count, made before
    it could see the other's.
    """

    __tablename__ = "home_counts"

    id: Mapped[PrimaryKey]
    round_id: Mapped[int] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    side: Mapped[str] = mapped_column(String(10))
    codes: Mapped[list[str]] = mapped_column(JSON)
    is_blind: Mapped[bool]
    counted_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id"))


class Payment(Base):
    """A fee paid to the post's account: told by the courier until the post confirms it or refuses it."""

    __tablename__ = "payments"
    __table_args__ = (UniqueConstraint("item_id", "round_id"),)

    id: Mapped[PrimaryKey]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    amount_vnd: Mapped[int]
    told_at: Mapped[datetime]
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    is_confirmed: Mapped[bool | None]
    bank_reference: Mapped[str | None] = mapped_column(String(60))
    item: Mapped[Item] = relationship()
