"""Batches, manifests, handovers and their receipts; S10 ranges and prints of labels."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey, stored
from postal.models.consignments import Item
from postal.models.places import Office


class Batch(Base):
    """Items of one issuing office gathered for one pick-up; open until it becomes a manifest."""

    __tablename__ = "batches"

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    office: Mapped[Office] = relationship()
    lines: Mapped[list[BatchItem]] = relationship(back_populates="batch", order_by="BatchItem.id")


class BatchItem(Base):
    """An item in a batch; ``is_current`` keeps an item in one open batch at a time.

    ``n_giver`` and ``n_receiver`` are the documents either side counted before the envelope was sealed.
    ``on_table_by_id`` has it on the table at this moment, to be counted and weighed.
    """

    __tablename__ = "batch_items"
    __table_args__ = (
        Index("uq_batch_items_current", "item_id", unique=True, sqlite_where=text("is_current"),
              postgresql_where=text("is_current")),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    is_current: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]
    n_giver: Mapped[int | None]
    n_receiver: Mapped[int | None]
    packed_at: Mapped[datetime | None]
    packed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    on_table_since: Mapped[datetime | None]
    on_table_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    batch: Mapped[Batch] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship()


class Manifest(Base):
    """The fixed, numbered list of a closed batch. Never changes; corrections are discrepancies."""

    __tablename__ = "manifests"

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), unique=True)
    closed_at: Mapped[datetime]
    n_items: Mapped[int]
    weight_g: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    batch: Mapped[Batch] = relationship()
    lines: Mapped[list[ManifestLine]] = relationship(order_by="ManifestLine.position")


class ManifestLine(Base):
    """One numbered line: the item as it was when the list was fixed."""

    __tablename__ = "manifest_lines"
    __table_args__ = (UniqueConstraint("manifest_id", "position"), UniqueConstraint("manifest_id", "item_id"))

    id: Mapped[PrimaryKey]
    manifest_id: Mapped[int] = mapped_column(ForeignKey("manifests.id"))
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    s10: Mapped[str] = mapped_column(String(13))
    item: Mapped[Item] = relationship()


class Leg(StrEnum):
    """Which change of hands a handover is."""

    CENTRE_TO_POST = "centre_to_post"
    OFFICE_TO_COURIER = "office_to_courier"
    COURIER_TO_OFFICE = "courier_to_office"
    POST_TO_CENTRE = "post_to_centre"
    POST_TO_CARRIER = "post_to_carrier"
    COURIER_TO_COURIER = "courier_to_courier"


class Handover(Base):
    """Custody passes: both parties named, expected against scanned, one immutable numbered receipt."""

    __tablename__ = "handovers"

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    leg: Mapped[Leg] = mapped_column(stored(Leg))
    manifest_id: Mapped[int | None] = mapped_column(ForeignKey("manifests.id"), unique=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    giver_office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    receiver_office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    giver_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    handed_over_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    api_key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    command: Mapped[str | None] = mapped_column(String(80))
    n_expected: Mapped[int]
    n_present: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Both names as a salted commitment: erasing a person forgets the salt, the chain stays valid.
    person_salt: Mapped[str | None] = mapped_column(String(32))
    person_commitment: Mapped[str | None] = mapped_column(String(64))
    manifest: Mapped[Manifest | None] = relationship()
    lines: Mapped[list[HandoverLine]] = relationship(order_by="HandoverLine.id")


class Found(StrEnum):
    """What the count said of one code."""

    PRESENT = "present"
    MISSING = "missing"
    EXTRA = "extra"
    WRONG = "wrong"


class HandoverLine(Base):
    """One code expected or scanned, and what the count said of it."""

    __tablename__ = "handover_lines"

    id: Mapped[PrimaryKey]
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    found: Mapped[Found] = mapped_column(stored(Found))
    item: Mapped[Item | None] = relationship()


class S10Range(Base):
    """A block of numbers granted by the designated operator; nothing outside a grant is ever printed."""

    __tablename__ = "s10_ranges"
    __table_args__ = (UniqueConstraint("indicator", "country", "first_serial"),)

    id: Mapped[PrimaryKey]
    indicator: Mapped[str] = mapped_column(String(2))
    country: Mapped[str] = mapped_column(String(2))
    first_serial: Mapped[int]
    last_serial: Mapped[int]
    next_serial: Mapped[int]
    granted_by: Mapped[str]
    granted_at: Mapped[datetime]
    is_fake: Mapped[bool] = mapped_column(default=False)


class SpoiltS10(Base):
    """A number that was burnt: it must never come back (UPU S10: not within 12 months; here never)."""

    __tablename__ = "spoilt_s10"

    s10: Mapped[str] = mapped_column(String(13), primary_key=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    spoilt_at: Mapped[datetime]
    reason: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class LabelPrint(Base):
    """One act of printing: each label once, a reprint with its reason, counted by person."""

    __tablename__ = "label_prints"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[PrimaryKey]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    number: Mapped[int]
    printed_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None]


class Counter(Base):
    """The last number of a series of documents, taken by a guarded update."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
