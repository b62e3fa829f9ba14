"""Records of custody besides receipts: counts, signatures, photos, closed days, permissions, minutes, new addresses."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey, stored
from postal.models.consignments import Item


class CountedScan(Base):
    """One code scanned while a list is being counted, so that a count survives a dead browser.

    ``list_of`` is the name of a kind of list in `postal.counting.lists`, one for each change of hands.
    ``handover_id`` is the receipt the count ended in; an agency's lists are counted anew after each.
    """

    __tablename__ = "counted_scans"
    __table_args__ = (
        UniqueConstraint("manifest_id", "code"),
        UniqueConstraint("move_id", "code"),
        UniqueConstraint("round_id", "list_of", "code"),
        Index("uq_counted_scans_office", "office_id", "list_of", "code", unique=True,
              sqlite_where=text("handover_id IS NULL"), postgresql_where=text("handover_id IS NULL")),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    list_of: Mapped[str] = mapped_column(String(40))
    manifest_id: Mapped[int | None] = mapped_column(ForeignKey("manifests.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_rounds.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    move_id: Mapped[int | None] = mapped_column(ForeignKey("stop_moves.id"))
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handovers.id"))
    code: Mapped[str] = mapped_column(String(40))
    is_expected: Mapped[bool]
    scanned_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class LoadConfirmation(Base):
    """A courier's word, said on the phone, that a round's counted pieces were taken over.

    ``digest`` is of the codes by then; the signature is sealed here until it stands under the receipt of the load.
    """

    __tablename__ = "load_confirmations"

    id: Mapped[PrimaryKey]
    round_id: Mapped[int] = mapped_column(ForeignKey("delivery_rounds.id"), unique=True)
    courier_id: Mapped[int] = mapped_column(ForeignKey("couriers.id"))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id"))
    n_pieces: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str | None] = mapped_column(String(16))
    device_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ReceiptSignature(Base):
    """One side's signature under a receipt: drawn on the screen, or a photo of the signed sheet; sealed."""

    __tablename__ = "receipt_signatures"
    __table_args__ = (UniqueConstraint("handover_id", "side"),)

    id: Mapped[PrimaryKey]
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"))
    side: Mapped[str] = mapped_column(String(10))
    how: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    device_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class DeliverySignature(Base):
    """A recipient's signature for one delivery, or the photo of a round's signed sheet that holds many; sealed."""

    __tablename__ = "delivery_signatures"

    id: Mapped[PrimaryKey]
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("proofs.id"), unique=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    how: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    device_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class OfficeDay(Base):
    """A delivery office's day, closed: everything that left is accounted for."""

    __tablename__ = "office_days"
    __table_args__ = (UniqueConstraint("office_id", "day"),)

    id: Mapped[PrimaryKey]
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    day: Mapped[date]
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class KeptOvernight(Base):
    """A permission: the courier keeps an item until the next day, for a reason, by somebody's word."""

    __tablename__ = "kept_overnight"
    __table_args__ = (UniqueConstraint("item_id", "day"),)

    id: Mapped[PrimaryKey]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    day: Mapped[date]
    reason: Mapped[str]
    permitted_at: Mapped[datetime]
    permitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class IncidentKind(StrEnum):
    """What went wrong with a piece."""

    TORN = "torn"
    SHORT = "short"
    SWAPPED = "swapped"
    LOST = "lost"


class Incident(Base):
    """Minutes (biên bản) of something gone wrong: what was there, who is at fault, what is due."""

    __tablename__ = "incidents"

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[IncidentKind] = mapped_column(stored(IncidentKind))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    fault: Mapped[str] = mapped_column(String(20))
    inventory: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    new_seal: Mapped[str | None] = mapped_column(String(60))
    postage_vnd: Mapped[int] = mapped_column(default=0)
    compensation_vnd: Mapped[int] = mapped_column(default=0)
    reissue_payer: Mapped[str] = mapped_column(String(20))
    pay_by: Mapped[date | None]
    settled_at: Mapped[datetime | None]
    settlement: Mapped[str | None]
    item: Mapped[Item] = relationship()


class Violation(Base):
    """What the post reports of an agency that broke a procedure (QĐ 45/2016/QĐ-TTg Đ16.4); the words are sealed."""

    __tablename__ = "violations"

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    what: Mapped[str] = mapped_column(String(40))
    agency_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    reported_at: Mapped[datetime]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    answer_key_id: Mapped[str | None] = mapped_column(String(16))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class AddressChange(Base):
    """A new address asked for after handover: both addresses are kept, and who pays."""

    __tablename__ = "address_changes"

    id: Mapped[PrimaryKey]
    consignment_id: Mapped[int] = mapped_column(ForeignKey("consignments.id"), index=True)
    old_person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    new_person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    old_commune_code: Mapped[str | None] = mapped_column(String(10))
    new_commune_code: Mapped[str | None] = mapped_column(String(10))
    payer: Mapped[str] = mapped_column(String(20))
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class GivenBack(Base):
    """The papers and the fee of one delivery, handed to the agency under a receipt of their own."""

    __tablename__ = "given_back"

    proof_id: Mapped[int] = mapped_column(ForeignKey("proofs.id"), primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), index=True)


class Picture(Base):
    """A photo as it was made anew, sealed. It is known to its owner by the device's own ``client_id``.

    ``owner`` is "courier:5" (whatever phone he used) or "user:7". ``public_id`` is random and is its address.
    ``came_digest`` is of the file as it was sent, ``digest`` of what is kept. A photo nobody named is forgotten:
    ``sealed`` is gone, the row stays, for the chain.
    """

    __tablename__ = "pictures"
    __table_args__ = (UniqueConstraint("owner", "client_id"),)

    id: Mapped[PrimaryKey]
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    owner: Mapped[str] = mapped_column(String(40))
    client_id: Mapped[str] = mapped_column(String(60))
    came_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    n_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str | None] = mapped_column(String(16))
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id"))


class EventPicture(Base):
    """An event names a photo as its evidence, often before the photo itself arrives."""

    __tablename__ = "event_pictures"
    __table_args__ = (UniqueConstraint("event_id", "client_id"), UniqueConstraint("owner", "client_id", "event_id"))

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("tracking_events.id"))
    owner: Mapped[str] = mapped_column(String(40))
    client_id: Mapped[str] = mapped_column(String(60))
