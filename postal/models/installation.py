"""What this database is: the province it serves, the post's name, and whether it is a copy that was restored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from postal.models.base import Base, PrimaryKey


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
