"""What this database is: the province it serves, the post's name, whether it was restored; changes of its set-up."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.access import User
from postal.models.base import Base, PrimaryKey, stored


class Installation(Base):
    """One row. A migration writes it, `tannha seed --province` changes it.

    ``restored_at`` is set while nobody has said that this restored copy is the one that works on: it sends no
    callbacks until then. ``held_series`` names the series of numbers nobody may take from until somebody has said
    which number was the last one used.
    """

    __tablename__ = "installation"

    id: Mapped[PrimaryKey]
    province: Mapped[str]
    post_name: Mapped[str]
    is_draft: Mapped[bool] = mapped_column(default=False)
    restored_at: Mapped[datetime | None]
    held_series: Mapped[list[str]] = mapped_column(JSON, default=list)


class SetUpArea(StrEnum):
    """What a change is of. Add, never rename: changes keep these words."""

    COURIER = "courier"
    OFFICE = "office"
    COVERAGE = "coverage"
    PROMISE = "promise"
    TARIFF = "tariff"
    EVIDENCE = "evidence"
    PHOTO = "photo"
    TEXT = "text"
    USER = "user"
    KEY = "api_key"
    RANGE = "s10_range"
    COURIER_NAME = "courier_name"
    ABSENCE = "absence"
    OFFICE_OFF = "office_off"
    CALENDAR = "calendar"


class SetUpChange(Base):
    """Some fields of one thing of the set-up, from a day on: who changed them, why, from what to what.

    Never edited but to note when it came into force; what was before is read at that moment. It is undone by another
    change, which names it in ``undoes_id``. No person's data: of a name the values hold the row that seals it.
    """

    __tablename__ = "set_up_changes"
    __table_args__ = (Index("ix_set_up_changes_area_subject", "area", "subject"),)

    id: Mapped[PrimaryKey]
    area: Mapped[SetUpArea] = mapped_column(stored(SetUpArea))
    subject: Mapped[str] = mapped_column(String(130))
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    from_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    command: Mapped[str | None] = mapped_column(String(80))
    in_force_at: Mapped[datetime | None] = mapped_column(index=True)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("set_up_changes.id"), unique=True)
    user: Mapped[User | None] = relationship()
