"""Photos kept as evidence, and the events that name them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from postal.models.base import Base, PrimaryKey


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
