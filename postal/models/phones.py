"""Couriers' phones, and the codes by which an office enrols one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey
from postal.models.places import Courier


class Phone(Base):
    """A phone bound to one courier. Only hashes of its two secrets are here; nothing tells whose number it has.

    ``n_unsent`` is how many acts the phone said it still has to send. ``token_hash`` is of the cookie that sends acts,
    ``key_hash`` of the key that opens the round besides; the phone keeps that one behind its PIN.
    """

    __tablename__ = "phones"

    id: Mapped[PrimaryKey]
    courier_id: Mapped[int] = mapped_column(ForeignKey("couriers.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    enrolled_at: Mapped[datetime]
    last_contact_at: Mapped[datetime]
    n_unsent: Mapped[int | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    courier: Mapped[Courier] = relationship()


class PhoneCode(Base):
    """A short code that enrols a phone for a courier while it lasts; kept as a keyed hash."""

    __tablename__ = "phone_codes"

    id: Mapped[PrimaryKey]
    courier_id: Mapped[int] = mapped_column(ForeignKey("couriers.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(32), unique=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    uses_left: Mapped[int]


class NumberBlock(Base):
    """Numbers of receipts reserved for one phone, which gives them out without signal: ``first`` to ``last`` included.

    ``series`` is the counter they were taken from, "BN-2026": no two blocks share a number.
    """

    __tablename__ = "number_blocks"
    __table_args__ = (UniqueConstraint("series", "first_number"),)

    id: Mapped[PrimaryKey]
    series: Mapped[str] = mapped_column(String(20))
    first_number: Mapped[int]
    last_number: Mapped[int]
    courier_id: Mapped[int] = mapped_column(ForeignKey("couriers.id"), index=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phones.id"), index=True)
    reserved_at: Mapped[datetime]
    phone: Mapped[Phone] = relationship()


class GivenNumber(Base):
    """What became of one number of a block: it stands on the receipt of an event, or it is void, and why."""

    __tablename__ = "given_numbers"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("number_blocks.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("tracking_events.id"), index=True)
    void_why: Mapped[str | None] = mapped_column(String(20))
    recorded_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id"))
    block: Mapped[NumberBlock] = relationship()


class CourierNote(Base):
    """What a courier tells besides scans: a call made, trouble on the road, a pin put right, why a stop stayed open.

    ``note_id`` is the device's own under its courier: a repeat is the same note. What it says may name people and
    places, and lies sealed. ``settled_at`` ends what asks somebody at the office: trouble and corrections.
    """

    __tablename__ = "courier_notes"

    id: Mapped[PrimaryKey]
    note_id: Mapped[str] = mapped_column(String(90), unique=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    courier_id: Mapped[int] = mapped_column(ForeignKey("couriers.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_rounds.id"), index=True)
    consignment_id: Mapped[int | None] = mapped_column(ForeignKey("consignments.id"))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    happened_at: Mapped[datetime]
    device_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settlement: Mapped[str | None] = mapped_column(String(20))
    courier: Mapped[Courier] = relationship()


class HeldAct(Base):
    """One act or note of a phone that was good no more when it sent it: held until somebody at the office decides.

    ``entry_id`` is the device's own under its phone: handed in again, it is the same. ``about`` is `scan` or `note`.
    What it says names people and lies sealed. ``happened_at`` is by our clock, ``device_at`` by the phone's.
    ``settlement`` is `accepted` or `dismissed`.
    """

    __tablename__ = "held_acts"

    id: Mapped[PrimaryKey]
    entry_id: Mapped[str] = mapped_column(String(90), unique=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phones.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    about: Mapped[str] = mapped_column(String(10))
    happened_at: Mapped[datetime]
    device_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settlement: Mapped[str | None] = mapped_column(String(20))
    phone: Mapped[Phone] = relationship()


class HeldPicture(Base):
    """A held act names a photo of its courier, which comes after it. Names as in `EventPicture`."""

    __tablename__ = "held_pictures"
    __table_args__ = (UniqueConstraint("owner", "client_id", "held_id"),)

    id: Mapped[PrimaryKey]
    held_id: Mapped[int] = mapped_column(ForeignKey("held_acts.id"), index=True)
    owner: Mapped[str] = mapped_column(String(40))
    client_id: Mapped[str] = mapped_column(String(60))
    held: Mapped[HeldAct] = relationship()
