"""What happened to an item: events, attempts, proof, and scans that did not fit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey, stored
from postal.models.consignments import Item
from postal.rules.lifecycle import EventKind, State


class TrackingEvent(Base):
    """A fact, never edited: when it happened (device), when we heard of it (server), who says so.

    ``is_applied`` says whether it fits the item's life today; one that does not waits for the gap
    before it to close. ``sequence`` numbers the applied events of an item for its callbacks. ``round_id`` is the round
    it happened on. Who acted is a user, the API key of a system, or the operator's command. ``phone_id`` and ``seq``,
    its place among that phone's acts, are those of its facts once more, to be found by.
    """

    __tablename__ = "tracking_events"
    __table_args__ = (
        UniqueConstraint("scan_id"),
        Index("ix_tracking_events_item_happened", "item_id", "happened_at"),
        Index("uq_tracking_events_item_sequence", "item_id", "sequence", unique=True),
        Index("ix_tracking_events_phone_id_seq", "phone_id", "seq"),
        Index("ix_tracking_events_proof_id", "proof_id", sqlite_where=text("proof_id IS NOT NULL"),
              postgresql_where=text("proof_id IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[EventKind] = mapped_column(stored(EventKind))
    scan_id: Mapped[str] = mapped_column(String(80))
    happened_at: Mapped[datetime]
    device_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    is_applied: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int | None]
    state_after: Mapped[State | None] = mapped_column(stored(State))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    api_key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    command: Mapped[str | None] = mapped_column(String(80))
    courier_id: Mapped[int | None] = mapped_column(ForeignKey("couriers.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    reason: Mapped[str | None] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("proofs.id"))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id"))
    seq: Mapped[int | None]

    item: Mapped[Item] = relationship()
    proof: Mapped[ProofOfDelivery | None] = relationship()


class ProofOfDelivery(Base):
    """Who received an item and how we know; the receiver's own data is in the people table."""

    __tablename__ = "proofs"
    __table_args__ = (
        Index("ix_proofs_owed", "id", sqlite_where=text("is_owed = 1"), postgresql_where=text("is_owed")),
    )

    id: Mapped[PrimaryKey]
    receiver_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    relation: Mapped[str] = mapped_column(String(20))
    id_kind: Mapped[str] = mapped_column(String(20))
    is_authorised: Mapped[bool] = mapped_column(default=False)
    n_documents: Mapped[int | None]
    fee_vnd: Mapped[int] = mapped_column(default=0)
    fee_receipt: Mapped[str | None] = mapped_column(String(40))
    taken_back: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Whether the agency is still to get papers or money of it: false again with the receipt that gives them back.
    is_owed: Mapped[bool] = mapped_column(default=False, server_default=false())
    entered_from: Mapped[str] = mapped_column(String(20), default="device")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    # The receiver's data as a salted commitment: erasing the person forgets the salt, the chain stays valid.
    person_salt: Mapped[str | None] = mapped_column(String(32))
    person_commitment: Mapped[str | None] = mapped_column(String(64))


class Discrepancy(Base):
    """Listed but missing, present but unlisted, or a scan that does not fit: staff settle it with a note.

    ``is_voided``: a person settled it while its event did not fit; the event moves nothing, whatever comes later.
    """

    __tablename__ = "discrepancies"

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(String(40), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("tracking_events.id"), unique=True)
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handovers.id"), index=True)
    noted_at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settlement: Mapped[str | None]
    is_voided: Mapped[bool] = mapped_column(default=False, server_default=false())
