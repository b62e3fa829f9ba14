"""Consignments, their items, what was said of each incoming row, and acts ordered on many items at once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey, stored
from postal.models.people import Person
from postal.models.places import Office
from postal.rules.lifecycle import Direction, State


class AddressStatus(StrEnum):
    """What the resolver made of the address as written."""

    EXACT = "exact"
    CONVERTED = "converted"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    CONFIRMED = "confirmed"


class PointPrecision(StrEnum):
    """How near the point is to the door."""

    DOOR = "door"
    REMEMBERED = "remembered"
    STREET = "street"
    COMMUNE = "commune"
    NONE = "none"


class Consignment(Base):
    """What goes from one office to one recipient at one address under one service.

    ``promised_by`` is when the promise ends. ``promised_at`` is when its clock began and ``promised_first_by`` when it
    would end had its commune never been cut off: where the two ends differ, the clock stood still in between.
    """

    __tablename__ = "consignments"

    id: Mapped[PrimaryKey]
    direction: Mapped[Direction] = mapped_column(stored(Direction))
    source_system: Mapped[str] = mapped_column(String(60))
    issuing_office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    accepted_at: Mapped[datetime]
    ready_at: Mapped[datetime]
    address_status: Mapped[AddressStatus] = mapped_column(stored(AddressStatus), index=True)
    candidate_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    commune_code: Mapped[str | None] = mapped_column(String(10), index=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    precision: Mapped[PointPrecision] = mapped_column(stored(PointPrecision), default=PointPrecision.NONE)
    radius_m: Mapped[int | None]
    point_flag: Mapped[str | None] = mapped_column(String(40))
    released_reason: Mapped[str | None] = mapped_column(String(200))
    window_from_s: Mapped[int | None]
    window_until_s: Mapped[int | None]
    service_level: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str | None] = mapped_column(String(40))
    attention: Mapped[list[str]] = mapped_column(JSON, default=list)
    posted_at: Mapped[datetime | None]
    promised_by: Mapped[datetime | None] = mapped_column(index=True)
    promised_at: Mapped[datetime | None]
    promised_first_by: Mapped[datetime | None]
    grouping_hash: Mapped[str | None] = mapped_column(String(32), index=True)

    person: Mapped[Person] = relationship()
    issuing_office: Mapped[Office] = relationship()
    items: Mapped[list[Item]] = relationship(back_populates="consignment", order_by="Item.id")


class Item(Base):
    """One physical piece with one S10. ``state`` is written by ``tracking.record`` alone.

    ``round_id`` is the round it is out on, None where it is on none. ``dossier_bare`` finds the dossier's code whatever
    its punctuation. ``tries`` are its failed attempts by day and reason (`life.follow_up.write_tries`): what is due
    back is weighed once for all items that were tried alike.
    """

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("source_system", "direction", "dossier_key"),
        Index("ix_items_state_consignment", "state", "consignment_id"),
        Index("ix_items_state_since", "state", "state_since"),
        Index("ix_items_open", "state", "state_since", "consignment_id", "office_id", "courier_id", "first_attempt_at",
              sqlite_where=text("finished_at IS NULL"), postgresql_where=text("finished_at IS NULL")),
        Index("ix_items_tries", "state", "tries", sqlite_where=text("tries IS NOT NULL"),
              postgresql_where=text("tries IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    consignment_id: Mapped[int] = mapped_column(ForeignKey("consignments.id"), index=True)
    direction: Mapped[Direction] = mapped_column(stored(Direction))
    source_system: Mapped[str] = mapped_column(String(60))
    dossier_code: Mapped[str] = mapped_column(String(80))
    dossier_key: Mapped[str] = mapped_column(String(80), index=True)
    dossier_bare: Mapped[str] = mapped_column(String(80), index=True, default="", server_default=text("''"))
    s10: Mapped[str | None] = mapped_column(String(13), unique=True)
    procedure_code: Mapped[str | None] = mapped_column(ForeignKey("procedures.code"))
    documents: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    take_back: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    fee_vnd: Mapped[int] = mapped_column(default=0)
    weight_g: Mapped[int | None]
    is_sealed: Mapped[bool] = mapped_column(default=False)
    state: Mapped[State] = mapped_column(stored(State), default=State.NEW)
    state_since: Mapped[datetime]
    courier_id: Mapped[int | None] = mapped_column(ForeignKey("couriers.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_rounds.id", use_alter=True), index=True)
    n_attempts: Mapped[int] = mapped_column(default=0)
    tries: Mapped[str | None] = mapped_column(Text)
    first_attempt_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    token_version: Mapped[int] = mapped_column(default=1)

    consignment: Mapped[Consignment] = relationship(back_populates="items")


class RowOutcome(StrEnum):
    """What intake said of a row."""

    ACCEPTED = "accepted"
    ATTENTION = "attention"
    REFUSED = "refused"
    DUPLICATE = "duplicate"


class Intake(Base):
    """One file or one batch that came in, with its counts."""

    __tablename__ = "intakes"
    __table_args__ = (UniqueConstraint("source_system", "digest"),)

    id: Mapped[PrimaryKey]
    source_system: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    n_in: Mapped[int] = mapped_column(default=0)
    n_accepted: Mapped[int] = mapped_column(default=0)
    n_attention: Mapped[int] = mapped_column(default=0)
    n_refused: Mapped[int] = mapped_column(default=0)
    n_duplicate: Mapped[int] = mapped_column(default=0)
    notes: Mapped[list[dict[str, str]] | None] = mapped_column(JSON)


class IntakeRow(Base):
    """What became of one row: the item it made, or the column and code it was refused for.

    ``mended`` names the fields a clerk changed before it was taken. A row taken after it was refused keeps what it was
    ``refused_for``, when it was mended and by whom; one mended before the import was so by who brought the file in.
    """

    __tablename__ = "intake_rows"

    id: Mapped[PrimaryKey]
    intake_id: Mapped[int] = mapped_column(ForeignKey("intakes.id"), index=True)
    row_number: Mapped[int]
    sheet: Mapped[str | None] = mapped_column(String(100))
    dossier_code: Mapped[str] = mapped_column(String(80), default="")
    outcome: Mapped[RowOutcome] = mapped_column(stored(RowOutcome), index=True)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)
    mended: Mapped[list[str] | None] = mapped_column(JSON)
    refused_for: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    mended_at: Mapped[datetime | None]
    mended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class DraftRow(Base):
    """One row of a file that was read for trial: its cells, sealed, and what was said of it last. Gone with the file.

    ``mended`` names the fields somebody changed; ``asks`` the codes of its problems, each ended by a comma, to be found
    by; ``is_taken`` says that it is an item by now.
    """

    __tablename__ = "draft_rows"
    __table_args__ = (
        UniqueConstraint("upload_id", "position"),
        Index("ix_draft_rows_upload_outcome", "upload_id", "outcome"),
        Index("ix_draft_rows_upload_taken", "upload_id", "is_taken", "outcome", "office_hash"),
        Index("ix_draft_rows_upload_key", "upload_id", "dossier_key"),
    )

    id: Mapped[PrimaryKey]
    upload_id: Mapped[int] = mapped_column(ForeignKey("uploads.id"))
    position: Mapped[int]
    row_number: Mapped[int]
    sheet: Mapped[str | None] = mapped_column(String(100))
    dossier_code: Mapped[str] = mapped_column(String(80), default="")
    dossier_key: Mapped[str | None] = mapped_column(String(80))
    office_hash: Mapped[str | None] = mapped_column(String(32))
    outcome: Mapped[RowOutcome] = mapped_column(stored(RowOutcome))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    asks: Mapped[str] = mapped_column(String(300), default="")
    mended: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_taken: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))


class BulkOutcome(StrEnum):
    """What became of one line."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


class BulkOrder(Base):
    """An act somebody wants done on many items; nothing is done before it is confirmed.

    ``n_unknown`` counts what was ticked and is nothing of the reader's office, ``n_left`` what was wanted beyond the
    most that one order takes. ``upload_id`` names the sealed file of papers that were drawn, kept for a day; ``job_id``
    the job that draws them where they are many. Both are forgotten before the order is.
    """

    __tablename__ = "bulk_orders"

    id: Mapped[PrimaryKey]
    deed: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(String(200))
    back: Mapped[str] = mapped_column(String(500), default="")
    n_unknown: Mapped[int] = mapped_column(default=0)
    n_left: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    upload_id: Mapped[int | None]
    job_id: Mapped[int | None]


class BulkLine(Base):
    """One item of an order. ``refusal`` is a stored sentence that names nobody."""

    __tablename__ = "bulk_lines"
    __table_args__ = (UniqueConstraint("order_id", "item_id"),)

    id: Mapped[PrimaryKey]
    order_id: Mapped[int] = mapped_column(ForeignKey("bulk_orders.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    outcome: Mapped[BulkOutcome] = mapped_column(stored(BulkOutcome), default=BulkOutcome.PENDING)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    item: Mapped[Item] = relationship()
