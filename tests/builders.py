"""Data for tests, built the way the service itself builds it. Grow it; keep one builder a thing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from postal.db import Database, make_engine
from postal.migrations import upgrade
from postal.models import S10Range
from postal.people_vault import Vault
from postal.serials import grant_range

# Friday 20 November 2026, 17:00 in Huế: the sample day is finished, its results wait.
EVENING = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SYSTEM = "motcua-hue"


def vault() -> Vault:
    """Return a vault with keys good for nothing but tests."""
    return Vault([b"k" * 32], b"l" * 32)


def sqlite_database(folder: Path) -> Database:
    """Make a new SQLite file with all tables in it."""
    database = Database(make_engine(f"sqlite:///{folder / 'tannha.db'}"), vault())
    upgrade(database.engine)
    return database


def s10_range(session: Session, *, first: int = 90_000_000, n: int = 100_000, indicator: str = "EY") -> S10Range:
    """Grant a clearly fake range."""
    return grant_range(
        session,
        indicator=indicator,
        first=first,
        last=first + n - 1,
        granted_by="thử nghiệm",
        now=EVENING,
        is_fake=True,
    )
